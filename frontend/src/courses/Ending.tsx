/** Until when a course can be used. */
import { CalendarClock, CalendarX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CustomerCourseRead } from "@/api/generated";
import { endingOf } from "./course";
import { useDates } from "./useDates";

export function Ending({ course }: { course: Pick<CustomerCourseRead, "expires_on"> }) {
  const { t } = useTranslation();
  const { today, dateOf } = useDates();
  const ending = endingOf(course, today);
  if (ending.kind === "never") return <span className="text-muted">{t("courses.noEnd")}</span>;
  const date = dateOf(ending.day);
  if (ending.kind === "later")
    return <span className="tabular text-muted">{t("courses.ends", { date })}</span>;
  const Icon = ending.kind === "over" ? CalendarX : CalendarClock;
  return (
    <span className="tabular inline-flex items-center gap-1.5 text-warning">
      <Icon aria-hidden size={15} className="shrink-0" />
      {ending.kind === "over"
        ? t("courses.ended", { date })
        : t(ending.left === 0 ? "courses.endsToday" : "courses.endsSoon", { date, count: ending.left })}
    </span>
  );
}
