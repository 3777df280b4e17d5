import { type ReactNode, useId } from "react";
import { detailOf } from "../api/client";
import type { Problem } from "../api/types";
import { clock } from "../clock/clock";
import { clockTime } from "../format/time";
import { Message } from "./Message";
import styles from "./page.module.css";

interface Query<T> {
  data: T | undefined;
  error: Problem | Error | string | null;
  dataUpdatedAt: number;
  refetch: () => void;
}

interface ReadingProps<T> {
  query: Query<T>;
  /** What it is, as the beginning of a sentence. */
  what: string;
  children: (data: T) => ReactNode;
}

/** What a query brought; while it brings nothing, or no longer anything new, it says so. */
export function Reading<T>({
  query: { data, error, dataUpdatedAt, refetch },
  what,
  children,
}: ReadingProps<T>) {
  const again = (
    <button type="button" className={styles.button} onClick={() => refetch()}>
      Try again
    </button>
  );
  if (data === undefined && error) {
    return (
      <div className={styles.whole}>
        <Message title={`${what} could not be read`} text={detailOf(error)} alert>
          {again}
        </Message>
      </div>
    );
  }
  if (data === undefined) {
    return <div className={styles.panel} data-testid="loading" aria-hidden style={{ minHeight: 240 }} />;
  }
  return (
    <>
      {error && (
        <div role="alert" className={styles.trouble}>
          <span>
            {`Not updated since ${clockTime(dataUpdatedAt + clock.now() - Date.now())} ET: ${detailOf(error)}`}
          </span>
          {again}
        </div>
      )}
      {children(data)}
    </>
  );
}

interface PanelProps {
  title: string;
  /** A muted fact beside the title. */
  fact?: ReactNode;
  /** What stands at the right end of the head. */
  legend?: ReactNode;
  /** Of twelve columns; absent: all. */
  span?: 4 | 5 | 7 | 8;
  children: ReactNode;
}

/** A titled part of a page. */
export function Panel({ title, fact, legend, span, children }: PanelProps) {
  const id = useId();
  return (
    <section className={styles.panel} data-span={span} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        <span>{fact}</span>
        {legend}
      </div>
      {children}
    </section>
  );
}

/** A row of facts above a page. */
export function Facts({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section className={styles.strip} aria-label={label} tabIndex={0}>
      <dl>{children}</dl>
    </section>
  );
}

/** One of them: a label, a value, and what belongs to it. */
export function Fact({ label, more, children }: { label: string; more?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {children}
        {more && <small>{more}</small>}
      </dd>
    </div>
  );
}

interface TabsProps<T extends string> {
  label: string;
  tabs: readonly (readonly [T, string])[];
  on: T;
  onChange: (tab: T) => void;
}

/** Toggles of which one is on. */
export function Tabs<T extends string>({ label, tabs, on, onChange }: TabsProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of toggles is no form, and a fieldset cannot scroll sideways
    <div role="group" aria-label={label} className={styles.tabs}>
      {tabs.map(([tab, text]) => (
        <button key={tab} type="button" aria-pressed={tab === on} onClick={() => onChange(tab)}>
          {text}
        </button>
      ))}
    </div>
  );
}
