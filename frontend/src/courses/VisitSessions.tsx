/** Which session of a course pays a treatment of an appointment. It is reserved now, and used when the treatment is done. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import {
  type AppointmentRead,
  getVisitCourses,
  setVisitCourses,
  type TreatmentCourse,
  type TreatmentCourses,
  type VisitCourses,
} from "@/api/generated";
import { Select } from "@/card/fields";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { coursesChanged } from "./data";

const NONE = "";

interface Props {
  visitId: string;
  appointment: AppointmentRead;
}

export function VisitSessions({ visitId, appointment }: Props) {
  const { t } = useTranslation();
  const key = ["visitCourses", visitId];
  const { data } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => call(getVisitCourses({ path: { visit_id: visitId }, signal })),
    staleTime: 0,
  });
  const { run, isRunning } = useAction<TreatmentCourse, VisitCourses>({
    send: (treatment) =>
      call(setVisitCourses({ path: { visit_id: visitId }, body: { treatments: [treatment] } })),
    onDone: (changed, { course_id }) => {
      queryClient.setQueryData(key, changed);
      coursesChanged();
      showDone(t(course_id === null ? "courses.visit.released" : "courses.visit.reserved"));
    },
  });
  const rows = (data?.treatments ?? []).filter(
    ({ appointment_id, is_on_bill, session, courses }) =>
      // On a bill it is chosen there.
      appointment_id === appointment.id && !is_on_bill && (session !== null || courses.length > 0),
  );
  return rows.map((row) => (
    <Select
      key={row.treatment_id}
      label={t("courses.visit.pays", { name: nameOf(row.treatment_id) })}
      value={row.session?.course_id ?? NONE}
      disabled={isRunning}
      options={[{ value: NONE, text: t("courses.visit.none") }, ...optionsOf(row)]}
      onChange={(chosen) =>
        run({ treatment_id: row.treatment_id, course_id: chosen === NONE ? null : chosen })
      }
    />
  ));

  function nameOf(treatmentId: string): string {
    const treatment = appointment.treatments.find(({ id }) => id === treatmentId);
    return treatment === undefined ? "" : inLanguage(treatment.name, currentLanguage());
  }

  function optionsOf({ session, courses }: TreatmentCourses): { value: string; text: string }[] {
    const options = courses.map((course) => ({
      value: course.course_id,
      text: t("till.session.left", {
        name: inLanguage(course.name, currentLanguage()),
        free: course.free,
        count: course.sessions,
      }),
    }));
    if (session === null || options.some(({ value }) => value === session.course_id)) return options;
    // Its last session is this one.
    const text = t("courses.visit.session", { number: session.number, count: session.sessions });
    return [{ value: session.course_id, text }, ...options];
  }
}
