/** Send a file, and say how much of it has left. `fetch` says nothing about a request on its way. */
import { currentLanguage } from "@/i18n";
import { ApiError, errorOf } from "./errors";
import { freshToken, renewToken } from "./session";

/** Milliseconds for a file over a slow network and for what the API does with it. */
const PATIENCE = 180_000;

interface Options {
  file: File;
  /** A share from 0 to 1. */
  onProgress?: (share: number) => void;
  key?: string;
  signal?: AbortSignal;
}

/** Post a file as the API takes one, and return the answer. Throws ApiError; after an abort its code is ABORTED. */
export async function upload<T>(path: string, options: Options): Promise<T> {
  const token = await freshToken();
  const first = await send(path, token, options);
  if (first.status !== 401 || token === null) return answerOf<T>(first);
  const renewed = await renewToken({ refused: token });
  return answerOf<T>(renewed === null ? first : await send(path, renewed, options));
}

interface Answer {
  status: number;
  body: unknown;
}

function answerOf<T>({ status, body }: Answer): T {
  if (status < 200 || status >= 300 || body === null) throw errorOf(body, status);
  return body as T;
}

function send(
  path: string,
  token: string | null,
  { file, onProgress, key, signal }: Options,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    request.setRequestHeader("Accept-Language", currentLanguage());
    if (token !== null) request.setRequestHeader("Authorization", `Bearer ${token}`);
    if (key !== undefined) request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0);
    request.onload = () => resolve({ status: request.status, body: request.response as unknown });
    request.onerror = () => reject(new ApiError("NETWORK", 0));
    request.timeout = PATIENCE;
    request.ontimeout = () => reject(new ApiError("TIMEOUT", 0));
    request.onabort = () => reject(new ApiError("ABORTED", -1));
    signal?.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  });
}
