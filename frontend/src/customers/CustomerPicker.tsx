/** The choice of one customer by name or digits. */
import { Combobox } from "@base-ui/react/combobox";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerRead } from "@/api/generated";
import { INPUT } from "@/design/FormField";
import { phoneNumber } from "@/i18n/format";
import { useCustomerSearch } from "./data";

interface Props {
  label: string;
  /** Which customers can be chosen. */
  accepts: (customer: CustomerRead) => boolean;
  onPick: (customer: CustomerRead) => void;
}

export function CustomerPicker({ label, accepts, onPick }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const { matches, isCurrent } = useCustomerSearch(text);
  // What was typed before may mean another person: until its own answer is there, nothing can be picked.
  const items = isCurrent ? (matches ?? []).filter(accepts) : [];
  return (
    <Combobox.Root<CustomerRead>
      items={items}
      filter={null}
      value={null}
      inputValue={text}
      onInputValueChange={setText}
      onValueChange={(customer) => customer !== null && onPick(customer)}
      itemToStringLabel={(customer) => customer.full_name}
      autoHighlight
    >
      <Combobox.Input
        aria-label={label}
        placeholder={t("customers.search")}
        className={INPUT}
        spellCheck={false}
        maxLength={254}
      />
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} align="start" className="z-50">
          <Combobox.Popup className="max-h-80 w-(--anchor-width) min-w-72 overflow-auto rounded-lg border border-line bg-raised p-1.5 text-text shadow-raised">
            <Combobox.Status className="sr-only">
              {isCurrent ? t("customers.found", { count: items.length }) : null}
            </Combobox.Status>
            <Combobox.Empty className="px-2.5 py-2 text-muted empty:hidden">
              {isCurrent ? t("customers.notFound", { text: text.trim() }) : null}
            </Combobox.Empty>
            <Combobox.List>
              {(customer: CustomerRead) => (
                <Combobox.Item
                  key={customer.id}
                  value={customer}
                  className="flex min-h-11 items-center gap-3 rounded-sm px-2.5 outline-none data-[highlighted]:bg-hover"
                >
                  <span className="min-w-0 flex-1 truncate">{customer.full_name}</span>
                  <span className="tabular shrink-0 text-muted">
                    {customer.phone !== null && phoneNumber(customer.phone)}
                  </span>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
