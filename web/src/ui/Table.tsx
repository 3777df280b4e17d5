import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useOverview } from "../api/overview";
import { useClock } from "../clock/clock";
import { ago, elapsed } from "../format/age";
import { missing } from "../format/number";
import { dateTime, utc } from "../format/time";
import styles from "./page.module.css";

/** A column of a small table. */
export interface TableColumn<T> {
  label: string;
  numeric?: boolean;
  /** A sentence, which may run over several lines. */
  long?: boolean;
  /** Gives way on a phone. */
  gives?: boolean;
  cell: (row: T) => ReactNode;
}

interface Props<T> {
  name: string;
  columns: TableColumn<T>[];
  rows: T[];
  keyOf: (row: T) => string | number;
  /** What stands in the place of no rows. */
  empty: string;
}

/** Rows of figures, which scroll sideways by themselves. */
export function Table<T>({ name, columns, rows, keyOf, empty }: Props<T>) {
  if (rows.length === 0) return <p className={styles.quiet}>{empty}</p>;
  return (
    <section className={styles.scroller} aria-label={`Table: ${name}`} tabIndex={0}>
      <table aria-label={name}>
        <thead>
          <tr>
            {columns.map(({ label, numeric, gives }) => (
              <th key={label} scope="col" data-numeric={numeric} data-gives={gives}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ label, numeric, long, gives, cell }) => (
                <td key={label} data-numeric={numeric} data-long={long} data-gives={gives}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A bot by its name, which leads to its page; one that is not in the fleet by its id. */
export function BotLink({ id }: { id: string }) {
  const bots = useOverview().data?.data;
  const name = useMemo(() => bots?.find((bot) => bot.id === id)?.name, [bots, id]);
  return (
    <Link to="/bots/$botId" params={{ botId: id }} preload={false}>
      {name ?? id}
    </Link>
  );
}

/** A moment in Eastern time, and in UTC on hover. */
export function When({ at }: { at: string | null | undefined }) {
  if (!at) return missing;
  return (
    <time dateTime={at} title={utc(at)}>
      {dateTime(at)}
    </time>
  );
}

/** `3m ago`. */
export function Ago({ at }: { at: string | null | undefined }) {
  return useClock((now) => (at ? ago(at, now) : missing));
}

/** `3m`, how long something has gone on. */
export function Since({ at }: { at: string }) {
  return useClock((now) => elapsed(at, now));
}

/** How long something took. */
export function took(from: string | null, to: string | null): string {
  if (!from || !to) return missing;
  const ms = Math.max(0, Date.parse(to) - Date.parse(from));
  return ms < 10_000 ? `${ms.toLocaleString("en-US")} ms` : elapsed(from, Date.parse(to));
}
