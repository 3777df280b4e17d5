import { IconAlertTriangle } from "@tabler/icons-react";
import type { Readiness } from "../api/types";
import { ActionButton } from "./ActionButton";
import styles from "./HealthDrawer.module.css";

/** What closes gates, which ones, and the button that may open them. */
export function Blockers({ blockers }: { blockers: Readiness["blockers"] }) {
  if (blockers.length === 0) return null;
  return (
    <section aria-labelledby="health-blockers">
      <h2 id="health-blockers">
        Blocking reasons <small>{blockers.length}</small>
      </h2>
      <ul className={styles.blockers}>
        {blockers.map((blocker) => (
          <li key={blocker.code} data-testid={`blocker-${blocker.code}`}>
            <IconAlertTriangle size={16} stroke={1.8} className={styles.sign ?? ""} aria-hidden />
            <div>
              <p>{blocker.message}</p>
              <p className={styles.quiet}>{blocker.scope}</p>
              {!blocker.action && blocker.fix && <p className={styles.quiet}>{blocker.fix}</p>}
            </div>
            {blocker.action && <ActionButton action={blocker.action} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
