/** The types of beds and devices, which all branches share. */
import { Link } from "@tanstack/react-router";
import { BedDouble, ChevronRight, Plus, Zap } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ResourceTypeRead } from "@/api/generated";
import { buttonClass } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { Card } from "../parts";
import { toText } from "./opened";

export function TypesCard({ types }: { types: ResourceTypeRead[] }) {
  const { t } = useTranslation("setup");
  return (
    <Card
      title={t("kind.resource_type")}
      aside={
        <Link
          from="/setup/rooms"
          to="."
          search={(before) => ({ ...before, open: toText("new-type") })}
          className={`${buttonClass("quiet")} pointer-coarse:h-11`}
        >
          <Plus aria-hidden size={16} />
          {t("rooms.addType")}
        </Link>
      }
    >
      <p className="mb-3 text-muted">{t("rooms.typesHint")}</p>
      <ul className="grid gap-x-6 sm:grid-cols-2">
        {types.map(({ id, kind, name }) => {
          const Icon = kind === "bed" ? BedDouble : Zap;
          return (
            <li key={id} className="border-line border-t">
              <Link
                from="/setup/rooms"
                to="."
                search={(before) => ({ ...before, open: toText("type", id) })}
                className="-mx-2 flex min-h-11 items-center gap-3 rounded-md px-2 hover:bg-hover aria-[current=page]:bg-accent-soft"
              >
                <Icon aria-hidden size={17} className="shrink-0 text-muted" />
                <span className="min-w-0 flex-1 break-words">{inLanguage(name, currentLanguage())}</span>
                <ChevronRight aria-hidden size={16} className="shrink-0 text-muted" />
              </Link>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
