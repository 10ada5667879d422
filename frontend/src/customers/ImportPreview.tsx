/** What an import would make of a file: its columns, its doubts, its rows. */
import type { TFunction } from "i18next";
import {
  CircleAlert,
  CirclePlus,
  Equal,
  LoaderCircle,
  type LucideIcon,
  Pencil,
  SkipForward,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerImportPreview, ErrorField, ImportColumn, ImportRow } from "@/api/generated";
import { Button } from "@/design/Button";
import { type Choices, canImport, type Doubt, doubtsIn, sharesPhones } from "./import";
import { Segments } from "./Segments";
import { showValue } from "./values";

interface Props {
  preview: CustomerImportPreview;
  fromRow: number;
  choices: Choices;
  isBusy: boolean;
  onChoices: (choices: Choices) => void;
  /** Show the rows from this one on. */
  onRow: (row: number) => void;
  onImport: () => void;
}

const OUTCOMES = ["created", "updated", "unchanged", "skipped", "refused"] as const;
const COLUMNS = [
  "full_name",
  "family_name",
  "phone",
  "contact_phone",
  "email",
  "birthday",
  "gender",
  "notes",
  "contraindications",
  "tags",
] as const;
const LOOKS: Record<ImportRow["outcome"], { icon: LucideIcon; look: string }> = {
  created: { icon: CirclePlus, look: "text-accent" },
  updated: { icon: Pencil, look: "text-accent" },
  unchanged: { icon: Equal, look: "text-muted" },
  skipped: { icon: SkipForward, look: "text-muted" },
  refused: { icon: CircleAlert, look: "text-danger" },
};

export function ImportPreview({ preview, fromRow, choices, isBusy, onChoices, onRow, onImport }: Props) {
  const { t } = useTranslation();
  const doubts = doubtsIn(preview, choices.accept);
  const asksAboutPhones = sharesPhones(preview, choices.sharedPhone);
  const needsDateOrder =
    choices.dateOrder !== null ||
    preview.rows.some(({ problems }) => problems.some(({ type }) => type === "ambiguous_date"));
  const toggle = <Value,>(values: readonly Value[], value: Value): Value[] =>
    values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
  const last = preview.rows.at(-1)?.row;
  return (
    <div aria-busy={isBusy} className="mt-6 flex flex-col gap-6">
      {preview.problems.length > 0 && (
        <div role="alert" className="rounded-md bg-danger-soft px-4 py-3 text-danger">
          <ul className="flex flex-col gap-1">
            {preview.problems.map((problem) => (
              <li key={`${problem.field}/${problem.message}`}>
                {problem.field}: {problem.message}
              </li>
            ))}
          </ul>
        </div>
      )}
      <section aria-labelledby="columns">
        <h2 id="columns" className="mb-2 font-semibold text-lg">
          {t("customers.import.columns")}
        </h2>
        <ul className="flex flex-wrap gap-2">
          {preview.columns.map((column) => (
            <Column
              key={column.header}
              column={column}
              isIgnored={choices.ignore.includes(column.header)}
              isBusy={isBusy}
              onIgnore={() => onChoices({ ...choices, ignore: toggle(choices.ignore, column.header) })}
            />
          ))}
        </ul>
      </section>
      {(needsDateOrder || asksAboutPhones || doubts.length > 0) && (
        <section aria-labelledby="choices" className="flex flex-col gap-3">
          <h2 id="choices" className="font-semibold text-lg">
            {t("customers.import.choices")}
          </h2>
          {needsDateOrder && (
            <div className="flex flex-wrap items-center gap-3">
              <span>{t("customers.import.dateOrder")}</span>
              <Segments
                label={t("customers.import.dateOrder")}
                value={choices.dateOrder ?? "none"}
                options={{
                  ...(choices.dateOrder === null ? { none: t("customers.import.dateOrders.none") } : {}),
                  day_first: t("customers.import.dateOrders.day_first"),
                  month_first: t("customers.import.dateOrders.month_first"),
                }}
                onValue={(order) =>
                  onChoices({
                    ...choices,
                    dateOrder: order === "month_first" || order === "day_first" ? order : null,
                  })
                }
              />
            </div>
          )}
          {asksAboutPhones && (
            <div className="flex flex-wrap items-center gap-3">
              <span>{t("customers.import.sharedPhone")}</span>
              <Segments
                label={t("customers.import.sharedPhone")}
                value={choices.sharedPhone}
                options={{
                  none: t("customers.import.sharedPhones.none"),
                  rename: t("customers.import.sharedPhones.rename"),
                  contact: t("customers.import.sharedPhones.contact"),
                }}
                onValue={(sharedPhone) => onChoices({ ...choices, sharedPhone })}
              />
              {choices.sharedPhone === "contact" && (
                <span className="text-muted text-sm">{t("customers.import.sharedPhoneHint")}</span>
              )}
            </div>
          )}
          {doubts.map((doubt: Doubt) => (
            <label
              key={doubt}
              className="flex min-h-9 cursor-pointer items-center gap-2.5 pointer-coarse:min-h-11"
            >
              <input
                type="checkbox"
                className="size-4.5 accent-accent"
                disabled={isBusy}
                checked={choices.accept.includes(doubt)}
                onChange={() => onChoices({ ...choices, accept: toggle(choices.accept, doubt) })}
              />
              {t(`customers.import.doubts.${doubt}`)}
            </label>
          ))}
        </section>
      )}
      <section aria-labelledby="rows">
        <h2 id="rows" className="mb-1 font-semibold text-lg">
          {t("customers.import.rows")}
        </h2>
        <p role="status" className="mb-2 text-muted">
          {OUTCOMES.filter((outcome) => preview[outcome] > 0)
            .map((outcome) => t(`customers.import.counts.${outcome}`, { count: preview[outcome] }))
            .join(" · ")}
        </p>
        <Rows rows={preview.rows} />
        <div className="mt-2 flex items-center gap-2">
          {fromRow > 1 && (
            <Button disabled={isBusy} onClick={() => onRow(1)}>
              {t("customers.import.firstRows")}
            </Button>
          )}
          {preview.more_rows > 0 && last !== undefined && (
            <Button disabled={isBusy} onClick={() => onRow(last + 1)}>
              {t("customers.import.moreRows", { count: preview.more_rows })}
            </Button>
          )}
        </div>
      </section>
      <div className="sticky -bottom-4 -mx-6 -mb-6 flex flex-wrap items-center gap-3 rounded-b-lg border-line border-t bg-surface px-6 py-3">
        <Button
          kind="primary"
          disabled={isBusy || !canImport(preview)}
          onClick={onImport}
          className="pointer-coarse:h-11"
        >
          {isBusy && <LoaderCircle aria-hidden size={17} className="animate-spin" />}
          {t("customers.import.start", { count: preview.created + preview.updated })}
        </Button>
        {preview.refused > 0 && (
          <span className="text-muted text-sm">
            {t("customers.import.refusedStay", { count: preview.refused })}
          </span>
        )}
      </div>
    </div>
  );
}

interface ColumnProps {
  column: ImportColumn;
  isIgnored: boolean;
  isBusy: boolean;
  onIgnore: () => void;
}

function Column({ column: { header, column, use }, isIgnored, isBusy, onIgnore }: ColumnProps) {
  const { t } = useTranslation();
  const known = COLUMNS.find((name) => name === column);
  const isOpen = use === "unknown";
  return (
    <li
      className={`flex max-w-full items-center gap-3 rounded-md border px-3 py-1.5 ${isOpen ? "border-danger bg-danger-soft" : "border-line-strong"}`}
    >
      <span className="min-w-0 break-words">
        <span className="block font-medium">{header}</span>
        <span className={`block text-sm ${isOpen ? "text-danger" : "text-muted"}`}>
          {use === "read" && known !== undefined && `→ ${columnName(t, known)}`}
          {use === "ignored" && t("customers.import.ignored")}
          {isOpen && t("customers.import.unknown")}
        </span>
      </span>
      {(isOpen || isIgnored) && (
        <Button disabled={isBusy} onClick={onIgnore} className="pointer-coarse:h-11">
          {isIgnored ? t("customers.import.unignore") : t("customers.import.ignore")}
        </Button>
      )}
    </li>
  );
}

function columnName(t: TFunction, column: (typeof COLUMNS)[number]): string {
  return column === "family_name" ? t("customers.import.familyName") : t(`customers.fields.${column}`);
}

function Rows({ rows }: { rows: ImportRow[] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return null;
  const used = COLUMNS.filter((column) => rows.some(({ values }) => (values[column] ?? "") !== ""));
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
      tabIndex={0}
      aria-label={t("customers.import.rows")}
      className="max-h-112 overflow-auto rounded-md border border-line"
    >
      <table className="w-full border-separate border-spacing-0 text-left text-sm">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            <Head>{t("customers.import.row")}</Head>
            <Head>{t("customers.import.outcome")}</Head>
            {used.map((column) => (
              <Head key={column}>{columnName(t, column)}</Head>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.row} row={row} used={used} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Head({ children }: { children: ReactNode }) {
  return (
    <th scope="col" className="whitespace-nowrap border-line border-b px-3 py-2 font-medium text-muted">
      {children}
    </th>
  );
}

function Row({ row, used }: { row: ImportRow; used: readonly (typeof COLUMNS)[number][] }) {
  const { t } = useTranslation();
  const { icon: Icon, look } = LOOKS[row.outcome];
  return (
    <tr data-outcome={row.outcome}>
      <td className="tabular border-line border-b px-3 py-1.5 align-top text-muted">{row.row}</td>
      <td className="min-w-44 border-line border-b px-3 py-1.5 align-top">
        <span className={`flex items-center gap-1.5 font-medium ${look}`}>
          <Icon aria-hidden size={15} className="shrink-0" />
          {t(`customers.import.outcomes.${row.outcome}`)}
        </span>
        {row.problems.map((problem) => (
          <span key={`${problem.field}/${problem.message}`} className="block text-danger">
            {reasonOf(problem)}
          </span>
        ))}
      </td>
      {used.map((column) => (
        <td key={column} className="max-w-56 break-words border-line border-b px-3 py-1.5 align-top">
          {row.previous[column] !== undefined && (
            <s className="block text-muted decoration-line-strong">
              {textOf(t, column, row.previous[column])}
            </s>
          )}
          <span className="whitespace-pre-line">{textOf(t, column, row.values[column])}</span>
        </td>
      ))}
    </tr>
  );
}

/** Return the column and what is wrong with it. The row, which the API names before the column, stands beside it. */
function reasonOf({ field, message }: ErrorField): string {
  const [, column] = field.split(/: (.*)/s);
  return column === undefined ? message : `${column}: ${message}`;
}

function textOf(t: TFunction, column: (typeof COLUMNS)[number], value: string | undefined): string {
  if (value === undefined || value === "") return "";
  if (column === "family_name") return value;
  return showValue(t, column === "contact_phone" ? "phone" : column, value);
}
