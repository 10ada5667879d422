/** An action of a person: a request that changes something.

    It is sent with one Idempotency-Key until it has an answer, however often the network or the server is away, so it is
    done once. Actions are sent one after another, in the order in which they were made.
*/
import { useMutation } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, isAway, sentenceOf } from "@/api/errors";
import { currentUserId } from "@/api/session";
import { showFailure } from "./toasts";
import { type Intention, keyOf, newKey, settle } from "./unanswered";

interface Options<Input, Output> {
  /** Send the request with this key: `call(createVisit({ body, headers: { "Idempotency-Key": key } }))`. A PATCH and a PUT
      need no key, because sending them again changes nothing. */
  send: (input: Input, key: string) => Promise<Output>;
  onDone?: (output: Output, input: Input) => void;
  /** What to do when it is refused. Without it a toast shows the sentence of the API. */
  onRefused?: (error: unknown, input: Input) => void;
  /** Keep the key, and what is sent, until there is an answer even when the page is reloaded. */
  name?: string;
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

interface Attempt<Input> {
  input: Input;
  intention: Intention;
  key: string;
  userId: string | null;
}

/** Some ten minutes, with 10 seconds between two attempts. */
const MOST_ATTEMPTS = 60;

export function useAction<Input, Output>({
  send,
  onDone,
  onRefused,
  mostAttempts = MOST_ATTEMPTS,
  name,
}: Options<Input, Output>): Action<Input> {
  const { t } = useTranslation();
  const [owner] = useState(newKey);
  const { mutate, isPending, failureCount } = useMutation({
    scope: { id: "actions" },
    networkMode: "always",
    mutationFn: async ({ input, key, userId }: Attempt<Input>) => {
      // It waited for the network, and meanwhile another person has signed in.
      if (currentUserId() !== userId) throw new ApiError("SESSION_ENDED", 401);
      return await send(input, key);
    },
    retry: (attempts, error) => hasNoAnswer(error) && attempts < mostAttempts,
    retryDelay: pauseAfter,
    onSuccess: (output, { input, intention }) => {
      settle(intention, true);
      onDone?.(output, input);
    },
    onError: (error, { input, intention }) => {
      const hasAnswer = !hasNoAnswer(error);
      settle(intention, hasAnswer);
      if (onRefused !== undefined) onRefused(error, input);
      else if (hasAnswer) showFailure(sentenceOf(t, error));
      else showUnanswered(t, error, () => run(input));
    },
  });
  const run = (input: Input) => {
    const intention = { name: name ?? null, owner, input };
    mutate({ input, intention, key: keyOf(intention), userId: currentUserId() });
  };
  return {
    run,
    isRunning: isPending,
    isWaiting: isPending && failureCount > 0,
  };
}

/** Say that there is no answer, with a button that sends it again with its key: it may have been done. */
export function showUnanswered(t: TFunction, error: unknown, again: () => void): void {
  showFailure(sentenceOf(t, error), [{ label: t("action.again"), run: again }]);
}

/** Return whether an error says nothing about the action: the same request is to be sent again. */
export function hasNoAnswer(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return isAway(error) || error.status === 429 || error.code === "IDEMPOTENCY_IN_FLIGHT";
}

/** Return the milliseconds until the next attempt. */
export function pauseAfter(attempts: number): number {
  return Math.min(500 * 2 ** attempts, 10_000);
}
