import type { Bot } from "../api/types";

/** A column of the fleet's table. */
export interface Column {
  id: ColumnId;
  label: string;
  /** Right-aligned figures. */
  numeric?: boolean;
  /** May be left out by the operator. */
  canHide?: boolean;
}

export type ColumnId =
  | "attention"
  | "name"
  | "symbol"
  | "stage"
  | "activity"
  | "data"
  | "netPnl"
  | "maxDrawdown"
  | "sharpe"
  | "winRate"
  | "trades"
  | "equity";

/** The columns from left to right. */
export const columns: readonly Column[] = [
  { id: "attention", label: "Attention" },
  { id: "name", label: "Name" },
  { id: "symbol", label: "Symbol", canHide: true },
  { id: "stage", label: "Stage", canHide: true },
  { id: "activity", label: "Activity" },
  { id: "data", label: "Data" },
  { id: "netPnl", label: "Net P&L", numeric: true, canHide: true },
  { id: "maxDrawdown", label: "Max DD", numeric: true, canHide: true },
  { id: "sharpe", label: "Sharpe", numeric: true, canHide: true },
  { id: "winRate", label: "Win %", numeric: true, canHide: true },
  { id: "trades", label: "Trades", numeric: true, canHide: true },
  { id: "equity", label: "Equity", canHide: true },
];

const climb = ["LAB", "PAPER", "SHADOW", "CANARY", "LIVE"];

/** What a column is sorted by; null where the bot has no value. */
const values = {
  name: (bot: Bot) => bot.name,
  symbol: (bot: Bot) => bot.symbol,
  stage: (bot: Bot) => climb.indexOf(bot.stage),
  netPnl: (bot: Bot) => bot.metrics.netPnl,
  // Drawn with a minus, so it sorts as what is read: the deepest is the least.
  maxDrawdown: (bot: Bot) => (bot.metrics.maxDrawdown === null ? null : -bot.metrics.maxDrawdown),
  sharpe: (bot: Bot) => bot.metrics.sharpe,
  winRate: (bot: Bot) => bot.metrics.winRate,
  trades: (bot: Bot) => bot.metrics.trades,
} satisfies Partial<Record<ColumnId, (bot: Bot) => string | number | null>>;

export type SortKey = keyof typeof values;

/** The columns that can be sorted by. */
export const sortKeys = Object.keys(values) as SortKey[];

/** Whether a column can be sorted by. */
export function isSortKey(id: ColumnId): id is SortKey {
  return id in values;
}

/** The value of a bot that a column is sorted by. */
export function sortValue(bot: Bot, key: SortKey): string | number | null {
  return values[key](bot);
}
