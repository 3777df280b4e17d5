import { defineConfig } from "vitest/config";

/** The tests in a real browser; they take turns, for each starts its own server. */
export default defineConfig({
  test: {
    include: ["e2e/*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
