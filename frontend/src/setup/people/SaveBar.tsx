/** The skills that have been changed: how many, saved with one button, and what was refused of them. */
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import { linesBeside, refusalOf } from "@/card/overrule";
import { Button } from "@/design/Button";
import { Unsaved } from "@/design/Unsaved";
import { countEdits, type Edits } from "./skills";

export interface Refused {
  id: string;
  name: string;
  error: unknown;
}

interface Props {
  edits: Edits;
  refused: readonly Refused[];
  isRunning: boolean;
  onSave: () => void;
  /** Save one person all the same, whose appointments then need somebody else. */
  onForce: (id: string) => void;
  onDiscard: () => void;
}

export function SaveBar({ edits, refused, isRunning, onSave, onForce, onDiscard }: Props) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const counts = countEdits(edits);
  return (
    <div
      className="bottom-0 z-30 border-line border-t bg-raised px-4 py-3 max-md:sticky md:px-8"
      hidden={counts.count === 0}
    >
      {refused.length > 0 && (
        <ul role="alert" className="mb-3 flex max-h-56 flex-col gap-2 overflow-y-auto">
          {refused.map(({ id, name, error }) => {
            const sentence = sentenceOf(common, error);
            const refusal = refusalOf(error);
            return (
              <li
                key={id}
                className="flex flex-wrap items-start gap-x-4 gap-y-2 rounded-md bg-danger-soft p-3 text-danger"
              >
                <TriangleAlert aria-hidden size={18} className="mt-0.5 shrink-0" />
                <div className="min-w-52 flex-1">
                  <p>
                    <strong className="font-semibold">{name}:</strong> {sentence}
                  </p>
                  <ul className="list-disc pl-5">
                    {linesBeside(sentence, refusal?.reasons ?? []).map((line) => (
                      <li key={line}>{line}</li>
                    ))}
                  </ul>
                </div>
                {refusal?.overrule && (
                  <Button disabled={isRunning} onClick={() => onForce(id)}>
                    {common("opened.saveAnyway")}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <p role="status" className="mr-auto font-medium max-sm:w-full">
          {counts.count > 0 && t("people.changes", counts)}
        </p>
        <Button disabled={isRunning} className="pointer-coarse:h-11" onClick={onDiscard}>
          {t("discard")}
        </Button>
        <Button kind="primary" disabled={isRunning} className="pointer-coarse:h-11" onClick={onSave}>
          {isRunning ? t("check.saving") : t("save")}
        </Button>
      </div>
      <Unsaved when={counts.count > 0 && !isRunning} />
    </div>
  );
}
