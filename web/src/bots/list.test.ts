import { describe, expect, it } from "vitest";
import type { Bot, Metrics } from "../api/types";
import { aBot } from "../testing/bots";
import { filterBots, inOrder, sortBots } from "./list";

const ids = (bots: Bot[]) => bots.map((bot) => bot.id);
const withMetrics = (id: string, changes: Partial<Metrics>) =>
  aBot({ id, metrics: { ...aBot().metrics, ...changes } });

describe("sorting", () => {
  const fleet = [
    withMetrics("none", {}),
    withMetrics("loss", { netPnl: -882, maxDrawdown: 1233 }),
    withMetrics("zero", { netPnl: 0, maxDrawdown: 0 }),
    withMetrics("gain", { netPnl: 3020, maxDrawdown: 548 }),
    withMetrics("none too", {}),
  ];

  it("puts missing values last in both directions", () => {
    expect(ids(sortBots(fleet, "netPnl", "desc"))).toEqual(["gain", "zero", "loss", "none", "none too"]);
    expect(ids(sortBots(fleet, "netPnl", "asc"))).toEqual(["loss", "zero", "gain", "none", "none too"]);
  });

  it("sorts drawdowns as they are read, below zero", () => {
    expect(ids(sortBots(fleet, "maxDrawdown", "asc"))).toEqual(["loss", "gain", "zero", "none", "none too"]);
  });

  it("sorts stages by the climb and names by their numbers", () => {
    const climbers = [
      aBot({ id: "a", stage: "LIVE" }),
      aBot({ id: "b", stage: "LAB" }),
      aBot({ id: "c", stage: "CANARY" }),
    ];
    expect(ids(sortBots(climbers, "stage", "asc"))).toEqual(["b", "c", "a"]);
    const named = [aBot({ id: "a", name: "ORB 10" }), aBot({ id: "b", name: "ORB 9" })];
    expect(ids(sortBots(named, "name", "asc"))).toEqual(["b", "a"]);
  });

  it("keeps the server's order without a column", () => {
    expect(sortBots(fleet, undefined)).toBe(fleet);
  });
});

describe("filtering", () => {
  const fleet = [
    aBot({ id: "mes-orb", name: "MES ORB Breakout", symbol: "MES" }),
    aBot({ id: "mnq-orb", name: "MNQ ORB Breakout", symbol: "MNQ", stage: "PAPER" }),
    aBot({
      id: "mes-fade",
      name: "MES Gap Fade",
      botNow: { ...aBot().botNow, alert: { severity: "WARN", reason: "no data" } },
    }),
  ];

  it.each([
    [{}, ["mes-orb", "mnq-orb", "mes-fade"]],
    [{ q: "orb mes" }, ["mes-orb"]],
    [{ q: "  ORB " }, ["mes-orb", "mnq-orb"]],
    [{ q: "nothing" }, []],
    [{ stage: "PAPER" as const }, ["mnq-orb"]],
    [{ attention: true as const }, ["mes-fade"]],
    [{ attention: true as const, stage: "PAPER" as const }, []],
  ])("%o", (search, want) => {
    expect(ids(filterBots(fleet, search))).toEqual(want);
  });
});

it("keeps an order taken earlier and puts newcomers last", () => {
  const order = new Map([
    ["b", 0],
    ["gone", 1],
    ["a", 2],
  ]);
  const bots = [aBot({ id: "new" }), aBot({ id: "a" }), aBot({ id: "newer" }), aBot({ id: "b" })];
  expect(ids(inOrder(bots, order))).toEqual(["b", "a", "new", "newer"]);
});
