/** Any other open bill, found by the name or by what is left to pay, and paid by a transfer. */
import { Combobox } from "@base-ui/react/combobox";
import { Search } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TransferBill } from "@/api/generated";
import { FIELD, OPTION, POPUP } from "@/booking/styles";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { money } from "@/i18n/format";
import { findBills } from "./transfer";

interface Props {
  bills: TransferBill[];
  opened: (instant: string) => string;
  isBusy: boolean;
  onBill: (bill: TransferBill) => void;
}

export function OtherBill({ bills, opened, isBusy, onBill }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState<TransferBill | null>(null);
  const nameOf = ({ name }: TransferBill) => name ?? t("till.anonymous");
  const onKeyDown = (event: KeyboardEvent & { preventBaseUIHandler?: () => void }) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) event.preventBaseUIHandler?.();
  };
  return (
    <div className="min-w-52 flex-1">
      <Combobox.Root<TransferBill>
        items={findBills(bills, typed.trim())}
        filter={null}
        value={null}
        inputValue={typed}
        disabled={isBusy}
        onInputValueChange={(value, { reason }) => {
          if (reason === "input-change" || reason === "input-clear") setTyped(value);
        }}
        onValueChange={(bill) => {
          if (bill === null) return;
          setTyped("");
          setAsked(bill);
        }}
        autoHighlight
        itemToStringLabel={nameOf}
        isItemEqualToValue={(first, second) => first.sale_id === second.sale_id}
      >
        <label htmlFor={id} className="sr-only">
          {t("till.transfers.other")}
        </label>
        <div className="relative">
          <Search aria-hidden size={16} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted" />
          <Combobox.Input
            id={id}
            className={`${FIELD} pl-8`}
            placeholder={t("till.transfers.other")}
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            onKeyDown={onKeyDown}
          />
        </div>
        <Combobox.Portal>
          <Combobox.Positioner sideOffset={4} className="z-50">
            <Combobox.Popup className={POPUP}>
              <Combobox.Empty className="px-2.5 py-1.5 text-muted text-sm empty:hidden">
                {typed.trim() !== "" && t("till.nothingFound", { name: typed.trim() })}
              </Combobox.Empty>
              <Combobox.List>
                {(bill: TransferBill) => (
                  <Combobox.Item key={bill.sale_id} value={bill} className={OPTION}>
                    <span className="min-w-0 flex-1">
                      <span className="block break-words font-medium">{nameOf(bill)}</span>
                      <span className="tabular block text-muted text-sm">
                        {t("till.transfers.opened", { moment: opened(bill.created_at) })}
                      </span>
                    </span>
                    <span className="tabular shrink-0">{money(bill.due)}</span>
                  </Combobox.Item>
                )}
              </Combobox.List>
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
      {/* It fits neither by its code nor by the amount: a person says that it is the one. */}
      <ConfirmDialog
        isOpen={asked !== null}
        title={asked === null ? "" : t("till.transfers.askOther", { name: nameOf(asked) })}
        confirm={t("till.transfers.use")}
        back={t("opened.back")}
        onConfirm={() => {
          if (asked !== null) onBill(asked);
          setAsked(null);
        }}
        onBack={() => setAsked(null)}
      >
        <p>{asked !== null && t("till.transfers.askOtherText", { amount: money(asked.due) })}</p>
      </ConfirmDialog>
    </div>
  );
}
