/** What the server of the tests says about itself, and what most tests begin with. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type APIRequestContext, test as base, expect, type Page } from "@playwright/test";
import { BASE_URL } from "../playwright.config";

export type Account = [email: string, password: string];

interface Facts {
  accounts: Record<"admin" | "receptionist" | "therapist" | "customer", Account>;
  /** Accounts for the therapists of a test (`giveAccount`). */
  therapists: [...Account, id: string][];
  /** A Saturday with visits in every status. */
  day: string;
  /** The time at which that day is looked at. */
  now: string;
  /** The id of its branch, in Ho Chi Minh City. */
  branch: string;
  /** The URL of the database, for what a test compares with the screen. */
  database: string;
}

/** The server closes a connection that is idle for some seconds, now and then while a request is on its way. */
const RETRIES = 2;

let facts: Facts | undefined;

export function factsOf(): Facts {
  facts ??= JSON.parse(readFileSync(process.env.E2E_FACTS ?? "", "utf-8")) as Facts;
  return facts;
}

/** Sign in on the sign-in page. */
export async function signInByHand(
  page: Page,
  who: keyof Facts["accounts"] | Account = "receptionist",
  path = "/desk",
): Promise<void> {
  await page.goto(path);
  await fillSignIn(page, who);
}

/** Fill in the sign-in page that is shown. */
export async function fillSignIn(page: Page, who: keyof Facts["accounts"] | Account): Promise<void> {
  const [login, password] = accountOf(who);
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await expect(page.getByRole("banner")).toBeVisible();
}

/** Open a page signed in, by the request that the sign-in page sends: a second less than `signInByHand`. `path` may be a
    URL of another origin, such as the one of a network that is cut. */
export async function signIn(
  page: Page,
  who: keyof Facts["accounts"] | Account = "receptionist",
  path = "/desk",
): Promise<void> {
  const [login, password] = accountOf(who);
  const { origin } = new URL(path, BASE_URL);
  const answer = await page.request.post(`${origin}/api/v1/auth/browser/sign-in`, {
    data: { login, password },
    headers: { Origin: origin },
    maxRetries: RETRIES,
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  await page.goto(path);
  await expect(page.getByRole("banner")).toBeVisible();
}

function accountOf(who: keyof Facts["accounts"] | Account): Account {
  return typeof who === "string" ? factsOf().accounts[who] : who;
}

/** Call the API as an account, past the screens. */
export async function api(
  request: APIRequestContext,
  who: keyof Facts["accounts"] | Account = "receptionist",
): Promise<<T>(method: string, path: string, data?: unknown) => Promise<T>> {
  const [login, password] = accountOf(who);
  const answer = await request.post("/api/v1/auth/sign-in", {
    data: { login, password },
    maxRetries: RETRIES,
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return async <T>(method: string, path: string, data?: unknown): Promise<T> => {
    const response = await request.fetch(`/api/v1/${path}`, {
      method,
      data,
      maxRetries: RETRIES,
      headers: { Authorization: `Bearer ${token}`, "Idempotency-Key": crypto.randomUUID() },
    });
    expect(response.ok(), `${method} ${path}: ${await response.text()}`).toBe(true);
    return (response.status() === 204 ? undefined : await response.json()) as T;
  };
}

interface Fixtures {
  /** Whether the browser has service workers. With them each page loads all files of the build: a third of the time. */
  keepsFiles: boolean;
  /** Anything the browser complains about: errors of scripts, refused by the policy, not found. The test fails. */
  complaints: string[];
}

export const test = base.extend<Fixtures>({
  keepsFiles: [false, { option: true }],
  context: async ({ context, keepsFiles }, use) => {
    // As in a private window of Firefox.
    if (!keepsFiles)
      await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, "serviceWorker"));
    await use(context);
  },
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        // The browser reports each failed request; tests that cause some look at the screen instead.
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
          complaints.push(message.text());
        }
      });
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Return what PostgreSQL has of a branch, past the API: a text for each row, in order. */
export function storedOf(branch: string, what: "cards" | "ledger"): string[] {
  const answer = execFileSync(
    ".venv/bin/python",
    ["-m", "tests.e2e.read", what, factsOf().database, branch],
    { cwd: "../backend", encoding: "utf-8" },
  );
  return (JSON.parse(answer) as string[]).sort();
}
