import { api } from "../api/client";
import type { ProofLabBot } from "../api/types";
import { useClock } from "../clock/clock";
import { due } from "../format/age";
import { count, missing } from "../format/number";
import { StatusWord } from "../health/StatusWord";
import { Fact, Facts, Panel, Reading } from "../ui/Page";
import { Ago, BotLink, Table, type TableColumn } from "../ui/Table";
import { More, usePage } from "./More";

const readEvery = 15_000;

/** No bot in LAB is forgotten: the neglected ones first. */
export function Starvation() {
  const [limit, more] = usePage();
  const query = api.useQuery(
    "get",
    "/api/_proof/lab-starvation",
    { params: { query: { limit } } },
    { refetchInterval: readEvery, refetchOnMount: "always", placeholderData: (old) => old },
  );
  return (
    <Reading query={query} what="The bots in LAB">
      {(proof) => (
        <>
          <Facts label="Starvation now">
            <Fact label="No bot in LAB is forgotten" more={<Ago at={proof.generated_at} />}>
              <StatusWord status={proof.verdict} />
            </Fact>
            <Fact label="In LAB">{`${count(proof.bots_in_lab)} bots`}</Fact>
            <Fact label="Neglected" more={`waited ${count(proof.grace_seconds)} s beyond their time`}>
              {count(proof.breached)}
            </Fact>
          </Facts>
          <Panel title="Bots in LAB" fact="neglected ones first">
            <Table
              name="Bots in LAB"
              columns={columns}
              rows={proof.bots}
              keyOf={(bot) => bot.bot_id}
              empty="No bot is in LAB."
            />
            <More shown={proof.bots.length} total={proof.meta.total} onMore={more} />
          </Panel>
        </>
      )}
    </Reading>
  );
}

const columns: TableColumn<ProofLabBot>[] = [
  { label: "Neglected", cell: (bot) => bot.breached && <StatusWord status="FAIL" /> },
  { label: "Bot", cell: (bot) => <BotLink id={bot.bot_id} /> },
  {
    label: "Now",
    gives: true,
    cell: (bot) => (bot.active_status ? `${bot.active_job_type} ${bot.active_status}` : missing),
  },
  { label: "Next", cell: (bot) => <Next bot={bot} /> },
  { label: "Why", long: true, cell: (bot) => bot.why },
  { label: "Last backtest", numeric: true, cell: (bot) => <Ago at={bot.last_backtest_at} /> },
  { label: "That counts", numeric: true, cell: (bot) => <Ago at={bot.last_backtest_that_counts_at} /> },
  { label: "Last improve", numeric: true, cell: (bot) => <Ago at={bot.last_improve_at} /> },
  { label: "Last evolve", numeric: true, cell: (bot) => <Ago at={bot.last_evolve_at} /> },
];

function Next({ bot: { next_action, next_due_at } }: { bot: ProofLabBot }) {
  return useClock((now) => (next_due_at ? `${next_action} ${due(next_due_at, now)}` : next_action));
}
