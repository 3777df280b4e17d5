import type { JobStatus, JobType } from "../api/types";

export const statuses: readonly JobStatus[] = ["RUNNING", "QUEUED", "COMPLETED", "FAILED", "CANCELLED"];
export const types: readonly JobType[] = ["BASELINE_BACKTEST", "REFRESH_BACKTEST", "IMPROVE", "EVOLVE"];

/** Which jobs are shown, as it stands in the address. */
export interface JobsSearch {
  status?: JobStatus;
  type?: JobType;
  bot?: string;
}

/** Reads the address; what it cannot mean is left out. */
export function jobsSearch(raw: Record<string, unknown>): JobsSearch {
  const search: JobsSearch = {};
  const status = statuses.find((s) => s === raw.status);
  const type = types.find((t) => t === raw.type);
  if (status) search.status = status;
  if (type) search.type = type;
  if (typeof raw.bot === "string" && raw.bot) search.bot = raw.bot;
  return search;
}
