import type { Session, Standing } from "../api/types";
import { dateTime } from "../format/time";

/** A word for a list, of what the server says of a session. */
export const standings: Record<Standing, string> = {
  COUNTS: "Counts",
  BEFORE_RESET: "Before the reset",
  SUPERSEDED: "Superseded",
};

/** Why a session does not count; null for the one that does. */
export function standingOf(
  session: Pick<Session, "standing" | "metricsResetAt" | "countingSessionId" | "generation">,
): string | null {
  const { standing, metricsResetAt, countingSessionId, generation } = session;
  switch (standing) {
    case "COUNTS":
      return null;
    case "BEFORE_RESET":
      return `This session is from before the reset of ${metricsResetAt ? dateTime(metricsResetAt) : "an unknown time"}; it does not count.`;
    case "SUPERSEDED":
      return countingSessionId === null
        ? `This session is of earlier rules of the bot (Gen ${generation}), whose current rules have no completed backtest yet; it does not count.`
        : `This session is superseded by session ${countingSessionId}; it does not count.`;
  }
}
