import type { ProofHeld } from "../api/types";
import { count } from "../format/number";
import styles from "./Autonomy.module.css";

/** How often bots were held, by reason, the commonest first. */
export function HeldBars({ held }: { held: ProofHeld[] }) {
  const most = held[0]?.bots ?? 0;
  if (most === 0) return <p className={styles.quiet}>No bot was held.</p>;
  return (
    <dl className={styles.held}>
      {held.map(({ reason_code, reason, bots }) => (
        <div key={reason_code} title={reason_code}>
          <dt>{reason}</dt>
          <dd>
            <span aria-hidden>
              <i style={{ width: `${(100 * bots) / most}%` }} />
            </span>
            {count(bots)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
