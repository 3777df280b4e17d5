import type { ReactNode } from "react";
import type { Cap, Check, Strip as StripData, TickSummary } from "../api/types";
import { useClock } from "../clock/clock";
import { age, ago } from "../format/age";
import { count, missing, money } from "../format/number";
import { useReadiness } from "../health/readiness";
import { SimData } from "../ui/SimData";
import styles from "./Strip.module.css";

/** A slot a place up to here; above it one bar. */
const mostSlots = 16;

/** The facts above the fleet, as the server counts them. */
export function Strip({ strip }: { strip: StripData | undefined }) {
  const autonomy = useReadiness().data?.checks.find(({ id }) => id === "autonomy");
  return (
    <section className={styles.strip} aria-label="The lab now" tabIndex={0}>
      <dl className={styles.facts}>
        {autonomy && troubled.has(autonomy.status) && <Autonomy check={autonomy} />}
        <Fact label="Working" counts>
          {count(strip?.working)}
        </Fact>
        <Fact label="Queued" counts>
          {count(strip?.queued)}
        </Fact>
        <Fact label="Idle" counts>
          {count(strip?.idle)}
        </Fact>
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

/** In which the planner starts less than it would. */
const troubled = new Set<Check["status"]>(["DEGRADED", "WARN", "FAIL"]);

/** Says in the words of System Health that the whole fleet is paused, or what else keeps the planner from its work. */
function Autonomy({ check }: { check: Check }) {
  const old = useClock((now) => age(check.age, check.since, now));
  const said = old ? `${check.detail} ${old}` : check.detail;
  return (
    <Fact label={check.label}>
      <span
        className={styles.trouble}
        data-status={check.status}
        data-testid="autonomy"
        title={check.fix ? `${said}\n${check.fix}` : said}
      >
        {said}
      </span>
    </Fact>
  );
}

interface FactProps {
  label: string;
  wide?: boolean;
  /** A number of bots, as wide as its neighbours. */
  counts?: boolean;
  children: ReactNode;
}

function Fact({ label, wide, counts, children }: FactProps) {
  return (
    <div className={styles.fact} data-wide={wide} data-counts={counts}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function LastTick({ tick }: { tick: TickSummary }) {
  const finished = useClock((now) => ago(tick.finishedAt, now));
  return (
    <>
      {finished}
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
