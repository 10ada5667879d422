/** An amount in đồng, typed as digits and shown as it is on a price list. */
import type { InputHTMLAttributes, RefObject } from "react";
import { money } from "@/i18n/format";
import { amountOf } from "./amount";
import { INPUT } from "./FormField";

/** No price of the setup is higher. */
const HIGHEST = 100_000_000;

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange"> {
  value: number;
  highest?: number;
  /** Instead of the width of a price. */
  width?: string;
  input?: RefObject<HTMLInputElement | null>;
  onChange: (amount: number) => void;
}

export function MoneyInput({ value, highest = HIGHEST, width = "w-32!", input, onChange, ...rest }: Props) {
  return (
    <span className="flex items-center gap-2">
      <input
        placeholder="0"
        {...rest}
        ref={input}
        className={`${INPUT} ${width} text-right tabular`}
        inputMode="numeric"
        autoComplete="off"
        value={value === 0 ? "" : money(value).slice(0, -1)}
        onChange={(event) => onChange(Math.min(amountOf(event.target.value), highest))}
      />
      <span aria-hidden>{money(0).slice(1)}</span>
    </span>
  );
}
