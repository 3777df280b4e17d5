import type { ProofAutonomy } from "../api/types";
import { clockTime } from "../format/time";
import styles from "./Autonomy.module.css";
import { barsOf, sentenceOf } from "./ticks";

const height = 150;
const stub = 3;
const sign = 10;

/** A bar a tick; a short grey stub is a tick that enqueued nothing, a red triangle one that failed. */
export function TickChart({ proof }: { proof: ProofAutonomy }) {
  const { bars, top } = barsOf(proof.ticks);
  const newest = proof.ticks[0];
  const oldest = proof.ticks.at(-1);
  if (!newest || !oldest) return <p className={styles.quiet}>The planner has not ticked yet.</p>;
  return (
    <>
      <div className={styles.chart} role="img" aria-label={sentenceOf(proof)}>
        <div className={styles.scale} aria-hidden>
          <span>{top}</span>
          <span>{top / 2}</span>
          <span>0</span>
        </div>
        <div className={styles.bars} style={{ height }} aria-hidden>
          {bars.map((bar) => (
            <i key={bar.id} data-failed={bar.failed || undefined} data-none={bar.jobs === 0 || undefined}>
              <b style={{ height: bar.failed ? sign : bar.jobs === 0 ? stub : (bar.jobs / top) * height }} />
            </i>
          ))}
        </div>
      </div>
      <p className={styles.times}>
        <span>{clockTime(Date.parse(oldest.started_at))}</span>
        <span>{`${clockTime(Date.parse(newest.started_at))} ET`}</span>
      </p>
      <p className={styles.legend}>
        <span data-mark="jobs">Jobs enqueued</span>
        <span data-mark="none">None</span>
        <span data-mark="failed">Failed tick</span>
      </p>
    </>
  );
}
