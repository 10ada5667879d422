/** The sessions of a course as a row of marks, like a card that is punched. Each state has a shape, not only a colour. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerCourseRead } from "@/api/generated";
import { countsBeside, marksOf, type SessionState } from "./course";

/** Courses of more sessions have small marks. */
const MANY = 24;

const SHAPES: Record<SessionState, ReactNode> = {
  used: (
    <>
      <circle cx="10" cy="10" r="8.25" className="fill-accent stroke-accent" />
      <path d="M6.4 10.3l2.4 2.4 4.8-5.2" className="fill-none stroke-on-accent" strokeWidth="1.8" />
    </>
  ),
  reserved: (
    <>
      <circle cx="10" cy="10" r="8.25" className="fill-accent-soft stroke-accent" />
      <path d="M10 1.75a8.25 8.25 0 0 1 0 16.5z" className="fill-accent" />
    </>
  ),
  free: <circle cx="10" cy="10" r="8.25" className="fill-surface stroke-accent" strokeWidth="1.8" />,
  expired: (
    <>
      <circle cx="10" cy="10" r="8.25" className="fill-sunken stroke-line-strong" />
      <path d="M7 7l6 6M13 7l-6 6" className="fill-none stroke-muted" strokeWidth="1.6" />
    </>
  ),
  moved: (
    <>
      <circle cx="10" cy="10" r="8.25" className="fill-none stroke-muted" strokeDasharray="2.6 2.6" />
      <path d="M6.2 10h7M10.6 7.2l2.8 2.8-2.8 2.8" className="fill-none stroke-muted" strokeWidth="1.5" />
    </>
  ),
  refunded: (
    <>
      <circle cx="10" cy="10" r="8.25" className="fill-none stroke-muted" strokeDasharray="2.6 2.6" />
      <path d="M13.8 10h-7M9.4 7.2L6.6 10l2.8 2.8" className="fill-none stroke-muted" strokeWidth="1.5" />
    </>
  ),
};

export function Mark({ state, className }: { state: SessionState; className: string }) {
  return (
    <svg aria-hidden viewBox="0 0 20 20" className={className} strokeWidth="1.4" strokeLinecap="round">
      {SHAPES[state]}
    </svg>
  );
}

export function Marks({ course, isSmall = false }: { course: CustomerCourseRead; isSmall?: boolean }) {
  const { t } = useTranslation();
  const size = isSmall || course.sessions > MANY ? "size-3.5" : "size-5";
  const label = [
    t("courses.left", { count: course.free, sessions: course.sessions }),
    ...countsBeside(course).map(({ state, count }) => t(`courses.counts.${state}`, { count })),
  ].join(", ");
  return (
    <span role="img" aria-label={label} className={`flex flex-wrap ${isSmall ? "gap-1" : "gap-1.5"}`}>
      {marksOf(course).map((state, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a session has no name but its place
        <Mark key={index} state={state} className={`${size} shrink-0`} />
      ))}
    </span>
  );
}
