import { IconAlertTriangle, IconHeartbeat } from "@tabler/icons-react";
import styles from "./HealthButton.module.css";
import { useReadiness } from "./readiness";
import { useDrawer } from "./useDrawer";

/** Opens the drawer, and says what is blocked. */
export function HealthButton() {
  const { data } = useReadiness();
  const drawer = useDrawer();
  const blocked = data !== undefined && data.blockers.length > 0;
  const text = data?.button ?? name;
  return (
    <button
      type="button"
      data-testid="health-button"
      className={styles.button}
      data-blocked={blocked || undefined}
      aria-haspopup="dialog"
      aria-label={text === name ? name : `${name}: ${text}`}
      onClick={drawer.open}
    >
      {blocked ? (
        <IconAlertTriangle size={15} stroke={1.8} aria-hidden />
      ) : (
        <IconHeartbeat size={15} stroke={1.8} aria-hidden />
      )}
      <span className={styles.long}>{text}</span>
      <span className={styles.short}>Health</span>
    </button>
  );
}

const name = "System Health";
