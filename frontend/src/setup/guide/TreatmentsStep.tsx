/** The menu: the usual treatments, ticked or left out, each can be changed; and the spa's own. */
import { ChevronDown, Plus, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { money } from "@/i18n/format";
import { Card } from "../parts";
import { missingBeds, newTreatment, offered, type Treatment } from "./draft";
import { BEDS, CATEGORIES } from "./starter";
import { TreatmentEditor } from "./TreatmentEditor";
import { edited, type StepProps } from "./useDraft";

export function TreatmentsStep({ draft, onEdit }: StepProps) {
  const { t } = useTranslation("setup");
  const language = currentLanguage();
  const [opened, setOpened] = useState<number | null>(null);
  const missing = missingBeds(draft);
  const set = (id: number, change: Partial<Treatment>) =>
    onEdit((before) => ({ ...before, treatments: edited(before.treatments, id, change) }));
  const add = (category: string) => {
    setOpened(draft.nextId);
    onEdit((before) => ({
      ...before,
      treatments: [...before.treatments, newTreatment(before.nextId, category)],
      nextId: before.nextId + 1,
    }));
  };
  return (
    <>
      <p className="font-medium" role="status">
        {t("treatments.chosen", { count: offered(draft).length })}
      </p>
      {CATEGORIES.map((category) => (
        <Card
          key={category.key}
          title={category[language]}
          aside={
            <Button kind="quiet" onClick={() => add(category.key)}>
              <Plus aria-hidden size={16} />
              {t("treatments.add")}
              <span className="sr-only">{category[language]}</span>
            </Button>
          }
        >
          <ul className="-my-2 flex flex-col divide-y divide-line">
            {draft.treatments
              .filter((treatment) => treatment.category === category.key)
              .map((treatment) => (
                <TreatmentRow
                  key={treatment.id}
                  treatment={treatment}
                  lacks={treatment.isOffered && missing.includes(treatment.bed)}
                  isOpen={opened === treatment.id}
                  onOpen={(isOpen) => setOpened(isOpen ? treatment.id : null)}
                  onChange={(change) => set(treatment.id, change)}
                />
              ))}
          </ul>
        </Card>
      ))}
    </>
  );
}

interface RowProps {
  treatment: Treatment;
  /** No room has the bed it needs. */
  lacks: boolean;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onChange: (change: Partial<Treatment>) => void;
}

function TreatmentRow({ treatment, lacks, isOpen, onOpen, onChange }: RowProps) {
  const { t } = useTranslation("setup");
  const language = currentLanguage();
  const name = treatment[language] || treatment.vi || treatment.en || t("treatments.unnamed");
  const bed = BEDS.find(({ key }) => key === treatment.bed);
  return (
    <li className="py-1">
      <div className="flex items-center gap-2">
        <label className="flex min-h-10 min-w-0 flex-1 cursor-pointer items-center gap-3 pointer-coarse:min-h-11">
          <input
            type="checkbox"
            className="size-4.5 shrink-0 accent-accent"
            checked={treatment.isOffered}
            onChange={(event) => onChange({ isOffered: event.target.checked })}
          />
          <span className={`min-w-0 ${treatment.isOffered ? "font-medium" : "text-muted"}`}>{name}</span>
        </label>
        <p className="text-right text-muted text-sm tabular">
          {treatment.lengths.map(({ minutes, price }) => (
            <span key={minutes} className="ml-4 whitespace-nowrap max-sm:block">
              {t("treatments.length", { minutes, price: money(price) })}
            </span>
          ))}
        </p>
        <Button
          kind="quiet"
          size="icon"
          className="text-muted"
          aria-expanded={isOpen}
          aria-label={t("treatments.change", { name })}
          onClick={() => onOpen(!isOpen)}
        >
          <ChevronDown aria-hidden size={16} className={isOpen ? "rotate-180" : ""} />
        </Button>
      </div>
      {lacks && bed !== undefined && (
        <p className="mb-2 ml-7.5 flex items-center gap-2 text-sm text-warning">
          <TriangleAlert aria-hidden size={15} className="shrink-0" />
          {t("treatments.noBed", { bed: bed[language] })}
        </p>
      )}
      {isOpen && <TreatmentEditor treatment={treatment} onChange={onChange} />}
    </li>
  );
}
