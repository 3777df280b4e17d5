import type { StreamEvent } from "./types";

const kinds = ["bots", "tick", "readiness", "heartbeat"] as const satisfies StreamEvent["event"][];
const backOff = [1000, 2000, 5000, 10_000];
const longestSilence = 25_000;

/** What a stream tells its owner. */
export interface StreamListener {
  /** The stream is open, for the first time or again: what happened before it is not known. */
  opened(): void;
  received(message: StreamEvent): void;
  /** The stream broke; it is tried again with growing pauses. */
  lost(): void;
}

/** The server's events, opened again whenever they break or fall silent. */
export class Stream {
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(
    private readonly open: () => EventSource,
    private readonly listener: StreamListener,
  ) {}

  start(): void {
    const source = this.open();
    this.#source = source;
    this.#listenForSilence();
    source.onopen = () => {
      this.#failures = 0;
      this.#listenForSilence();
      this.listener.opened();
    };
    source.onerror = () => this.#lose();
    for (const event of kinds) {
      source.addEventListener(event, (message: MessageEvent<string>) => {
        this.#listenForSilence();
        this.listener.received({ event, data: JSON.parse(message.data) });
      });
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  #lose(): void {
    this.stop();
    const pause = backOff[Math.min(this.#failures++, backOff.length - 1)];
    this.#timer = setTimeout(() => this.start(), pause);
    this.listener.lost();
  }

  #listenForSilence(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose(), longestSilence);
  }
}
