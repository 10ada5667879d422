/** What a guest has left, on the card of the board. Nothing, where there is nothing. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AppointmentRead } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { inOrder } from "./course";
import { useCourses } from "./data";
import { Ending } from "./Ending";
import { Marks } from "./Marks";
import { VisitSessions } from "./VisitSessions";

interface Props {
  customerId: string;
  visitId: string;
  appointment: AppointmentRead;
}

export function CoursesLeft({ customerId, visitId, appointment }: Props) {
  const { t } = useTranslation();
  const { data = [] } = useCourses(customerId);
  const { live } = inOrder(data);
  if (live.length === 0) return null;
  return (
    <section aria-label={t("courses.title")} className="rounded-md border border-line px-3 py-2.5">
      <ul className="flex flex-col gap-2.5">
        {live.map((course) => (
          <li key={course.id} className="flex flex-col gap-1.5" data-course-left={course.free}>
            <div className="flex items-baseline gap-3">
              <Link
                to="/desk/customers/$customerId"
                params={{ customerId }}
                className="min-w-0 flex-1 break-words font-medium underline-offset-2 hover:underline"
              >
                {inLanguage(course.name, currentLanguage())}
              </Link>
              <span className="tabular shrink-0 font-semibold">
                {t("courses.left", { count: course.free, sessions: course.sessions })}
              </span>
            </div>
            <Marks course={course} isSmall />
            <p className="flex flex-wrap gap-x-3 text-sm">
              <Ending course={course} />
              {course.reserved > 0 && (
                <span className="text-muted">{t("courses.counts.reserved", { count: course.reserved })}</span>
              )}
            </p>
          </li>
        ))}
      </ul>
      <div className="mt-2.5 flex flex-col gap-2 empty:hidden">
        <VisitSessions visitId={visitId} appointment={appointment} />
      </div>
    </section>
  );
}
