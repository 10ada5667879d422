/** A later last day for a course: some months more by one press, any day by the calendar, or no end. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type CourseExtension, type CustomerCourseRead, extendCourse } from "@/api/generated";
import { isDay } from "@/board/time";
import { CHIP } from "@/booking/styles";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { FormField, INPUT } from "@/design/FormField";
import { coursesChanged } from "./data";
import { addMonths, laterOf } from "./months";
import { Reason } from "./Reason";
import { useDates } from "./useDates";

const MONTHS = [1, 3, 6];

export function ExtendDialog({ course, onClose }: { course: CustomerCourseRead; onClose: () => void }) {
  const { t } = useTranslation();
  const { today, dateOf } = useDates();
  const before = course.expires_on ?? today;
  const from = laterOf(before, today);
  /** The new last day; null: none. */
  const [day, setDay] = useState<string | null>(addMonths(from, 1));
  const [reason, setReason] = useState("");
  const [error, setError] = useState<unknown>(null);
  const action = useAction<CourseExtension, CustomerCourseRead>({
    send: (body, key) =>
      call(extendCourse({ path: { course_id: course.id }, body, headers: { "Idempotency-Key": key } })),
    onDone: ({ expires_on }) => {
      coursesChanged();
      showDone(
        expires_on === null
          ? t("courses.extend.doneForEver")
          : t("courses.extend.done", { date: dateOf(expires_on) }),
      );
      onClose();
    },
    onRefused: setError,
  });
  return (
    <ConfirmDialog
      isOpen
      title={t("courses.extend.title")}
      confirm={t("courses.extend.action")}
      back={t("opened.back")}
      isBlocked={reason.trim() === "" || day === "" || action.isRunning}
      onConfirm={() => {
        setError(null);
        action.run({ expires_on: day, reason: reason.trim() });
      }}
      onBack={onClose}
    >
      <p className="tabular text-muted">{t("courses.extend.now", { date: dateOf(before) })}</p>
      <div className="flex flex-wrap gap-1.5">
        {MONTHS.map((count) => {
          const next = addMonths(from, count);
          return (
            <button
              key={count}
              type="button"
              aria-pressed={day === next}
              className={CHIP}
              onClick={() => setDay(next)}
            >
              {t("courses.extend.months", { count })}
            </button>
          );
        })}
        <button type="button" aria-pressed={day === null} className={CHIP} onClick={() => setDay(null)}>
          {t("courses.noEnd")}
        </button>
      </div>
      <FormField
        label={t("courses.extend.day")}
        // As people here write it: the field has the order of the browser.
        hint={day === null || day === "" ? undefined : t("courses.ends", { date: dateOf(day) })}
      >
        {(input) => (
          <input
            {...input}
            type="date"
            className={INPUT}
            value={day ?? ""}
            min={from}
            onChange={({ target }) => setDay(isDay(target.value) ? target.value : "")}
          />
        )}
      </FormField>
      {course.expired > 0 && <p>{t("courses.extend.revived", { count: course.expired })}</p>}
      <Reason
        value={reason}
        ready={t("courses.extend.reasons", { returnObjects: true })}
        onChange={setReason}
      />
      <p role="alert" className="text-danger empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </p>
    </ConfirmDialog>
  );
}
