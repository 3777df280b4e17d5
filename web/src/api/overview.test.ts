import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import { aBot, anOverview } from "../testing/bots";
import { applyToOverview, keepNewer, overviewQuery, replaceBots } from "./overview";
import type { Overview } from "./types";

const key = overviewQuery.queryKey;
const later = "2026-11-22T18:00:05Z";

describe("replaceBots", () => {
  const held = [aBot({ id: "a", revision: 5 }), aBot({ id: "b", revision: 5 })];

  it.each([
    ["older is ignored", 4, false],
    ["the same replaces", 5, true],
    ["newer replaces", 6, true],
  ])("%s", (_, revision, replaced) => {
    const bot = aBot({ id: "b", revision });
    const list = replaceBots(held, [bot]);
    expect(list?.[0]).toBe(held[0]);
    expect(list?.[1] === bot).toBe(replaced);
  });

  it("has no place for a bot it does not know", () => {
    expect(replaceBots(held, [aBot({ id: "c" })])).toBeNull();
  });
});

describe("the fleet before it is there", () => {
  it("is read with what the stream said meanwhile", () => {
    const queries = new QueryClient();
    queries.getQueryCache().build(queries, overviewQuery);
    const read = anOverview([aBot({ id: "a", revision: 5 }), aBot({ id: "b", revision: 9 })]);
    const done = aBot({ id: "a", revision: 6, name: "done" });
    const old = aBot({ id: "b", revision: 8, name: "old" });
    applyToOverview(queries, later, { ...read.strip, working: 7 }, [aBot({ id: "a", revision: 5 }), old]);
    applyToOverview(queries, later, { ...read.strip, working: 8 }, [done]);
    queries.setQueryData(key, read);
    const shown = queries.getQueryData<Overview>(key);
    expect(shown?.data).toEqual([done, read.data[1]]);
    expect(shown?.strip.working).toBe(8);
    queries.removeQueries();
    queries.getQueryCache().build(queries, overviewQuery);
    queries.setQueryData(key, read);
    expect(queries.getQueryData<Overview>(key)?.data).toEqual(read.data);
  });
});

describe("the fleet in the cache", () => {
  let queries: QueryClient;
  const cached = () => queries.getQueryData<Overview>(key);

  beforeEach(() => {
    queries = new QueryClient();
    queries.getQueryCache().build(queries, overviewQuery);
    queries.setQueryData(key, anOverview([aBot({ id: "a" }), aBot({ id: "b" })]));
  });

  it("takes a batch and leaves other bots the same objects", () => {
    const before = cached();
    const bot = aBot({ id: "b", revision: 2, name: "changed" });
    const strip = { ...anOverview([]).strip, working: 1 };
    applyToOverview(queries, later, strip, [bot]);
    expect(cached()).toEqual({ ...before, data: [before?.data[0], bot], strip });
    expect(cached()?.data[0]).toBe(before?.data[0]);
    expect(cached()?.data[1]).toBe(bot);
  });

  it("reads everything anew when a bot is unknown", () => {
    applyToOverview(queries, later, anOverview([]).strip, [aBot({ id: "c" })]);
    expect(queries.getQueryState(key)?.isInvalidated).toBe(true);
  });

  it("does not let a slow answer bring back an older state", () => {
    const bot = aBot({ id: "a", revision: 2 });
    const strip = { ...anOverview([]).strip, working: 1 };
    applyToOverview(queries, later, strip, [bot]);
    const slow = keepNewer(
      cached(),
      anOverview([aBot({ id: "a" }), aBot({ id: "b" })], "2026-11-22T18:00:04Z"),
    );
    expect(slow.data[0]).toBe(bot);
    expect(slow.strip).toBe(strip);
  });

  it("believes an answer that is newer than the stream, whatever its revisions", () => {
    applyToOverview(queries, later, anOverview([]).strip, [aBot({ id: "a", revision: 9 })]);
    const fresh = anOverview([aBot({ id: "a", revision: 1 })], "2026-11-22T18:00:06Z");
    expect(keepNewer(cached(), fresh)).toEqual(fresh);
  });
});
