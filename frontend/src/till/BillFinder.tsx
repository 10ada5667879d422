/** Find bills by their number, or by the customer who paid. */
import { Combobox } from "@base-ui/react/combobox";
import { ReceiptText, Search, UserRound } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCustomerSearch } from "@/booking/queries";
import { FIELD, OPTION, POPUP } from "@/booking/styles";
import { phoneNumber } from "@/i18n/format";
import { numberIn } from "./bill";

interface Props {
  onNumber: (number: number) => void;
  onCustomer: (customerId: string) => void;
}

interface Match {
  id: string;
  name: string;
  detail: string;
  number: number | null;
}

export function BillFinder({ onNumber, onCustomer }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const text = typed.trim();
  const number = numberIn(text);
  const { data, isPlaceholderData } = useCustomerSearch(text);
  const matches: Match[] = [
    ...(number === null
      ? []
      : [{ id: "number", name: t("till.billNumber", { number }), detail: "", number }]),
    ...(text === "" || isPlaceholderData ? [] : (data ?? [])).map((customer) => ({
      id: customer.id,
      name: customer.full_name,
      detail: customer.phone === null ? "" : phoneNumber(customer.phone),
      number: null,
    })),
  ];
  return (
    <Combobox.Root<Match>
      items={matches}
      filter={null}
      value={null}
      inputValue={typed}
      onInputValueChange={(value, { reason }) => {
        if (reason === "input-change" || reason === "input-clear") setTyped(value);
      }}
      onValueChange={(match) => {
        if (match === null) return;
        setTyped("");
        if (match.number !== null) onNumber(match.number);
        else onCustomer(match.id);
      }}
      autoHighlight
      itemToStringLabel={(match) => match.name}
      isItemEqualToValue={(first, second) => first.id === second.id}
    >
      <label htmlFor={id} className="sr-only">
        {t("till.findBill")}
      </label>
      <div className="relative min-w-48 max-w-80 flex-1">
        <Search aria-hidden size={16} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted" />
        <Combobox.Input
          id={id}
          className={`${FIELD} pl-8`}
          placeholder={t("till.findBill")}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          onKeyDown={(event: React.KeyboardEvent & { preventBaseUIHandler?: () => void }) => {
            if (event.nativeEvent.isComposing || event.keyCode === 229) event.preventBaseUIHandler?.();
          }}
        />
      </div>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} className="z-50">
          <Combobox.Popup className={POPUP}>
            <Combobox.Empty className="px-2.5 py-1.5 text-muted text-sm empty:hidden">
              {text !== "" && !isPlaceholderData && t("booking.nobodyFound", { name: text })}
            </Combobox.Empty>
            <Combobox.List>
              {(match: Match) => {
                const Icon = match.number === null ? UserRound : ReceiptText;
                return (
                  <Combobox.Item key={match.id} value={match} className={OPTION}>
                    <Icon aria-hidden size={16} className="shrink-0 text-muted" />
                    <span className="min-w-0 flex-1 truncate font-medium">{match.name}</span>
                    <span className="tabular shrink-0 text-muted">{match.detail}</span>
                  </Combobox.Item>
                );
              }}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
