/** The lines of the catalogue: a treatment with its lengths and prices, an add-on. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { DeskAddOn, DeskService, Offered } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { guestMinutes } from "./bars";
import { variantsOf } from "./menu";

const LINE =
  "grid min-h-10 min-w-0 flex-1 items-center gap-x-4 gap-y-0.5 rounded-md px-2 -mx-2 my-0.5 py-1.5 pointer-coarse:min-h-11 text-left hover:bg-hover md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]";

export function ServiceRow({ service }: { service: DeskService }) {
  const { t } = useTranslation("setup");
  const language = currentLanguage();
  const variants = variantsOf(service, false);
  return (
    <Link to="/setup/treatments/$serviceId" params={{ serviceId: service.id }} className={LINE}>
      <span className="min-w-0">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className={`break-words font-medium ${service.offered === "no" ? "text-muted" : ""}`}>
            {inLanguage(service.name, language)}
          </span>
          <OfferedBadge offered={service.offered} />
        </span>
      </span>
      {variants.length === 0 ? (
        <span className="text-warning">{t("treatments.noLength")}</span>
      ) : (
        <ul className="flex flex-wrap gap-x-4 gap-y-0.5 text-muted tabular">
          {variants.map(({ id, name, segments, price }) => {
            const length = t("treatments.length", { minutes: guestMinutes(segments), price: money(price) });
            return (
              <li key={id} className="whitespace-nowrap">
                {name === null ? length : `${inLanguage(name, language)} · ${length}`}
              </li>
            );
          })}
        </ul>
      )}
    </Link>
  );
}

interface AddOnProps {
  addOn: DeskAddOn;
  services: readonly DeskService[];
  onOpen: () => void;
}

export function AddOnRow({ addOn: { id, name, minutes, price, offered }, services, onOpen }: AddOnProps) {
  const { t } = useTranslation("setup");
  const count = services.filter(
    (service) => service.offered !== "no" && service.add_on_ids.includes(id),
  ).length;
  return (
    <button type="button" data-opens={id} className={LINE} onClick={onOpen}>
      <span className="flex min-w-0 flex-wrap items-center gap-x-2">
        <span className={`break-words font-medium ${offered === "no" ? "text-muted" : ""}`}>
          {inLanguage(name, currentLanguage())}
        </span>
        <OfferedBadge offered={offered} />
      </span>
      <span className="flex flex-wrap gap-x-4 text-muted tabular">
        <span>{minutes === 0 ? money(price) : t("treatments.plus", { minutes, price: money(price) })}</span>
        <span>{t("treatments.fits", { count })}</span>
      </span>
    </button>
  );
}

function OfferedBadge({ offered }: { offered: Offered }) {
  const { t } = useTranslation("setup");
  if (offered === "online") return null;
  const tone = offered === "no" ? "bg-sunken text-muted" : "bg-warning-soft text-warning";
  return (
    <span className={`rounded-sm px-1.5 py-px text-xs ${tone}`}>{t(`treatments.offered.${offered}`)}</span>
  );
}
