import { VisuallyHidden } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type FocusEvent, useEffect, useRef, useState } from "react";
import type { Bot } from "../api/types";
import { useKeys } from "../shell/shortcuts";
import { BotRow } from "./BotRow";
import styles from "./BotTable.module.css";
import { type Column, columns, isSortKey } from "./columns";
import { Tick } from "./SelectionBar";
import { type BotsSearch, nextSort, shownColumns } from "./search";
import { selectedOf } from "./selection";
import { useColumnChoice } from "./useColumnChoice";
import type { Selecting } from "./useSelection";

const rowHeight = 36;
const headHeight = 32;

interface Props {
  bots: Bot[];
  search: BotsSearch;
  selecting: Selecting | undefined;
  /** Told whether the pointer or the focus is in the table, where rows must not change places. */
  onHold: (held: boolean) => void;
}

/** The fleet as a table of which only the rows in sight exist. */
export function BotTable({ bots, search, selecting, onHold }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<string>();
  const [choice] = useColumnChoice(search);
  const shown = shownColumns(choice);
  const visible = columns.filter((column) => shown.has(column.id));
  const rows = useVirtualizer({
    count: bots.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (i) => bots[i]?.id ?? i,
    overscan: 8,
    scrollPaddingStart: headHeight,
  });
  const walk = useWalk(bots, current, (i) => rows.scrollToIndex(i), scroller);
  useKeys(walk);
  useEffect(() => () => onHold(false), [onHold]);

  const items = rows.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <section
      ref={scroller}
      className={styles.scroller}
      aria-label="The fleet"
      tabIndex={0}
      onPointerEnter={() => onHold(true)}
      onPointerLeave={(event) => onHold(event.currentTarget.contains(document.activeElement))}
      onFocus={(event) => {
        onHold(true);
        setCurrent(botIdOf(event) ?? current);
      }}
      onBlur={(event) => onHold(event.currentTarget.matches(":hover"))}
    >
      <table className={styles.table} aria-label="Bots" aria-rowcount={bots.length + 1}>
        <colgroup>
          {selecting && <col data-col="select" />}
          {visible.map(({ id }) => (
            <col key={id} data-col={id} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {selecting && <AllTick bots={bots} selecting={selecting} />}
            {visible.map((column) => (
              <Head key={column.id} column={column} search={search} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={above} />
          {items.map(({ index }) => {
            const bot = bots[index];
            return (
              bot && (
                <BotRow
                  key={bot.id}
                  bot={bot}
                  index={index}
                  current={bot.id === current}
                  columns={visible}
                  selected={selecting?.ids.has(bot.id)}
                  onSelect={selecting?.toggle}
                />
              )
            );
          })}
          <Spacer height={below} />
        </tbody>
      </table>
    </section>
  );
}

/** Steps through the rows by key: the focus goes to the next bot's name once its row exists. */
function useWalk(
  bots: Bot[],
  current: string | undefined,
  scrollTo: (index: number) => void,
  scroller: React.RefObject<HTMLElement | null>,
) {
  const wanted = useRef<string>(undefined);
  useEffect(() => {
    if (!wanted.current) return;
    const row = scroller.current?.querySelector(`[data-bot-id="${CSS.escape(wanted.current)}"] a`);
    if (!(row instanceof HTMLElement)) return;
    wanted.current = undefined;
    row.focus({ preventScroll: true });
  });
  return (key: string, event: KeyboardEvent) => {
    const step = key === "j" || key === "ArrowDown" ? 1 : key === "k" || key === "ArrowUp" ? -1 : 0;
    const focused = document.activeElement;
    const mine = focused === document.body || focused?.id === "main" || scroller.current?.contains(focused);
    if (step === 0 || !mine) return;
    event.preventDefault();
    const at = bots.findIndex((bot) => bot.id === current);
    const to = at < 0 ? 0 : Math.min(Math.max(at + step, 0), bots.length - 1);
    wanted.current = bots[to]?.id;
    scrollTo(to);
    const row = scroller.current?.querySelector(`[data-bot-id="${CSS.escape(wanted.current ?? "")}"] a`);
    if (row instanceof HTMLElement) row.focus({ preventScroll: true });
  };
}

function botIdOf(event: FocusEvent): string | undefined {
  const row = event.target.closest("[data-bot-id]");
  return row instanceof HTMLElement ? row.dataset.botId : undefined;
}

/** Selects all rows, those out of sight too. */
function AllTick({ bots, selecting }: { bots: Bot[]; selecting: Selecting }) {
  const selected = selectedOf(bots, selecting.ids).length;
  return (
    <th scope="col" data-col="select">
      <Tick
        label={`Select all ${bots.length} bots shown`}
        checked={selected === bots.length}
        partly={selected > 0 && selected < bots.length}
        onChange={selecting.toggleAll}
      />
    </th>
  );
}

function Head({ column: { id, label, numeric }, search }: { column: Column; search: BotsSearch }) {
  const navigate = useNavigate();
  if (!isSortKey(id)) {
    const hidden = id === "attention" || id === "data";
    return (
      <th scope="col" data-col={id}>
        {hidden ? <VisuallyHidden>{label}</VisuallyHidden> : label}
      </th>
    );
  }
  const on = search.sort === id;
  const Arrow = search.dir === "asc" ? IconArrowUp : IconArrowDown;
  return (
    <th
      scope="col"
      data-col={id}
      data-numeric={numeric}
      aria-sort={on ? (search.dir === "asc" ? "ascending" : "descending") : "none"}
    >
      <button
        type="button"
        onClick={() => navigate({ to: "/bots", search: (old) => nextSort(old, id), replace: true })}
      >
        {label}
        {on && <Arrow size={12} stroke={2} aria-hidden />}
      </button>
    </th>
  );
}

/** Stands for the rows out of sight. Its one cell spans nothing: a span would bring hidden columns back. */
function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden className={styles.spacer} style={{ height }}>
      <td />
    </tr>
  );
}
