/** What can go wrong with a request: the API's own message in the language of the screen, or a code of ours. */
import type { TFunction } from "i18next";
import type { ErrorResponse } from "./generated";

export type ErrorDetail = NonNullable<ErrorResponse["error"]["details"]>[number];

export class ApiError extends Error {
  constructor(
    /** The API's code, or NETWORK, TIMEOUT or UNKNOWN. */
    readonly code: string,
    readonly status: number,
    /** The sentence of the API for a person. Empty when there was none. */
    readonly sentence = "",
    /** What belongs to it: the fields that are wrong, the nearest free starts (`type` is `alternative`). */
    readonly details: readonly ErrorDetail[] = [],
  ) {
    super(`${code} ${sentence}`);
  }
}

/** Return whether an error says no more than that the network or the server is away. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

export async function toApiError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  return errorOf(body, response.status);
}

/** Return the error that a body of the API describes. */
export function errorOf(body: unknown, status: number): ApiError {
  if (isErrorResponse(body)) {
    const { code, message, details } = body.error;
    return new ApiError(code, status, message, details ?? []);
  }
  return new ApiError("UNKNOWN", status);
}

function isErrorResponse(body: unknown): body is ErrorResponse {
  return (
    typeof body === "object" &&
    body !== null &&
    "error" in body &&
    typeof body.error === "object" &&
    body.error !== null
  );
}

/** Return what the API has refused about fields, by their paths in the request, such as `body.hours.0.opens`. */
export function refusedFields(error: unknown): Map<string, string> {
  if (!(error instanceof ApiError) || error.status !== 422) return new Map();
  return new Map(error.details.map(({ field, message }) => [field, message]));
}

/** Return the sentence to show for an error. */
export function sentenceOf(t: TFunction, error: unknown): string {
  if (error instanceof ApiError && error.sentence !== "") return error.sentence;
  if (error instanceof ApiError && error.code === "NETWORK") return t("error.network");
  if (error instanceof ApiError && error.code === "TIMEOUT") return t("error.timeout");
  return t("error.unknown");
}
