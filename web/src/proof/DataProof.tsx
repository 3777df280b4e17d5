import { Link } from "@tanstack/react-router";
import { api } from "../api/client";
import type { ProofDataSet, ProofSession, ProofVerification } from "../api/types";
import { count, moneyAndCents } from "../format/number";
import { date } from "../format/time";
import { StatusWord } from "../health/StatusWord";
import { Panel, Reading } from "../ui/Page";
import page from "../ui/page.module.css";
import { SimData } from "../ui/SimData";
import { BotLink, Table, type TableColumn, When } from "../ui/Table";
import { More, usePage } from "./More";

/** Where the last results come from, and what the providers were asked. */
export function DataProof() {
  const [limit, more] = usePage();
  const query = api.useQuery(
    "get",
    "/api/_proof/data",
    { params: { query: { limit } } },
    { refetchOnMount: "always", placeholderData: (old) => old },
  );
  return (
    <Reading query={query} what="The provenance">
      {({ data_sets, sessions, meta, verifications, verifications_meta }) => (
        <>
          <Panel title="Data sets" fact="in use now">
            <Table
              name="Data sets"
              columns={setColumns}
              rows={data_sets}
              keyOf={(set) => set.id}
              empty="No data set."
            />
          </Panel>
          <Panel title="Sessions" fact="newest first">
            <Table
              name="Sessions"
              columns={sessionColumns}
              rows={sessions}
              keyOf={(session) => session.id}
              empty="No completed backtest yet."
            />
            <More shown={sessions.length} total={meta.total} onMore={more} />
          </Panel>
          <Panel title="Provider requests" fact="each a real round trip, newest first">
            <Table
              name="Provider requests"
              columns={verificationColumns}
              rows={verifications}
              keyOf={(one) => one.id}
              empty="No provider has been asked yet."
            />
            <More shown={verifications.length} total={verifications_meta.total} onMore={more} />
          </Panel>
        </>
      )}
    </Reading>
  );
}

/** The beginning of a hash; the whole of it on hover. */
export function Hash({ of }: { of: string }) {
  return <code title={of}>{of.slice(0, 12)}</code>;
}

const setColumns: TableColumn<ProofDataSet>[] = [
  { label: "Name", cell: (set) => set.name },
  { label: "Verdict", cell: (set) => <StatusWord status={set.verdict} /> },
  { label: "Provider", cell: (set) => (set.sim_data ? <SimData /> : set.provider) },
  { label: "Bars", numeric: true, cell: (set) => count(set.bar_count) },
  { label: "From", cell: (set) => date(set.first_bar) },
  { label: "To", cell: (set) => date(set.last_bar) },
  { label: "Fingerprint", cell: (set) => <Hash of={set.fingerprint} /> },
  { label: "Refused because", long: true, cell: (set) => set.refusal ?? "" },
];

const sessionColumns: TableColumn<ProofSession>[] = [
  {
    label: "Session",
    cell: (session) => (
      <Link
        to="/bots/$botId"
        params={{ botId: session.bot_id }}
        search={{ session: session.id }}
        preload={false}
        aria-label={`Session ${session.id}`}
      >
        {session.id}
      </Link>
    ),
  },
  { label: "Bot", cell: (session) => <BotLink id={session.bot_id} /> },
  { label: "Completed, ET", cell: (session) => <When at={session.completed_at} /> },
  {
    label: "Boundary",
    cell: (session) => (session.before_reset ? <span className={page.quiet}>Before the reset</span> : ""),
  },
  { label: "Net P&L", numeric: true, cell: (session) => moneyAndCents(session.net_pnl) },
  { label: "Trades", numeric: true, cell: (session) => count(session.total_trades) },
  { label: "Data", cell: (session) => (session.sim_data ? <SimData /> : session.data_set) },
  { label: "Bars", numeric: true, cell: (session) => count(session.bar_count) },
  { label: "Fingerprint", cell: (session) => <Hash of={session.fingerprint} /> },
  { label: "Strategy", cell: (session) => <Hash of={session.strategy_hash} /> },
  { label: "Result", cell: (session) => <Hash of={session.result_hash} /> },
];

const verificationColumns: TableColumn<ProofVerification>[] = [
  { label: "At, ET", cell: (one) => <When at={one.at} /> },
  { label: "Provider", cell: (one) => one.provider },
  { label: "Probe", cell: (one) => one.probe },
  { label: "Outcome", cell: (one) => <StatusWord status={one.outcome} /> },
  { label: "Code", cell: (one) => one.code },
  { label: "Took", numeric: true, cell: (one) => `${count(one.latency_ms)} ms` },
  { label: "Address", cell: (one) => one.address },
  { label: "Detail", long: true, cell: (one) => one.detail },
];
