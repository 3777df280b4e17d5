import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Stream } from "./stream";

class FakeSource extends EventTarget {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  close() {
    this.closed = true;
  }
}

let sources: FakeSource[];
let heard: unknown[];
let stream: Stream;
const newest = () => sources.at(-1) as FakeSource;

beforeEach(() => {
  vi.useFakeTimers();
  sources = [];
  heard = [];
  stream = new Stream(
    () => {
      sources.push(new FakeSource());
      return newest() as unknown as EventSource;
    },
    {
      opened: () => heard.push("opened"),
      received: (message) => heard.push(message),
      lost: () => heard.push("lost"),
    },
  );
  stream.start();
});

afterEach(() => {
  stream.stop();
  vi.useRealTimers();
});

it("passes on what it hears", () => {
  newest().onopen?.();
  newest().dispatchEvent(new MessageEvent("heartbeat", { data: '{"serverTime":"2026-11-22T18:00:00Z"}' }));
  expect(heard).toEqual(["opened", { event: "heartbeat", data: { serverTime: "2026-11-22T18:00:00Z" } }]);
});

it("comes back after 1, 2, 5 and then every 10 seconds", () => {
  for (const pause of [1000, 2000, 5000, 10_000, 10_000]) {
    const before = sources.length;
    newest().onerror?.();
    expect(newest().closed).toBe(true);
    vi.advanceTimersByTime(pause - 1);
    expect(sources.length).toBe(before);
    vi.advanceTimersByTime(1);
    expect(sources.length).toBe(before + 1);
  }
  newest().onopen?.();
  newest().onerror?.();
  vi.advanceTimersByTime(1000);
  expect(sources.length).toBe(7);
});

it("takes 25 seconds of silence for a loss", () => {
  newest().onopen?.();
  vi.advanceTimersByTime(24_000);
  newest().dispatchEvent(new MessageEvent("heartbeat", { data: '{"serverTime":"2026-11-22T18:00:00Z"}' }));
  vi.advanceTimersByTime(24_999);
  expect(heard).not.toContain("lost");
  vi.advanceTimersByTime(1);
  expect(heard.at(-1)).toBe("lost");
});

it("is silent once stopped", () => {
  stream.stop();
  vi.advanceTimersByTime(60_000);
  expect(sources.length).toBe(1);
  expect(heard).toEqual([]);
});
