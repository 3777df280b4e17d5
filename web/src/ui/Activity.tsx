import { Tooltip, VisuallyHidden } from "@mantine/core";
import type { BotNow } from "../api/types";
import { useClock } from "../clock/clock";
import { due } from "../format/age";
import styles from "./Activity.module.css";
import { ActivityBadge } from "./ActivityBadge";

/** What a bot is doing: its badges, or when it is idle its next action. */
export function Activity({ botNow }: { botNow: BotNow }) {
  if (botNow.badges.length > 0) {
    return (
      <span className={styles.badges}>
        {botNow.badges.map((badge) => (
          <ActivityBadge key={badge.kind + badge.text} badge={badge} />
        ))}
      </span>
    );
  }
  return botNow.next ? <NextAction next={botNow.next} /> : null;
}

function NextAction({ next }: { next: NonNullable<BotNow["next"]> }) {
  const when = useClock((now) => (next.dueAt ? due(next.dueAt, now) : null));
  return (
    <>
      <Tooltip label={next.reason}>
        <span className={styles.next} data-testid="next-action" tabIndex={0}>
          {`next: ${next.action}`}
          {when && ` ${when}`}
        </span>
      </Tooltip>
      <VisuallyHidden>{`, ${next.reason}`}</VisuallyHidden>
    </>
  );
}
