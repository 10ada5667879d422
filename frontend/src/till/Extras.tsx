/** What concerns the whole bill: a discount, tips, a note, who the VAT invoice names. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead, SaleRead } from "@/api/generated";
import { CHIP } from "@/booking/styles";
import { Button } from "@/design/Button";
import { money } from "@/i18n/format";
import { BuyerForm } from "./BuyerForm";
import type { Content } from "./bill";
import { DiscountForm } from "./DiscountForm";
import { TipForm } from "./TipForm";

interface Props {
  branch: BranchRead;
  bill: SaleRead;
  content: Content;
  isBlocked: boolean;
  onChange: (content: Content) => void;
}

const PARTS = ["discount", "tip", "note", "invoice"] as const;

export function Extras({ branch, bill, content, isBlocked, onChange }: Props) {
  const { t } = useTranslation();
  const [part, setPart] = useState<(typeof PARTS)[number] | null>(null);
  const summary = {
    discount:
      content.discount_percent > 0
        ? t("till.percent", { percent: content.discount_percent })
        : content.discount_amount > 0
          ? money(content.discount_amount)
          : "",
    tip: bill.tip > 0 ? money(bill.tip) : "",
    note: content.note === "" ? "" : "1",
    invoice: content.buyer === null ? "" : "1",
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-1.5">
        {PARTS.map((name) => (
          <button
            key={name}
            type="button"
            className={CHIP}
            aria-expanded={part === name}
            onClick={() => setPart(part === name ? null : name)}
          >
            {t(`till.extra.${name}`)}
            {summary[name] !== "" && (
              <span className="tabular text-accent">
                {name === "note" || name === "invoice" ? t("till.has") : summary[name]}
              </span>
            )}
          </button>
        ))}
      </div>
      {part !== null && (
        <div className="rounded-lg border border-line bg-surface p-3" data-extra={part}>
          {part === "discount" && (
            <DiscountForm
              branch={branch}
              label={t("till.billDiscount")}
              value={content}
              isBlocked={isBlocked}
              onApply={(discount) => onChange({ ...content, ...discount })}
            />
          )}
          {part === "tip" && (
            <TipForm
              branch={branch}
              bill={bill}
              content={content}
              isBlocked={isBlocked}
              onChange={onChange}
            />
          )}
          {part === "note" && (
            <Note
              note={content.note}
              isBlocked={isBlocked}
              onNote={(note) => onChange({ ...content, note })}
            />
          )}
          {part === "invoice" && (
            <BuyerForm
              buyer={content.buyer}
              isBlocked={isBlocked}
              onBuyer={(buyer) => {
                onChange({ ...content, buyer });
                if (buyer === null) setPart(null);
              }}
            />
          )}
        </div>
      )}
    </div>
  );
}

interface NoteProps {
  note: string;
  isBlocked: boolean;
  onNote: (note: string) => void;
}

function Note({ note, isBlocked, onNote }: NoteProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(note);
  return (
    <div className="flex flex-col items-start gap-2">
      <label className="flex w-full flex-col gap-1">
        <span className="text-muted text-sm">{t("till.extra.note")}</span>
        <textarea
          className="min-h-20 rounded-md border border-line-strong bg-surface px-3 py-2"
          maxLength={500}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <Button
        className="pointer-coarse:h-11"
        disabled={isBlocked || typed === note}
        onClick={() => onNote(typed)}
      >
        {t("opened.save")}
      </Button>
    </div>
  );
}
