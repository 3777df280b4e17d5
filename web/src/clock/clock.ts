import { useSyncExternalStore } from "react";

/**
 * The server's clock as this page knows it, and the one timer of the page.
 * Every age is counted against now().
 */
export class Clock {
  #offset = 0;
  #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The server's time in milliseconds. */
  now = (): number => Date.now() + this.#offset;

  /** Takes the server's time to the millisecond, from the stream. */
  set(serverTime: string): void {
    this.#offset = Date.parse(serverTime) - Date.now();
  }

  /**
   * Takes the server's time from a Date header, which is cut to the second:
   * a clock that agrees within that second is the better one and stays.
   */
  setFromHeader(date: string | null): void {
    if (!date) return;
    const start = Date.parse(date);
    if (Number.isNaN(start)) return;
    const ahead = this.now() - start;
    if (ahead < -500 || ahead > 1500) this.#offset = start + 500 - Date.now();
  }

  /** Calls listener about once a second, just after the server's second turns. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#schedule();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  };

  #schedule(): void {
    this.#timer = setTimeout(
      () => {
        this.#schedule();
        for (const listener of this.#listeners) listener();
      },
      1000 - (this.now() % 1000),
    );
  }
}

/** The page's clock. */
export const clock = new Clock();

/**
 * What read makes of the server's time, each second. A component is drawn
 * again only when that text changes.
 */
export function useClock<T extends string | number | boolean | null>(read: (now: number) => T): T {
  return useSyncExternalStore(clock.subscribe, () => read(clock.now()));
}
