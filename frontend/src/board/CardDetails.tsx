/** What is known of the visit in focus: the guest, the therapist and the bed together, wishes, remarks, problems. */
import { Popover } from "@base-ui/react/popover";
import { Heart, HeartPulse, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead, StrandedReason } from "@/api/generated";
import { buttonClass } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { inLanguage, money, phoneNumber } from "@/i18n/format";
import { MoveButtons } from "./move/MoveButtons";
import { LOOKS } from "./status";
import { MINUTE, spanIn } from "./time";
import type { OpenedCard } from "./useCardFocus";

interface Props {
  board: BoardRead;
  open: OpenedCard | null;
  onClose: () => void;
}

export function CardDetails({ board, open, onClose }: Props) {
  return (
    <Popover.Root open={open !== null} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Popover.Portal>
        <Popover.Positioner
          anchor={open?.anchor ?? null}
          side="right"
          align="start"
          sideOffset={8}
          collisionPadding={12}
          className="z-40"
        >
          <Popover.Popup className="max-h-(--available-height) w-88 overflow-auto rounded-lg border border-line bg-raised text-text shadow-raised outline-none">
            {open !== null && <Details board={board} open={open} onClose={onClose} />}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Details({ board, open, onClose }: { board: BoardRead; open: OpenedCard; onClose: () => void }) {
  const { t } = useTranslation();
  const language = currentLanguage();
  const { visit, appointment, treatment } = open.card;
  const guest = board.guests.find(({ id }) => id === appointment.customer_id);
  const { icon: StatusIcon, card: look } = LOOKS[appointment.status];
  const start = Date.parse(treatment.start);
  const end = Date.parse(treatment.end);
  const therapists = treatment.allocations.filter(({ kind }) => kind === "staff");
  const places = treatment.allocations.filter(({ kind }) => kind !== "staff");
  const problems =
    board.stranded.find(({ appointment_id }) => appointment_id === appointment.id)?.problems ?? [];
  const variant = treatment.variant_name === null ? "" : ` · ${inLanguage(treatment.variant_name, language)}`;
  return (
    <>
      <div className="flex items-start gap-2 p-4 pb-3">
        <div className="min-w-0 flex-1">
          <Popover.Title className="break-words font-semibold text-lg">
            {appointment.guest_name || guest?.full_name || t("card.anonymous")}
          </Popover.Title>
          <p className="tabular text-muted">
            {spanIn(board.time_zone, start, end)} ·{" "}
            {t("time.minutes", { count: Math.round((end - start) / MINUTE) })}
          </p>
        </div>
        <Popover.Close className={buttonClass("quiet", "icon")} aria-label={t("card.close")}>
          <X aria-hidden size={18} />
        </Popover.Close>
      </div>
      <p
        className={`mx-4 mb-3 flex items-center gap-2 rounded-md border border-l-4 px-2.5 py-1.5 font-medium no-underline ${look}`}
      >
        <StatusIcon aria-hidden size={16} />
        {t(`status.${appointment.status}`)}
      </p>
      {problems.map((problem) => (
        <Remark
          key={`${problem.reason}/${problem.resource_id}`}
          icon={TriangleAlert}
          title={t("card.problem")}
          isStrong
        >
          {t(`card.problems.${knownProblem(problem.reason)}`, { name: problem.resource_name ?? "" })}
        </Remark>
      ))}
      {guest !== undefined && guest.contraindications !== "" && (
        <Remark icon={HeartPulse} title={t("card.health")} isStrong>
          {guest.contraindications}
        </Remark>
      )}
      {treatment.therapist_id !== null && <Remark icon={Heart} title={t("card.requested")} />}
      {(treatment.gender === "female" || treatment.gender === "male") && (
        <Remark icon={Heart} title={t(`card.${treatment.gender}`)} />
      )}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 border-line border-t p-4">
        <Fact name={t("card.treatment")}>
          {inLanguage(treatment.name, language)}
          {variant}
        </Fact>
        {treatment.add_ons.length > 0 && (
          <Fact name={t("card.addOns")}>
            {treatment.add_ons.map((addOn) => inLanguage(addOn.name, language)).join(", ")}
          </Fact>
        )}
        {therapists.length > 0 && (
          <Fact name={t("card.therapist")}>{unique(therapists.map(({ name }) => name))}</Fact>
        )}
        {places.length > 0 && <Fact name={t("card.place")}>{unique(places.map(({ name }) => name))}</Fact>}
        {guest?.phone && (
          <Fact name={t("card.phone")}>
            <a
              href={`tel:${guest.phone}`}
              className="tabular underline decoration-line-strong underline-offset-2"
            >
              {guest.phone_owner
                ? t("card.phoneOf", { phone: phoneNumber(guest.phone), owner: guest.phone_owner })
                : phoneNumber(guest.phone)}
            </a>
          </Fact>
        )}
        <Fact name={t("card.price")}>
          <span className="tabular">{money(appointment.price)}</span>
        </Fact>
        {visit.note !== "" && <Fact name={t("card.note")}>{visit.note}</Fact>}
        {appointment.reason !== "" && <Fact name={t("card.reason")}>{appointment.reason}</Fact>}
      </dl>
      <MoveButtons card={open.card} onDone={onClose} />
      <p className="border-line border-t px-4 py-2.5 text-muted text-sm">
        {t(`source.${visit.source}`)} ·{" "}
        {visit.appointments.length === 1
          ? t("card.alone")
          : t("card.party", { count: visit.appointments.length })}
      </p>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
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
      className={`mx-4 mb-2 flex gap-2 rounded-md px-2.5 py-1.5 ${isStrong ? "bg-danger-soft text-danger" : "bg-sunken"}`}
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
  "unskilled",
  "wrong_gender",
  "retired",
  "rooms_apart",
] as const;

/** Return a reason that has a sentence; one that the API adds later is told in general. */
function knownProblem(reason: StrandedReason): (typeof PROBLEMS)[number] | "other" {
  return PROBLEMS.find((known) => known === reason) ?? "other";
}

function unique(names: string[]): string {
  return [...new Set(names)].join(", ");
}
