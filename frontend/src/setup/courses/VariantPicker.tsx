/** The treatments that a session pays: a service as a whole, or some of its lengths. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeskVariant } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { Filter } from "../Filter";
import { useMenu } from "../treatments/data";
import { type Choice, choicesOf, toggledAll } from "./plan";

/** A list of more is searched. */
const FEW = 8;

interface Props {
  chosen: string[];
  error: string | undefined;
  onChange: (ids: string[]) => void;
}

export function VariantPicker({ chosen, error, onChange }: Props) {
  const { t } = useTranslation("setup");
  const { data: menu } = useMenu();
  const [text, setText] = useState("");
  // Those of the plan are seen at once, and nothing jumps when another is ticked.
  const [before] = useState(chosen);
  const all = menu === undefined ? [] : choicesOf(menu, chosen, before, "");
  const choices = menu === undefined ? [] : choicesOf(menu, chosen, before, text);
  return (
    <fieldset aria-invalid={error !== undefined} className="flex flex-col gap-2">
      <legend className="mb-2 flex w-full items-baseline gap-3 font-medium">
        {t("courses.what")}
        <span className="ml-auto font-normal text-muted text-sm">
          {t("courses.chosen", { count: chosen.length })}
        </span>
      </legend>
      {all.length > FEW && <Filter label={t("courses.findTreatment")} text={text} onText={setText} />}
      {error !== undefined && <p className="text-danger text-sm">{error}</p>}
      <ul
        aria-label={t("courses.what")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is reached by the keyboard
        tabIndex={0}
        className="max-h-72 divide-y divide-line overflow-y-auto rounded-md border border-line"
      >
        {choices.map((choice) => (
          <ServiceRow key={choice.service.id} choice={choice} chosen={chosen} onChange={onChange} />
        ))}
        {choices.length === 0 && <li className="px-3 py-2 text-muted">{t("courses.noTreatment")}</li>}
      </ul>
    </fieldset>
  );
}

interface RowProps {
  choice: Choice;
  chosen: string[];
  onChange: (ids: string[]) => void;
}

function ServiceRow({ choice: { service, variants }, chosen, onChange }: RowProps) {
  const { t } = useTranslation("setup");
  const name = inLanguage(service.name, currentLanguage());
  const ids = variants.map(({ id }) => id);
  const isAll = ids.every((id) => chosen.includes(id));
  return (
    <li className="px-3 py-1.5">
      <div className="flex min-h-9 items-center gap-3">
        <span className="min-w-0 flex-1 break-words font-medium">{name}</span>
        {variants.length > 1 && (
          <button
            type="button"
            aria-label={t(isAll ? "courses.dropAll" : "courses.takeAll", { name })}
            className="rounded-sm px-1.5 text-accent text-sm underline-offset-2 hover:underline pointer-coarse:min-h-11"
            onClick={() => onChange(toggledAll(chosen, ids))}
          >
            {t(isAll ? "courses.noneOfThem" : "courses.all")}
          </button>
        )}
      </div>
      <div className="flex flex-wrap gap-x-5">
        {variants.map((variant) => (
          <Length
            key={variant.id}
            service={name}
            variant={variant}
            isChosen={chosen.includes(variant.id)}
            onToggle={() => onChange(toggledAll(chosen, [variant.id]))}
          />
        ))}
      </div>
    </li>
  );
}

interface LengthProps {
  service: string;
  variant: DeskVariant;
  isChosen: boolean;
  onToggle: () => void;
}

function Length({ service, variant, isChosen, onToggle }: LengthProps) {
  const { t } = useTranslation();
  const minutes = variant.segments.reduce(
    (sum, segment) => sum + (segment.with_guest === false ? 0 : segment.minutes),
    0,
  );
  const what =
    variant.name === null
      ? t("time.minutes", { count: minutes })
      : inLanguage(variant.name, currentLanguage());
  return (
    <label className="flex min-h-9 items-center gap-2 pointer-coarse:min-h-11">
      <input
        type="checkbox"
        className="size-4 accent-(--color-accent)"
        aria-label={`${service} ${what}`}
        checked={isChosen}
        onChange={onToggle}
      />
      <span>{what}</span>
      <span className="tabular text-muted text-sm">{money(variant.price)}</span>
    </label>
  );
}
