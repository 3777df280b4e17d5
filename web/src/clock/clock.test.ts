import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Clock } from "./clock";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-22T18:00:00.250Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the server's clock", () => {
  it("is the stream's to the millisecond", () => {
    const clock = new Clock();
    clock.set("2026-11-22T18:05:00.125Z");
    vi.advanceTimersByTime(1000);
    expect(new Date(clock.now()).toISOString()).toBe("2026-11-22T18:05:01.125Z");
  });

  it.each([
    ["agrees within its second", "Sun, 22 Nov 2026 18:00:00 GMT", "2026-11-22T18:00:00.250Z"],
    ["is ahead", "Sun, 22 Nov 2026 18:03:00 GMT", "2026-11-22T18:03:00.500Z"],
    ["is behind", "Sun, 22 Nov 2026 17:00:00 GMT", "2026-11-22T17:00:00.500Z"],
    ["is no date", "soon", "2026-11-22T18:00:00.250Z"],
  ])("when a Date header %s", (_, header, want) => {
    const clock = new Clock();
    clock.setFromHeader(header);
    expect(new Date(clock.now()).toISOString()).toBe(want);
  });
});

it("calls its listeners as the server's second turns, from one timer", () => {
  const clock = new Clock();
  clock.set("2026-11-22T18:00:00.900Z");
  const calls: string[] = [];
  const stop = [clock.subscribe(() => calls.push("a")), clock.subscribe(() => calls.push("b"))];
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(99);
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(1001);
  expect(calls).toEqual(["a", "b", "a", "b"]);
  for (const end of stop) end();
  expect(vi.getTimerCount()).toBe(0);
});
