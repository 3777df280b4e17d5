import { expect, it } from "vitest";
import { aBot } from "../testing/bots";
import { allToggled, selectedOf, selectionText, toggled } from "./selection";

const fleet = ["a", "b", "c"].map((id) => aBot({ id }));

it("adds and takes away one bot", () => {
  const one = toggled(new Set(), "b");
  expect([...one]).toEqual(["b"]);
  expect([...toggled(one, "b")]).toEqual([]);
});

it("takes all rows, and gives them back, without touching what is not shown", () => {
  const rows = fleet.slice(0, 2);
  const all = allToggled(new Set(["c", "a"]), rows);
  expect([...all].sort()).toEqual(["a", "b", "c"]);
  expect([...allToggled(all, rows)]).toEqual(["c"]);
});

it("forgets a bot that is gone, and keeps the order of the list", () => {
  expect(selectedOf(fleet, new Set(["gone", "c", "a"])).map((bot) => bot.id)).toEqual(["a", "c"]);
});

it("says how many are out of sight", () => {
  expect(selectionText(1, 1)).toBe("1 bot selected");
  expect(selectionText(3, 1)).toBe("3 bots selected, 2 of them not shown");
});
