/** An action of a person: a request that changes something.

    It is sent with one Idempotency-Key until it has an answer, however often the network or the server is away, so it is
    done once. Actions are sent one after another, in the order in which they were made.
*/
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import { showFailure } from "./toasts";

interface Options<Input, Output> {
  /** Send the request with this key: `call(createVisit({ body, headers: { "Idempotency-Key": key } }))`. A PATCH and a PUT
      need no key, because sending them again changes nothing. */
  send: (input: Input, key: string) => Promise<Output>;
  onDone?: (output: Output, input: Input) => void;
  /** What to do when it is refused. Without it a toast shows the sentence of the API. */
  onRefused?: (error: unknown, input: Input) => void;
  /** How often it is sent again without an answer. Fewer for what a person waits for with the card still in mind. */
  mostAttempts?: number;
}

export interface Action<Input> {
  /** Do it. */
  run: (input: Input) => void;
  /** It has no answer yet. */
  isRunning: boolean;
  /** It waits for the network or the server, and is sent again by itself. */
  isWaiting: boolean;
}

/** Some ten minutes, with 10 seconds between two attempts. */
const MOST_ATTEMPTS = 60;

export function useAction<Input, Output>({
  send,
  onDone,
  onRefused,
  mostAttempts = MOST_ATTEMPTS,
}: Options<Input, Output>): Action<Input> {
  const { t } = useTranslation();
  const { mutate, isPending, failureCount } = useMutation({
    scope: { id: "actions" },
    networkMode: "always",
    mutationFn: ({ input, key }: { input: Input; key: string }) => send(input, key),
    retry: (attempts, error) => hasNoAnswer(error) && attempts < mostAttempts,
    retryDelay: pauseAfter,
    onSuccess: (output, { input }) => onDone?.(output, input),
    onError: (error, { input }) => {
      if (onRefused !== undefined) onRefused(error, input);
      else showFailure(sentenceOf(t, error));
    },
  });
  return {
    run: (input) => mutate({ input, key: newKey() }),
    isRunning: isPending,
    isWaiting: isPending && failureCount > 0,
  };
}

/** Return whether an error says nothing about the action: the same request is to be sent again. */
export function hasNoAnswer(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return (
    error.status === 0 ||
    error.status >= 500 ||
    error.status === 429 ||
    error.code === "IDEMPOTENCY_IN_FLIGHT"
  );
}

/** Return the milliseconds until the next attempt. */
export function pauseAfter(attempts: number): number {
  return Math.min(500 * 2 ** attempts, 10_000);
}

/** Return a new Idempotency-Key. `crypto.randomUUID` is missing where the page is not served over HTTPS or from this
    machine, as on the tablet of a spa's own network. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
