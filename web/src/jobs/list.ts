import type { JobRow, ProofJobs } from "../api/types";
import { type JobsSearch, statuses, types } from "./search";

/** The jobs that the search asks for. */
export function filterJobs(jobs: JobRow[], { status, type, bot }: JobsSearch): JobRow[] {
  return jobs.filter(
    (job) =>
      (!status || job.status === status) &&
      (!type || job.job_type === type) &&
      (!bot || job.bot_id.includes(bot)),
  );
}

/** A row a type of work that there is, with a count a status; a status without a job has none. */
export function countsByType(counts: ProofJobs["counts"]) {
  const of = (type: string, status: string) =>
    counts.find((c) => c.job_type === type && c.status === status)?.count ?? 0;
  return types
    .filter((type) => counts.some((c) => c.job_type === type))
    .map((type) => ({ type, counts: statuses.map((status) => of(type, status)) }));
}
