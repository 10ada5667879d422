/** What a set-up file changes: added, changed, left alone, and the appointments that could not take place any more. */
import { CalendarX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ItemKind, PlannedItem, SetupChanges } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { Problem } from "@/card/facts";
import { currentLanguage } from "@/i18n";
import { dayName, money } from "@/i18n/format";
import { Card } from "./parts";

const TONES = {
  created: "bg-accent-soft text-accent",
  changed: "bg-warning-soft text-warning",
  left: "bg-sunken text-muted",
};
/** More of one kind are hidden until they are asked for. */
const SHOWN = 8;

export function Changes({ changes }: { changes: SetupChanges }) {
  const { t } = useTranslation("setup");
  const same = Object.values(changes.unchanged).reduce((sum, count) => sum + (count ?? 0), 0);
  return (
    <>
      {changes.stranded.length > 0 && <Stranded changes={changes} />}
      {(["changed", "created", "left"] as const).map((change) => {
        const items = changes.items.filter((item) => item.change === change);
        return (
          items.length > 0 && (
            <Card key={change} title={t(`file.${change}`, { count: items.length })}>
              {change === "left" && <p className="mb-3 text-muted">{t("file.leftHint")}</p>}
              <dl className="flex flex-col gap-4">
                {kindsOf(items).map((kind) => (
                  <div key={kind} className="grid gap-x-4 gap-y-1 sm:grid-cols-[11rem_1fr]">
                    <dt className="pt-0.5 text-muted">{t(`kind.${kind}`)}</dt>
                    <dd className="min-w-0">
                      <Items items={items.filter((item) => item.kind === kind)} />
                    </dd>
                  </div>
                ))}
              </dl>
            </Card>
          )
        );
      })}
      {changes.reordered.length > 0 && (
        <Card title={t("file.reordered")}>
          <ul className="flex flex-col gap-2">
            {changes.reordered.map(({ kind, owner, after }) => (
              <li key={`${kind}/${owner}`} className="break-words">
                <span className="text-muted">{t(`kind.${kind}`)}: </span>
                {after.join(", ")}
              </li>
            ))}
          </ul>
        </Card>
      )}
      {same > 0 && <p className="text-muted">{t("file.same", { count: same })}</p>}
    </>
  );
}

function kindsOf(items: PlannedItem[]): ItemKind[] {
  return [...new Set(items.map(({ kind }) => kind))];
}

function Items({ items }: { items: PlannedItem[] }) {
  const { t } = useTranslation("setup");
  const more = items.slice(SHOWN);
  return (
    <>
      <ItemList items={items.slice(0, SHOWN)} />
      {more.length > 0 && (
        <details className="mt-1.5">
          <summary className="w-fit cursor-pointer rounded-sm font-medium text-accent">
            {t("file.more", { count: more.length })}
          </summary>
          <div className="mt-1.5">
            <ItemList items={more} />
          </div>
        </details>
      )}
    </>
  );
}

function ItemList({ items }: { items: PlannedItem[] }) {
  const { t } = useTranslation("setup");
  const words: Record<string, string> = t("field", { returnObjects: true });
  const language = currentLanguage();
  return (
    <ul className={items[0]?.change === "changed" ? "flex flex-col gap-2" : "flex flex-wrap gap-1.5"}>
      {items.map((item) => (
        <li key={item.key} className="min-w-0">
          <span className={`inline-block rounded-sm px-2 py-0.5 ${TONES[item.change]}`}>
            {item[language]}
          </span>
          {item.fields.map(({ field, before, after }) => (
            <span key={field} className="mt-1 ml-2 block break-words text-sm">
              <span className="text-muted">{words[field] ?? field.replaceAll("_", " ")}: </span>
              <del className="text-muted">{shown(field, before)}</del>
              <span aria-hidden> → </span>
              <span className="sr-only">{t("file.becomes")}</span>
              <ins className="no-underline">{shown(field, after)}</ins>
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** A price is read as money; other values are as the file has them. */
function shown(field: string, value: string): string {
  return field === "price" && /^\d+$/.test(value) ? money(Number(value)) : value;
}

function Stranded({ changes: { stranded } }: { changes: SetupChanges }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const today = dayIn("UTC", Date.now());
  return (
    <section className="rounded-lg bg-danger-soft p-4 text-danger">
      <h2 className="flex items-center gap-2 font-semibold">
        <CalendarX aria-hidden size={18} />
        {t("file.stranded", { count: stranded.length })}
      </h2>
      <ul className="mt-2 flex flex-col gap-2">
        {stranded.map((appointment) => {
          const start = Date.parse(appointment.start);
          const day = dayIn(appointment.time_zone, start);
          return (
            <li key={appointment.appointment_id}>
              <span className="font-medium">{appointment.guest || common("card.anonymous")}</span>
              {" · "}
              {timeIn(appointment.time_zone, start)} {dayName(common, day, today)}
              {appointment.problems.map((problem) => (
                <span key={`${problem.reason}/${problem.resource_id}`} className="block">
                  <Problem problem={problem} />
                </span>
              ))}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
