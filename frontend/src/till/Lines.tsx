/** The lines of an open bill, guest by guest. A line that is pressed opens: who did it, how many, a discount. */
import { Minus, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead, SaleLineRead, SaleRead } from "@/api/generated";
import { timeIn } from "@/board/time";
import { Select } from "@/card/fields";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { inLanguage, money, shortName } from "@/i18n/format";
import {
  type Content,
  groupLines,
  guestsElsewhere,
  isCovered,
  type LineGroup,
  linesToShow,
  withLine,
} from "./bill";
import { DiscountForm } from "./DiscountForm";
import { useCustomerNames, useStaff, useVisits } from "./queries";
import { SessionOffer, UseSession } from "./UseSession";

interface Props {
  branch: BranchRead;
  bill: SaleRead;
  content: Content;
  isBlocked: boolean;
  onChange: (content: Content, visitIds?: string[]) => void;
}

export function Lines({ branch, bill, content, isBlocked, onChange }: Props) {
  const { t } = useTranslation();
  const [openId, setOpenId] = useState<string | null>(null);
  const lines = linesToShow(bill, content);
  const visits = useVisits([...new Set(lines.flatMap(({ visit_id }) => visit_id ?? []))]);
  const groups = groupLines(lines, visits);
  const guests = groups.filter(({ guest }) => guest !== null);
  const names = useCustomerNames(visits);
  const onlyGuest = (id: string) => {
    const dropped = new Set(
      guests.flatMap((group) => (group.id === id ? [] : group.lines.map((line) => line.id))),
    );
    onChange({ ...content, lines: content.lines.filter((line) => line.id == null || !dropped.has(line.id)) });
  };
  return (
    <div className="flex flex-col gap-3">
      {groups.map((group) => (
        <section
          key={group.id ?? ""}
          aria-label={group.guest === null ? t("till.withoutVisit") : nameOfGuest(group)}
          className="rounded-lg border border-line bg-surface"
          data-guest={group.id ?? undefined}
        >
          {group.guest !== null && (
            <div className="flex min-h-11 items-center gap-3 border-line border-b px-3 py-1">
              <h3 className="min-w-0 truncate font-semibold">{nameOfGuest(group)}</h3>
              <span className="tabular text-muted">
                {timeIn(branch.time_zone, Date.parse(group.guest.start))}
              </span>
              {guests.length > 1 && (
                <Button
                  kind="quiet"
                  className="ml-auto pointer-coarse:h-11"
                  disabled={isBlocked}
                  onClick={() => onlyGuest(group.id ?? "")}
                >
                  {t("till.onlyGuest")}
                </Button>
              )}
            </div>
          )}
          <ul className="divide-y divide-line">
            {group.lines.map((line) => (
              <Line
                key={line.id}
                branch={branch}
                bill={bill}
                line={line}
                guestId={group.guest?.customer_id ?? null}
                isOpen={openId === line.id}
                isBlocked={isBlocked}
                onToggle={() => setOpenId(openId === line.id ? null : line.id)}
                onChange={(change) => {
                  if (change === null) setOpenId(null);
                  onChange(withLine(content, line.id, change));
                }}
              />
            ))}
          </ul>
        </section>
      ))}
      {guestsElsewhere(groups).map(({ visit, guests: others }) => (
        <Button
          key={visit.id}
          className="self-start pointer-coarse:h-11"
          disabled={isBlocked}
          onClick={() => onChange(content, [visit.id])}
        >
          <Plus aria-hidden size={16} />
          {t("till.addGuests", {
            names: others.map((guest) => nameOfGuest({ guest, visit })).join(", "),
          })}
        </Button>
      ))}
    </div>
  );

  function nameOfGuest({ guest, visit }: Pick<LineGroup, "guest" | "visit">): string {
    const known = guest?.guest_name || names.get(guest?.customer_id ?? "");
    if (known) return known;
    const number = (visit?.appointments.findIndex(({ id }) => id === guest?.id) ?? 0) + 1;
    return t("booking.guest", { number });
  }
}

interface LineProps {
  branch: BranchRead;
  bill: SaleRead;
  line: SaleLineRead;
  /** The customer who had the treatment. */
  guestId: string | null;
  isOpen: boolean;
  isBlocked: boolean;
  onToggle: () => void;
  onChange: (change: Parameters<typeof withLine>[2]) => void;
}

function Line({ branch, bill, line, guestId, isOpen, isBlocked, onToggle, onChange }: LineProps) {
  const { t } = useTranslation();
  const name = inLanguage(line.name, currentLanguage());
  const formId = `line-${line.id}`;
  return (
    <li data-line={line.kind}>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? formId : undefined}
        className="flex min-h-12 w-full items-start gap-3 px-3 py-2 text-left hover:bg-hover"
        onClick={onToggle}
      >
        <span className="min-w-0 flex-1">
          <span className="block break-words font-medium">{name}</span>
          <span className="block text-muted text-sm">
            <LineFacts line={line} />
          </span>
        </span>
        <span className="tabular shrink-0 text-right">
          <span className="block font-medium">{money(line.gross)}</span>
          {line.discount > 0 && (
            <s className="block text-muted text-sm">
              <span className="sr-only">{t("till.before")} </span>
              {money(line.quantity * line.unit_price)}
            </s>
          )}
        </span>
      </button>
      {!isOpen && line.variant_id !== null && line.quantity === 1 && (
        <SessionOffer bill={bill} line={line} guestId={guestId} isBlocked={isBlocked} onChange={onChange} />
      )}
      {isOpen && (
        <div id={formId} className="flex flex-col gap-3 px-3 pt-1 pb-3">
          <div className="flex flex-wrap items-end gap-3">
            <StaffSelect
              branchId={branch.id}
              label={t(line.kind === "service" ? "till.doneBy" : "till.soldBy")}
              staffId={line.staff_id}
              name={line.staff_name}
              isDisabled={isBlocked}
              onChange={(staff_id) => onChange({ staff_id })}
            />
            {line.visit_id === null && line.kind !== "gift_card" && (
              <Quantity
                count={line.quantity}
                isDisabled={isBlocked}
                onCount={(quantity) => onChange({ quantity })}
              />
            )}
          </div>
          {line.variant_id !== null && line.quantity === 1 && (
            <UseSession bill={bill} line={line} guestId={guestId} isBlocked={isBlocked} onChange={onChange} />
          )}
          {line.kind !== "gift_card" && !isCovered(line) && (
            <DiscountForm
              branch={branch}
              label={t("till.lineDiscount")}
              value={line}
              isBlocked={isBlocked}
              onApply={onChange}
            />
          )}
          <Button
            className="self-start pointer-coarse:h-11"
            disabled={isBlocked}
            onClick={() => onChange(null)}
          >
            <Trash2 aria-hidden size={16} />
            {t("till.dropLine")}
          </Button>
        </div>
      )}
    </li>
  );
}

/** Who did it, how many, and what is taken off. */
export function LineFacts({ line }: { line: SaleLineRead }) {
  const { t } = useTranslation();
  const facts = [
    line.staff_name === null ? null : shortName(line.staff_name),
    line.quantity === 1 ? null : t("till.times", { count: line.quantity, price: money(line.unit_price) }),
    isCovered(line) ? t("till.bySession") : null,
    line.discount === 0 ? null : t("till.off", { amount: money(line.discount) }),
    line.refunded === 0 ? null : t("till.refundedPart", { amount: money(line.refunded) }),
  ];
  return facts.filter(Boolean).join(" · ");
}

interface StaffProps {
  branchId: string;
  label: string;
  staffId: string | null;
  /** As the bill has it: also of people who are gone. */
  name: string | null;
  isDisabled: boolean;
  onChange: (staffId: string | null) => void;
}

function StaffSelect({ branchId, label, staffId, name, isDisabled, onChange }: StaffProps) {
  const { t } = useTranslation();
  const { data: people = [] } = useStaff(branchId);
  const isKnown = people.some(({ id }) => id === staffId);
  return (
    <div className="min-w-48 flex-1">
      <Select
        label={label}
        value={staffId ?? ""}
        disabled={isDisabled}
        options={[
          { value: "", text: t("till.nobody") },
          ...(staffId !== null && !isKnown ? [{ value: staffId, text: name ?? "" }] : []),
          ...people.map(({ id, full_name }) => ({ value: id, text: full_name })),
        ]}
        onChange={(value) => onChange(value === "" ? null : value)}
      />
    </div>
  );
}

interface QuantityProps {
  count: number;
  isDisabled: boolean;
  onCount: (count: number) => void;
}

function Quantity({ count, isDisabled, onCount }: QuantityProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex items-center gap-1">
      <legend className="mb-1 text-muted text-sm">{t("till.quantity")}</legend>
      <Button
        size="icon"
        className="size-11"
        aria-label={t("till.fewer")}
        disabled={isDisabled || count <= 1}
        onClick={() => onCount(count - 1)}
      >
        <Minus aria-hidden size={16} />
      </Button>
      <output className="tabular w-10 text-center font-semibold text-lg">{count}</output>
      <Button
        size="icon"
        className="size-11"
        aria-label={t("till.more")}
        disabled={isDisabled || count >= 1000}
        onClick={() => onCount(count + 1)}
      >
        <Plus aria-hidden size={16} />
      </Button>
    </fieldset>
  );
}
