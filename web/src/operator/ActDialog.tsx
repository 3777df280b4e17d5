import { Button, Modal, NumberInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, detailOf } from "../api/client";
import { count } from "../format/number";
import styles from "./ActDialog.module.css";
import {
  type Act,
  executes,
  names,
  type Order,
  resetFacts,
  revertFacts,
  type Scope,
  several,
  usualReasons,
} from "./act";

interface Props {
  act: Act;
  scope: Scope;
  onClose: () => void;
}

/**
 * Two steps: a dry run that says what would happen, and the act by its hash. A
 * fleet that changed in between is refused by the server, and shown anew.
 */
export function ActDialog({ act, scope, onClose }: Props) {
  const [order, setOrder] = useState<Order>({ scope, reasonCode: usualReasons[act], lockHours: 24 });
  const [running, setRunning] = useState(false);
  const Step = act === "revert" ? RevertStep : ResetStep;
  return (
    <Modal.Root
      opened
      onClose={onClose}
      closeOnEscape={!running}
      closeOnClickOutside={!running}
      size={560}
      centered
      classNames={{ content: styles.dialog ?? "" }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <div className={styles.head}>
          <Modal.Title>{names[act]}</Modal.Title>
          <Modal.CloseButton aria-label="Close" disabled={running} />
        </div>
        <Modal.Body>
          <Wishes act={act} order={order} onChange={setOrder} />
          <Step order={order} onRunning={setRunning} onClose={onClose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Reason and lock; a change counts when the field is left, and makes a new dry run. */
function Wishes({ act, order, onChange }: { act: Act; order: Order; onChange: (order: Order) => void }) {
  return (
    <div className={styles.wishes}>
      <TextInput
        label="Reason code"
        defaultValue={order.reasonCode}
        onBlur={(event) => onChange({ ...order, reasonCode: event.currentTarget.value.trim() })}
      />
      {act === "revert" && (
        <NumberInput
          label="Lock the stage for hours"
          defaultValue={order.lockHours}
          hideControls
          onBlur={(event) => onChange({ ...order, lockHours: Number(event.currentTarget.value) })}
        />
      )}
    </div>
  );
}

interface StepProps {
  order: Order;
  onRunning: (running: boolean) => void;
  onClose: () => void;
}

const everyTime = { staleTime: 0, gcTime: 0, retry: false } as const;

function RevertStep({ order, onRunning, onClose }: StepProps) {
  const dry = api.useQuery(
    "post",
    "/api/admin/revert-to-lab",
    { body: { ...order, dryRun: true } },
    everyTime,
  );
  const act = api.useMutation("post", "/api/admin/revert-to-lab", useAfter(onRunning, dry.refetch));
  return (
    <Outcome
      act="revert"
      facts={dry.data && revertFacts(dry.data)}
      rows={dry.data?.bots.map((bot) => ({
        id: bot.id,
        name: bot.name,
        says: `${bot.fromStage} → ${bot.toStage}`,
      }))}
      hash={dry.data?.previewHash}
      problem={act.error ?? dry.error}
      running={act.isPending}
      auditId={act.data?.auditId}
      onClose={onClose}
      onExecute={(previewHash) => {
        onRunning(true);
        act.mutate({ body: { ...order, dryRun: false, previewHash } });
      }}
    />
  );
}

function ResetStep({ order: { scope, reasonCode }, onRunning, onClose }: StepProps) {
  const dry = api.useQuery(
    "post",
    "/api/admin/reset-metrics",
    { body: { scope, reasonCode, dryRun: true } },
    everyTime,
  );
  const act = api.useMutation("post", "/api/admin/reset-metrics", useAfter(onRunning, dry.refetch));
  return (
    <Outcome
      act="reset"
      facts={dry.data && resetFacts(dry.data)}
      rows={dry.data?.bots.map((bot) => ({
        id: bot.id,
        name: bot.name,
        says: several(bot.sessions, "session"),
      }))}
      hash={dry.data?.previewHash}
      problem={act.error ?? dry.error}
      running={act.isPending}
      auditId={act.data?.auditId}
      onClose={onClose}
      onExecute={(previewHash) => {
        onRunning(true);
        act.mutate({ body: { scope, reasonCode, dryRun: false, previewHash } });
      }}
    />
  );
}

/** After the act everything shown may be old; after a refusal the dry run is. */
function useAfter(onRunning: (running: boolean) => void, refetch: () => void) {
  const queries = useQueryClient();
  return {
    onSuccess: () => void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "get" }),
    onError: () => refetch(),
    onSettled: () => onRunning(false),
  };
}

interface OutcomeProps {
  act: Act;
  facts: string[] | undefined;
  rows: { id: string; name: string; says: string }[] | undefined;
  hash: string | undefined;
  problem: Parameters<typeof detailOf>[0];
  running: boolean;
  auditId: number | undefined;
  onExecute: (hash: string) => void;
  onClose: () => void;
}

const rowsShown = 20;

function Outcome({ act, facts, rows, hash, problem, running, auditId, onExecute, onClose }: OutcomeProps) {
  if (auditId !== undefined) {
    return (
      <Foot>
        <p role="status">{`Done. Row ${auditId} of the audit log says who did it and why.`}</p>
        <Button onClick={onClose}>Close</Button>
      </Foot>
    );
  }
  const shown = rows?.slice(0, rowsShown) ?? [];
  return (
    <>
      {problem && <p role="alert">{detailOf(problem)}</p>}
      <ul className={styles.facts} data-testid="dry-run">
        {facts?.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      <section className={styles.bots} aria-label="Bots of the dry run" tabIndex={0}>
        <ul>
          {shown.map(({ id, name, says }) => (
            <li key={id}>
              <span>{name}</span>
              <span>{says}</span>
            </li>
          ))}
        </ul>
        {rows && rows.length > shown.length && <p>{`and ${count(rows.length - shown.length)} more`}</p>}
      </section>
      {hash && (
        <p className={styles.hash}>
          Preview <code>{hash}</code>
        </p>
      )}
      <Foot>
        <Button variant="default" onClick={onClose} disabled={running}>
          Cancel
        </Button>
        <Button loading={running} disabled={!hash} onClick={() => hash && onExecute(hash)}>
          {rows && hash ? executes(act, rows.length) : names[act]}
        </Button>
      </Foot>
    </>
  );
}

function Foot({ children }: { children: ReactNode }) {
  return <div className={styles.foot}>{children}</div>;
}
