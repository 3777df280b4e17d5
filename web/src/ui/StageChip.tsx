import type { Stage } from "../api/types";
import styles from "./marks.module.css";

/** The stages in the order of the climb. */
export const stages: readonly Stage[] = ["LAB", "PAPER", "SHADOW", "CANARY", "LIVE"];

/** The stage of a bot. */
export function StageChip({ stage }: { stage: Stage }) {
  return (
    <span className={styles.stage} data-testid="stage-chip" data-stage={stage}>
      {stage}
    </span>
  );
}
