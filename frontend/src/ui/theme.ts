import { type CSSVariablesResolver, createTheme } from "@mantine/core";

// Shades and defaults are chosen so that every text reaches WCAG AA in both themes.
export const theme = createTheme({
  primaryColor: "ponte",
  primaryShade: { light: 8, dark: 7 },
  defaultRadius: "md",
  respectReducedMotion: true,
  cursorType: "pointer",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif",
  headings: { fontWeight: "650" },
  colors: {
    ponte: [
      "#e6f6f3",
      "#c9ebe5",
      "#9bd8cd",
      "#66c2b3",
      "#3aae9c",
      "#1f9a88",
      "#168777",
      "#107366",
      "#0b5d52",
      "#074840",
    ],
  },
  // By name: importing a component for its defaults would bring it into every page.
  components: {
    Alert: {
      // Only what is told at once is an alert; those that are say so themselves.
      defaultProps: { role: "note" },
      styles: { title: { color: "var(--mantine-color-text)" } },
    },
    Notification: { styles: { description: { color: "var(--mantine-color-text)" } } },
  },
});

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-7)",
    "--mantine-color-error": "var(--mantine-color-red-9)",
  },
  dark: {
    "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-1)",
    "--mantine-color-error": "var(--mantine-color-red-4)",
  },
});
