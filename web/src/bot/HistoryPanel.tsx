import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, detailOf } from "../api/client";
import type { Bot } from "../api/types";
import { count, drawdown, moneyAndCents, percent, ratio } from "../format/number";
import { SimData } from "../ui/SimData";
import styles from "./BotPage.module.css";
import { Moment } from "./NowPanel";
import { standings } from "./standing";

const sessionsAtOnce = 20;
const mostSessions = 1000;

interface Props {
  bot: Bot;
  /** The session whose results the page shows. */
  shown: number | null;
}

/** The bot's backtests; those from before its reset stay readable and say so. */
export function HistoryPanel({ bot: { id, metrics }, shown }: Props) {
  const [most, setMost] = useState(sessionsAtOnce);
  const { data, error, refetch } = api.useQuery(
    "get",
    "/api/bots/{id}/sessions",
    { params: { path: { id }, query: { limit: most } } },
    { placeholderData: keepPreviousData },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new result and a reset each make the list old
  useEffect(() => void refetch(), [metrics.sessionId, metrics.since, refetch]);
  if (!data && error) {
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
              <th scope="col">Standing</th>
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
              <tr
                key={session.id}
                data-muted={session.standing !== "COUNTS" || undefined}
                data-current={session.id === shown || undefined}
              >
                <th scope="row">
                  <Link
                    to="/bots/$botId"
                    params={{ botId: id }}
                    search={{ session: session.id }}
                    aria-current={session.id === shown ? "true" : undefined}
                    aria-label={`Session ${session.id}`}
                  >
                    {session.id}
                  </Link>
                </th>
                <td>
                  <Moment at={session.completedAt} />
                </td>
                <td>{standings[session.standing]}</td>
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
      {sessions.length < meta.total && most < mostSessions && (
        <button
          type="button"
          className={styles.more}
          onClick={() => setMost(Math.min(5 * most, mostSessions))}
        >
          Show older sessions
        </button>
      )}
    </section>
  );
}
