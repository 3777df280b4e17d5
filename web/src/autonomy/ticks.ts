import type { ProofAutonomy, ProofTick } from "../api/types";

/** A bar of the chart, from the oldest tick to the newest. */
export interface Bar {
  id: number;
  jobs: number;
  failed: boolean;
}

/** The ticks as bars, and the highest value of their axis. */
export function barsOf(ticks: ProofTick[]): { bars: Bar[]; top: number } {
  const bars = ticks.map((tick) => ({ id: tick.id, jobs: tick.jobs_enqueued, failed: Boolean(tick.error) }));
  const most = bars.reduce((top, bar) => Math.max(top, bar.jobs), 0);
  return { bars: bars.reverse(), top: Math.max(2, most + (most % 2)) };
}

/** What the chart shows, in a sentence. */
export function sentenceOf({ ticks, jobs_enqueued, failed_ticks }: ProofAutonomy): string {
  const failed = failed_ticks === 0 ? "none" : String(failed_ticks);
  return `Last ${ticks.length} planner ticks: ${jobs_enqueued} jobs enqueued, ${failed} failed`;
}

/** Why the newest tick failed; undefined when it did not. */
export function lastError({ ticks }: ProofAutonomy): string | undefined {
  return ticks[0]?.error || undefined;
}
