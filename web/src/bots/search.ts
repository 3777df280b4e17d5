import type { Stage } from "../api/types";
import { stages } from "../ui/StageChip";
import { type ColumnId, columns, type SortKey, sortKeys } from "./columns";

/** What of the fleet is shown and how, as it stands in the address. */
export interface BotsSearch {
  stage?: Stage;
  q?: string;
  sort?: SortKey;
  dir?: "asc" | "desc";
  attention?: true;
  /** The shown columns that can be hidden, joined by commas; absent: this browser's choice. */
  cols?: string;
}

/** Reads the address; what it cannot mean is left out. */
export function botsSearch(raw: Record<string, unknown>): BotsSearch {
  const search: BotsSearch = {};
  const stage = stages.find((s) => s === raw.stage);
  const sort = sortKeys.find((s) => s === raw.sort);
  if (stage) search.stage = stage;
  if (typeof raw.q === "string" || typeof raw.q === "number") search.q = String(raw.q);
  if (sort) search.sort = sort;
  if (sort && (raw.dir === "asc" || raw.dir === "desc")) search.dir = raw.dir;
  if (raw.attention === true) search.attention = true;
  if (typeof raw.cols === "string") search.cols = raw.cols;
  return search;
}

/** The columns that a choice shows; without a choice all of them. */
export function shownColumns(choice: string | undefined): Set<ColumnId> {
  const chosen = choice?.split(",");
  return new Set(columns.filter((c) => !c.canHide || !chosen || chosen.includes(c.id)).map((c) => c.id));
}

/** The choice after one column is shown or hidden; undefined when all are shown. */
export function toggleColumn(choice: string | undefined, id: ColumnId): string | undefined {
  const shown = shownColumns(choice);
  if (!shown.delete(id)) shown.add(id);
  const hideable = columns.filter((c) => c.canHide);
  if (hideable.every((c) => shown.has(c.id))) return undefined;
  return hideable
    .filter((c) => shown.has(c.id))
    .map((c) => c.id)
    .join(",");
}

/** The search after a column's header is pressed: descending, ascending, the server's order again. */
export function nextSort({ sort, dir, ...rest }: BotsSearch, key: SortKey): BotsSearch {
  if (sort !== key) return { ...rest, sort: key };
  return dir === "asc" ? rest : { ...rest, sort, dir: "asc" };
}
