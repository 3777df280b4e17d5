import { IconLock, IconLockOpen2 } from "@tabler/icons-react";
import type { Readiness } from "../api/types";
import { stages } from "../ui/StageChip";
import styles from "./HealthDrawer.module.css";

/** A cell a stage: open, or closed on diagonal stripes. */
export function Gates({ gates }: { gates: Readiness["gates"] }) {
  return (
    <section aria-labelledby="health-gates">
      <h2 id="health-gates">Gates</h2>
      <dl className={styles.gates}>
        {stages.map((stage) => {
          const { allowed, text } = gates[stage];
          const Icon = allowed ? IconLockOpen2 : IconLock;
          return (
            <div
              key={stage}
              data-testid={`gate-${stage}`}
              className={allowed ? styles.gate : `${styles.gate} ${styles.closed}`}
            >
              <dt>{stage}</dt>
              <dd>
                <Icon size={13} stroke={1.8} className={styles.lock ?? ""} aria-hidden />
                {text}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
