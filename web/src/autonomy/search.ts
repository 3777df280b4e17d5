/** How many ticks the page shows. */
export const tickCounts = [30, 60, 240] as const;

/** What of the planner is shown, as it stands in the address. */
export interface AutonomySearch {
  ticks?: (typeof tickCounts)[number];
}

/** Reads the address; what it cannot mean is left out. */
export function autonomySearch(raw: Record<string, unknown>): AutonomySearch {
  const ticks = tickCounts.find((n) => n === raw.ticks);
  return ticks ? { ticks } : {};
}
