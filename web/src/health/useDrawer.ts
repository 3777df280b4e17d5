import { useNavigate, useSearch } from "@tanstack/react-router";

/** The search parameter that every page has. */
export interface HealthSearch {
  /** The System Health drawer is open over the page. */
  health?: true;
}

/** Reads the address; what it cannot mean is left out. */
export function healthSearch(raw: Record<string, unknown>): HealthSearch {
  return raw.health === true ? { health: true } : {};
}

/** Whether the drawer is open, which stands in the address, and what opens and closes it. */
export function useDrawer() {
  const { health } = useSearch({ strict: false });
  const navigate = useNavigate();
  const show = (open: boolean) =>
    void navigate({
      to: ".",
      search: ({ health: _, ...rest }) => (open ? { ...rest, health: true as const } : rest),
      replace: true,
    });
  return { opened: health === true, open: () => show(true), close: () => show(false) };
}
