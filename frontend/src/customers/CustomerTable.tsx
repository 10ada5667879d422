/** Customers as rows, each a link to the profile. Arrow keys go from row to row. */
import { Link } from "@tanstack/react-router";
import { HeartPulse } from "lucide-react";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerRead } from "@/api/generated";
import { phoneNumber } from "@/i18n/format";
import { birthdayName } from "./birthday";
import { Tags } from "./Tags";

interface Props {
  customers: CustomerRead[];
  /** What a screen reader says about the table. */
  caption: string;
  /** ArrowUp in the first row. */
  onLeave: () => void;
}

const CELL = "px-3 py-2 align-middle";

export function CustomerTable({ customers, caption, onLeave }: Props) {
  const { t } = useTranslation();
  return (
    <table className="w-full table-fixed border-separate border-spacing-0">
      <caption className="sr-only">{caption}</caption>
      <thead className="sticky top-0 z-10 bg-page text-left text-muted text-sm">
        <tr>
          {(["name", "phone", "birthday", "notes"] as const).map((column) => (
            <th
              key={column}
              scope="col"
              className={`border-line border-b px-3 py-2 font-medium ${WIDTHS[column]}`}
            >
              {t(`customers.columns.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={(event) => moveFocus(event, onLeave)}>
        {customers.map((customer) => (
          <tr key={customer.id} className="group relative h-13 hover:bg-hover">
            <td className={`${CELL} border-line border-b`}>
              <div className="flex items-center gap-2">
                <Link
                  to="/desk/customers/$customerId"
                  params={{ customerId: customer.id }}
                  data-customer
                  className="line-clamp-2 min-w-0 break-words font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-sm focus-visible:after:outline-2 focus-visible:after:outline-focus focus-visible:after:-outline-offset-2"
                >
                  {customer.full_name}
                </Link>
                {customer.contraindications !== "" && (
                  <span className="shrink-0 text-danger" title={t("customers.fields.contraindications")}>
                    <HeartPulse aria-label={t("customers.fields.contraindications")} role="img" size={16} />
                  </span>
                )}
                <Tags tags={customer.tags.slice(0, 3)} />
              </div>
            </td>
            <td className={`${CELL} tabular border-line border-b`}>
              {customer.phone !== null && phoneNumber(customer.phone)}
              {customer.phone === null && customer.contact_id !== null && (
                <span className="text-muted">{t("customers.byContact")}</span>
              )}
            </td>
            <td className={`${CELL} tabular border-line border-b text-muted`}>
              {customer.birthday !== null && birthdayName(t, customer.birthday)}
            </td>
            <td className={`${CELL} border-line border-b text-muted max-md:hidden`}>
              <span className="line-clamp-1 break-words">{customer.notes}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const WIDTHS = {
  name: "w-2/5",
  phone: "w-40",
  birthday: "w-32",
  notes: "max-md:hidden",
} as const;

/** Move the focus by arrows, Home and End. */
function moveFocus(event: KeyboardEvent<HTMLElement>, onLeave: () => void): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-customer]")];
  const now = links.indexOf(event.target as HTMLElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: links.length - 1 }[event.key];
  if (next === undefined || now < 0) return;
  event.preventDefault();
  if (next < 0) onLeave();
  else links[next]?.focus();
}

export function TableSkeleton() {
  return (
    <div aria-hidden className="animate-pulse px-3 pt-10">
      {ROWS.map((width, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without content
        <div key={row} className="flex h-13 items-center gap-6 border-line border-b">
          <span className={`h-3.5 rounded-sm bg-line ${width}`} />
          <span className="h-3.5 w-28 rounded-sm bg-line" />
        </div>
      ))}
    </div>
  );
}

const ROWS = ["w-56", "w-44", "w-64", "w-48", "w-60", "w-40", "w-52", "w-56", "w-44"];
