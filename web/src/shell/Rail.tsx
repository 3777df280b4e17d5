import { IconClipboardCheck, IconKeyboard, IconRobot, IconRoute, IconStack2 } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Logo } from "./Logo";
import { pages } from "./pages";
import styles from "./Rail.module.css";

const icons = { Bots: IconRobot, Autonomy: IconRoute, Jobs: IconStack2, Proof: IconClipboardCheck };

/** The pages there are. */
export function Rail({ onHelp }: { onHelp: () => void }) {
  return (
    <nav className={styles.rail} aria-label="Main">
      <Logo />
      {pages.map(({ to, title }) => {
        const Icon = icons[title];
        return (
          <Link key={to} to={to} className={styles.item} activeProps={{ className: styles.active }}>
            <Icon size={20} stroke={1.6} aria-hidden />
            {title}
          </Link>
        );
      })}
      <button type="button" className={`${styles.item} ${styles.last}`} onClick={onHelp}>
        <IconKeyboard size={20} stroke={1.6} aria-hidden />
        Keys
      </button>
    </nav>
  );
}
