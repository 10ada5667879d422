/** An action of the desk that may be refused for reasons that the desk can confirm, or with other times to choose. */
import { useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { showFailure } from "@/actions/toasts";
import { type Action, hasNoAnswer, showUnanswered, useAction } from "@/actions/useAction";
import { sentenceOf } from "@/api/errors";
import type { ReassignedTreatment } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { dayName, shortName } from "@/i18n/format";
import { ask } from "./ask";
import { linesBeside, type Overrule, refusalOf, stillToConfirm } from "./overrule";

interface Options<Input, Output> {
  /** The zone of the branch, in which times are told. */
  zone: string;
  send: (input: Input, overrule: Overrule, key: string) => Promise<Output>;
  onDone?: (output: Output, input: Input) => void;
  /** Do it at another start, which the API offered. Without it the starts are not offered. */
  atStart?: (input: Input, start: number) => Input;
  /** Hours and shifts can be overruled by who does this. */
  canForce?: boolean;
  /** It was refused, and the desk has left it so. */
  onGivenUp?: () => void;
}

export function useDeskAction<Input, Output>(options: Options<Input, Output>): Action<Input> {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const { zone, send, onDone, atStart, canForce = true, onGivenUp } = options;
  const action = useAction<{ input: Input; overrule: Overrule }, Output>({
    send: ({ input, overrule }, key) => send(input, overrule, key),
    onDone: (output, { input }) => {
      for (const name of ["steps", "history", "stranded"]) void cache.invalidateQueries({ queryKey: [name] });
      onDone?.(output, input);
    },
    onRefused: (error, { input, overrule }) => {
      for (const name of ["steps", "places"]) void cache.invalidateQueries({ queryKey: [name] });
      if (hasNoAnswer(error)) return showUnanswered(t, error, () => action.run({ input, overrule }));
      const refusal = refusalOf(error);
      const confirmed = refusal === null ? null : stillToConfirm(refusal, overrule, canForce);
      const starts = atStart === undefined ? [] : (refusal?.starts ?? []);
      if (refusal === null || (confirmed === null && starts.length === 0 && refusal.reasons.length === 0)) {
        showFailure(sentenceOf(t, error));
        onGivenUp?.();
        return;
      }
      const title = sentenceOf(t, error);
      ask({
        title,
        lines: linesBeside(title, refusal.reasons),
        ...(onGivenUp === undefined ? {} : { onBack: onGivenUp }),
        ...(starts.length > 0 && atStart !== undefined
          ? {
              choicesTitle: t("opened.nearest"),
              choices: starts.slice(0, 6).map((start) => ({
                label: `${timeIn(zone, start)} ${dayName(t, dayIn(zone, start), dayIn(zone, Date.now()))}`,
                choose: () => action.run({ input: atStart(input, start), overrule }),
              })),
            }
          : {}),
        ...(confirmed === null
          ? {}
          : {
              confirm: t("opened.saveAnyway"),
              onConfirm: () => action.run({ input, overrule: { ...overrule, ...confirmed } }),
            }),
      });
    },
  });
  return { ...action, run: (input) => action.run({ input, overrule: {} }) };
}

/** Return the sentence of a toast, with the guests who gave way. */
export function withReassigned(
  t: TFunction,
  sentence: string,
  reassigned: readonly ReassignedTreatment[] | undefined,
): string {
  if (reassigned === undefined || reassigned.length === 0) return sentence;
  const others = reassigned.map(({ guest_name, before, after }) =>
    t("opened.gaveWay", {
      guest: guest_name || t("card.anonymous"),
      before: shortName(before.name),
      after: shortName(after.name),
    }),
  );
  return `${sentence} ${others.join(" ")}`;
}
