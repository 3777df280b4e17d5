import { useCallback, useMemo, useState } from "react";
import type { Bot } from "../api/types";
import { useKeys } from "../shell/shortcuts";
import { allToggled, type Selection, selectedOf, toggled } from "./selection";

/** What lists need to draw checkboxes and to answer them. */
export interface Selecting {
  ids: Selection;
  toggle: (id: string) => void;
  toggleAll: () => void;
}

const none: Selection = new Set();

/** The bots chosen for one act. Undefined while nobody selects. */
export function useSelection(fleet: Bot[], rows: Bot[]) {
  const [ids, setIds] = useState<Selection>();
  const toggle = useCallback((id: string) => setIds((old) => toggled(old ?? none, id)), []);
  const start = useCallback(() => setIds((old) => old ?? none), []);
  const stop = useCallback(() => setIds(undefined), []);
  useKeys((key) => {
    if (key === "Escape") stop();
    if (key !== "x") return;
    const row = document.activeElement?.closest<HTMLElement>("[data-bot-id]");
    if (row?.dataset.botId) toggle(row.dataset.botId);
    else start();
  });
  const selected = useMemo(() => selectedOf(fleet, ids ?? none), [fleet, ids]);
  const shown = useMemo(() => selectedOf(rows, ids ?? none), [rows, ids]);
  const selecting: Selecting | undefined = ids && {
    ids,
    toggle,
    toggleAll: () => setIds(allToggled(ids, rows)),
  };
  return { selecting, selected, shown, start, stop };
}
