/** A bill over the page: what is on it and how it is paid, or how it was paid. */
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { createSale, type SaleRead } from "@/api/generated";
import { buttonClass } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { useBranch, useBranches } from "@/shell/branches";
import { type BillAddress, NEW_BILL } from "./address";
import { numberOf } from "./bill";
import { ClosedBill } from "./ClosedBill";
import { OpenBill } from "./OpenBill";
import { findBillOf, keepBill, useBill } from "./queries";

interface Props {
  address: BillAddress;
  onClose: () => void;
}

export function BillSheet({ address, onClose }: Props) {
  const { bill, pay } = address;
  const [title, setTitle] = useState("");
  const popup = useRef<HTMLDivElement>(null);
  return (
    // Toasts stay within reach; all else lies under the backdrop.
    <Dialog.Root
      open
      modal="trap-focus"
      disablePointerDismissal
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Dialog.Popup
          ref={popup}
          initialFocus={popup}
          tabIndex={-1}
          data-bill
          className="fixed inset-y-0 right-0 z-40 flex w-272 max-w-full flex-col border-line border-l bg-page text-text shadow-raised outline-none"
        >
          <Head title={title} />
          {pay !== undefined && (
            <BillOfVisit key={pay} visitId={pay} onFound={(id) => address.open({ bill: id })} />
          )}
          {pay === undefined && bill === NEW_BILL && <NewBill address={address} onTitle={setTitle} />}
          {pay === undefined && bill !== undefined && bill !== NEW_BILL && (
            <KnownBill key={bill} id={bill} address={address} onTitle={setTitle} />
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Head({ title }: { title: string }) {
  const { t } = useTranslation();
  return (
    <header className="flex shrink-0 items-center gap-3 border-line border-b bg-surface py-1.5 pr-2 pl-4">
      <Dialog.Title className="min-w-0 flex-1 truncate font-semibold text-lg">
        {title === "" ? t("till.draft") : title}
      </Dialog.Title>
      <Dialog.Close className={`${buttonClass("quiet", "icon")} size-11`} aria-label={t("card.close")}>
        <X aria-hidden size={18} />
      </Dialog.Close>
    </header>
  );
}

/** Make a bill of what is on none yet of a visit. If there is nothing, open the one that it has. */
function BillOfVisit({ visitId, onFound }: { visitId: string; onFound: (saleId: string) => void }) {
  const branchId = useBranch()?.id;
  const [error, setError] = useState<unknown>(null);
  const isAsked = useRef(false);
  const { run } = useAction<{ branchId: string; visitId: string }, SaleRead>({
    send: (input, key) =>
      call(
        createSale({
          body: { branch_id: input.branchId, visit_ids: [input.visitId] },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (bill) => {
      keepBill(bill);
      onFound(bill.id);
    },
    onRefused: async (refusal, input) => {
      const isBilled =
        refusal instanceof ApiError && ["ALREADY_BILLED", "NOTHING_TO_BILL"].includes(refusal.code);
      const found = isBilled
        ? await findBillOf(input.branchId, input.visitId).catch(() => undefined)
        : undefined;
      if (found === undefined) setError(refusal);
      else onFound(found);
    },
  });
  const open = () => {
    setError(null);
    if (branchId !== undefined) run({ branchId, visitId });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the branch is known
  useEffect(() => {
    if (isAsked.current || branchId === undefined) return;
    isAsked.current = true;
    open();
  }, [branchId]);
  return error === null ? <Skeleton /> : <Failure error={error} onRetry={open} />;
}

interface BillProps {
  address: BillAddress;
  onTitle: (title: string) => void;
}

function NewBill({ address, onTitle }: BillProps) {
  const { t } = useTranslation();
  const branch = useBranch();
  const title = t("booking.retail");
  useEffect(() => onTitle(title), [title, onTitle]);
  if (branch === undefined) return <Skeleton />;
  return (
    <OpenBill
      branch={branch}
      bill={null}
      payerId={address.payer}
      onMade={({ id }) => address.open({ bill: id })}
    />
  );
}

function KnownBill({ id, address, onTitle }: BillProps & { id: string }) {
  const { t } = useTranslation();
  const { branches } = useBranches();
  const { data: bill, error, refetch } = useBill(id);
  const branch = branches.find((other) => other.id === bill?.branch_id);
  const title = bill === undefined ? "" : titleOf(bill);
  useEffect(() => onTitle(title), [title, onTitle]);
  if (bill === undefined || branch === undefined)
    return error === null ? <Skeleton /> : <Failure error={error} onRetry={() => void refetch()} />;
  return bill.status === "open" ? (
    <OpenBill branch={branch} bill={bill} onMade={keepBill} />
  ) : (
    <ClosedBill branch={branch} bill={bill} onDone={address.close} />
  );

  function titleOf(known: SaleRead): string {
    const number = numberOf(known);
    const what =
      number !== null
        ? t("till.billNumber", { number })
        : t(known.status === "void" ? "till.voidBill" : "till.draft");
    return known.customer_name === null ? what : `${what} · ${known.customer_name}`;
  }
}

function Skeleton(): ReactNode {
  return (
    <div aria-hidden className="grid flex-1 animate-pulse content-start gap-4 p-4 lg:grid-cols-[1fr_25rem]">
      <div className="h-72 rounded-lg bg-line" />
      <div className="h-72 rounded-lg bg-line" />
    </div>
  );
}
