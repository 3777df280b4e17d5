import type { ReactNode } from "react";
import type { Cap, Strip as StripData, TickSummary } from "../api/types";
import { useClock } from "../clock/clock";
import { ago } from "../format/age";
import { count, missing, money } from "../format/number";
import { SimData } from "../ui/SimData";
import styles from "./Strip.module.css";

/** A slot a place up to here; above it one bar. */
const mostSlots = 16;

/** The facts above the fleet, as the server counts them. */
export function Strip({ strip }: { strip: StripData | undefined }) {
  return (
    <section className={styles.strip} aria-label="The lab now" tabIndex={0}>
      <dl className={styles.facts}>
        <Fact label="Working">{count(strip?.working)}</Fact>
        <Fact label="Queued">{count(strip?.queued)}</Fact>
        <Fact label="Idle">{count(strip?.idle)}</Fact>
        {strip?.caps.map((cap) => (
          <Fact key={cap.id} label={cap.label}>
            {`${count(cap.used)} / ${count(cap.max)}`}
            <Meter cap={cap} />
          </Fact>
        ))}
        <Fact label="Last planner tick" wide>
          {strip?.lastTick ? <LastTick tick={strip.lastTick} /> : missing}
        </Fact>
        <Fact label="Net P&L since reset">
          <span data-sign={strip?.netPnl ? (strip.netPnl > 0 ? "plus" : "minus") : undefined}>
            {money(strip?.netPnl)}
          </span>
          {strip?.trades != null && <small>{`${count(strip.trades)} trades`}</small>}
          {strip?.simData && <SimData />}
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ label, wide, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={styles.fact} data-wide={wide}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function LastTick({ tick }: { tick: TickSummary }) {
  const age = useClock((now) => ago(tick.finishedAt, now));
  return (
    <>
      {age}
      {tick.error ? (
        <small className={styles.failed}>{`Failed: ${tick.error}`}</small>
      ) : (
        <small>
          {`${count(tick.jobsEnqueued)} enqueued + ${count(tick.botsHeld)} held = ${count(tick.botsEvaluated)} bots`}
        </small>
      )}
    </>
  );
}

function Meter({ cap }: { cap: Cap }) {
  const slots = cap.max <= mostSlots;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a meter element cannot be drawn as slots
    <span
      role="meter"
      className={styles.meter}
      aria-label={`${cap.label}: ${count(cap.used)} of ${count(cap.max)}`}
      aria-valuemin={0}
      aria-valuemax={cap.max}
      aria-valuenow={cap.used}
    >
      {slots ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: the places are alike
        Array.from({ length: cap.max }, (_, i) => <i key={i} data-used={i < cap.used || undefined} />)
      ) : (
        <b>
          <i style={{ width: `${Math.min(100, (100 * cap.used) / cap.max)}%` }} />
        </b>
      )}
    </span>
  );
}
