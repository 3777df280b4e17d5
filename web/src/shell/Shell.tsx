import { Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { HealthDrawer } from "../health/HealthDrawer";
import { Header } from "./Header";
import { Rail } from "./Rail";
import styles from "./Shell.module.css";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { useGlobalKeys } from "./shortcuts";

/** The frame of every page: rail, header, and the page that scrolls by itself. */
export function Shell() {
  const [help, setHelp] = useState(false);
  useGlobalKeys(() => setHelp(true));
  return (
    <div className={styles.shell}>
      <a className={styles.jump} href="#main">
        To the content
      </a>
      <Rail onHelp={() => setHelp(true)} />
      <Header />
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <HealthDrawer />
      <ShortcutsDialog opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}
