import { Loader } from "@mantine/core";
import type { Action } from "../api/types";
import styles from "./ActionButton.module.css";
import { useAct } from "./readiness";

/** A button that the server offers, with its words. While it runs it keeps its width, and the focus. */
export function ActionButton({ action }: { action: Action }) {
  const { mutate, isPending } = useAct(action);
  return (
    <button
      type="button"
      className={styles.button}
      aria-label={action.name}
      aria-busy={isPending}
      aria-disabled={isPending}
      onClick={() => isPending || mutate()}
    >
      <span data-hidden={isPending || undefined}>{action.label}</span>
      {isPending && <Loader size={14} color="var(--text-2)" className={styles.loader ?? ""} />}
    </button>
  );
}
