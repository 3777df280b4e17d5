import { lazy, Suspense, useState } from "react";
import type { Bot } from "../api/types";
import { type Act, names } from "../operator/act";
import styles from "./Selection.module.css";
import { selectionText } from "./selection";

const ActDialog = lazy(() => import("../operator/ActDialog").then((m) => ({ default: m.ActDialog })));

interface Props {
  selected: Bot[];
  /** How many of them are among the rows. */
  shown: number;
  onStop: () => void;
  /** Where no column has a checkbox for all of them. */
  onAll: (() => void) | undefined;
}

/** What can be done to the selected bots. */
export function SelectionBar({ selected, shown, onStop, onAll }: Props) {
  const [order, setOrder] = useState<{ act: Act; scope: string[] }>();
  return (
    <section className={styles.bar} aria-label="Selection">
      <p role="status">{selectionText(selected.length, shown)}</p>
      {(["revert", "reset"] as const).map((act) => (
        <button
          key={act}
          type="button"
          disabled={selected.length === 0}
          onClick={() => setOrder({ act, scope: selected.map((bot) => bot.id) })}
        >
          {`${names[act]}…`}
        </button>
      ))}
      {onAll && (
        <button type="button" onClick={onAll}>
          All
        </button>
      )}
      <button type="button" onClick={onStop}>
        Done
      </button>
      {order && (
        <Suspense>
          <ActDialog {...order} onClose={() => setOrder(undefined)} />
        </Suspense>
      )}
    </section>
  );
}

interface TickProps {
  label: string;
  checked: boolean;
  /** Some of those it stands for are selected, and some are not. */
  partly?: boolean;
  onChange: () => void;
}

/** A checkbox with a target large enough for a finger. */
export function Tick({ label, checked, partly = false, onChange }: TickProps) {
  return (
    <label className={styles.tick}>
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        ref={(box) => {
          if (box) box.indeterminate = partly;
        }}
        onChange={onChange}
      />
    </label>
  );
}
