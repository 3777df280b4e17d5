import type { ResetAnswer, RevertAnswer } from "../api/types";
import { count } from "../format/number";
import { dateTime } from "../format/time";
import { stages } from "../ui/StageChip";

/** What an operator may do to many bots at once. */
export type Act = "revert" | "reset";

/** ALL, or a stage, or the ids of bots. */
export type Scope = string | string[];

/** What the dialog asks for before it makes a dry run. */
export interface Order {
  scope: Scope;
  reasonCode: string;
  lockHours: number;
}

export const names: Record<Act, string> = { revert: "Revert to LAB", reset: "Reset metrics" };

/** The reason codes that the dialog begins with. */
export const usualReasons: Record<Act, string> = {
  revert: "BULK_REVERT_SEV1_RESET",
  reset: "OPERATOR_RESET",
};

/** `20 bots`, `1 bot`. */
function bots(n: number): string {
  return several(n, "bot");
}

/** `1,204 sessions`, `1 session`. */
export function several(n: number, word: string): string {
  return `${count(n)} ${word}${n === 1 ? "" : "s"}`;
}

/** The words of the button that does it. */
export function executes(act: Act, n: number): string {
  return act === "revert" ? `Revert ${bots(n)} to LAB` : `Reset the metrics of ${bots(n)}`;
}

/** What a revert does, as sentences. */
export function revertFacts({ counts, stageLockedUntil }: RevertAnswer): string[] {
  const from = stages
    .filter((stage) => counts.from[stage] > 0)
    .map((stage) => `${stage} ${counts.from[stage]}`);
  return [
    `To LAB, promotion manual: ${bots(counts.bots)}, now in ${from.join(", ")}.`,
    `Their stage is locked until ${dateTime(stageLockedUntil)}. The lab goes on testing them.`,
    `Cancelled: ${several(counts.jobsCancelled, "active job")}. Stopped: ${several(counts.runnersStopped, "runner")}.`,
  ];
}

/** What a reset does, as sentences. */
export function resetFacts({ counts }: ResetAnswer): string[] {
  return [
    `Results of ${bots(counts.bots)} count anew from the moment you confirm.`,
    `No longer counted: ${several(counts.sessions, "session")}. They stay readable, marked as before the reset.`,
    `Cancelled: ${several(counts.jobsCancelled, "active job")}. The next tick queues new baselines.`,
  ];
}
