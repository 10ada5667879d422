/** What is told of a guest: the status, the treatments, where, and what a therapist has to know. */

import type { TFunction } from "i18next";
import { BedDouble, HeartPulse, StickyNote, UserRoundCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LOOKS } from "@/board/status";
import { MINUTE } from "@/board/time";
import { currentLanguage } from "@/i18n";
import { inLanguage, lengthOf } from "@/i18n/format";
import type { Guest, Timing } from "./agenda";

export function StatusPill({ guest: { appointment } }: { guest: Guest }) {
  const { t } = useTranslation();
  const { icon: Icon, card } = LOOKS[appointment.status];
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1.5 rounded-full border px-2.5 py-0.5 font-medium text-sm ${card}`}
    >
      <Icon aria-hidden size={14} />
      {t(`statusShort.${appointment.status}`)}
    </span>
  );
}

export function timingText(t: TFunction, { key, minutes }: Timing): string {
  if (key === "waiting") return t("me.waiting");
  return key === "in" && minutes === 0 ? t("me.rightNow") : t(`me.${key}`, { time: lengthOf(t, minutes) });
}

export function Treatments({ guest, isLarge = false }: { guest: Guest; isLarge?: boolean }) {
  const { t } = useTranslation();
  const language = currentLanguage();
  return (
    <ul className={isLarge ? "text-lg" : ""}>
      {guest.treatments.map(({ id, name, variant_name, add_ons, start, end }) => (
        <li key={id} className="break-words">
          {[
            inLanguage(name, language),
            ...(variant_name === null ? [] : [inLanguage(variant_name, language)]),
            t("time.minutes", { count: Math.round((Date.parse(end) - Date.parse(start)) / MINUTE) }),
          ].join(" · ")}
          {add_ons.length > 0 && (
            <span className="block text-muted">
              {`+ ${add_ons.map((addOn) => inLanguage(addOn.name, language)).join(", ")}`}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

export function Places({ guest, branch }: { guest: Guest; branch: string | null }) {
  const { t } = useTranslation();
  const places = [...guest.places, ...(branch === null ? [] : [branch])];
  return (
    <p className="flex items-start gap-2 empty:hidden">
      {places.length > 0 && (
        <>
          <BedDouble aria-hidden size={17} className="mt-0.5 shrink-0 text-muted" />
          <span className="sr-only">{t("card.place")}</span>
          <span className="min-w-0 break-words">{places.join(", ")}</span>
        </>
      )}
    </p>
  );
}

/** The wishes of the guest, their health and the note of the desk. */
export function NeedToKnow({ guest }: { guest: Guest }) {
  const { t } = useTranslation();
  const gender = guest.treatments.find((treatment) => treatment.gender !== null)?.gender;
  const isWished = guest.isRequested || gender === "female" || gender === "male";
  return (
    <>
      {isWished && (
        <p className="flex items-center gap-2 font-medium text-accent">
          <UserRoundCheck aria-hidden size={17} className="shrink-0" />
          {guest.isRequested ? t("card.requested") : t(gender === "female" ? "card.female" : "card.male")}
        </p>
      )}
      {guest.health !== "" && (
        <div className="rounded-md bg-danger-soft px-3 py-2 text-danger">
          <p className="flex items-center gap-2 font-semibold">
            <HeartPulse aria-hidden size={17} className="shrink-0" />
            {t("card.health")}
          </p>
          <p className="whitespace-pre-line break-words text-text">{guest.health}</p>
        </div>
      )}
      {guest.visit.note !== "" && (
        <div className="rounded-md bg-sunken px-3 py-2">
          <p className="flex items-center gap-2 font-semibold text-muted">
            <StickyNote aria-hidden size={17} className="shrink-0" />
            {t("card.note")}
          </p>
          <p className="whitespace-pre-line break-words">{guest.visit.note}</p>
        </div>
      )}
    </>
  );
}
