/** The bills of a day, or of one customer, or one by its number. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Gift, ReceiptText, ShoppingBag, Store, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type BranchRead, listSales, type SaleListItem } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { dayIn, timeIn } from "@/board/time";
import { Segments } from "@/customers/Segments";
import { DepositsButton } from "@/deposits/DepositsButton";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { dayName, money } from "@/i18n/format";
import { useBranch, useWorksAtDesk } from "@/shell/branches";
import { NEW_BILL, useBillAddress } from "./address";
import { BillFinder } from "./BillFinder";
import { businessDay, numberOf } from "./bill";
import { DayPicker } from "./DayPicker";
import { GiftCardLookup } from "./GiftCardLookup";
import type { BillsSearch } from "./search";
import { TransfersButton } from "./WaitingTransfers";

export function BillsPage() {
  const { t } = useTranslation();
  const branch = useBranch();
  const isDesk = useWorksAtDesk(branch?.id ?? "");
  useTitle(t("nav.bills"));
  if (branch === undefined) return null;
  if (!isDesk)
    return <Notice icon={Store} title={t("till.drawer.notAllowed")} hint={t("account.noDeskHint")} />;
  return <BillsOfBranch key={branch.id} branch={branch} />;
}

function BillsOfBranch({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { open } = useBillAddress();
  const [isLooking, setLooking] = useState(false);
  const search = useSearch({ from: "/desk/bills" });
  const today = businessDay(branch);
  const day = search.day ?? today;
  const { state, customer, number } = search;
  const isSearch = customer !== undefined || number !== undefined;
  const query = {
    branch_id: branch.id,
    ...(isSearch ? {} : { day }),
    ...(state === undefined ? {} : { status: state }),
    ...(customer === undefined ? {} : { customer_id: customer }),
    ...(number === undefined ? {} : { number }),
    limit: 100,
  };
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ["sales", query],
    queryFn: ({ signal }) => call(listSales({ query, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
    staleTime: 0,
  });
  const go = (change: BillsSearch) =>
    void navigate({ to: "/desk/bills", search: (before) => ({ ...before, ...change }), replace: true });
  const items = data?.items ?? [];
  const closed = items.filter(({ status }) => status === "closed");
  const sum = closed.reduce((total, bill) => total + bill.total + bill.tip - bill.refunded, 0);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
        <h1 className="font-semibold text-xl">{t("nav.bills")}</h1>
        {!isSearch && <DayPicker day={day} today={today} onDay={(next) => go({ day: next })} />}
        <BillFinder
          onNumber={(found) => go({ number: found, customer: undefined })}
          onCustomer={(found) => go({ customer: found, number: undefined })}
        />
        <TransfersButton branch={branch} className="ml-auto" isTight />
        <DepositsButton branch={branch} />
        <Button
          className="pointer-coarse:h-11"
          title={t("till.card.lookUp")}
          onClick={() => setLooking(true)}
        >
          <Gift aria-hidden size={16} className="text-muted" />
          <span className="max-lg:sr-only">{t("till.card.lookUp")}</span>
        </Button>
        <Button kind="primary" className="pointer-coarse:h-11" onClick={() => open({ bill: NEW_BILL })}>
          <ShoppingBag aria-hidden size={16} />
          {t("booking.retail")}
        </Button>
      </div>
      <div className="flex shrink-0 flex-wrap items-center gap-3 px-4 pb-2">
        <Segments
          label={t("till.whichBills")}
          value={state ?? "all"}
          options={{
            all: t("till.state.all"),
            open: t("till.state.open"),
            closed: t("till.state.closed"),
            void: t("till.state.void"),
          }}
          onValue={(value) => go({ state: value === "all" ? undefined : value })}
        />
        {isSearch && (
          <Button
            className="pointer-coarse:h-11"
            onClick={() => go({ customer: undefined, number: undefined })}
          >
            {number !== undefined ? t("till.onlyNumber", { number }) : t("till.onlyCustomer")}
            <X aria-label={t("till.allBills")} size={15} />
          </Button>
        )}
        {!isSearch && closed.length > 0 && (
          <p className="tabular ml-auto text-muted">
            {t("till.dayTotal", { count: closed.length, amount: money(sum) })}
          </p>
        )}
      </div>
      {data === undefined && error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && (
        <div aria-hidden className="mx-4 h-64 animate-pulse rounded-lg bg-line" />
      )}
      {data !== undefined && items.length === 0 && (
        <Notice icon={ReceiptText} title={isSearch ? t("till.noBillFound") : t("till.noBills")} />
      )}
      {items.length > 0 && (
        <div className="min-h-0 flex-1 overflow-auto px-4 pb-4" aria-busy={isPlaceholderData}>
          <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
            {items.map((bill) => (
              <Bill
                key={bill.id}
                bill={bill}
                branch={branch}
                today={today}
                onOpen={() => open({ bill: bill.id })}
              />
            ))}
          </ul>
          {data?.next_cursor != null && <p className="mt-3 text-muted text-sm">{t("till.moreBills")}</p>}
        </div>
      )}
      {isLooking && <GiftCardLookup onClose={() => setLooking(false)} />}
    </div>
  );
}

interface BillProps {
  bill: SaleListItem;
  branch: BranchRead;
  today: string;
  onOpen: () => void;
}

const STATES = {
  open: "border-warning text-warning",
  part: "border-warning bg-warning-soft text-warning",
  paid: "border-accent text-accent",
  refunded: "border-line-strong text-muted",
  void: "border-line-strong text-muted",
} as const;

function Bill({ bill, branch, today, onOpen }: BillProps) {
  const { t } = useTranslation();
  const at = Date.parse(bill.closed_at ?? bill.created_at);
  const day = dayIn(branch.time_zone, at);
  const amount = bill.total + bill.tip;
  const state = stateOf();
  return (
    <li>
      <button
        type="button"
        className="grid w-full grid-cols-[7.5rem_1fr_auto] items-center gap-x-4 gap-y-0.5 px-4 py-2.5 text-left hover:bg-hover max-sm:grid-cols-[1fr_auto]"
        data-sale={bill.status}
        onClick={onOpen}
      >
        <span className="tabular">
          <span className="block font-medium">
            {numberOf(bill) ?? t(bill.status === "void" ? "till.stateOf.void" : "till.draft")}
          </span>
          <span className="block text-muted text-sm">
            {timeIn(branch.time_zone, at)}
            {day !== today && ` · ${dayName(t, day, today)}`}
          </span>
        </span>
        <span className="min-w-0 truncate max-sm:order-last">{bill.name ?? t("till.anonymous")}</span>
        <span className="flex flex-wrap items-center justify-end gap-x-4 gap-y-1">
          <span className="tabular font-semibold">{money(amount)}</span>
          <span className={`tabular rounded-md border px-2 py-0.5 text-sm ${STATES[state]}`}>
            {t(`till.stateOf.${state}`, {
              amount: money(state === "part" ? amount - bill.paid : bill.refunded),
            })}
          </span>
        </span>
      </button>
    </li>
  );

  function stateOf(): keyof typeof STATES {
    if (bill.status === "void") return "void";
    if (bill.status === "open") return bill.paid > 0 ? "part" : "open";
    return bill.refunded > 0 ? "refunded" : "paid";
  }
}
