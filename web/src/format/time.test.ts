import { expect, it } from "vitest";
import { clockTime, dateMinute, dateTime, utc } from "./time";

it("tells Eastern time on both sides of the change of clocks", () => {
  expect(clockTime(Date.parse("2026-11-22T18:38:47Z"))).toBe("13:38:47");
  expect(clockTime(Date.parse("2026-07-22T18:38:47Z"))).toBe("14:38:47");
  expect(clockTime(Date.parse("2026-11-22T05:00:00Z"))).toBe("00:00:00");
});

it("tells the date that it is in New York", () => {
  expect(dateTime("2026-11-22T03:00:00Z")).toBe("Nov 21, 2026 22:00:00 ET");
  expect(dateMinute("2026-07-22T13:35:00Z")).toBe("Jul 22, 2026 09:35");
  expect(utc("2026-11-22T03:00:00.250Z")).toBe("2026-11-22 03:00:00 UTC");
});
