import type { Bot } from "../api/types";

/** The ids of the bots that are selected. */
export type Selection = ReadonlySet<string>;

/** The selection with one bot more, or less. */
export function toggled(selection: Selection, id: string): Selection {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** The selection with all rows in it; when they all are, with none of them. */
export function allToggled(selection: Selection, rows: Bot[]): Selection {
  const next = new Set(selection);
  const all = rows.every((bot) => next.has(bot.id));
  for (const { id } of rows) {
    if (all) next.delete(id);
    else next.add(id);
  }
  return next;
}

/** The selected bots that are in a list, in its order. */
export function selectedOf(bots: Bot[], selection: Selection): Bot[] {
  return selection.size === 0 ? [] : bots.filter((bot) => selection.has(bot.id));
}

/** `3 bots selected`, and how many of them the filter keeps out of sight. */
export function selectionText(selected: number, shown: number): string {
  const bots = `${selected} bot${selected === 1 ? "" : "s"} selected`;
  return shown === selected ? bots : `${bots}, ${selected - shown} of them not shown`;
}
