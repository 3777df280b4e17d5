import { api } from "../api/client";
import type { ProofAct, ProofStageEvent } from "../api/types";
import { Panel, Reading } from "../ui/Page";
import page from "../ui/page.module.css";
import { BotLink, Table, type TableColumn, When } from "../ui/Table";
import { Hash } from "./DataProof";
import { More, usePage } from "./More";
import styles from "./Proof.module.css";

/** Every move of a bot between stages. */
export function StageEvents() {
  const [limit, more] = usePage();
  const query = api.useQuery(
    "get",
    "/api/_proof/stage-events",
    { params: { query: { limit } } },
    { refetchOnMount: "always", placeholderData: (old) => old },
  );
  return (
    <Reading query={query} what="The stage events">
      {({ events, meta }) => (
        <Panel title="Stage events" fact="newest first">
          <Table
            name="Stage events"
            columns={eventColumns}
            rows={events}
            keyOf={(event) => event.id}
            empty="No bot has moved yet."
          />
          <More shown={events.length} total={meta.total} onMore={more} />
        </Panel>
      )}
    </Reading>
  );
}

/** Every act of an operator; each row's hash covers the row before it. */
export function AuditLog() {
  const [limit, more] = usePage();
  const query = api.useQuery(
    "get",
    "/api/_proof/audit-log",
    { params: { query: { limit } } },
    { refetchOnMount: "always", placeholderData: (old) => old },
  );
  return (
    <Reading query={query} what="The audit log">
      {({ rows, meta }) => (
        <Panel title="Audit log" fact="newest first; each hash covers the row before it">
          <Table
            name="Audit log"
            columns={actColumns}
            rows={rows}
            keyOf={(act) => act.id}
            empty="No operator has acted yet."
          />
          <More shown={rows.length} total={meta.total} onMore={more} />
        </Panel>
      )}
    </Reading>
  );
}

const eventColumns: TableColumn<ProofStageEvent>[] = [
  { label: "Event", numeric: true, cell: (event) => event.id },
  { label: "At, ET", cell: (event) => <When at={event.created_at} /> },
  { label: "Bot", cell: (event) => <BotLink id={event.bot_id} /> },
  { label: "What", long: true, cell: (event) => event.sentence },
  { label: "From", cell: (event) => event.from_stage },
  { label: "To", cell: (event) => event.to_stage },
  { label: "Reason", cell: (event) => <code>{event.reason_code}</code> },
];

const actColumns: TableColumn<ProofAct>[] = [
  { label: "Row", numeric: true, cell: (act) => act.id },
  { label: "At, ET", cell: (act) => <When at={act.at} /> },
  { label: "Who", cell: (act) => act.actor },
  { label: "Action", cell: (act) => act.action },
  { label: "Scope", long: true, cell: (act) => act.scope },
  { label: "Reason", long: true, cell: (act) => act.reason },
  { label: "Hash", cell: (act) => <Hash of={act.hash} /> },
  {
    label: "Row before",
    cell: (act) =>
      act.previous_hash ? <Hash of={act.previous_hash} /> : <span className={page.quiet}>first row</span>,
  },
  {
    label: "Detail",
    cell: (act) => (
      <details className={styles.detail}>
        <summary>{`Detail of row ${act.id}`}</summary>
        <pre>{JSON.stringify(act.detail, null, 2)}</pre>
      </details>
    ),
  },
];
