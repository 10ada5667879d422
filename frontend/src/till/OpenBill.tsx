/** An open bill: what is on it at the left, how it is paid at the right; on a phone one below the other. */
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import type { BranchRead, SaleRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { money } from "@/i18n/format";
import { AddLine } from "./AddLine";
import { withItem } from "./bill";
import { Extras } from "./Extras";
import { Lines } from "./Lines";
import { Pay } from "./Pay";
import { Payer } from "./Payer";
import { Totals } from "./Totals";
import { useContent } from "./useContent";

interface Props {
  branch: BranchRead;
  /** Null: a bill of nothing, which is made with its first line. */
  bill: SaleRead | null;
  /** The customer who pays a bill of nothing. */
  payerId?: string | undefined;
  onMade: (bill: SaleRead) => void;
}

export function OpenBill({ branch, bill, payerId, onMade }: Props) {
  const { t } = useTranslation();
  const editing = useContent(branch.id, bill, onMade, payerId);
  const pay = useRef<HTMLElement>(null);
  const { content, change, isSaving, isAdding } = editing;
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto lg:flex-row lg:overflow-hidden">
      <section
        aria-label={t("till.onBill")}
        aria-busy={isSaving}
        className="flex min-w-0 flex-col gap-4 p-4 lg:flex-1 lg:overflow-y-auto"
      >
        <Refusal error={editing.error} branch={branch} />
        <Payer
          customerId={content.customer_id}
          name={bill?.customer_name ?? null}
          onChange={(customer_id) => change({ ...content, customer_id })}
        />
        {bill !== null && (
          <Lines branch={branch} bill={bill} content={content} isBlocked={isAdding} onChange={change} />
        )}
        <AddLine
          branch={branch}
          bill={bill}
          isBlocked={isAdding}
          onItem={(item) => change(withItem(content, bill, item))}
          onVisit={(visitId) => change(content, [visitId])}
        />
        {bill !== null && bill.lines.length > 0 && (
          <>
            <Extras branch={branch} bill={bill} content={content} isBlocked={isAdding} onChange={change} />
            <Totals bill={bill} />
          </>
        )}
      </section>
      <section
        ref={pay}
        aria-label={t("till.payment")}
        className="flex shrink-0 flex-col gap-4 border-line bg-surface p-4 max-lg:border-t max-lg:pb-24 lg:w-100 lg:overflow-y-auto lg:border-l"
      >
        {bill === null ? (
          <p className="m-auto text-balance text-center text-muted">{t("till.nothingYet")}</p>
        ) : (
          <Pay branch={branch} bill={bill} isSaving={isSaving} />
        )}
      </section>
      {bill !== null && <PayBar bill={bill} target={pay} />}
    </div>
  );
}

/** What is left to pay, always in sight on a phone, and the way to paying it. */
function PayBar({ bill, target }: { bill: SaleRead; target: RefObject<HTMLElement | null> }) {
  const { t } = useTranslation();
  const isSeen = useSeen(target);
  if (isSeen) return null;
  return (
    <div className="fixed inset-x-0 bottom-0 z-10 flex items-center gap-3 border-line border-t bg-raised px-4 py-2.5 lg:hidden">
      <span className="mr-auto">
        <span className="block text-muted text-sm">{t("till.due")}</span>
        <span className="tabular font-semibold text-xl">{money(bill.due)}</span>
      </span>
      <Button
        kind="primary"
        size="lg"
        onClick={() => {
          const place = target.current;
          const next =
            place?.querySelector<HTMLElement>("[data-take]") ?? place?.querySelector("button:enabled");
          next?.scrollIntoView({ block: "center" });
          next?.focus({ preventScroll: true });
        }}
      >
        {t("till.pay")}
      </Button>
    </div>
  );
}

/** Return whether the ways to pay are on the screen: the bar would be a second button that does nothing. */
function useSeen(target: RefObject<HTMLElement | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const methods = target.current?.querySelector("fieldset");
    if (!methods) return;
    const observer = new IntersectionObserver(([entry]) => setSeen(entry?.isIntersecting ?? false), {
      threshold: 1,
    });
    observer.observe(methods);
    return () => observer.disconnect();
  }, [target]);
  return isSeen;
}

function Refusal({ error, branch }: { error: unknown; branch: BranchRead }) {
  const { t } = useTranslation();
  const isDiscount = error instanceof ApiError && error.code === "DISCOUNT_NOT_ALLOWED";
  return (
    <div role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger empty:hidden">
      {error !== null && (
        <>
          <p className="font-medium">{sentenceOf(t, error)}</p>
          {isDiscount && <p>{t("till.discountLimit", { percent: branch.discount_limit })}</p>}
        </>
      )}
    </div>
  );
}
