/** Who changed what of a visit and when, newest first. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type BoardRead, getVisitHistory, type VisitEvent, type VisitRead } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { currentLanguage } from "@/i18n";
import { dayName, inLanguage, shortName } from "@/i18n/format";
import { assignedNames, nameOf } from "./find";

export function History({ board, visit }: { board: BoardRead; visit: VisitRead }) {
  const { t } = useTranslation();
  const state = visit.appointments.map(({ id, status, start, end, treatments }) => {
    const therapists = treatments.flatMap((treatment) => assignedNames(treatment, "staff"));
    return [id, status, start, end, ...therapists].join("/");
  });
  const { data, error } = useQuery({
    queryKey: ["history", visit.id, visit.note, visit.same_room, ...state],
    queryFn: () => call(getVisitHistory({ path: { visit_id: visit.id } })),
  });
  const zone = board.time_zone;
  const today = dayIn(zone, Date.now());
  if (error !== null) return <p role="alert">{sentenceOf(t, error)}</p>;
  if (data === undefined) return <p className="text-muted">{t("opened.searching")}</p>;
  const isParty = visit.appointments.length > 1;
  const whose = (event: VisitEvent) => {
    const guest = visit.appointments.find(({ id }) => id === event.appointment_id);
    return isParty && guest !== undefined ? (nameOf(board, guest) ?? t("card.anonymous")) : null;
  };
  return (
    <ol className="flex flex-col gap-2.5">
      {data.events.map((event, index) => {
        const at = Date.parse(event.at);
        const guest = whose(event);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: one change can be told by several lines, and lines have no state
          <li key={`${event.at}/${index}`} className="border-line border-l-2 pl-3">
            <p className="break-words">
              {guest !== null && <span className="font-medium">{guest}: </span>}
              <Sentence event={event} zone={zone} today={today} />
            </p>
            <p className="tabular text-muted text-sm">
              {timeIn(zone, at)} {dayName(t, dayIn(zone, at), today)} ·{" "}
              {event.by ?? t(event.online ? "opened.byGuestOnline" : "opened.bySystem")}
            </p>
          </li>
        );
      })}
    </ol>
  );
}

function Sentence({ event, zone, today }: { event: VisitEvent; zone: string; today: string }) {
  const { t } = useTranslation();
  const instant = (text: string | null | undefined) => {
    if (!text) return "";
    const at = Date.parse(text);
    return `${timeIn(zone, at)} ${dayName(t, dayIn(zone, at), today)}`;
  };
  switch (event.kind) {
    case "status":
      return t(`status.${event.status ?? "confirmed"}`);
    case "booked":
      return t("opened.event.booked", { start: instant(event.start) });
    case "moved":
      return t("opened.event.moved", { before: instant(event.start_before), start: instant(event.start) });
    case "reassigned":
      return t("opened.event.reassigned", {
        treatment: event.treatment ? inLanguage(event.treatment, currentLanguage()) : t("card.treatment"),
        before: (event.therapists_before ?? []).map(shortName).join(", "),
        after: (event.therapists ?? []).map(shortName).join(", "),
      });
    case "treatment_added":
    case "treatment_dropped":
    case "treatment_changed":
      return t(`opened.event.${event.kind}`, {
        treatment: event.treatment ? inLanguage(event.treatment, currentLanguage()) : t("card.treatment"),
      });
    default:
      return t(`opened.event.${event.kind}`);
  }
}
