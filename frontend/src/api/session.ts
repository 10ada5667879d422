/** The session of this browser. The access token lives in this module, in memory; the refresh token in a cookie that no
    script can read. All tabs refresh one after the other, so that each sends the newest cookie. While the server cannot be
    asked, who was signed in on this device stays so, for what the device has kept. */
import { useSyncExternalStore } from "react";
import { forgetKept, keepUser, keptUser } from "@/app/kept";
import { leaving } from "@/app/preferences";
import { beginTyping, forgetTyped } from "@/app/typed";
import { ApiError, isAway, toApiError } from "./errors";

export interface User {
  id: string;
  full_name: string;
  roles: { role: string; branch_id?: string | null }[];
}

export type Session =
  | { status: "unknown" }
  | { status: "signed-out"; ended: boolean }
  /** Not confirmed: the page was opened while the server could not be asked. */
  | { status: "signed-in"; user: User; isConfirmed: boolean };

interface AccessToken {
  access_token: string;
  expires_in: number;
}

const BASE = "/api/v1/auth";
const LOCK = "zenspa.refresh";
/** Seconds before its end at which a token is renewed. */
const EARLY = 30;
/** Milliseconds to wait for an answer. A refresh that is sent again within 30 seconds gets the same successor. */
const PATIENCE = 10_000;
/** Milliseconds until a page that is opened shows what the device has kept instead. */
const START_PATIENCE = 3_000;

let session: Session = { status: "unknown" };
let token: { value: string; expiresAt: number } | null = null;
let refreshing: Promise<string | null> | null = null;
let resuming: Promise<void> | null = null;
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

export function currentUserId(): string | null {
  return session.status === "signed-in" ? session.user.id : null;
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

async function post(path: string, body?: unknown, base = `${BASE}/browser`): Promise<Response> {
  const headers: Record<string, string> = { "Accept-Language": document.documentElement.lang };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(`${base}/${path}`, {
    method: "POST",
    headers,
    // The answer sets the next cookie: the request outlives a page that is left or reloaded meanwhile.
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE),
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
  await open("sign-in", { login, password });
}

/** Accept an invitation by the token of its link, and open a session. Throws ApiError: INVITATION_NOT_FOUND, NETWORK. */
export async function joinSpa(answer: { token: string; full_name: string; password: string }): Promise<void> {
  await open("join", answer);
}

/** Set a new password by the token of its link, and open a session. Throws ApiError: RESET_LINK_INVALID, NETWORK. */
export async function resetPassword(reset: { token: string; new_password: string }): Promise<void> {
  await open("password-reset", reset);
}

/** Have the link for a new password mailed, if there is such an account. Throws ApiError: RATE_LIMITED, NETWORK. */
export async function requestPassword(email: string): Promise<void> {
  await post("password/reset-request", { email }, BASE);
}

async function open(path: string, body: unknown): Promise<void> {
  keep((await (await post(path, body)).json()) as AccessToken);
  leaving.forget();
  await loadUser();
  otherTabs?.postMessage("signed-in");
}

/** End the session everywhere in this browser and remove everything that is kept on the device. While the server cannot be
    told it is told when the desk is opened next, and nobody is signed in until then. */
export async function signOut(): Promise<void> {
  const isTold = await post("sign-out").then(
    () => true,
    (error: unknown) => {
      if (!isAway(error)) throw error;
      leaving.keep();
      if (!leaving.isKept()) throw error; // without storage: the cookie would sign in again
      return false;
    },
  );
  otherTabs?.postMessage("signed-out");
  forget(false);
  await clearDevice();
  if (!isTold) leaving.keep();
}

async function clearDevice(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? [])
    await registration.unregister();
  await forgetKept(); // after what was being kept
  if ("caches" in globalThis) for (const name of await caches.keys()) await caches.delete(name);
  for (const { name } of (await indexedDB.databases?.()) ?? []) if (name) indexedDB.deleteDatabase(name);
}

function forget(ended: boolean): void {
  token = null;
  void forgetKept();
  forgetTyped();
  become({ status: "signed-out", ended });
  for (const cleanup of cleanups) cleanup();
}

/** Find out at the start of the page whether the browser has a session. Throws ApiError while the server cannot be asked
    and the device has kept nobody. */
export async function resumeSession(): Promise<void> {
  if (session.status !== "unknown") return;
  resuming ??= resume().finally(() => {
    resuming = null;
  });
  await resuming;
}

async function resume(): Promise<void> {
  if (leaving.isKept()) {
    await post("sign-out").then(leaving.forget, () => undefined);
    return become({ status: "signed-out", ended: false });
  }
  const asking = renewToken({ atStart: true }).then((value) => (value === null ? undefined : loadUser()));
  asking.catch(() => undefined); // who waits for it hears of it; later the stream of the board asks again
  const user = await keptUser<User>();
  if (user === null) return await asking;
  const late = new Promise<void>((resolve) => setTimeout(resolve, START_PATIENCE));
  await Promise.race([asking, late]).catch((error: unknown) => {
    if (!isAway(error)) throw error;
  });
  if (currentSession().status === "unknown") become({ status: "signed-in", user, isConfirmed: false });
}

async function loadUser(): Promise<void> {
  const response = await fetch(`${BASE}/me`, {
    headers: { Authorization: `Bearer ${token?.value ?? ""}` },
    signal: AbortSignal.timeout(PATIENCE),
  }).catch(() => {
    throw new ApiError("NETWORK", 0);
  });
  if (!response.ok) throw await toApiError(response);
  const user = (await response.json()) as User;
  beginTyping(user.id);
  await keepUser(user);
  become({ status: "signed-in", user, isConfirmed: true });
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
    const value = keep((await (await post("refresh")).json()) as AccessToken);
    if (session.status === "signed-in" && !session.isConfirmed) void loadUser().catch(() => undefined);
    return value;
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
