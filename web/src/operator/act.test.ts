import { expect, it } from "vitest";
import type { ResetAnswer, RevertAnswer } from "../api/types";
import { executes, resetFacts, revertFacts } from "./act";

it("names the number of bots on the button", () => {
  expect(executes("revert", 40)).toBe("Revert 40 bots to LAB");
  expect(executes("revert", 1)).toBe("Revert 1 bot to LAB");
  expect(executes("reset", 1204)).toBe("Reset the metrics of 1,204 bots");
});

it("says what a revert does", () => {
  const counts = {
    bots: 3,
    from: { LAB: 2, PAPER: 0, SHADOW: 0, CANARY: 0, LIVE: 1 },
    jobsCancelled: 1,
    runnersStopped: 1,
  };
  const [first, , last] = revertFacts({ counts, stageLockedUntil: "2026-11-24T18:00:00Z" } as RevertAnswer);
  expect(first).toBe("To LAB, promotion manual: 3 bots, now in LAB 2, LIVE 1.");
  expect(last).toBe("Cancelled: 1 active job. Stopped: 1 runner.");
});

it("says what a reset does", () => {
  const counts = { bots: 2, jobsCancelled: 0, sessions: 7 };
  expect(resetFacts({ counts } as ResetAnswer)[1]).toBe(
    "No longer counted: 7 sessions. They stay readable, marked as before the reset.",
  );
});
