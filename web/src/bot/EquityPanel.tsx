import { useState } from "react";
import type { EquityDay, Session } from "../api/types";
import { drawdown, money } from "../format/number";
import { tradeDate } from "../format/time";
import { SimData } from "../ui/SimData";
import styles from "./BotPage.module.css";
import { scaleOf } from "./equity";

/** The equity curve of a session by trade date, and the same figures as a table on demand. */
export function EquityPanel({ session }: { session: Session }) {
  const { equity, metrics, provenance } = session;
  const [asTable, setAsTable] = useState(false);
  const first = equity[0];
  const last = equity.at(-1);
  return (
    <section className={`${styles.panel} ${styles.wide}`} aria-labelledby="equity">
      <h3 id="equity">
        Equity <small>{`Session ${session.id}, profit and loss since its start`}</small>
        {provenance.simData && <SimData />}
        {first && (
          <button
            type="button"
            className={styles.more}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            As a table
          </button>
        )}
      </h3>
      {!first || !last ? (
        <p className={styles.muted}>The session has no trade date.</p>
      ) : (
        <>
          <Curve
            days={equity}
            name={`Equity curve: ${money(last.pnl)} at the end, deepest drawdown ${drawdown(metrics.maxDrawdown)}`}
          />
          <p className={styles.dates}>
            <span>{tradeDate(first.date)}</span>
            <span>{tradeDate(last.date)}</span>
          </p>
          {asTable && <Days days={equity} />}
        </>
      )}
    </section>
  );
}

const height = 160;
const width = 1000;

function Curve({ days, name }: { days: EquityDay[]; name: string }) {
  const { top, bottom, y } = scaleOf(
    days.map((day) => day.pnl),
    height,
  );
  const x = (i: number) => (days.length < 2 ? width / 2 : (i / (days.length - 1)) * width);
  const line = days.map((day, i) => `${x(i).toFixed(1)},${y(day.pnl).toFixed(1)}`).join(" ");
  const last = days.at(-1)?.pnl ?? 0;
  const colour = last < 0 ? "var(--neg)" : "var(--pos)";
  return (
    <div className={styles.curve} role="img" aria-label={name}>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" fill="none" aria-hidden>
        <polygon points={`0,${y(0)} ${line} ${width},${y(0)}`} fill={colour} fillOpacity={0.1} />
        <line x1={0} x2={width} y1={y(0)} y2={y(0)} stroke="var(--line-3)" strokeDasharray="2 3" />
        <polyline points={line} stroke={colour} strokeWidth={1.6} strokeLinejoin="round" />
      </svg>
      <div className={styles.scale} aria-hidden>
        {top > 0 && <span style={{ top: y(top) }}>{money(top)}</span>}
        {apart(y(0), y(top)) && apart(y(0), y(bottom)) && <span style={{ top: y(0) }}>$0</span>}
        {bottom < 0 && <span style={{ top: y(bottom) }}>{money(bottom)}</span>}
      </div>
    </div>
  );
}

/** Whether two labels do not touch. One at zero itself is the label of zero. */
function apart(one: number, other: number): boolean {
  return one === other || Math.abs(one - other) > 14;
}

function Days({ days }: { days: EquityDay[] }) {
  return (
    <section className={`${styles.scroller} ${styles.days}`} aria-label="Equity by trade date" tabIndex={0}>
      <table aria-label="Equity">
        <thead>
          <tr>
            <th scope="col">Trade date</th>
            <th scope="col" data-numeric>
              P&L since the start
            </th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.date}>
              <td>{tradeDate(day.date)}</td>
              <td data-numeric data-sign={Math.sign(day.pnl)}>
                {money(day.pnl)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
