/** Tips: one for all who did a treatment, shared by their prices, or for each person. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead, SaleRead } from "@/api/generated";
import { CHIP } from "@/booking/styles";
import { Button } from "@/design/Button";
import { MoneyInput } from "@/design/MoneyInput";
import { money } from "@/i18n/format";
import { type Content, staffOf, withTip } from "./bill";
import { useStaff } from "./queries";

const USUAL = [20_000, 50_000, 100_000, 200_000];
const HIGHEST = 1_000_000_000;

interface Props {
  branch: BranchRead;
  bill: SaleRead;
  content: Content;
  isBlocked: boolean;
  onChange: (content: Content) => void;
}

export function TipForm({ branch, bill, content, isBlocked, onChange }: Props) {
  const { t } = useTranslation();
  const { data: everybody = [] } = useStaff(branch.id);
  const [added, setAdded] = useState<{ id: string; name: string }[]>([]);
  const onBill = staffOf(bill);
  const people = [...onBill, ...added.filter(({ id }) => !onBill.some((other) => other.id === id))];
  const canShare = bill.lines.some(({ kind, staff_id }) => kind === "service" && staff_id !== null);
  const others = everybody.filter(({ id }) => !people.some((person) => person.id === id));
  const share = (tip: number) => onChange({ ...content, tips: [], tip });
  return (
    <div className="flex flex-col gap-3">
      {canShare && (
        <fieldset>
          <legend className="mb-1 text-muted text-sm">
            {t(onBill.length > 1 ? "till.tipForAll" : "till.tipAmount")}
          </legend>
          <div className="flex flex-wrap gap-1.5">
            {USUAL.map((amount) => (
              <button
                key={amount}
                type="button"
                className={`${CHIP} tabular`}
                aria-pressed={bill.tip === amount}
                disabled={isBlocked}
                onClick={() => share(amount)}
              >
                {money(amount)}
              </button>
            ))}
            {bill.tip > 0 && (
              <button type="button" className={CHIP} disabled={isBlocked} onClick={() => share(0)}>
                {t("till.noTip")}
              </button>
            )}
          </div>
        </fieldset>
      )}
      {people.map(({ id, name }) => {
        const amount = bill.tips.find(({ staff_id }) => staff_id === id)?.amount ?? 0;
        return (
          <TipOf
            key={`${id}/${amount}`}
            name={name}
            amount={amount}
            isBlocked={isBlocked}
            onAmount={(next) => onChange(withTip(content, id, next))}
          />
        );
      })}
      {others.length > 0 && (
        <select
          aria-label={t("till.tipOther")}
          className="h-9 self-start rounded-md border border-line-strong bg-surface px-2.5 pointer-coarse:h-11"
          value=""
          onChange={(event) => {
            const person = others.find(({ id }) => id === event.target.value);
            if (person !== undefined) setAdded([...added, { id: person.id, name: person.full_name }]);
          }}
        >
          <option value="">{t("till.tipOther")}</option>
          {others.map(({ id, full_name }) => (
            <option key={id} value={id}>
              {full_name}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

interface TipProps {
  name: string;
  amount: number;
  isBlocked: boolean;
  onAmount: (amount: number) => void;
}

function TipOf({ name, amount, isBlocked, onAmount }: TipProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(amount);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed !== amount) onAmount(typed);
  };
  return (
    <form className="flex flex-wrap items-center gap-x-3 gap-y-1" onSubmit={submit}>
      <span className="min-w-32 flex-1 break-words">{name}</span>
      <MoneyInput
        aria-label={t("till.tipFor", { name })}
        value={typed}
        highest={HIGHEST}
        onChange={setTyped}
      />
      <Button type="submit" className="pointer-coarse:h-11" disabled={isBlocked || typed === amount}>
        {t("till.apply")}
      </Button>
    </form>
  );
}
