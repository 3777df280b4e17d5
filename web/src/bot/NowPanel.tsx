import type { ReactNode } from "react";
import type { Bot } from "../api/types";
import { useClock } from "../clock/clock";
import { ago, due } from "../format/age";
import { dateTime, utc } from "../format/time";
import styles from "./BotPage.module.css";

/** What the bot does, did and will do, in the server's words. */
export function NowPanel({ bot: { botNow } }: { bot: Bot }) {
  const { activeJob, alert, next, recentJob, stageGate, stageInfo } = botNow;
  return (
    <section className={styles.panel} aria-labelledby="now">
      <h3 id="now">Now</h3>
      <dl className={styles.facts}>
        {alert && <Fact label="Attention">{alert.reason}</Fact>}
        {activeJob && (
          <Fact label={activeJob.status === "RUNNING" ? "At work" : "Waiting"}>
            {activeJob.type} since <Moment at={activeJob.startedAt ?? activeJob.createdAt} />
            <small>{botNow.reasonCode}</small>
          </Fact>
        )}
        {next && (
          <Fact label="Next">
            {next.action} {next.dueAt && <Due at={next.dueAt} />}
            <small>{next.reason}</small>
          </Fact>
        )}
        {recentJob && (
          <Fact label="Last job">
            {recentJob.outcome} • <Ago at={recentJob.completedAt} />
          </Fact>
        )}
        <Fact label="In its stage">
          {`${stageInfo.stage} since `}
          <Moment at={stageInfo.since} />
          <small>{`Promotion ${stageInfo.promotionMode.toLowerCase()}`}</small>
        </Fact>
        {!stageGate.allowed &&
          stageGate.blockers.map((blocker) => (
            <Fact key={blocker.code} label="Not promoted">
              {blocker.message}
              <small>{blocker.fix}</small>
            </Fact>
          ))}
      </dl>
    </section>
  );
}

/** A label and what it says. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A moment in Eastern time, and in UTC on hover. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={utc(at)}>
      {dateTime(at)}
    </time>
  );
}

function Due({ at }: { at: string }) {
  return useClock((now) => due(at, now));
}

function Ago({ at }: { at: string }) {
  return <span className={styles.muted}>{useClock((now) => ago(at, now))}</span>;
}
