import { IconHistory } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Session } from "../api/types";
import { SimData } from "../ui/SimData";
import styles from "./BotPage.module.css";
import { Kpis } from "./Kpis";
import { standingOf } from "./standing";

/** Says why the session below does not count, with its own figures; nothing for the one that does. */
export function SessionBanner({ session }: { session: Session }) {
  const says = standingOf(session);
  if (!says) return null;
  const { id, botId, metrics, provenance, countingSessionId } = session;
  return (
    <section className={styles.banner} aria-label="An older session" data-testid="session-banner">
      <IconHistory size={18} stroke={1.8} aria-hidden />
      <div className={styles.says}>
        <p>{says}</p>
        <Link to="/bots/$botId" params={{ botId }} search={{}}>
          {countingSessionId === null ? "Back to the bot" : `Show session ${countingSessionId}, which counts`}
        </Link>
      </div>
      <div className={styles.figures}>
        {provenance.simData && <SimData />}
        <Kpis of={{ ...metrics, sessionId: id, since: null }} />
      </div>
    </section>
  );
}
