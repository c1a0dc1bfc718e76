import { defineConfig } from "@playwright/test";

/** Chromium of the system: nothing is downloaded. */
const executablePath = process.env.PONTE_CHROMIUM ?? process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "./e2e",
  outputDir: "../.build/e2e-results",
  globalSetup: "./e2e/server.ts",
  // One worker looks at every page while the other walks through what people do.
  workers: 2,
  fullyParallel: false,
  projects: [
    { name: "walks", testIgnore: "everyone.spec.ts", workers: 1 },
    { name: "pages", testMatch: "everyone.spec.ts", workers: 1 },
  ],
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  retries: process.env.CI ? 1 : 0, // a busy machine may be slower than the waits
  reporter: "line",
  use: {
    baseURL: process.env.PANEL_URL, // set by the global set-up before the workers start
    browserName: "chromium",
    locale: "pt-BR",
    timezoneId: "America/Sao_Paulo",
    viewport: { width: 1280, height: 900 },
    contextOptions: { reducedMotion: "reduce" },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--lang=pt-BR",
      ],
    },
  },
});
