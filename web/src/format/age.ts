import type { AgeForm } from "../api/types";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Whole seconds from one moment to another in milliseconds; never negative. */
function seconds(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / 1000));
}

/** `42s`, `7m`, `1h 13m`, `>24h`: how long something has run. */
export function elapsed(since: string, now: number): string {
  return span(seconds(Date.parse(since), now));
}

/** `3m ago`, `2h ago`, `>24h ago`: how long something is over, in one unit. */
export function ago(since: string, now: number): string {
  return `${largestUnit(seconds(Date.parse(since), now))} ago`;
}

/** `in 4m`, or `due now` from that moment on: when something is due. */
export function due(at: string, now: number): string {
  const s = seconds(now, Date.parse(at));
  return s === 0 ? "due now" : `in ${span(s)}`;
}

/** The age of a moment in the form that the server names; null when it names none. */
export function age(form: AgeForm, since: string | undefined, now: number): string | null {
  if (!since || form === "none") return null;
  return form === "ago" ? ago(since, now) : elapsed(since, now);
}

function span(s: number): string {
  const minutes = Math.floor((s % HOUR) / MINUTE);
  if (s < HOUR || s >= DAY || minutes === 0) return largestUnit(s);
  return `${Math.floor(s / HOUR)}h ${minutes}m`;
}

function largestUnit(s: number): string {
  if (s > DAY) return ">24h";
  if (s >= HOUR) return `${Math.floor(s / HOUR)}h`;
  if (s >= MINUTE) return `${Math.floor(s / MINUTE)}m`;
  return `${s}s`;
}
