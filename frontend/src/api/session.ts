/** The session of this browser. The access token lives in this module, in memory; the refresh token in a cookie that no
    script can read. All tabs refresh one after the other, so that each sends the newest cookie. */
import { useSyncExternalStore } from "react";
import { ApiError, toApiError } from "./errors";

export interface User {
  id: string;
  full_name: string;
  roles: { role: string; branch_id?: string | null }[];
}

export type Session =
  | { status: "unknown" }
  | { status: "signed-out"; ended: boolean }
  | { status: "signed-in"; user: User };

interface AccessToken {
  access_token: string;
  expires_in: number;
}

const BASE = "/api/v1/auth";
const LOCK = "zenspa.refresh";
/** Seconds before its end at which a token is renewed. */
const EARLY = 30;

let session: Session = { status: "unknown" };
let token: { value: string; expiresAt: number } | null = null;
let refreshing: Promise<string | null> | null = null;
const listeners = new Set<() => void>();
const cleanups = new Set<() => void>();
const otherTabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("zenspa.session");

otherTabs?.addEventListener("message", (event) => {
  if (event.data === "signed-out") forget(false);
  if (event.data === "signed-in" && session.status !== "signed-in") location.reload();
});

function become(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

export function currentSession(): Session {
  return session;
}

export function useSession(): Session {
  return useSyncExternalStore(onSessionChange, currentSession);
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Have something removed from memory when the session ends, such as a cache. */
export function onForget(cleanup: () => void): void {
  cleanups.add(cleanup);
}

async function post(path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { "Accept-Language": document.documentElement.lang };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(`${BASE}/browser/${path}`, {
    method: "POST",
    headers,
    // The answer sets the next cookie: the request outlives a page that is left or reloaded meanwhile.
    keepalive: true,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiError("NETWORK", 0);
  });
  if (!response.ok) throw await toApiError(response);
  return response;
}

function keep({ access_token, expires_in }: AccessToken): string {
  token = { value: access_token, expiresAt: Date.now() + expires_in * 1000 };
  return access_token;
}

/** Open a session. Throws ApiError: WRONG_CREDENTIALS, USER_DISABLED, RATE_LIMITED, NETWORK. */
export async function signIn(login: string, password: string): Promise<void> {
  keep((await (await post("sign-in", { login, password })).json()) as AccessToken);
  await loadUser();
  otherTabs?.postMessage("signed-in");
}

/** End the session everywhere in this browser and remove everything that is kept on the device. */
export async function signOut(): Promise<void> {
  await post("sign-out");
  otherTabs?.postMessage("signed-out");
  forget(false);
  await clearDevice();
}

async function clearDevice(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  if ("caches" in globalThis) for (const name of await caches.keys()) await caches.delete(name);
  for (const { name } of (await indexedDB.databases?.()) ?? []) if (name) indexedDB.deleteDatabase(name);
}

function forget(ended: boolean): void {
  token = null;
  become({ status: "signed-out", ended });
  for (const cleanup of cleanups) cleanup();
}

/** Find out at the start of the page whether the browser has a session. */
export async function resumeSession(): Promise<void> {
  if (session.status !== "unknown") return;
  const value = await renewToken({ atStart: true });
  if (value !== null) await loadUser();
}

async function loadUser(): Promise<void> {
  const response = await fetch(`${BASE}/me`, { headers: { Authorization: `Bearer ${token?.value ?? ""}` } });
  if (!response.ok) throw await toApiError(response);
  become({ status: "signed-in", user: (await response.json()) as User });
}

/** Return a token that is valid for a while, or null when the session has ended. Throws ApiError without a network. */
export async function freshToken(): Promise<string | null> {
  if (token !== null && token.expiresAt - Date.now() > EARLY * 1000) return token.value;
  return await renewToken({});
}

/** Renew the token once for everybody who waits. `refused`: a token that the API no longer takes. */
export async function renewToken(options: { refused?: string; atStart?: boolean }): Promise<string | null> {
  if (options.refused !== undefined && token !== null && token.value !== options.refused) return token.value;
  refreshing ??= oneTabAtATime(() => requestToken(options.atStart ?? false)).finally(() => {
    refreshing = null;
  });
  return await refreshing;
}

async function requestToken(atStart: boolean): Promise<string | null> {
  try {
    return keep((await (await post("refresh")).json()) as AccessToken);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
      forget(!atStart);
      return null;
    }
    throw error;
  }
}

async function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  // Without HTTPS there are no locks; the API then gives tabs that collide the same successor.
  if (navigator.locks === undefined) return await work();
  return await navigator.locks.request(LOCK, work);
}
