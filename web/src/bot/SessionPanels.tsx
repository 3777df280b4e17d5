import { VisuallyHidden } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { api, detailOf } from "../api/client";
import type { Bot, Metrics, Session } from "../api/types";
import { count, missing, money, moneyAndCents, percent, plain, ratio } from "../format/number";
import { date, dateMinute, dateTime, utc } from "../format/time";
import { SimData } from "../ui/SimData";
import styles from "./BotPage.module.css";
import { EquityPanel } from "./EquityPanel";
import { Fact, Moment } from "./NowPanel";
import { SessionBanner } from "./SessionBanner";

const tradesShown = 100;

interface Props {
  bot: Bot;
  /** The session that the address names; undefined: the one that counts. */
  wanted: number | undefined;
  /** What stands between the note on the session and its figures. */
  children: ReactNode;
}

/** A result, where it comes from, and the trades it is made of. */
export function SessionPanels({ bot: { id, metrics }, wanted, children }: Props) {
  const shown = wanted ?? metrics.sessionId;
  if (shown !== null) {
    return (
      <SessionOf key={shown} id={shown} botId={id} metrics={metrics}>
        {children}
      </SessionOf>
    );
  }
  const since = metrics.since ? ` since the reset of ${dateTime(metrics.since)}` : "";
  return (
    <>
      {children}
      <NoResult>{`No completed backtest${since}.`}</NoResult>
    </>
  );
}

/** The panel without a result, and why. */
function NoResult({ alert, children }: { alert?: boolean; children: ReactNode }) {
  return (
    <section className={styles.panel} aria-labelledby="result">
      <h3 id="result">Result</h3>
      <p className={alert ? undefined : styles.muted} role={alert ? "alert" : undefined}>
        {children}
      </p>
    </section>
  );
}

interface SessionProps {
  id: number;
  botId: string;
  metrics: Metrics;
  children: ReactNode;
}

function SessionOf({ id, botId, metrics, children }: SessionProps) {
  const { data, error, refetch } = api.useQuery("get", "/api/sessions/{id}", {
    params: { path: { id }, query: { limit: tradesShown } },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new result and a reset each change how the session stands
  useEffect(() => void refetch(), [metrics.sessionId, metrics.since, refetch]);
  if (data?.botId === botId) {
    return (
      <>
        <SessionBanner session={data} />
        {children}
        <Statistics metrics={data.metrics} />
        <EquityPanel session={data} />
        <Provenance session={data} />
        <Trades session={data} />
      </>
    );
  }
  return (
    <>
      {children}
      {data && <NoResult alert>{`Session ${id} is of another bot, ${data.botId}.`}</NoResult>}
      {!data && error && <NoResult alert>{`Session ${id} could not be read: ${detailOf(error)}`}</NoResult>}
      {!data && !error && <section className={styles.panel} aria-hidden style={{ minHeight: 240 }} />}
    </>
  );
}

function Statistics({ metrics: m }: { metrics: Session["metrics"] }) {
  return (
    <section className={styles.panel} aria-labelledby="statistics">
      <h3 id="statistics">
        Statistics <small>{`${count(m.days)} trade dates, capital ${plain(m.capital)}`}</small>
      </h3>
      <dl className={styles.statistics}>
        <Statistic label="Profit before fees">{money(m.gross)}</Statistic>
        <Statistic label="Fees">{money(-m.fees)}</Statistic>
        <Statistic label="Wins">{count(m.wins)}</Statistic>
        <Statistic label="Losses">{count(m.losses)}</Statistic>
        <Statistic label="Best trade">{moneyAndCents(m.best)}</Statistic>
        <Statistic label="Worst trade">{moneyAndCents(m.worst)}</Statistic>
        <Statistic label="Expectancy">{moneyAndCents(m.expectancy)}</Statistic>
        <Statistic label="Expectancy, R">{ratio(m.expectancyR)}</Statistic>
        <Statistic label="Profit factor">{ratio(m.profitFactor)}</Statistic>
        <Statistic label="Payoff">{ratio(m.payoff)}</Statistic>
        <Statistic label="Sortino">{ratio(m.sortino)}</Statistic>
        <Statistic label="t (Newey–West)">{ratio(m.neweyWestT)}</Statistic>
        <Statistic label="Time in the market">{percent(m.exposure)}</Statistic>
        <Statistic label="Longest losing run">{count(m.longestLossRun)}</Statistic>
        <Statistic label="Days under water">{count(m.longestDrawdown)}</Statistic>
      </dl>
    </section>
  );
}

function Statistic({ label, children }: { label: string; children: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {children}
        {children === missing && <VisuallyHidden> not defined for these trades</VisuallyHidden>}
      </dd>
    </div>
  );
}

function Provenance({ session }: { session: Session }) {
  const from = session.provenance;
  return (
    <section className={styles.panel} aria-labelledby="result">
      <h3 id="result">
        Where the figures come from
        <small>{`Session ${session.id}`}</small>
        {from.simData && <SimData />}
      </h3>
      <dl className={`${styles.facts} ${styles.twoColumns}`}>
        <Fact label="Completed">
          <Moment at={session.completedAt} />
        </Fact>
        <Fact label="Data">
          {`${from.dataSet} (${from.provider}), bars of ${from.intervalSeconds / 60} min`}
          <small>
            {`${count(from.barCount)} bars of ${from.dataRoot}, ${date(from.firstBar)} to ${date(from.lastBar)}; ` +
              `${from.symbol}: tick ${from.tickSize}, $${from.multiplier} a point`}
          </small>
        </Fact>
        <Fact label="Costs">
          {`${from.costModel.name}, $${from.costModel.fee.toFixed(2)} a contract and side`}
          <small>
            {`slippage in ticks: market ${from.costModel.slipMarket}, stop ${from.costModel.slipStop}, ` +
              `limit ${from.costModel.slipLimit}`}
          </small>
          <small>{`fees ${from.fees}`}</small>
        </Fact>
        <Fact label="Engine">
          {from.engineVersion}
          <small>{`seed ${from.seed}`}</small>
        </Fact>
        <Hash label="Data fingerprint" value={from.fingerprint} />
        <Hash label="Strategy" value={from.strategyHash} />
        <Hash label="Rules executed" value={from.executedRuleHash} />
        <Hash label="Result" value={from.resultHash} />
      </dl>
    </section>
  );
}

function Hash({ label, value }: { label: string; value: string }) {
  return (
    <Fact label={label}>
      <code>{value}</code>
    </Fact>
  );
}

function Trades({ session: { trades, meta } }: { session: Session }) {
  const shown =
    trades.length < meta.total ? `first ${count(trades.length)} of ${count(meta.total)}` : count(meta.total);
  return (
    <section className={styles.panel} aria-labelledby="trades">
      <h3 id="trades">
        Trades <small>{shown}</small>
      </h3>
      {trades.length === 0 ? (
        <p className={styles.muted}>The strategy made no trade on these bars.</p>
      ) : (
        <section className={styles.scroller} aria-label="List of trades" tabIndex={0}>
          <table aria-labelledby="trades">
            <thead>
              <tr>
                <th scope="col">Side</th>
                <th scope="col">Entry, ET</th>
                <th scope="col" data-numeric>
                  Price
                </th>
                <th scope="col">Why</th>
                <th scope="col">Exit, ET</th>
                <th scope="col" data-numeric>
                  Price
                </th>
                <th scope="col">Why</th>
                <th scope="col" data-numeric>
                  Net P&L
                </th>
              </tr>
            </thead>
            <tbody>
              {trades.map((trade) => (
                <tr key={trade.number}>
                  <td>{`${trade.side === "LONG" ? "Long" : "Short"} ${trade.contracts}`}</td>
                  <td title={utc(trade.entryAt)}>{dateMinute(trade.entryAt)}</td>
                  <td data-numeric>{price(trade.entryPrice)}</td>
                  <td className={styles.reason} title={trade.entryReason}>
                    {trade.entryReason}
                  </td>
                  <td title={utc(trade.exitAt)}>{dateMinute(trade.exitAt)}</td>
                  <td data-numeric>{price(trade.exitPrice)}</td>
                  <td>{trade.exitReason}</td>
                  <td data-numeric data-sign={Math.sign(trade.netPnl)}>
                    {moneyAndCents(trade.netPnl)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

const prices = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 7 });

function price(value: number): string {
  return prices.format(value);
}
