/** The guest who is being treated, or comes next: all that a therapist has to know, and the next step under the thumb. */
import { useTranslation } from "react-i18next";
import { spanIn } from "@/board/time";
import { type Guest, timingOf } from "./agenda";
import { NeedToKnow, Places, StatusPill, Treatments, timingText } from "./facts";
import { StepButtons } from "./StepButtons";

export function NextGuest({ guest, branch, now }: { guest: Guest; branch: string | null; now: number }) {
  const { t } = useTranslation();
  const timing = timingOf(guest, now);
  const isAlarming = timing?.key === "over" || timing?.key === "late";
  return (
    <section
      aria-labelledby="next-guest"
      className="mb-5 flex flex-col gap-3 rounded-lg border border-line bg-surface p-4 shadow-raised"
      data-next={guest.id}
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="next-guest" className="font-semibold text-muted text-sm">
          {t(guest.appointment.status === "in_service" ? "me.current" : "me.next")}
        </h2>
        <StatusPill guest={guest} />
      </div>
      <div>
        <p className="break-words font-semibold text-2xl">{guest.name ?? t("card.anonymous")}</p>
        <p className="tabular flex flex-wrap items-baseline gap-x-3 text-lg">
          <span className="font-semibold">
            {guest.spans.map(({ start, end }) => spanIn(guest.zone, start, end)).join(", ")}
          </span>
          {timing !== null && (
            <span className={isAlarming ? "font-semibold text-danger" : "text-muted"}>
              {timingText(t, timing)}
            </span>
          )}
        </p>
      </div>
      <div className="flex flex-col gap-1">
        <Treatments guest={guest} isLarge />
        <Places guest={guest} branch={branch} />
      </div>
      <NeedToKnow guest={guest} />
      <StepButtons guest={guest} isLarge />
    </section>
  );
}
