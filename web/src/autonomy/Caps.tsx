import type { Cap } from "../api/types";
import { count, missing } from "../format/number";
import styles from "./Autonomy.module.css";

/** A slot a place up to here; above it one bar. */
const mostSlots = 16;

/** How much of each cap is used. */
export function Caps({ caps }: { caps: Cap[] | undefined }) {
  if (!caps) return <p className={styles.quiet}>{missing}</p>;
  return (
    <ul className={styles.caps}>
      {caps.map((cap) => (
        <li key={cap.id}>
          <p>
            <span>{cap.label}</span>
            <span>{`${count(cap.used)} of ${count(cap.max)}`}</span>
          </p>
          <Meter cap={cap} />
          <p className={styles.quiet}>
            {cap.used >= cap.max
              ? "At the cap: further work waits in the queue"
              : `${count(cap.max - cap.used)} free`}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Meter({ cap }: { cap: Cap }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a meter element cannot be drawn as slots
    <span
      role="meter"
      className={styles.meter}
      aria-label={`${cap.label}: ${count(cap.used)} of ${count(cap.max)}`}
      aria-valuemin={0}
      aria-valuemax={cap.max}
      aria-valuenow={Math.min(cap.used, cap.max)}
    >
      {cap.max <= mostSlots ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: the places are alike
        Array.from({ length: cap.max }, (_, i) => <i key={i} data-used={i < cap.used || undefined} />)
      ) : (
        <i>
          <b style={{ width: `${Math.min(100, (100 * cap.used) / cap.max)}%` }} />
        </i>
      )}
    </span>
  );
}
