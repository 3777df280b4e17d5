import { Tooltip } from "@mantine/core";
import { IconAlertOctagon, IconAlertSquareRounded, IconAlertTriangle } from "@tabler/icons-react";
import type { Alert, Severity } from "../api/types";
import styles from "./marks.module.css";

const looks = {
  WARN: { word: "Warning", Icon: IconAlertTriangle },
  DEGRADED: { word: "Degraded", Icon: IconAlertSquareRounded },
  BLOCKED: { word: "Blocked", Icon: IconAlertOctagon },
} satisfies Record<Severity, unknown>;

/** The reason why a bot needs attention; nothing without one. */
export function AlertIcon({ alert }: { alert: Alert | undefined }) {
  if (!alert) return null;
  const { word, Icon } = looks[alert.severity];
  const label = `${word}: ${alert.reason}`;
  return (
    <Tooltip label={label}>
      <span
        className={styles.alert}
        data-testid="alert-icon"
        data-severity={alert.severity}
        role="img"
        aria-label={label}
        tabIndex={0}
      >
        <Icon size={18} stroke={1.8} aria-hidden />
      </span>
    </Tooltip>
  );
}
