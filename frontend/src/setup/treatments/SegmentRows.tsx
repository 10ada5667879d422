/** The segments of a variant, one in each row: how long, and what it needs. */
import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ResourceTypeRead, Segment } from "@/api/generated";
import { Button } from "@/design/Button";
import { INPUT } from "@/design/FormField";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { Chip } from "../parts";
import { isWithGuest, purposeOf, withPreparation, withSegment } from "./bars";
import { OrderButtons } from "./OrderButtons";

const MOST = 20;
const LONGEST = 1440;

interface Props {
  segments: readonly Segment[];
  types: readonly ResourceTypeRead[];
  errorOf: (field: string) => string | undefined;
  onChange: (segments: Segment[]) => void;
}

export function SegmentRows({ segments, types, errorOf, onChange }: Props) {
  const { t } = useTranslation("setup");
  const set = (index: number, change: Partial<Segment>) =>
    onChange(segments.map((segment, other) => (other === index ? { ...segment, ...change } : segment)));
  const swap = (index: number, by: 1 | -1) => {
    const next = [...segments];
    const [one, other] = [next[index], next[index + by]];
    if (one === undefined || other === undefined) return;
    [next[index], next[index + by]] = [other, one];
    onChange(next);
  };
  const whole = errorOf("segments");
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{t("treatments.segments")}</legend>
      <ol className="flex flex-col divide-y divide-line border-line border-y">
        {segments.map((segment, index) => {
          const number = index + 1;
          const problems = (["minutes", "bed_type_id", "device_type_id"] as const).flatMap(
            (field) => errorOf(`segments.${index}.${field}`) ?? [],
          );
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: a segment has no identity but its place
              key={index}
              className="grid grid-cols-2 items-center gap-2 py-2.5 md:grid-cols-[7rem_6rem_auto_1fr_1fr_auto]"
            >
              <span className="font-medium">
                <span className="text-muted tabular">{number}. </span>
                {t(`treatments.purpose.${purposeOf(segments, index)}`)}
              </span>
              <span className="flex items-center gap-1.5">
                <input
                  type="number"
                  aria-label={t("treatments.segment.minutes", { number })}
                  aria-invalid={problems.length > 0}
                  className={`${INPUT} w-14! px-2! text-right tabular`}
                  min={1}
                  max={LONGEST}
                  required
                  value={segment.minutes === 0 ? "" : segment.minutes}
                  onChange={(event) =>
                    set(index, { minutes: Math.min(Math.trunc(Number(event.target.value)), LONGEST) })
                  }
                />
                <span aria-hidden className="text-muted">
                  {t("treatments.minutesShort")}
                </span>
              </span>
              <span className="flex gap-1 max-md:col-span-2">
                <Chip
                  isOn={isWithGuest(segment)}
                  label={t("treatments.segment.guest", { number })}
                  onToggle={() => set(index, { with_guest: !isWithGuest(segment) })}
                >
                  {t("treatments.rows.guest")}
                </Chip>
                <Chip
                  isOn={segment.needs_staff}
                  label={t("treatments.segment.staff", { number })}
                  onToggle={() => set(index, { needs_staff: !segment.needs_staff })}
                >
                  {t("treatments.therapistShort")}
                </Chip>
              </span>
              {(["bed", "device"] as const).map((kind) => (
                <TypeChoice
                  key={kind}
                  label={t(`treatments.segment.${kind}`, { number })}
                  none={t(`treatments.no.${kind}`)}
                  types={types.filter((type) => type.kind === kind)}
                  value={(kind === "bed" ? segment.bed_type_id : segment.device_type_id) ?? ""}
                  onChange={(id) => set(index, kind === "bed" ? { bed_type_id: id } : { device_type_id: id })}
                />
              ))}
              <span className="flex justify-end max-md:col-span-2">
                <OrderButtons
                  name={t("treatments.segment.name", { number })}
                  isFirst={index === 0}
                  isLast={index === segments.length - 1}
                  onMove={(by) => swap(index, by)}
                />
                <Button
                  kind="quiet"
                  size="icon"
                  className="text-muted"
                  disabled={segments.length === 1}
                  aria-label={t("treatments.segment.remove", { number })}
                  onClick={() => onChange(segments.filter((_, other) => other !== index))}
                >
                  <X aria-hidden size={16} />
                </Button>
              </span>
              {problems.map((problem) => (
                <p key={problem} className="col-span-full text-danger text-sm">
                  {problem}
                </p>
              ))}
            </li>
          );
        })}
      </ol>
      {whole !== undefined && (
        <p role="alert" className="mt-1 text-danger text-sm">
          {whole}
        </p>
      )}
      {segments.length < MOST && (
        <div className="mt-1 flex flex-wrap gap-1">
          <Button kind="quiet" onClick={() => onChange(withSegment(segments))}>
            <Plus aria-hidden size={16} />
            {t("treatments.addSegment")}
          </Button>
          {purposeOf(segments, 0) !== "preparation" && (
            <Button kind="quiet" onClick={() => onChange(withPreparation(segments))}>
              <Plus aria-hidden size={16} />
              {t("treatments.addPreparation")}
            </Button>
          )}
        </div>
      )}
    </fieldset>
  );
}

interface TypeChoiceProps {
  label: string;
  none: string;
  types: readonly ResourceTypeRead[];
  value: string;
  onChange: (id: string | null) => void;
}

function TypeChoice({ label, none, types, value, onChange }: TypeChoiceProps) {
  return (
    <select
      aria-label={label}
      className={`${INPUT} min-w-0 px-2! ${value === "" ? "text-muted" : ""}`}
      value={value}
      onChange={(event) => onChange(event.target.value || null)}
    >
      <option value="">{none}</option>
      {types.map(({ id, name }) => (
        <option key={id} value={id}>
          {inLanguage(name, currentLanguage())}
        </option>
      ))}
    </select>
  );
}
