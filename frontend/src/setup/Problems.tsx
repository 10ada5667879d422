/** What the API refuses in a set-up file, each with its place: in the file, or where it was entered. */
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import type { Step } from "./search";

interface Props {
  error: unknown;
  /** Return the step of the guide that a place belongs to. */
  stepOf?: (place: string) => Step;
}

export function Problems({ error, stepOf }: Props) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  return (
    <div role="alert" className="rounded-lg bg-danger-soft px-4 py-3 text-danger">
      <p className="flex gap-2 font-medium">
        <TriangleAlert aria-hidden size={18} className="mt-0.5 shrink-0" />
        {sentenceOf(common, error)}
      </p>
      {error instanceof ApiError && error.details.length > 0 && (
        <ul className="mt-2 ml-6 flex list-disc flex-col gap-1">
          {error.details.map(({ field, message }) => {
            const step = stepOf?.(field);
            return (
              <li key={`${field}/${message}`} className="break-words">
                {step === undefined ? (
                  field
                ) : (
                  <Link to="/setup/start" search={{ step }} className="font-medium underline">
                    {t(`steps.${step}.name`)}
                  </Link>
                )}
                {": "}
                {message}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
