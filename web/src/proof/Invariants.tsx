import { useState } from "react";
import { api } from "../api/client";
import type { ProofInvariant, ProofInvariants } from "../api/types";
import { count } from "../format/number";
import { StatusWord } from "../health/StatusWord";
import { several } from "../operator/act";
import { Fact, Facts, Panel, Reading } from "../ui/Page";
import page from "../ui/page.module.css";
import { Ago, When } from "../ui/Table";
import styles from "./Proof.module.css";

/** Each invariant with its query; those that fail first, with the rows that break them. */
export function Invariants() {
  const query = api.useQuery("get", "/api/_proof/invariants", {}, { refetchOnMount: "always" });
  return (
    <Reading query={query} what="The invariants">
      {(proof) => (
        <>
          <Verdict proof={proof} />
          <Panel
            title="Invariants"
            fact={`${count(proof.invariants.length)}, each with its query`}
            legend={
              <button type="button" className={page.button} onClick={() => void query.refetch()}>
                Check again
              </button>
            }
          >
            <ul className={styles.invariants}>
              {failedFirst(proof.invariants).map((one) => (
                <Invariant key={one.id} invariant={one} />
              ))}
            </ul>
          </Panel>
        </>
      )}
    </Reading>
  );
}

function failedFirst(all: ProofInvariant[]): ProofInvariant[] {
  return [...all].sort((a, b) => Number(a.verdict === "PASS") - Number(b.verdict === "PASS"));
}

/** The chains of rows that name each other's hashes, and what they are called. */
const chains = [
  ["audit_chain", "Audit log"],
  ["stage_events_chain", "Stage events"],
  ["ticks_chain", "Planner ticks"],
] as const;

function Verdict({ proof }: { proof: ProofInvariants }) {
  const { verdict, generated_at, checked, failed, last_audit } = proof;
  return (
    <>
      <Facts label="The proof now">
        <Fact label={`${count(checked)} checked, ${count(failed)} failed`} more={<Ago at={generated_at} />}>
          <StatusWord status={verdict} />
        </Fact>
        {chains.map(([key, name]) => (
          <Fact key={key} label={`${name}, every hash`} more={`${several(proof[key].rows, "row")} intact`}>
            <StatusWord status={proof[key].verdict} />
          </Fact>
        ))}
        <Fact label="Last audit" more={last_audit && <When at={last_audit.finished_at} />}>
          {last_audit ? <StatusWord status={last_audit.verdict} /> : "None yet"}
        </Fact>
      </Facts>
      {chains.map(
        ([key]) =>
          proof[key].broken && (
            <p key={key} role="alert" className={page.trouble} data-critical>
              {proof[key].broken}
            </p>
          ),
      )}
    </>
  );
}

function Invariant({ invariant }: { invariant: ProofInvariant }) {
  const { id, sentence, verdict, offending_rows, sample_ids, sql } = invariant;
  const failed = verdict !== "PASS";
  return (
    <li data-testid={`invariant-${id}`}>
      <details open={failed}>
        <summary>
          <StatusWord status={verdict} />
          <span>{sentence}</span>
        </summary>
        {failed && (
          <p className={styles.broken}>
            {`${count(offending_rows)} ${offending_rows === 1 ? "row breaks" : "rows break"} it: `}
            <code>{sample_ids.join(", ")}</code>
            {offending_rows > sample_ids.length && ` and ${count(offending_rows - sample_ids.length)} more`}
          </p>
        )}
        <div className={styles.sql}>
          <pre>
            <code>{sql}</code>
          </pre>
          <Copy text={sql} what={id} />
        </div>
      </details>
    </li>
  );
}

/** Copies a text, and says whether it could. */
function Copy({ text, what }: { text: string; what: string }) {
  const [says, setSays] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSays("Copied");
    } catch {
      setSays("The browser forbids it");
    }
  };
  return (
    <button type="button" className={page.button} aria-label={`${says}: SQL of ${what}`} onClick={copy}>
      {says}
    </button>
  );
}
