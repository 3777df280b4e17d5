import { expect, it } from "vitest";
import type { Standing } from "../api/types";
import { standingOf } from "./standing";

const of = (standing: Standing, countingSessionId: number | null = null) =>
  standingOf({ standing, countingSessionId, metricsResetAt: "2026-11-22T18:38:41Z", generation: 3 });

it("says nothing of the session that counts", () => {
  expect(of("COUNTS", 7)).toBeNull();
});

it("says why another does not count", () => {
  expect(of("BEFORE_RESET", 7)).toBe(
    "This session is from before the reset of Nov 22, 2026 13:38:41 ET; it does not count.",
  );
  expect(of("SUPERSEDED", 7)).toBe("This session is superseded by session 7; it does not count.");
  expect(of("SUPERSEDED")).toMatch(
    /^This session is of earlier rules of the bot \(Gen 3\).*does not count\.$/,
  );
});
