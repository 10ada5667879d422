import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(CHROMIUM)) {
  throw new Error(
    `No browser at ${CHROMIUM}: apt-get update && apt-get install -y chromium, or set CHROMIUM`,
  );
}

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
  timeout: 60_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: "list",
  use: {
    baseURL: BASE_URL,
    locale: "vi-VN",
    timezoneId: "Asia/Ho_Chi_Minh",
    viewport: { width: 1366, height: 768 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: CHROMIUM,
      args: [
        ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        // Chromium would ask hosts of Google at every start.
        ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ],
    },
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
