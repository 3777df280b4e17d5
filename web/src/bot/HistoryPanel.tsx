import { useEffect } from "react";
import { api, detailOf } from "../api/client";
import type { Bot } from "../api/types";
import { count, drawdown, moneyAndCents, percent, ratio } from "../format/number";
import { SimData } from "../ui/SimData";
import styles from "./BotPage.module.css";
import { Moment } from "./NowPanel";

const sessionsShown = 20;

/** The bot's backtests; those from before its reset stay readable and say so. */
export function HistoryPanel({ bot: { id, metrics } }: { bot: Bot }) {
  const { data, error, refetch } = api.useQuery("get", "/api/bots/{id}/sessions", {
    params: { path: { id }, query: { limit: sessionsShown } },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new result and a reset each make the list old
  useEffect(() => void refetch(), [metrics.sessionId, metrics.since, refetch]);
  if (error) {
    return (
      <section className={styles.panel} aria-labelledby="history">
        <h3 id="history">Backtests</h3>
        <p role="alert">{`The backtests could not be read: ${detailOf(error)}`}</p>
      </section>
    );
  }
  if (!data || data.data.length === 0) return null;
  const { data: sessions, meta } = data;
  return (
    <section className={styles.panel} aria-labelledby="history">
      <h3 id="history">
        Backtests{" "}
        <small>
          {sessions.length < meta.total
            ? `newest ${count(sessions.length)} of ${count(meta.total)}`
            : count(meta.total)}
        </small>
      </h3>
      <section className={styles.scroller} aria-label="List of backtests" tabIndex={0}>
        <table aria-labelledby="history" data-testid="history">
          <thead>
            <tr>
              <th scope="col">Session</th>
              <th scope="col">Completed, ET</th>
              <th scope="col">Boundary</th>
              <th scope="col" data-numeric>
                Net P&L
              </th>
              <th scope="col" data-numeric>
                Max DD
              </th>
              <th scope="col" data-numeric>
                Sharpe
              </th>
              <th scope="col" data-numeric>
                Win %
              </th>
              <th scope="col" data-numeric>
                Trades
              </th>
              <th scope="col">Data</th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <tr key={session.id} data-before-reset={session.beforeReset || undefined}>
                <td>{session.id}</td>
                <td>
                  <Moment at={session.completedAt} />
                </td>
                <td>{counts(session.beforeReset, metrics.since)}</td>
                <td data-numeric data-sign={Math.sign(session.netPnl)}>
                  {moneyAndCents(session.netPnl)}
                </td>
                <td data-numeric>{drawdown(session.maxDrawdown)}</td>
                <td data-numeric>{ratio(session.sharpe)}</td>
                <td data-numeric>{percent(session.winRate)}</td>
                <td data-numeric>{count(session.trades)}</td>
                <td>{session.simData ? <SimData /> : session.dataSet}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** A bot that was never reset has no before and after. */
function counts(beforeReset: boolean, since: string | null): string {
  if (beforeReset) return "Before the reset";
  return since ? "Since the reset" : "Counts";
}
