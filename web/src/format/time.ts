const eastern = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-US", { timeZone: "America/New_York", ...options });

const clock = eastern({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const minutes = eastern({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = eastern({ year: "numeric", month: "short", day: "numeric" });

/** `13:38:47`, Eastern time. */
export function clockTime(at: number): string {
  return clock.format(at);
}

/** `Nov 22, 2026`, the date in Eastern time. */
export function date(at: string): string {
  return day.format(Date.parse(at));
}

const tradeDay = new Intl.DateTimeFormat("en-US", {
  timeZone: "UTC",
  year: "numeric",
  month: "short",
  day: "numeric",
});

/** `Nov 22, 2026` of a trade date, which has no time zone. */
export function tradeDate(day: string): string {
  return tradeDay.format(Date.parse(day));
}

/** `Nov 22, 2026 13:38:47 ET`. */
export function dateTime(at: string): string {
  return `${date(at)} ${clockTime(Date.parse(at))} ET`;
}

/** `Nov 22, 2026 13:38`, Eastern time, for the times of bars. */
export function dateMinute(at: string): string {
  return `${date(at)} ${minutes.format(Date.parse(at))}`;
}

/** `2026-11-22 18:38:47 UTC`, for the tooltip of a time. */
export function utc(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
