/** The customer who pays. A bill can do without one. */
import { Link } from "@tanstack/react-router";
import { UserRound, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerRead } from "@/api/generated";
import { CustomerField } from "@/booking/CustomerField";
import { NewCustomer } from "@/booking/NewCustomer";
import { Button } from "@/design/Button";
import { useCustomerName } from "./queries";

interface Props {
  customerId: string | null;
  /** As the bill has it. */
  name: string | null;
  onChange: (customerId: string | null) => void;
}

export function Payer({ customerId, name, onChange }: Props) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [added, setAdded] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  // Only a bill of nothing names a customer and has no name.
  const { data: known } = useCustomerName(chosen === null && name === null ? customerId : null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isOpen && added === null) input.current?.focus();
  }, [isOpen, added]);
  const choose = (customer: CustomerRead) => {
    setChosen(customer.full_name);
    setAdded(null);
    setOpen(false);
    onChange(customer.id);
  };
  if (added !== null)
    return <NewCustomer typed={added} onCancel={() => setAdded(null)} onCustomer={choose} />;
  if (isOpen)
    return (
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <CustomerField number={undefined} input={input} onCustomer={choose} onNew={setAdded} />
        </div>
        <Button className="pointer-coarse:h-11" onClick={() => setOpen(false)}>
          {t("opened.back")}
        </Button>
      </div>
    );
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
      <UserRound aria-hidden size={17} className="text-muted" />
      {customerId === null ? (
        <span className="text-muted">{t("till.noPayer")}</span>
      ) : (
        <Link
          to="/desk/customers/$customerId"
          params={{ customerId }}
          className="min-w-0 break-words font-medium underline-offset-2 hover:underline"
        >
          {chosen ?? name ?? known ?? t("till.payer")}
        </Link>
      )}
      <span className="ml-auto flex gap-1">
        <Button kind="quiet" className="pointer-coarse:h-11" onClick={() => setOpen(true)}>
          {t(customerId === null ? "till.choosePayer" : "till.otherPayer")}
        </Button>
        {customerId !== null && (
          <Button
            kind="quiet"
            size="icon"
            className="pointer-coarse:size-11"
            aria-label={t("till.dropPayer")}
            onClick={() => {
              setChosen(null);
              onChange(null);
            }}
          >
            <X aria-hidden size={16} />
          </Button>
        )}
      </span>
    </div>
  );
}
