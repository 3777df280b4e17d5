import { useSyncExternalStore } from "react";
import { clock } from "../clock/clock";
import { applyReadiness } from "../health/readiness";
import { queryClient } from "./client";
import { applyToOverview } from "./overview";
import { Stream } from "./stream";
import type { Bot, StreamEvent, Strip } from "./types";

const pollEvery = 10_000;

/** How it stands with the stream. */
export interface Connection {
  /** Since when the stream is down, in the server's time; null while it lives. */
  downSince: number | null;
  /** When the stream last said anything, in the server's time. */
  lastHeard: number;
}

/** Keeps what the page has read up to date: by the stream, or by polling while it is down. */
class Live {
  #stream = new Stream(() => new EventSource("/api/events"), {
    opened: () => this.#opened(),
    received: (message) => this.#received(message),
    lost: () => this.#lost(),
  });
  #connection: Connection = { downSince: clock.now(), lastHeard: 0 };
  #listeners = new Set<() => void>();
  #poll: ReturnType<typeof setInterval> | undefined;
  #unseen: Unseen | undefined;

  start(): void {
    this.#stream.start();
    document.addEventListener("visibilitychange", () => this.#draw());
    // A reload must not look like a lost stream.
    window.addEventListener("pagehide", () => this.#stream.stop());
    window.addEventListener("pageshow", (event) => event.persisted && this.#stream.start());
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  connection = (): Connection => this.#connection;

  #opened(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.#tell({ downSince: null, lastHeard: clock.now() });
    void queryClient.invalidateQueries();
  }

  #lost(): void {
    this.#poll ??= setInterval(() => void queryClient.invalidateQueries(), pollEvery);
    this.#tell({ ...this.#connection, downSince: this.#connection.downSince ?? clock.now() });
  }

  #received(message: StreamEvent): void {
    clock.set(message.data.serverTime);
    this.#connection.lastHeard = clock.now();
    if (message.event === "heartbeat") return;
    if (message.event === "readiness") {
      applyReadiness(queryClient, message.data.readiness);
      return;
    }
    const bots = message.event === "bots" ? message.data.bots : [];
    this.#unseen = merge(this.#unseen, message.data.serverTime, message.data.strip, bots);
    this.#draw();
  }

  /** A hidden tab keeps the stream and is drawn once when it is looked at again. */
  #draw(): void {
    if (document.hidden || !this.#unseen) return;
    const { serverTime, strip, bots } = this.#unseen;
    this.#unseen = undefined;
    applyToOverview(queryClient, serverTime, strip, [...bots.values()]);
  }

  #tell(connection: Connection): void {
    this.#connection = connection;
    for (const listener of this.#listeners) listener();
  }
}

interface Unseen {
  serverTime: string;
  strip: Strip;
  bots: Map<string, Bot>;
}

function merge(unseen: Unseen | undefined, serverTime: string, strip: Strip, changed: Bot[]): Unseen {
  const bots = unseen?.bots ?? new Map<string, Bot>();
  for (const bot of changed) {
    if (bot.revision >= (bots.get(bot.id)?.revision ?? 0)) bots.set(bot.id, bot);
  }
  return { serverTime, strip, bots };
}

/** The page's one connection to the stream. */
export const live = new Live();

/** How it stands with the stream, now. */
export function useConnection(): Connection {
  return useSyncExternalStore(live.subscribe, live.connection);
}
