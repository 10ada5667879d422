/** What happened to the sessions of a course, the newest first, and the terms on which it was bought. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type CourseEntryRead, type CustomerCourseRead, listCourseEntries } from "@/api/generated";
import { dayIn } from "@/board/time";
import { money } from "@/i18n/format";
import { useBranches } from "@/shell/branches";
import { useDates } from "./useDates";

export function CourseHistory({ course }: { course: CustomerCourseRead }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["courses", "entries", course.id, course.free, course.reserved, course.used],
    queryFn: ({ signal }) => call(listCourseEntries({ path: { course_id: course.id }, signal })),
    staleTime: 0,
  });
  const terms = [
    course.return_policy === "list_price"
      ? t("courses.policy.list_price", { price: money(course.list_price ?? 0) })
      : t("courses.policy.pro_rata"),
    ...(course.no_show_uses_session ? [t("courses.noShowUses")] : []),
    ...(course.transferred_from_id !== null ? [t("courses.fromOther")] : []),
  ];
  return (
    <div className="border-line border-t px-4 py-3">
      <p className="text-muted text-sm">{terms.join(" ")}</p>
      {error !== null && data === undefined && (
        <p role="alert" className="mt-2 text-danger">
          {sentenceOf(t, error)}
        </p>
      )}
      {data === undefined && error === null && (
        <div aria-hidden className="mt-2 h-16 animate-pulse rounded-sm bg-line" />
      )}
      {data !== undefined && (
        <ol aria-label={t("courses.history")} className="mt-2 divide-y divide-line">
          {[...data].reverse().map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      {course.reason !== "" && (
        <p className="mt-2 break-words text-sm">
          <span className="text-muted">{t("courses.reason")}: </span>
          {course.reason}
        </p>
      )}
    </div>
  );
}

function Entry({ entry }: { entry: CourseEntryRead }) {
  const { t } = useTranslation();
  const { momentOf, dateOf } = useDates();
  const { branches } = useBranches();
  const zone = branches.find(({ id }) => id === entry.branch_id)?.time_zone;
  const day = entry.start === null || zone === undefined ? null : dayIn(zone, Date.parse(entry.start));
  return (
    <li className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-3 py-1.5 text-sm max-sm:grid-cols-1">
      <span className="tabular text-muted">{momentOf(entry.at)}</span>
      <span className="min-w-0 break-words">
        <span className="font-medium">{t(`courses.kinds.${entry.kind}`)}</span>
        {` · ${t("courses.numbers", { count: entry.numbers.length, numbers: spansOf(entry.numbers) })}`}
        {day !== null && (
          <>
            {" · "}
            <Link
              to="/desk/board"
              search={{ branch: entry.branch_id, day }}
              className="underline decoration-line-strong underline-offset-2 hover:decoration-text"
            >
              {t("courses.visitOn", { date: dateOf(day) })}
            </Link>
          </>
        )}
        <span className="text-muted">{` · ${entry.user_name ?? t("courses.byItself")}`}</span>
      </span>
    </li>
  );
}

/** Return `1–3, 5` for the numbers of sessions. */
function spansOf(numbers: number[]): string {
  const spans: [first: number, last: number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else spans.push([number, number]);
  }
  return spans.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`)).join(", ");
}
