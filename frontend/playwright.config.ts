import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { LAUNCH } from "./chromium";

// The workers inherit these from the process that starts the server.
process.env.E2E_PORT ??= String(20_000 + (process.pid % 20_000));
process.env.E2E_FACTS ??= join(tmpdir(), `zenspa-e2e-${process.pid}.json`);

export const BASE_URL = `http://localhost:${process.env.E2E_PORT}`;

export default defineConfig({
  testDir: "./e2e",
  testMatch: "*.spec.ts",
  outputDir: "./test-results",
  fullyParallel: true,
  workers: 2,
  retries: 1, // a browser on two busy cores stumbles; what passes the second time is printed as flaky
  timeout: 120_000, // the longest looks at every state of a card in both themes
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: "list",
  use: {
    baseURL: BASE_URL,
    locale: "vi-VN",
    timezoneId: "Asia/Ho_Chi_Minh",
    viewport: { width: 1366, height: 768 },
    launchOptions: LAUNCH,
  },
  webServer: {
    command: ".venv/bin/python -m tests.e2e.server",
    cwd: "../backend",
    url: `${BASE_URL}/api/v1/health/ready`,
    timeout: 180_000, // seconds on an idle machine; CI machines stumble
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    stdout: "ignore",
  },
});
