/** What is known of a customer, to read. Remarks about the health come first and in a colour of their own. */
import { Link } from "@tanstack/react-router";
import { HeartPulse } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerRead } from "@/api/generated";
import { phoneNumber } from "@/i18n/format";
import { birthdayName } from "./birthday";
import { useCustomer } from "./data";

export function Facts({ customer }: { customer: CustomerRead }) {
  const { t } = useTranslation();
  const isEmpty =
    customer.phone === null &&
    customer.contact_id === null &&
    customer.email === null &&
    customer.birthday === null &&
    customer.gender === null &&
    customer.notes === "";
  return (
    <div className="flex flex-col gap-4">
      {customer.contraindications !== "" && (
        <div className="flex gap-3 rounded-md bg-danger-soft px-3 py-2.5 text-danger">
          <HeartPulse aria-hidden size={20} className="mt-0.5 shrink-0" />
          <div className="min-w-0">
            <h2 className="font-semibold">{t("customers.fields.contraindications")}</h2>
            <p className="whitespace-pre-line break-words">{customer.contraindications}</p>
          </div>
        </div>
      )}
      {isEmpty && <p className="text-muted">{t("customers.onlyName")}</p>}
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2.5 empty:hidden">
        {customer.phone !== null && (
          <Fact name={t("customers.fields.phone")}>
            <Phone number={customer.phone} />
          </Fact>
        )}
        {customer.phone === null && customer.contact_id !== null && (
          <Fact name={t("customers.fields.contact_id")}>
            <Contact id={customer.contact_id} />
          </Fact>
        )}
        {customer.email !== null && (
          <Fact name={t("customers.fields.email")}>
            <a href={`mailto:${customer.email}`} className={LINK}>
              {customer.email}
            </a>
          </Fact>
        )}
        {customer.birthday !== null && (
          <Fact name={t("customers.fields.birthday")}>
            <span className="tabular">{birthdayName(t, customer.birthday)}</span>
          </Fact>
        )}
        {customer.gender !== null && (
          <Fact name={t("customers.fields.gender")}>{t(`customers.genders.${customer.gender}`)}</Fact>
        )}
        {customer.notes !== "" && (
          <Fact name={t("customers.fields.notes")}>
            <span className="whitespace-pre-line">{customer.notes}</span>
          </Fact>
        )}
      </dl>
    </div>
  );
}

const LINK = "underline decoration-line-strong underline-offset-2 hover:decoration-text";

function Phone({ number }: { number: string }) {
  return (
    <a href={`tel:${number}`} className={`${LINK} tabular`}>
      {phoneNumber(number)}
    </a>
  );
}

/** Whose phone reaches the customer, and its number. */
function Contact({ id }: { id: string }) {
  const { data } = useCustomer(id);
  if (data === undefined) return null;
  return (
    <>
      <Link to="/desk/customers/$customerId" params={{ customerId: id }} className={LINK}>
        {data.full_name}
      </Link>
      {data.phone !== null && (
        <span className="block">
          <Phone number={data.phone} />
        </span>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
