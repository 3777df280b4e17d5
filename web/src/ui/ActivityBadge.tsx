import {
  IconAdjustmentsHorizontal,
  IconClock,
  IconDna2,
  IconFlask,
  IconHourglass,
  IconPlayerPause,
  IconPlayerPlay,
  IconSparkles,
  IconX,
} from "@tabler/icons-react";
import type { Badge } from "../api/types";
import { useClock } from "../clock/clock";
import { age } from "../format/age";
import styles from "./ActivityBadge.module.css";

const icons = {
  backtest: IconFlask,
  improve: IconAdjustmentsHorizontal,
  evolve: IconDna2,
  queued: IconClock,
  failed: IconX,
  runner: IconPlayerPlay,
  fresh: IconSparkles,
  needs: IconHourglass,
} satisfies Record<Badge["kind"], unknown>;

/** One badge as the server sends it; only the age is counted here. */
export function ActivityBadge({ badge }: { badge: Badge }) {
  const old = useClock((now) => age(badge.age, badge.since, now));
  const Icon = badge.text === "Runner Paused" ? IconPlayerPause : icons[badge.kind];
  return (
    <span
      className={styles.badge}
      data-testid="activity-badge"
      data-kind={badge.kind}
      data-tone={badge.tone}
      data-look={lookOf(badge)}
      title={old === null ? badge.text : `${badge.text} • ${old}`}
    >
      <Icon size={13} stroke={1.8} aria-hidden />
      <span className={styles.text}>{badge.text}</span>
      {old !== null && <span className={styles.age}>{` • ${old}`}</span>}
    </span>
  );
}

/** Work is filled, what is only expected is dashed, what is over has no box. */
function lookOf(badge: Badge): "filled" | "dashed" | "muted" {
  if (badge.muted) return "muted";
  const expected = badge.kind === "queued" || badge.kind === "needs" || badge.text === "Runner Starting";
  return expected ? "dashed" : "filled";
}
