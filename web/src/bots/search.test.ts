import { describe, expect, it } from "vitest";
import { botsSearch, nextSort, shownColumns, toggleColumn } from "./search";

describe("the address", () => {
  it.each([
    [{}, {}],
    [
      { stage: "PAPER", q: "orb", sort: "netPnl", dir: "asc", attention: true, cols: "symbol" },
      { stage: "PAPER", q: "orb", sort: "netPnl", dir: "asc", attention: true, cols: "symbol" },
    ],
    [{ stage: "MOON", sort: "luck", dir: "asc", attention: "yes", cols: 3 }, {}],
    [
      { q: 5, dir: "up", sort: "trades" },
      { q: "5", sort: "trades" },
    ],
  ])("%o", (raw, want) => {
    expect(botsSearch(raw)).toEqual(want);
  });
});

it("sorts descending, ascending, and then not at all", () => {
  const first = nextSort({ stage: "LAB" }, "sharpe");
  const second = nextSort(first, "sharpe");
  expect([first, second, nextSort(second, "sharpe"), nextSort(second, "trades")]).toEqual([
    { stage: "LAB", sort: "sharpe" },
    { stage: "LAB", sort: "sharpe", dir: "asc" },
    { stage: "LAB" },
    { stage: "LAB", sort: "trades" },
  ]);
});

it("hides and shows columns, but never the name or the activity", () => {
  const choice = toggleColumn(undefined, "sharpe");
  expect(choice).toBe("symbol,stage,netPnl,maxDrawdown,winRate,trades,equity");
  expect(shownColumns(choice).has("sharpe")).toBe(false);
  expect(toggleColumn(choice, "sharpe")).toBeUndefined();
  expect([...shownColumns("")]).toEqual(["attention", "name", "activity", "data"]);
});
