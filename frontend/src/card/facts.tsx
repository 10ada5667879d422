/** What has to be seen of a guest before anything else: problems, health, wishes. The preview and the panel show it. */
import { Heart, HeartPulse, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AppointmentRead, BoardRead, StrandedProblem, StrandedReason } from "@/api/generated";
import { LOOKS } from "@/board/status";
import { guestOf } from "./find";

export function StatusLine({ appointment }: { appointment: AppointmentRead }) {
  const { t } = useTranslation();
  const { icon: StatusIcon, card } = LOOKS[appointment.status];
  return (
    <p
      className={`flex items-center gap-2 rounded-md border border-l-4 px-2.5 py-1.5 font-medium no-underline ${card}`}
      data-panel-status={appointment.status}
    >
      <StatusIcon aria-hidden size={16} />
      {t(`status.${appointment.status}`)}
    </p>
  );
}

export function Remarks({ board, appointment }: { board: BoardRead; appointment: AppointmentRead }) {
  const { t } = useTranslation();
  const guest = guestOf(board, appointment);
  const problems =
    board.stranded.find(({ appointment_id }) => appointment_id === appointment.id)?.problems ?? [];
  const isRequested = appointment.treatments.some(({ therapist_id }) => therapist_id !== null);
  const gender = appointment.treatments.find((treatment) => treatment.gender !== null)?.gender;
  return (
    <>
      {problems.map((problem) => (
        <Remark
          key={`${problem.reason}/${problem.resource_id}`}
          icon={TriangleAlert}
          title={t("card.problem")}
          isStrong
        >
          <Problem problem={problem} />
        </Remark>
      ))}
      {guest !== undefined && guest.contraindications !== "" && (
        <Remark icon={HeartPulse} title={t("card.health")} isStrong>
          {guest.contraindications}
        </Remark>
      )}
      {isRequested && <Remark icon={Heart} title={t("card.requested")} />}
      {(gender === "female" || gender === "male") && <Remark icon={Heart} title={t(`card.${gender}`)} />}
    </>
  );
}

export function Problem({ problem }: { problem: StrandedProblem }) {
  const { t } = useTranslation();
  return t(`card.problems.${knownProblem(problem.reason)}`, { name: problem.resource_name ?? "" });
}

interface RemarkProps {
  icon: typeof Heart;
  title: string;
  isStrong?: boolean;
  children?: ReactNode;
}

function Remark({ icon: Icon, title, isStrong = false, children }: RemarkProps) {
  return (
    <p
      className={`flex gap-2 rounded-md px-2.5 py-1.5 ${isStrong ? "bg-danger-soft text-danger" : "bg-sunken"}`}
    >
      <Icon aria-hidden size={16} className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">
        <span className="font-medium">{title}</span>
        {children !== undefined && <span className="block">{children}</span>}
      </span>
    </p>
  );
}

const PROBLEMS = [
  "closed",
  "off_shift",
  "unavailable",
  "blocked",
  "unskilled",
  "wrong_gender",
  "retired",
  "rooms_apart",
  "unassigned",
] as const;

/** Return a reason that has a sentence; one that the API adds later is told in general. */
function knownProblem(reason: StrandedReason): (typeof PROBLEMS)[number] | "other" {
  return PROBLEMS.find((known) => known === reason) ?? "other";
}
