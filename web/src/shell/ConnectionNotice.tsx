import { useConnection } from "../api/live";
import { useClock } from "../clock/clock";
import { clockTime } from "../format/time";
import styles from "./ConnectionNotice.module.css";

interface Props {
  /** For how many milliseconds the stream may be down before it is said. */
  after: number;
  /** Of when what is shown was read, in the server's time; null: nothing is shown yet. */
  readAt: number | null;
}

/** Says that the stream is down, and of when the figures are. */
export function ConnectionNotice({ after, readAt }: Props) {
  const { downSince, lastHeard } = useConnection();
  const shown = useClock((now) => downSince !== null && now - downSince > after);
  return (
    <span role="status" className={styles.notice}>
      {shown && (
        <span data-testid="connection">
          {readAt === null
            ? "Reconnecting…"
            : `Reconnecting… showing ${clockTime(Math.max(lastHeard, readAt))} ET`}
        </span>
      )}
    </span>
  );
}
