/** The generated client, signed in. A screen calls the generated functions through `call`:

    const branches = await call(listBranches());
*/
import { QueryClient } from "@tanstack/react-query";
import { currentLanguage } from "@/i18n";
import { ApiError, errorOf, isAway } from "./errors";
import { client } from "./generated/client.gen";
import { freshToken, onForget, renewToken } from "./session";

/** Milliseconds to wait for the beginning of an answer. */
const PATIENCE = 20_000;

export function configureClient(): void {
  client.setConfig({ baseUrl: "", fetch: signedFetch as typeof fetch });
}

/** Send a request with the access token and the language; renew a token that was refused, once. */
export async function signedFetch(input: Request): Promise<Response> {
  const token = await freshToken();
  const response = await send(input.clone(), token);
  if (response.status !== 401 || token === null) return response;
  const renewed = await renewToken({ refused: token });
  return renewed === null ? response : await send(input, renewed);
}

async function send(request: Request, token: string | null): Promise<Response> {
  request.headers.set("Accept-Language", currentLanguage());
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), PATIENCE);
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, timer.signal]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiError(timer.signal.aborted ? "TIMEOUT" : "NETWORK", 0);
  } finally {
    clearTimeout(timeout); // a long answer that has begun takes its time
  }
}

/** Return the data of a response of the generated client. Throws ApiError. */
export async function call<T>(
  request: Promise<{ data?: T | undefined; error?: unknown; response?: Response | undefined }>,
): Promise<T> {
  const { data, error, response } = await request;
  if (error instanceof ApiError) throw error;
  if (error !== undefined || data === undefined) throw errorOf(error, response?.status ?? 0);
  return data;
}

/** Send a removal. Throws a refusal. What is gone already is removed: the answer to an earlier attempt may have been lost. */
export async function callRemoval(
  answer: Promise<{ error?: unknown; response?: Response | undefined }>,
): Promise<null> {
  const { error, response } = await answer;
  if (response?.ok || response?.status === 404) return null;
  throw error instanceof ApiError ? error : errorOf(error, response?.status ?? 0);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the browser says about the network is often wrong: only a request can tell.
      networkMode: "always",
      refetchOnReconnect: true,
      retry: (failures, error) => failures < 2 && isAway(error),
    },
  },
});

onForget(() => queryClient.clear());
