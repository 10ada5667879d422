/** What the server of the tests says about itself, and what most tests begin with. */
import { readFileSync } from "node:fs";
import { type APIRequestContext, test as base, expect, type Page } from "@playwright/test";

interface Facts {
  accounts: Record<"admin" | "receptionist" | "therapist" | "customer", [email: string, password: string]>;
  /** A Saturday with visits in every status. */
  day: string;
  /** The time at which that day is looked at. */
  now: string;
  /** The id of its branch, in Ho Chi Minh City. */
  branch: string;
  /** The URL of the database, for what a test compares with the screen. */
  database: string;
}

let facts: Facts | undefined;

export function factsOf(): Facts {
  facts ??= JSON.parse(readFileSync(process.env.E2E_FACTS ?? "", "utf-8")) as Facts;
  return facts;
}

/** Sign in on the sign-in page. */
export async function signIn(
  page: Page,
  role: keyof Facts["accounts"] = "receptionist",
  path = "/desk",
): Promise<void> {
  const [email, password] = factsOf().accounts[role];
  await page.goto(path);
  await page.locator("input[name=login]").fill(email);
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await expect(page.locator("header")).toBeVisible();
}

/** Call the API as an account, past the screens. */
export async function api(
  request: APIRequestContext,
  role: keyof Facts["accounts"] = "receptionist",
): Promise<<T>(method: string, path: string, data?: unknown) => Promise<T>> {
  const [login, password] = factsOf().accounts[role];
  const answer = await request.post("/api/v1/auth/sign-in", { data: { login, password } });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return async <T>(method: string, path: string, data?: unknown): Promise<T> => {
    const response = await request.fetch(`/api/v1/${path}`, {
      method,
      data,
      headers: { Authorization: `Bearer ${token}`, "Idempotency-Key": crypto.randomUUID() },
    });
    expect(response.ok(), `${method} ${path}: ${await response.text()}`).toBe(true);
    return (response.status() === 204 ? undefined : await response.json()) as T;
  };
}

/** A test that fails on anything the browser complains about: errors of scripts, refused by the policy, not found. */
export const test = base.extend<{ complaints: string[] }>({
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
