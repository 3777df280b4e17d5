import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useMatches } from "@tanstack/react-router";
import { useEffect } from "react";
import { useConnection } from "../api/live";
import { useOverview } from "../api/overview";
import { clock, useClock } from "../clock/clock";
import { clockTime } from "../format/time";
import { HealthButton } from "../health/HealthButton";
import { ConnectionNotice } from "./ConnectionNotice";
import styles from "./Header.module.css";
import { titleOf } from "./title";

const noticeAfter = 3000;

/** The page's title, the exchange, the server's clock, and what is wrong with the connection. */
export function Header() {
  const title = useMatches({ select: titleOf });
  useEffect(() => {
    document.title = title === "Assay" ? title : `${title} · Assay`;
  }, [title]);
  return (
    <header className={styles.header}>
      <h1>{title}</h1>
      <Exchange />
      <Time />
      <Notice />
      <HealthButton />
      <ThemeSwitch />
    </header>
  );
}

function Exchange() {
  const exchange = useOverview().data?.strip.exchange;
  if (!exchange) return null;
  return (
    <span className={styles.exchange} data-state={exchange.state}>
      {exchange.label}
    </span>
  );
}

/** The server's clock; until the server has said the time there is none. */
function Time() {
  const { lastHeard } = useConnection();
  const { isFetched } = useOverview();
  const time = useClock(clockTime);
  if (!isFetched && lastHeard === 0) return null;
  return (
    <span className={styles.time}>
      {time} <span className={styles.zone}>ET</span>
    </span>
  );
}

function Notice() {
  const { data, dataUpdatedAt } = useOverview();
  return (
    <ConnectionNotice after={noticeAfter} readAt={data ? dataUpdatedAt + clock.now() - Date.now() : null} />
  );
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("dark") === "dark";
  const label = dark ? "Light theme" : "Dark theme";
  const Icon = dark ? IconSun : IconMoon;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={32}
        aria-label={label}
        className={styles.theme}
        onClick={() => setColorScheme(dark ? "light" : "dark")}
      >
        <Icon size={18} stroke={1.6} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
