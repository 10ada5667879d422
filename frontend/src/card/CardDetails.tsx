/** What is known of an opened appointment, and everything that can be done with it. */
import { Phone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { deferred } from "@/app/deferred";
import { MoveButtons } from "@/board/move/MoveButtons";
import { buttonClass } from "@/design/Button";
import { addTexts } from "@/i18n";
import { phoneNumber, shortName } from "@/i18n/format";
import { PayButton } from "@/till/PayButton";
import type { PanelProps } from "./CardPanel";
import { Remarks, StatusLine } from "./facts";
import { assignedNames, guestOf } from "./find";
import { GuestEditor } from "./GuestEditor";
import { GuestLink } from "./GuestLink";
import { History } from "./History";
import { MoveEditor } from "./MoveEditor";
import { NoteEditor } from "./NoteEditor";
import { Party } from "./Party";
import { Section } from "./Section";
import { Series } from "./Series";
import { StepButtons } from "./StepButtons";
import { SwapEditor } from "./SwapEditor";
import { TreatmentNames, TreatmentsEditor } from "./TreatmentsEditor";

const CoursesLeft = deferred(async () => {
  const [{ CoursesLeft }] = await Promise.all([import("@/courses/CoursesLeft"), addTexts("till")]);
  return CoursesLeft;
});

const DepositOfVisit = deferred(async () => {
  const [{ DepositOfVisit }] = await Promise.all([import("@/deposits/DepositOfVisit"), addTexts("till")]);
  return DepositOfVisit;
});

/** The treatments can be changed, and the guest can be moved. */
const EDITABLE: readonly string[] = ["held", "pending", "confirmed", "arrived", "in_service", "reopened"];

export function CardDetails({ board, opened, isDesk, actions, onOpen, onClose }: PanelProps) {
  const { t } = useTranslation();
  const { visit, appointment } = opened;
  const guest = guestOf(board, appointment);
  const canChange = isDesk && EDITABLE.includes(appointment.status);
  const canMove = canChange && appointment.status !== "in_service";
  const places = appointment.treatments.flatMap((treatment) => [
    ...assignedNames(treatment, "staff").map(shortName),
    ...assignedNames(treatment, "place"),
  ]);
  return (
    <>
      <div className="flex flex-col gap-3 px-4 pb-4">
        <StatusLine appointment={appointment} />
        <StepButtons visit={visit} appointment={appointment} actions={actions} />
        {isDesk && <PayButton board={board} opened={opened} />}
        {isDesk && visit.source === "online" && (
          <DepositOfVisit
            // A deposit that has arrived confirms the visit: it is asked for again.
            key={`${visit.id}/${appointment.status}`}
            branchId={visit.branch_id}
            visitId={visit.id}
            onClose={() => undefined}
          />
        )}
        {isDesk && appointment.customer_id !== null && (
          <CoursesLeft
            key={appointment.customer_id}
            customerId={appointment.customer_id}
            visitId={visit.id}
            appointment={appointment}
            onClose={() => undefined}
          />
        )}
        <Remarks board={board} appointment={appointment} />
        {visit.note !== "" && (
          <p className="whitespace-pre-line break-words rounded-md bg-warning-soft px-2.5 py-1.5 text-warning">
            {visit.note}
          </p>
        )}
        {appointment.reason !== "" && (
          <p className="break-words">
            <span className="text-muted">{t("card.reason")}: </span>
            {appointment.reason}
          </p>
        )}
        {guest?.phone && (
          <a href={`tel:${guest.phone}`} className={`${buttonClass("plain", "lg")} tabular`}>
            <Phone aria-hidden size={17} />
            {guest.phone_owner
              ? t("card.phoneOf", { phone: phoneNumber(guest.phone), owner: guest.phone_owner })
              : phoneNumber(guest.phone)}
          </a>
        )}
        {!canChange && <TreatmentNames appointment={appointment} />}
        <p className="text-muted text-sm">
          {[
            t(`source.${visit.source}`),
            ...(visit.appointments.length > 1 ? [t("card.party", { count: visit.appointments.length })] : []),
            ...new Set(places),
          ].join(" · ")}
        </p>
      </div>
      {canChange && (
        <Section title={t("opened.treatments")} summary={<TreatmentNames appointment={appointment} />} isLazy>
          <TreatmentsEditor board={board} appointment={appointment} />
        </Section>
      )}
      {canMove && (
        <Section title={t("opened.move")} isLazy>
          <MoveEditor board={board} visit={visit} appointment={appointment} />
          <MoveButtons appointment={appointment} onDone={onClose} />
        </Section>
      )}
      {canMove && (
        <Section title={t("opened.swapTitle")} isLazy>
          <SwapEditor board={board} appointment={appointment} />
        </Section>
      )}
      {isDesk && visit.appointments.length > 1 && (
        <Section title={t("opened.party")} summary={t("card.party", { count: visit.appointments.length })}>
          <Party board={board} visit={visit} appointment={appointment} onOpen={onOpen} />
        </Section>
      )}
      {isDesk && (
        <Section title={t("card.note")} summary={visit.note}>
          <NoteEditor board={board} visit={visit} />
        </Section>
      )}
      {canChange && (
        <Section title={t("card.guest")} summary={guest?.full_name ?? appointment.guest_name}>
          <GuestEditor board={board} appointment={appointment} />
        </Section>
      )}
      {isDesk && visit.series && (
        <Section
          title={t("opened.series")}
          summary={t("opened.seriesPlace", { number: visit.series.number, count: visit.series.count })}
        >
          <Series board={board} series={visit.series} />
        </Section>
      )}
      {isDesk && visit.source === "online" && <GuestLink visitId={visit.id} zone={board.time_zone} />}
      {isDesk && (
        <Section title={t("opened.history")} isLazy>
          <History board={board} visit={visit} />
        </Section>
      )}
    </>
  );
}
