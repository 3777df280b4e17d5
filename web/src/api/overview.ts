import { type QueryClient, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Bot, Overview, Strip } from "./types";

/** When what came by the stream was true; what came by a call has its answer's time. */
const streamed = new WeakMap<Bot | Strip, number>();

/** The fleets that applyToOverview made, which are newer than what they replace. */
const merged = new WeakSet<Overview>();

/** What the stream said while the fleet was on its way for the first time, which was read before that. */
let early: { strip: Strip; bots: Map<string, Bot> } | undefined;

/** The query behind the fleet, its strip and every bot's page. */
export const overviewQuery = api.queryOptions(
  "get",
  "/api/bots-overview",
  {},
  { structuralSharing: (old, fresh) => keepNewer(old as Overview | undefined, fresh as Overview) },
);

/** The fleet, kept up to date by the stream. */
export function useOverview() {
  return useQuery(overviewQuery);
}

/** Puts changed bots and the strip into the fleet; a bot never seen before makes it load anew. */
export function applyToOverview(queries: QueryClient, serverTime: string, strip: Strip, bots: Bot[] = []) {
  const at = Date.parse(serverTime);
  for (const fact of [...bots, strip]) streamed.set(fact, at);
  const old = queries.getQueryData<Overview>(overviewQuery.queryKey);
  if (!old) {
    early = { strip, bots: new Map([...(early?.bots ?? []), ...bots.map((bot) => [bot.id, bot] as const)]) };
    return;
  }
  const data = replaceBots(old.data, bots);
  if (data) {
    const overview: Overview = { ...old, data, strip };
    merged.add(overview);
    queries.setQueryData(overviewQuery.queryKey, overview);
  } else void queries.invalidateQueries({ queryKey: overviewQuery.queryKey });
}

/**
 * The list with the changed bots in their places, or null when one of them has
 * no place yet. A bot whose revision is older than the one held is ignored.
 */
export function replaceBots(held: Bot[], changed: Bot[]): Bot[] | null {
  if (changed.length === 0) return held;
  const places = placesOf(held);
  const bots = held.slice();
  for (const bot of changed) {
    const place = places.get(bot.id);
    if (place === undefined) return null;
    if (bot.revision >= (bots[place]?.revision ?? 0)) bots[place] = bot;
  }
  knownPlaces.set(bots, places);
  return bots;
}

/**
 * The fleet as just read, save for what the stream has said since the server
 * wrote that answer: a slow answer must not bring back an older state.
 */
export function keepNewer(old: Overview | undefined, fresh: Overview): Overview {
  if (merged.has(fresh)) return fresh;
  if (!old) return withEarly(fresh);
  const asOf = (fact: Bot | Strip, answer: Overview) =>
    streamed.get(fact) ?? Date.parse(answer.meta.generatedAt);
  const places = placesOf(old.data);
  const data = fresh.data.map((bot, i) => {
    const held = old.data[i]?.id === bot.id ? old.data[i] : old.data[places.get(bot.id) ?? -1];
    if (!held || held.revision <= bot.revision) return bot;
    return asOf(held, old) > asOf(bot, fresh) ? held : bot;
  });
  const strip = asOf(old.strip, old) > asOf(fresh.strip, fresh) ? old.strip : fresh.strip;
  return { ...fresh, data, strip };
}

function withEarly(fresh: Overview): Overview {
  if (!early) return fresh;
  const { strip, bots } = early;
  early = undefined;
  const newer = (streamed.get(strip) ?? 0) > Date.parse(fresh.meta.generatedAt);
  const known = fresh.data.flatMap(({ id }) => bots.get(id) ?? []);
  return { ...fresh, data: replaceBots(fresh.data, known) ?? fresh.data, strip: newer ? strip : fresh.strip };
}

const knownPlaces = new WeakMap<Bot[], Map<string, number>>();

/** Where in the list each bot stands, by id. */
function placesOf(bots: Bot[]): Map<string, number> {
  let places = knownPlaces.get(bots);
  if (!places) {
    places = new Map(bots.map((bot, i) => [bot.id, i]));
    knownPlaces.set(bots, places);
  }
  return places;
}
