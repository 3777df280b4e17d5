import type { Bot } from "../api/types";
import { type SortKey, sortValue } from "./columns";
import type { BotsSearch } from "./search";

const names = new Intl.Collator("en", { numeric: true });

/** The bots that the search asks for, in the server's order. */
export function filterBots(bots: Bot[], { stage, q, attention }: BotsSearch): Bot[] {
  const words = q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  if (!stage && !attention && words.length === 0) return bots;
  return bots.filter((bot) => {
    if (stage && bot.stage !== stage) return false;
    if (attention && !bot.botNow.alert) return false;
    const text = `${bot.name} ${bot.symbol} ${bot.id}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The bots by one column; those without a value stand last in both directions. */
export function sortBots(bots: Bot[], key: SortKey | undefined, dir: "asc" | "desc" = "desc"): Bot[] {
  if (!key) return bots;
  const sign = dir === "asc" ? 1 : -1;
  return bots.slice().sort((a, b) => {
    const x = sortValue(a, key);
    const y = sortValue(b, key);
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (typeof x === "string" ? names.compare(x, String(y)) : x - Number(y));
  });
}

/** The bots in an order taken earlier, place by id; those that were not in it stand last. */
export function inOrder(bots: Bot[], order: Map<string, number>): Bot[] {
  const placed: (Bot | undefined)[] = new Array(order.size);
  const others: Bot[] = [];
  for (const bot of bots) {
    const place = order.get(bot.id);
    if (place === undefined) others.push(bot);
    else placed[place] = bot;
  }
  return [...placed.filter((bot) => bot !== undefined), ...others];
}
