import { TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "../api/client";
import { useOverview } from "../api/overview";
import type { JobRow, JobType, ProofJobs, StuckJob } from "../api/types";
import { count } from "../format/number";
import { Panel, Reading, Tabs } from "../ui/Page";
import page from "../ui/page.module.css";
import { BotLink, Since, Table, type TableColumn, took, When } from "../ui/Table";
import styles from "./JobsPage.module.css";
import { countsByType, filterJobs } from "./list";
import { type JobsSearch, statuses } from "./search";

const jobsRead = 1000;
const rowsAtOnce = 50;
const readEvery = 10_000;

/** What runs, what is stuck, and the last job of each bot. */
export function JobsPage() {
  const search = useSearch({ from: "/jobs" });
  const jobs = api.useQuery(
    "get",
    "/api/_proof/jobs",
    { params: { query: { limit: jobsRead } } },
    { refetchInterval: readEvery },
  );
  const strip = useOverview().data?.strip;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a job that starts or ends changes these
  useEffect(() => void jobs.refetch(), [strip?.lastTick?.id, strip?.working, strip?.queued, jobs.refetch]);
  return (
    <div className={page.page}>
      <Reading query={jobs} what="The jobs">
        {(data) => (
          <>
            <Stuck jobs={data.stuck} />
            <Counts counts={data.counts} />
            <LastJobs proof={data} search={search} />
          </>
        )}
      </Reading>
    </div>
  );
}

function Stuck({ jobs }: { jobs: StuckJob[] }) {
  if (jobs.length === 0) return null;
  return (
    <Panel title="Stuck jobs" fact={`${count(jobs.length)}, the longest silent first`}>
      <Table name="Stuck jobs" columns={stuckColumns} rows={jobs} keyOf={(job) => job.id} empty="" />
    </Panel>
  );
}

function Counts({ counts }: { counts: ProofJobs["counts"] }) {
  return (
    <Panel title="Jobs, by type and status" fact="ever, in the whole fleet">
      <Table
        name="Jobs by type and status"
        columns={[
          { label: "Type", cell: ({ type }) => <code>{type}</code> },
          ...statuses.map((status, i) => ({
            label: word(status),
            numeric: true,
            cell: (row: { type: JobType; counts: number[] }) => (
              <span className={row.counts[i] ? undefined : page.quiet}>{count(row.counts[i])}</span>
            ),
          })),
        ]}
        rows={countsByType(counts)}
        keyOf={({ type }) => type}
        empty="No job yet. The planner gives each bot in LAB a baseline backtest."
      />
    </Panel>
  );
}

function LastJobs({ proof: { last_jobs, meta }, search }: { proof: ProofJobs; search: JobsSearch }) {
  const navigate = useNavigate();
  const [most, setMost] = useState(rowsAtOnce);
  const found = filterJobs(last_jobs, search);
  const change = (changes: JobsSearch) =>
    void navigate({
      to: "/jobs",
      replace: true,
      search: ({ status: _, type: __, bot: ___, ...rest }) => ({ ...rest, ...changes }),
    });
  const { status, ...others } = search;
  const { bot, ...withoutBot } = search;
  return (
    <Panel
      title="Last job of each bot"
      fact={`${count(found.length)} of ${count(meta.bots)} bots${meta.bots > meta.limit ? `, read for the first ${count(meta.limit)}` : ""}`}
    >
      <div className={styles.filters}>
        <Tabs
          label="Status"
          tabs={[["ALL", "All"] as const, ...statuses.map((one) => [one, word(one)] as const)]}
          on={status ?? "ALL"}
          onChange={(one) => change(one === "ALL" ? others : { ...others, status: one })}
        />
        <TextInput
          type="search"
          aria-label="Find a bot by its id"
          placeholder="Find a bot by its id"
          value={bot ?? ""}
          onChange={(event) => {
            const text = event.currentTarget.value;
            change(text ? { ...withoutBot, bot: text } : withoutBot);
          }}
        />
      </div>
      <Table
        name="Last jobs"
        columns={jobColumns}
        rows={found.slice(0, most)}
        keyOf={(job) => job.id}
        empty={last_jobs.length === 0 ? "No bot has had a job yet." : "No bot's last job matches."}
      />
      {found.length > most && (
        <button type="button" className={page.button} onClick={() => setMost(most + rowsAtOnce)}>
          {`Show more of ${count(found.length)}`}
        </button>
      )}
    </Panel>
  );
}

/** `Running` of RUNNING. */
function word(status: string): string {
  return status.charAt(0) + status.slice(1).toLowerCase();
}

const attempts: TableColumn<JobRow> = {
  label: "Attempts used",
  numeric: true,
  gives: true,
  cell: (job) => `${job.attempt} of ${job.max_attempts}`,
};

const stuckColumns: TableColumn<StuckJob>[] = [
  { label: "Job", numeric: true, gives: true, cell: (job) => job.id },
  { label: "Bot", cell: (job) => <BotLink id={job.bot_id} /> },
  { label: "Work", cell: (job) => job.work },
  attempts as TableColumn<StuckJob>,
  { label: "Why", long: true, cell: (job) => job.why },
  { label: "Started, ET", cell: (job) => <When at={job.started_at} /> },
];

const jobColumns: TableColumn<JobRow>[] = [
  { label: "Job", numeric: true, gives: true, cell: (job) => job.id },
  { label: "Bot", cell: (job) => <BotLink id={job.bot_id} /> },
  {
    label: "Status",
    cell: (job) => (
      <span className={styles.status} data-status={job.status}>
        {word(job.status)}
      </span>
    ),
  },
  { label: "Work", cell: (job) => job.work },
  attempts,
  { label: "Queued, ET", gives: true, cell: (job) => <When at={job.created_at} /> },
  { label: "Took", numeric: true, cell: (job) => <Took job={job} /> },
  { label: "Reason", gives: true, cell: (job) => <span className={page.quiet}>{job.reason}</span> },
  { label: "Error", long: true, cell: (job) => job.error ?? "" },
];

/** How long a job ran, or has run; of one that waits, nothing. */
function Took({ job: { status, started_at, completed_at } }: { job: JobRow }) {
  if (status === "RUNNING" && started_at) return <Since at={started_at} />;
  return took(started_at, completed_at);
}
