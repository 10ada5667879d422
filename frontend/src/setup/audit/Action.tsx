/** One action of the ledger: its sentence, and when it is opened each row that it changed, field by field. */
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEntryRead } from "@/api/generated";
import { timeIn } from "@/board/time";
import type { Group } from "./groups";
import { changedColumns, sentenceOf, sentenceOfGroup, zoneOf } from "./sentences";
import { type Context, fieldName, shownValue } from "./values";

/** Of an import, the first are enough: each can be found by its kind. */
const SHOWN = 30;

interface Props {
  group: Group;
  context: Context;
  /** Show the changes of one thing alone. Null: they are all that is shown. */
  onOnly: ((id: string) => void) | null;
}

export function Action({ group, context, onOnly }: Props) {
  const { t } = useTranslation("setup");
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const { lead, others, more, isSetUp } = group;
  return (
    <li>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
        className="flex w-full items-start gap-3 rounded-lg px-4 py-2.5 text-left hover:bg-hover pointer-coarse:min-h-11"
      >
        <span className="tabular shrink-0 text-muted">{timeIn(context.zone, Date.parse(lead.at))}</span>
        <span className="min-w-0 flex-1 break-words">
          {sentenceOfGroup(context, group)}
          {more > 0 && !isSetUp && <span className="text-muted"> {t("audit.also", { count: more })}</span>}
        </span>
        <ChevronRight
          aria-hidden
          size={16}
          className={`mt-1 shrink-0 text-muted transition-transform ${isOpen ? "rotate-90" : ""}`}
        />
      </button>
      {isOpen && (
        <div id={id} className="flex flex-col gap-5 px-4 pt-1 pb-4 sm:pl-17">
          {[lead, ...others].slice(0, SHOWN).map((entry) => (
            <Changed key={entry.id} entry={entry} context={context} onOnly={onOnly} />
          ))}
          {others.length >= SHOWN && (
            <p className="text-muted">{t("file.more", { count: others.length + 1 - SHOWN })}</p>
          )}
          <p className="break-all text-muted text-sm">
            {t("audit.program")}: {lead.program}
            {lead.request_id !== null && ` · ${t("audit.request")}: ${lead.request_id}`}
          </p>
        </div>
      )}
    </li>
  );
}

interface ChangedProps extends Pick<Props, "context" | "onOnly"> {
  entry: AuditEntryRead;
}

function Changed({ entry, context, onOnly }: ChangedProps) {
  const { t } = useTranslation("setup");
  const zone = zoneOf(context, entry);
  const columns = changedColumns(entry);
  const value = (row: AuditEntryRead["before"], column: string) =>
    row === null ? "" : shownValue(context, zone, column, row?.[column]);
  return (
    <section>
      <div className="flex flex-wrap items-center justify-between gap-x-3">
        <h3 className="font-medium text-sm">{sentenceOf(context, entry)}</h3>
        {onOnly !== null && (
          <button
            type="button"
            className="rounded-sm py-1 font-medium text-accent text-sm hover:underline pointer-coarse:py-2.5"
            onClick={() => onOnly(entry.entity_id)}
          >
            {t("audit.onlyThis")}
          </button>
        )}
      </div>
      {columns.length > 0 && (
        <table className="mt-1 w-full table-fixed border-line border-t text-sm">
          <thead className="text-left text-muted">
            <tr>
              <th className="w-2/5 py-1 pr-3 font-normal">{t("audit.column")}</th>
              {entry.action !== "insert" && <th className="py-1 pr-3 font-normal">{t("audit.before")}</th>}
              {entry.action !== "delete" && <th className="py-1 font-normal">{t("audit.after")}</th>}
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column} className="border-line border-t align-top">
                <th scope="row" className="break-words py-1.5 pr-3 text-left font-normal text-muted">
                  {fieldName(context, column)}
                </th>
                {entry.action !== "insert" && (
                  <td className="break-words py-1.5 pr-3">{value(entry.before, column)}</td>
                )}
                {entry.action !== "delete" && (
                  <td className="break-words py-1.5">{value(entry.after, column)}</td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
