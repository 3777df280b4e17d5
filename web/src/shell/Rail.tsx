import { IconKeyboard, IconRobot } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Logo } from "./Logo";
import styles from "./Rail.module.css";

/** The pages there are. */
export function Rail({ onHelp }: { onHelp: () => void }) {
  return (
    <nav className={styles.rail} aria-label="Main">
      <Logo />
      <Link to="/bots" className={styles.item} activeProps={{ className: styles.active }}>
        <IconRobot size={20} stroke={1.6} aria-hidden />
        Bots
      </Link>
      <button type="button" className={`${styles.item} ${styles.last}`} onClick={onHelp}>
        <IconKeyboard size={20} stroke={1.6} aria-hidden />
        Keys
      </button>
    </nav>
  );
}
