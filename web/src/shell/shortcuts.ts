import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import { useDrawer } from "../health/useDrawer";
import { pages } from "./pages";

/** What each key does, as the list of shortcuts says it. */
export const shortcuts: [keys: string[], does: string][] = [
  [["/"], "Find a bot; Esc clears, again leaves"],
  [["j", "↓"], "Next bot"],
  [["k", "↑"], "Previous bot"],
  [["Enter"], "Open the bot"],
  [["x"], "Select the bot; Esc ends the selection"],
  [["[", "]"], "Previous, next bot on a bot's page"],
  [["h"], "System Health"],
  ...pages.map(({ title, key }): [string[], string] => [["g", key], `To the page ${title}`]),
  [["t"], "Dark or light theme"],
  [["?"], "This list"],
  [["Esc"], "Close a dialog or menu"],
];

/** Whether single keys act; some input devices press them by accident (WCAG 2.1.4). */
export function useKeysOn() {
  return useLocalStorage({ key: "assay.keys", defaultValue: true, getInitialValueInEffect: false });
}

/** The id of the field that `/` goes to. */
export const findField = "find";

/** Calls handle for a key pressed outside fields and dialogs, unless keys are switched off. */
export function useKeys(handle: (key: string, event: KeyboardEvent) => void) {
  const [on] = useKeysOn();
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!on || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    if (
      target?.closest(
        "input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=menu]",
      )
    )
      return;
    handle(event.key, event);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

/** The keys that act on every page. */
export function useGlobalKeys(onHelp: () => void) {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("dark") === "dark";
  const navigate = useNavigate();
  const { open: openHealth } = useDrawer();
  const afterG = useRef(false);
  useKeys((key, event) => {
    const page = afterG.current && pages.find((one) => one.key === key);
    if (page) void navigate({ to: page.to });
    afterG.current = key === "g";
    if (key === "t") setColorScheme(dark ? "light" : "dark");
    if (key === "?") onHelp();
    if (key === "h") openHealth();
    if (key === "/") {
      event.preventDefault();
      document.getElementById(findField)?.focus();
    }
  });
}
