/** Give money back: for lines, for the tip, out of goodwill; by the ways in which it came. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type RefundCreate, refundSale, type SaleLineRead, type SaleRead } from "@/api/generated";
import { useReturnQuote } from "@/courses/data";
import { Button } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { INPUT, ignoreComposingEnter } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { isCovered } from "./bill";
import { keepBill, useCoursesOf } from "./queries";
import {
  inOrder,
  isRefundable,
  leftOfLine,
  leftOfTip,
  leftToGive,
  moneyOf,
  NO_REFUND,
  problemOf,
  type RefundDraft,
  requestOf,
} from "./refund";

interface Props {
  bill: SaleRead;
  onClose: () => void;
}

export function RefundForm({ bill, onClose }: Props) {
  const { t } = useTranslation();
  const language = currentLanguage();
  const [draft, setDraft] = useState<RefundDraft>(NO_REFUND);
  const [isChecked, setChecked] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const action = useAction<{ id: string; body: RefundCreate }, SaleRead>({
    name: `refund/${bill.id}`,
    send: ({ id, body }, key) =>
      call(refundSale({ path: { sale_id: id }, body, headers: { "Idempotency-Key": key } })),
    onDone: (refunded) => {
      keepBill(refunded);
      showDone(t("till.refundDone"));
      onClose();
    },
    onRefused: setError,
  });
  const edit = (change: Partial<RefundDraft>) => {
    setError(null);
    setDraft({ ...draft, ...change });
  };
  const sum = moneyOf(bill, draft);
  const problem = problemOf(bill, draft);
  const tip = leftOfTip(bill);
  const shown = draft.payments ?? inOrder(bill.payments, sum);
  const refundable = bill.payments.filter(isRefundable);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (problem === null) setAsked(true);
  };
  return (
    <form className="flex flex-col gap-4" onSubmit={submit} onKeyDown={ignoreComposingEnter}>
      <h3 className="font-semibold text-lg">{t("till.refund")}</h3>
      <fieldset>
        <legend className="mb-1 font-medium text-muted text-sm">{t("till.refundWhat")}</legend>
        <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
          {bill.lines.map((line) => {
            const part = {
              name: inLanguage(line.name, language),
              amount: draft.lines[line.id] ?? 0,
              onAmount: (amount: number) => edit({ lines: { ...draft.lines, [line.id]: amount } }),
            };
            return line.kind === "course" ? (
              <CoursePart key={line.id} {...part} line={line} customerId={bill.customer_id} />
            ) : (
              <Part
                key={line.id}
                {...part}
                left={leftOfLine(line)}
                // A card or a session goes back whole.
                isWhole={line.kind === "gift_card" || isCovered(line)}
              />
            );
          })}
          {bill.tip > 0 && (
            <Part
              name={t("till.tip")}
              left={tip}
              amount={draft.tip}
              onAmount={(amount) => edit({ tip: amount })}
            />
          )}
          <Part
            name={t("till.goodwill")}
            left={leftToGive(bill)}
            isOpenEnded
            amount={draft.goodwill}
            onAmount={(amount) => edit({ goodwill: amount })}
          />
        </ul>
      </fieldset>
      {bill.lines.some(({ kind }) => kind === "product") && (
        <label className="flex min-h-9 items-center gap-2 pointer-coarse:min-h-11">
          <input
            type="checkbox"
            className="size-4 accent-(--color-accent)"
            checked={draft.restock}
            onChange={(event) => edit({ restock: event.target.checked })}
          />
          {t("till.restock")}
        </label>
      )}
      <label className="flex flex-col gap-1">
        <span className="font-medium">{t(draft.goodwill > 0 ? "till.reasonNeeded" : "till.reason")}</span>
        <input
          className={INPUT}
          value={draft.reason}
          maxLength={300}
          aria-invalid={isChecked && problem === "reason"}
          onChange={(event) => edit({ reason: event.target.value })}
        />
      </label>
      {sum > 0 && (
        <fieldset>
          <legend className="mb-1 font-medium text-muted text-sm">{t("till.refundBy")}</legend>
          <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
            {refundable.map((payment) => (
              <li key={payment.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
                <span className="min-w-0 flex-1">
                  {t(`till.method.${payment.method}`)}
                  <span className="tabular block text-muted text-sm">
                    {t("till.refundable", { amount: money(payment.amount - payment.refunded) })}
                  </span>
                </span>
                <MoneyInput
                  aria-label={t(`till.method.${payment.method}`)}
                  value={shown[payment.id] ?? 0}
                  highest={payment.amount - payment.refunded}
                  onChange={(amount) => edit({ payments: { ...shown, [payment.id]: amount } })}
                />
              </li>
            ))}
          </ul>
        </fieldset>
      )}
      <p role="alert" className="text-danger empty:hidden">
        {error !== null
          ? sentenceOf(t, error)
          : isChecked && problem !== null
            ? t(`till.refundProblem.${problem}`)
            : ""}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button className="pointer-coarse:h-11" onClick={onClose}>
          {t("opened.back")}
        </Button>
        <Button
          type="submit"
          kind="primary"
          className="tabular pointer-coarse:h-11"
          disabled={action.isRunning}
        >
          {t("till.refundAmount", { amount: money(sum) })}
        </Button>
      </div>
      <ConfirmDialog
        isOpen={isAsked}
        title={
          bill.customer_name === null
            ? t("till.askRefund", { amount: money(sum) })
            : t("till.askRefundFor", { amount: money(sum), name: bill.customer_name })
        }
        confirm={t("till.refund")}
        back={t("opened.back")}
        onConfirm={() => {
          setAsked(false);
          action.run({ id: bill.id, body: requestOf(bill, draft) });
        }}
        onBack={() => setAsked(false)}
      >
        <ul className="tabular">
          {refundable
            .filter(({ id }) => (shown[id] ?? 0) > 0)
            .map(({ id, method }) => (
              <li key={id} className="flex justify-between gap-3">
                {t(`till.method.${method}`)}
                <span className="font-medium">{money(shown[id] ?? 0)}</span>
              </li>
            ))}
        </ul>
        <p>{t("till.refundFinal")}</p>
      </ConfirmDialog>
    </form>
  );
}

interface CourseProps extends Pick<PartProps, "name" | "amount" | "onAmount"> {
  line: SaleLineRead;
  customerId: string | null;
}

/** A course, of which its return policy says what is given back. */
function CoursePart({ line, customerId, ...part }: CourseProps) {
  const { t } = useTranslation();
  const course = useCoursesOf([customerId]).find(({ sale_line_id }) => sale_line_id === line.id);
  const { data: quote, error } = useReturnQuote(course?.id);
  return (
    <>
      <Part {...part} left={quote?.amount ?? 0} isWhole />
      {error !== null && <li className="px-3 pb-2 text-muted text-sm">{sentenceOf(t, error)}</li>}
    </>
  );
}

interface PartProps {
  name: string;
  left: number;
  isWhole?: boolean;
  /** There is no usual amount to give back. */
  isOpenEnded?: boolean;
  amount: number;
  onAmount: (amount: number) => void;
}

/** A part of the bill with what is given back of it. A tick gives all of it back. */
function Part({ name, left, isWhole = false, isOpenEnded = false, amount, onAmount }: PartProps) {
  const { t } = useTranslation();
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      {isOpenEnded ? (
        <span className="min-w-0 flex-1 break-words">{name}</span>
      ) : (
        <label className="flex min-h-9 min-w-0 flex-1 items-center gap-2.5 pointer-coarse:min-h-11">
          <input
            type="checkbox"
            className="size-4 shrink-0 accent-(--color-accent)"
            checked={amount > 0}
            disabled={left === 0}
            onChange={(event) => onAmount(event.target.checked ? left : 0)}
          />
          <span className="min-w-0 break-words">
            {name}
            <span className="tabular block text-muted text-sm">
              {t("till.refundable", { amount: money(left) })}
            </span>
          </span>
        </label>
      )}
      {isWhole ? (
        <span className="tabular">{money(amount)}</span>
      ) : (
        <MoneyInput
          aria-label={t("till.refundOf", { name })}
          value={amount}
          highest={left}
          disabled={left === 0}
          onChange={onAmount}
        />
      )}
    </li>
  );
}
