import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { api } from "../api/client";
import { useOverview } from "../api/overview";
import type { JobRow, ProofAutonomy, ProofTick } from "../api/types";
import { count } from "../format/number";
import { clockTime } from "../format/time";
import { Fact, Facts, Panel, Reading, Tabs } from "../ui/Page";
import page from "../ui/page.module.css";
import { Ago, BotLink, Since, Table, type TableColumn, took } from "../ui/Table";
import { Caps } from "./Caps";
import { HeldBars } from "./HeldBars";
import { tickCounts } from "./search";
import { TickChart } from "./TickChart";
import { lastError } from "./ticks";

const usualTicks = 60;
const readEvery = 10_000;

/** The planner at work: its ticks, what it holds back and why, and what waits. */
export function AutonomyPage() {
  const { ticks = usualTicks } = useSearch({ from: "/autonomy" });
  const navigate = useNavigate();
  const strip = useOverview().data?.strip;
  const proof = api.useQuery(
    "get",
    "/api/_proof/autonomy",
    { params: { query: { ticks } } },
    { refetchInterval: readEvery },
  );
  const jobs = api.useQuery(
    "get",
    "/api/_proof/jobs",
    { params: { query: { limit: 1 } } },
    { refetchInterval: readEvery },
  );
  const tick = strip?.lastTick?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each tick makes both old
  useEffect(() => {
    void proof.refetch();
    void jobs.refetch();
  }, [tick, strip?.queued, proof.refetch, jobs.refetch]);
  return (
    <div className={page.page}>
      <Reading query={proof} what="The planner's ticks">
        {(data) => (
          <>
            <Stalled proof={data} />
            <Strip proof={data} />
            <Panel
              title="Planner ticks"
              fact={`jobs enqueued by each of the last ${count(data.ticks.length)}`}
              span={8}
              legend={
                <Tabs
                  label="Ticks"
                  tabs={tickCounts.map((n) => [String(n), String(n)] as const)}
                  on={String(ticks)}
                  onChange={(n) =>
                    void navigate({
                      to: "/autonomy",
                      replace: true,
                      search: (old) => ({
                        ...old,
                        ticks: tickCounts.find((known) => String(known) === n) ?? usualTicks,
                      }),
                    })
                  }
                />
              }
            >
              <TickChart proof={data} />
            </Panel>
            <Panel title="Caps" fact="One active job a bot" span={4}>
              <Caps caps={strip?.caps} />
            </Panel>
            <Panel title="Held, by reason" fact={`last ${count(data.ticks.length)} ticks`} span={5}>
              <HeldBars held={data.held} />
            </Panel>
          </>
        )}
      </Reading>
      <Reading query={jobs} what="The queue">
        {({ queue }) => (
          <Panel
            title="Queue"
            fact={
              strip && queue.length < strip.queued
                ? `first ${count(queue.length)} of ${count(strip.queued)} waiting`
                : `${count(queue.length)} waiting`
            }
            span={7}
          >
            <Table
              name="Queue"
              columns={queueColumns(queue)}
              rows={queue}
              keyOf={(job) => job.id}
              empty="Nothing waits."
            />
          </Panel>
        )}
      </Reading>
      {proof.data && (
        <Panel title="Latest ticks" fact="Evaluated = Enqueued + Held">
          <Table
            name="Latest ticks"
            columns={tickColumns}
            rows={proof.data.ticks.slice(0, ticksListed)}
            keyOf={(one) => one.id}
            empty="The planner has not ticked yet."
          />
        </Panel>
      )}
    </div>
  );
}

const ticksListed = 12;

/** Says that the planner stands still, or that nobody would notice if it did. */
function Stalled({ proof }: { proof: ProofAutonomy }) {
  const { verdict, last_finished_at, watchdog } = proof;
  const error = lastError(proof);
  return (
    <>
      {verdict === "stalled" && (
        <p role="alert" className={page.trouble} data-critical data-testid="stalled">
          <span>
            {last_finished_at ? (
              <>
                {"The planner has not finished a tick for "}
                <Since at={last_finished_at} />
                {"."}
              </>
            ) : (
              "The planner has not finished a tick yet."
            )}
            {error && ` Last error: ${error}`}
          </span>
        </p>
      )}
      {watchdog.silent && (
        <p role="alert" className={page.trouble} data-testid="unwatched">
          <span>
            {"The watchdog does not look: "}
            {watchdog.beat_at ? (
              <>
                {"its last look was "}
                <Ago at={watchdog.beat_at} />
                {"."}
              </>
            ) : (
              "it has never looked."
            )}
          </span>
        </p>
      )}
    </>
  );
}

function Strip({ proof }: { proof: ProofAutonomy }) {
  const [last] = proof.ticks;
  const window = `last ${count(proof.ticks.length)} ticks`;
  return (
    <Facts label="The planner now">
      <Fact label="Autonomy" more={autonomyFact(proof)}>
        {proof.paused_at ? "Paused" : "On"}
      </Fact>
      <Fact label="Last tick">
        <Ago at={proof.last_finished_at} />
      </Fact>
      <Fact
        label="Evaluated"
        more={last && `${count(last.jobs_enqueued)} enqueued + ${count(last.bots_held)} held`}
      >
        {last ? `${count(last.bots_evaluated)} bots` : "—"}
      </Fact>
      <Fact label="Enqueued" more={window}>{`${count(proof.jobs_enqueued)} jobs`}</Fact>
      <Fact label="Failed ticks" more={window}>
        {count(proof.failed_ticks)}
      </Fact>
    </Facts>
  );
}

function autonomyFact({ paused_at, paused_reason, bots_paused }: ProofAutonomy): string | undefined {
  if (paused_at) return paused_reason;
  if (bots_paused > 0) return `${count(bots_paused)} ${bots_paused === 1 ? "bot" : "bots"} paused one by one`;
  return undefined;
}

function queueColumns(queue: JobRow[]): TableColumn<JobRow>[] {
  const place = new Map(queue.map((job, i) => [job.id, i + 1]));
  return [
    { label: "#", numeric: true, gives: true, cell: (job) => place.get(job.id) },
    { label: "Bot", cell: (job) => <BotLink id={job.bot_id} /> },
    { label: "Job", cell: (job) => job.work },
    { label: "Reason", gives: true, cell: (job) => <span className={page.quiet}>{job.reason}</span> },
    {
      label: "Attempts used",
      numeric: true,
      gives: true,
      cell: (job) => `${job.attempt} of ${job.max_attempts}`,
    },
    { label: "Waiting", numeric: true, cell: (job) => <Since at={job.created_at} /> },
  ];
}

const tickColumns: TableColumn<ProofTick>[] = [
  { label: "Started, ET", cell: (tick) => clockTime(Date.parse(tick.started_at)) },
  { label: "Took", numeric: true, cell: (tick) => took(tick.started_at, tick.finished_at) },
  { label: "Evaluated", numeric: true, cell: (tick) => count(tick.bots_evaluated) },
  { label: "Enqueued", numeric: true, cell: (tick) => count(tick.jobs_enqueued) },
  { label: "Held", numeric: true, cell: (tick) => count(tick.bots_held) },
  { label: "Error", long: true, cell: (tick) => tick.error ?? "" },
];
