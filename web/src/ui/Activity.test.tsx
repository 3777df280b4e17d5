// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import cases from "../../../badge/testdata/badges.json" with { type: "json" };
import type { BotNow } from "../api/types";
import { clock } from "../clock/clock";
import { Activity } from "./Activity";
import { AlertIcon } from "./AlertIcon";

let root: Root;
let place: HTMLElement;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.useFakeTimers();
  place = document.body.appendChild(document.createElement("div"));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function draw(botNow: BotNow, now: string) {
  vi.setSystemTime(Date.parse(now));
  clock.set(now);
  act(() =>
    root.render(
      <MantineProvider>
        <AlertIcon alert={botNow.alert} />
        <Activity botNow={botNow} />
      </MantineProvider>,
    ),
  );
}

const texts = (id: string) => [...place.querySelectorAll(`[data-testid=${id}]`)].map((e) => e.textContent);

describe("every case of badge/testdata/badges.json", () => {
  it.each(cases.map((c) => ({ ...c, botNow: c.botNow as BotNow })))("$name", ({ botNow, now, want }) => {
    draw(botNow, now);
    expect(texts("activity-badge")).toEqual(want);
    expect(texts("activity-badge")).toEqual(botNow.badges.map((badge) => badge.display));
    expect(texts("next-action").length).toBe(want.length === 0 && botNow.next ? 1 : 0);
    const icon = place.querySelector("[data-testid=alert-icon]");
    expect(icon?.getAttribute("aria-label")?.split(": ").slice(1).join(": ")).toBe(botNow.alert?.reason);
  });
});

it("grows older by itself", () => {
  const running = cases.find((c) => c.name === "a refresh runs");
  if (!running) throw new Error("badges.json has no running refresh");
  draw(running.botNow as BotNow, running.now);
  expect(texts("activity-badge")).toEqual(["Backtesting ×1 • 42s"]);
  act(() => vi.advanceTimersByTime(3000));
  expect(texts("activity-badge")).toEqual(["Backtesting ×1 • 45s"]);
});

it("names the next action of an idle bot, with its reason", () => {
  const botNow = {
    ...(cases[0]?.botNow as BotNow),
    badges: [],
    next: { action: "Improve", dueAt: "2026-11-22T18:42:47Z", reason: "every 15m" },
  };
  draw(botNow, "2026-11-22T18:38:47Z");
  expect(texts("next-action")).toEqual(["next: Improve in 4m"]);
  expect(place.textContent).toContain("every 15m");
});
