/** One course: its sessions as marks, until when it is valid, what it cost, and what happened to it. */
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerCourseRead, CustomerRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { CourseActions } from "./CourseActions";
import { CourseHistory } from "./CourseHistory";
import { countsBeside, isLive } from "./course";
import { useTreatmentNames } from "./data";
import { Ending } from "./Ending";
import { Mark, Marks } from "./Marks";

/** Treatments that are named before the others are counted. */
const MOST_NAMES = 2;

interface Props {
  course: CustomerCourseRead;
  customer: CustomerRead;
}

export function CourseCard({ course, customer }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const names = useTreatmentNames()(course);
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return (
    <article
      aria-labelledby={id}
      data-course={course.id}
      className={`rounded-md border border-line ${isLive(course) ? "" : "bg-sunken"}`}
    >
      <div className="flex flex-col gap-3 p-4">
        <div className="flex items-start gap-3">
          <div className="min-w-0 flex-1">
            <h3 id={id} className="break-words font-semibold">
              {inLanguage(course.name, currentLanguage())}
            </h3>
            {names.length > 0 && (
              <p className="break-words text-muted text-sm">
                {names.length > MOST_NAMES
                  ? t("courses.forMore", { names: shown, count: names.length - MOST_NAMES })
                  : t("courses.for", { names: shown })}
              </p>
            )}
          </div>
          <p className="shrink-0 text-right">
            <span className="tabular block font-semibold text-xl leading-tight">
              {t("courses.of", { free: course.free, sessions: course.sessions })}
            </span>
            <span className="block text-muted text-sm">{t("courses.leftShort")}</span>
          </p>
        </div>
        <Marks course={course} />
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
          {isLive(course) && <Ending course={course} />}
          {countsBeside(course).map(({ state, count }) => (
            <span key={state} className="inline-flex items-center gap-1.5 text-muted">
              <Mark state={state} className="size-3.5" />
              {t(`courses.counts.${state}`, { count })}
            </span>
          ))}
          <span className="tabular text-muted">{money(course.price)}</span>
        </div>
        <div className="-mb-1 flex flex-wrap items-center gap-2">
          <Button
            kind="quiet"
            aria-expanded={isOpen}
            className="-ml-2.5 px-2.5! pointer-coarse:h-11"
            onClick={() => setOpen(!isOpen)}
          >
            <ChevronRight
              aria-hidden
              size={16}
              className={`text-muted transition-transform ${isOpen ? "rotate-90" : ""}`}
            />
            {t("courses.history")}
          </Button>
          <CourseActions course={course} customer={customer} />
        </div>
      </div>
      {isOpen && <CourseHistory course={course} />}
    </article>
  );
}
