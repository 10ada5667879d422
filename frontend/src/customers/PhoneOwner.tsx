import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "@/design/Button";
import { useCustomer } from "./data";
import type { Values } from "./form";

interface Props {
  /** The customer who has the number. */
  id: string;
  change: (values: Partial<Values>) => void;
}

/** What can be done when a number has a customer already: look at them, or be reached through them. */
export function PhoneOwner({ id, change }: Props) {
  const { t } = useTranslation();
  const { data: owner } = useCustomer(id);
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2">
      <Link
        to="/desk/customers/$customerId"
        params={{ customerId: id }}
        className={`${buttonClass()} max-w-full`}
      >
        <span className="truncate">
          {owner === undefined ? t("customers.openOwner") : t("customers.open", { name: owner.full_name })}
        </span>
      </Link>
      <Button onClick={() => change({ phone: "", contact_id: id })}>{t("customers.asContact")}</Button>
    </div>
  );
}
