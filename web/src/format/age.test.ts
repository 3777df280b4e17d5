import { describe, expect, it } from "vitest";
import cases from "../../../badge/testdata/ages.json" with { type: "json" };
import type { AgeForm } from "../api/types";
import { age, due } from "./age";

const now = Date.parse("2026-11-22T18:38:47Z");
const before = (seconds: number) => new Date(now - seconds * 1000).toISOString();

describe("age, as badge/testdata/ages.json says for the server too", () => {
  it.each(cases)("$form of $seconds s is $want", ({ form, seconds, want }) => {
    expect(age(form as AgeForm, before(seconds), now) ?? "").toBe(want);
  });
});

it("has no age without a moment", () => {
  expect(age("elapsed", undefined, now)).toBeNull();
});

it.each([
  [240, "in 4m"],
  [0.4, "due now"],
  [-3600, "due now"],
  [59, "in 59s"],
  [18_000, "in 5h"],
  [200_000, "in >24h"],
])("due in %d s is %s", (seconds, want) => {
  expect(due(before(-seconds), now)).toBe(want);
});
