/** The branches, each with who does a treatment there, or with what it lacks. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DeskService, ResourceTypeRead } from "@/api/generated";
import { dayIn } from "@/board/time";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { useBranches } from "@/shell/branches";
import { Card } from "../parts";
import { useStaff } from "../people/data";
import { allEquipmentQuery } from "../rooms/data";
import { isDoable, placesOf } from "./where";

export function Places({ service, types }: { service: DeskService; types: readonly ResourceTypeRead[] }) {
  const { t } = useTranslation("setup");
  const { branches } = useBranches();
  const { data: staff } = useStaff();
  const { data: resources } = useQuery(allEquipmentQuery);
  if (staff === undefined || resources === undefined || service.variants.length === 0) return null;
  const nameOf = (typeId: string) => {
    const type = types.find(({ id }) => id === typeId);
    return type === undefined ? "" : inLanguage(type.name, currentLanguage());
  };
  const places = placesOf(service, { branches, resources, staff }, dayIn("UTC", Date.now()));
  return (
    <Card title={t("treatments.places")}>
      <ul className="flex flex-col gap-2">
        {places.map((place) => {
          const { branch, people, needsPeople, missing } = place;
          const lacks = missing.map(nameOf).join(", ");
          const Icon = isDoable(place) ? CircleCheck : CircleAlert;
          return (
            <li key={branch.id} className="flex items-start gap-2">
              <Icon
                aria-hidden
                size={17}
                className={`mt-0.5 shrink-0 ${isDoable(place) ? "text-accent" : "text-warning"}`}
              />
              <span className="min-w-0">
                <span className="font-medium">{branch.name}</span>
                {needsPeople && (
                  <>
                    {" · "}
                    <Link
                      to="/setup/people"
                      search={{ branch: branch.id }}
                      className="rounded-sm text-accent underline"
                    >
                      {t(people === 0 ? "treatments.nobody" : "treatments.doers", { count: people })}
                    </Link>
                  </>
                )}
                {missing.length > 0 && (
                  <span className="text-warning"> · {t("treatments.lacks", { types: lacks })}</span>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
