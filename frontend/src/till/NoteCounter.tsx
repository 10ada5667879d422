/** Cash that is counted: as a sum, or note by note. */
import { Calculator } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { INPUT } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { money } from "@/i18n/format";
import { NOTES, sumOf } from "./cash";

const HIGHEST = 9_999_999_999;

interface Props {
  label: string;
  hint?: string | undefined;
  /** Null: nothing is typed yet. */
  value: number | null;
  onChange: (value: number) => void;
}

export function NoteCounter({ label, hint, value, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [counts, setCounts] = useState<Record<number, number> | null>(null);
  const count = (note: number, text: string) => {
    const next = { ...counts, [note]: Math.min(Number(text.replace(/\D/g, "")), 99_999) };
    setCounts(next);
    onChange(sumOf(next));
  };
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <div className="flex flex-wrap items-center gap-2">
        <MoneyInput
          id={id}
          width="w-44!"
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          highest={HIGHEST}
          value={value ?? 0}
          onChange={(sum) => {
            setCounts(null);
            onChange(sum);
          }}
        />
        <Button
          className="pointer-coarse:h-11"
          aria-expanded={counts !== null}
          onClick={() => setCounts(counts === null ? {} : null)}
        >
          <Calculator aria-hidden size={16} />
          {t("till.drawer.byNotes")}
        </Button>
      </div>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1 text-muted text-sm">
          {hint}
        </p>
      )}
      {counts !== null && (
        <ul className="mt-3 grid grid-cols-[auto_5rem_1fr] items-center gap-x-3 gap-y-1.5">
          {NOTES.map((note) => (
            <li key={note} className="contents">
              <label htmlFor={`${id}-${note}`} className="tabular text-right">
                {money(note)}
              </label>
              <input
                id={`${id}-${note}`}
                className={`${INPUT} text-right tabular`}
                inputMode="numeric"
                autoComplete="off"
                placeholder="0"
                value={counts[note] || ""}
                onChange={(event) => count(note, event.target.value)}
              />
              <span aria-hidden className="tabular text-muted">
                {counts[note] ? money(note * counts[note]) : ""}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
