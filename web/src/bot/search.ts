/** What of a bot is shown, as it stands in the address. */
export interface BotSearch {
  /** The session whose results are read; absent: the one that counts. */
  session?: number;
}

/** Reads the address; what it cannot mean is left out. */
export function botSearch(raw: Record<string, unknown>): BotSearch {
  const { session } = raw;
  return typeof session === "number" && Number.isSafeInteger(session) && session > 0 ? { session } : {};
}
