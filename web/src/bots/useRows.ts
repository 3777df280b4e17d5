import { useEffect, useMemo, useRef, useState } from "react";
import type { Bot } from "../api/types";
import { clock } from "../clock/clock";
import { filterBots, inOrder, sortBots } from "./list";
import type { BotsSearch } from "./search";

/**
 * The rows to draw. Figures are always the newest, but rows change places at
 * most once a second, and never while held: the row under the pointer must not
 * become another one.
 */
export function useRows(bots: Bot[], search: BotsSearch, held: boolean): Bot[] {
  const { stage, q, attention, sort, dir } = search;
  const chosen = useMemo(
    () =>
      filterBots(bots, {
        ...(stage && { stage }),
        ...(q && { q }),
        ...(attention && { attention }),
      }),
    [bots, stage, q, attention],
  );
  const newest = useRef(chosen);
  newest.current = chosen;

  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (held || !sort) return;
    return clock.subscribe(() => setTurn((n) => n + 1));
  }, [held, sort]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the order is taken anew at each turn, not with each change
  const order = useMemo(
    () => sort && new Map(sortBots(newest.current, sort, dir).map((bot, i) => [bot.id, i])),
    [sort, dir, turn, stage, q, attention],
  );
  return useMemo(() => (order ? inOrder(chosen, order) : chosen), [chosen, order]);
}
