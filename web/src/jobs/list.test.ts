import { expect, it } from "vitest";
import type { JobRow } from "../api/types";
import { countsByType, filterJobs } from "./list";
import { jobsSearch } from "./search";

const jobs = [
  { id: 1, bot_id: "mes-gap", status: "RUNNING", job_type: "IMPROVE" },
  { id: 2, bot_id: "mes-orb", status: "FAILED", job_type: "BASELINE_BACKTEST" },
] as JobRow[];

it.each([
  [{}, [1, 2]],
  [{ status: "FAILED" as const }, [2]],
  [{ type: "IMPROVE" as const }, [1]],
  [{ bot: "mes" }, [1, 2]],
  [{ bot: "orb", status: "RUNNING" as const }, []],
])("%o", (search, want) => {
  expect(filterJobs(jobs, search).map(({ id }) => id)).toEqual(want);
});

it("reads the address", () => {
  expect(jobsSearch({ status: "RUNNING", type: "EVOLVE", bot: "mes" })).toEqual({
    status: "RUNNING",
    type: "EVOLVE",
    bot: "mes",
  });
  expect(jobsSearch({ status: "DANCING", type: 3, bot: "" })).toEqual({});
});

it("counts by type, in a fixed order", () => {
  expect(
    countsByType([
      { job_type: "IMPROVE", status: "QUEUED", count: 4 },
      { job_type: "BASELINE_BACKTEST", status: "COMPLETED", count: 2 },
    ]),
  ).toEqual([
    { type: "BASELINE_BACKTEST", counts: [0, 0, 2, 0, 0] },
    { type: "IMPROVE", counts: [0, 4, 0, 0, 0] },
  ]);
});
