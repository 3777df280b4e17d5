import { expect, it } from "vitest";
import type { ProofAutonomy, ProofTick } from "../api/types";
import { autonomySearch } from "./search";
import { barsOf, lastError, sentenceOf } from "./ticks";

const tick = (id: number, jobs_enqueued: number, error?: string) =>
  ({ id, jobs_enqueued, ...(error && { error }) }) as ProofTick;

it("draws the oldest tick first, on an axis that can be halved", () => {
  const { bars, top } = barsOf([tick(3, 0, "the disk is full"), tick(2, 5), tick(1, 0)]);
  expect(bars.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(bars[2]?.failed).toBe(true);
  expect(top).toBe(6);
  expect(barsOf([tick(1, 0)]).top).toBe(2);
});

it("says what the chart shows", () => {
  const proof = {
    ticks: [tick(2, 5, "why"), tick(1, 0)],
    jobs_enqueued: 5,
    failed_ticks: 1,
  } as ProofAutonomy;
  expect(sentenceOf(proof)).toBe("Last 2 planner ticks: 5 jobs enqueued, 1 failed");
  expect(lastError(proof)).toBe("why");
});

it.each([
  [{}, {}],
  [{ ticks: 240 }, { ticks: 240 }],
  [{ ticks: 61 }, {}],
  [{ ticks: "60" }, {}],
])("reads %o from the address", (raw, want) => {
  expect(autonomySearch(raw)).toEqual(want);
});
