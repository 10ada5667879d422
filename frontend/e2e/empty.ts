/** A spa without anything but its owner, on a server of its own. */
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";

export interface EmptySpa {
  url: string;
  owner: [email: string, password: string];
  stop: () => Promise<void>;
}

export async function startEmptySpa(): Promise<EmptySpa> {
  const port = Number(process.env.E2E_PORT) + 50 + Number(process.env.TEST_PARALLEL_INDEX ?? 0);
  const url = `http://localhost:${port}`;
  const facts = join(tmpdir(), `zenspa-e2e-empty-${port}.json`);
  const server = spawn(".venv/bin/python", ["-m", "tests.e2e.server"], {
    cwd: join(import.meta.dirname, "../../backend"),
    env: { ...process.env, E2E_SPA: "empty", E2E_PORT: String(port), E2E_FACTS: facts },
    stdio: "ignore",
  });
  await expect
    .poll(
      () =>
        fetch(`${url}/api/v1/health/ready`)
          .then(({ ok }) => ok)
          .catch(() => false),
      { timeout: 120_000 },
    )
    .toBe(true);
  const { accounts } = JSON.parse(readFileSync(facts, "utf-8")) as {
    accounts: { admin: [string, string] };
  };
  const stop = async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    rmSync(facts, { force: true });
  };
  return { url, owner: accounts.admin, stop };
}
