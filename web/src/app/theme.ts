import { type CSSVariablesResolver, createTheme, localStorageColorSchemeManager } from "@mantine/core";

/** Mantine's own colours and sizes, mapped to tokens.css so that no component is restyled by itself. */
export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: "11px", sm: "12px", md: "13px", lg: "15px", xl: "18px" },
  lineHeights: { xs: "16px", sm: "16px", md: "20px", lg: "22px", xl: "26px" },
  radius: { xs: "3px", sm: "4px", md: "6px", lg: "10px", xl: "10px" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  colors: {
    dark: [
      "var(--text-1)",
      "var(--text-2)",
      "var(--text-3)",
      "var(--line-3)",
      "var(--line-2)",
      "var(--bg-3)",
      "var(--bg-2)",
      "var(--bg-1)",
      "var(--bg-0)",
      "var(--bg-0)",
    ],
  },
  components: {
    Tooltip: {
      defaultProps: {
        openDelay: 300,
        multiline: true,
        maw: 320,
        withArrow: false,
        transitionProps: { duration: 0 },
        events: { hover: true, focus: true, touch: true },
        // Inside a landmark, where all that is read belongs.
        portalProps: { target: "#main" },
      },
    },
    // The placeholder is a child that role=menu may not have.
    Menu: {
      defaultProps: { transitionProps: { duration: 100 }, shadow: "md", withInitialFocusPlaceholder: false },
    },
    Drawer: { defaultProps: { transitionProps: { duration: 100 }, shadow: "xl" } },
    Modal: { defaultProps: { transitionProps: { duration: 100 }, shadow: "xl" } },
  },
});

const mapped = {
  "--mantine-color-body": "var(--bg-0)",
  "--mantine-color-text": "var(--text-1)",
  "--mantine-color-dimmed": "var(--text-3)",
  "--mantine-color-placeholder": "var(--text-3)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-default": "var(--bg-1)",
  "--mantine-color-default-hover": "var(--bg-2)",
  "--mantine-color-default-color": "var(--text-1)",
  "--mantine-color-default-border": "var(--line-3)",
  "--mantine-color-error": "var(--crit)",
  "--mantine-primary-color-filled": "var(--accent-solid)",
  "--tooltip-bg": "var(--bg-3)",
  "--tooltip-color": "var(--text-1)",
};

/** The same mapping in both themes: the tokens themselves change. */
export const variables: CSSVariablesResolver = () => ({ variables: {}, dark: mapped, light: mapped });

/** Where the choice of theme is kept; public/theme.js reads it before the first paint. */
export const themeStore = localStorageColorSchemeManager({ key: "assay.theme" });
