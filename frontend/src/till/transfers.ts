/** Bank transfers that wait for a person: what is asked for, and what can be done with one. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import {
  type BankTransferRead,
  type BranchRead,
  ignoreBankTransfer,
  listBankTransferBills,
  listBankTransfers,
  matchBankTransfer,
  returnBankTransfer,
  type TransferBill,
} from "@/api/generated";
import { useRights } from "@/customers/roles";
import { money } from "@/i18n/format";
import { useBillAddress } from "./address";
import { leftOf } from "./transfer";

const MOST = 100;

/** Milliseconds until the bank is asked for news: of the page, where a person waits for it, and of the count beside it. */
export const ASK = { page: 5_000, count: 15_000 };

/** The transfers of a branch. Who runs the whole spa sees those in no branch, too: nobody else does. */
export function useTransfers(
  branch: BranchRead,
  { isDone = false, every }: { isDone?: boolean; every: number },
) {
  const { isAdmin } = useRights();
  const query = { ...(isAdmin ? {} : { branch_id: branch.id }), open: !isDone, limit: MOST };
  return useQuery({
    queryKey: ["transfers", query, branch.id],
    queryFn: ({ signal }) => call(listBankTransfers({ query, signal })),
    select: ({ items, next_cursor }) => ({
      items: items.filter(
        ({ branch_id, status }) =>
          (branch_id === null || branch_id === branch.id) &&
          isDone === (status === "matched" || status === "ignored"),
      ),
      hasMore: next_cursor !== null,
    }),
    refetchInterval: every,
    staleTime: 0,
  });
}

export function useTransferBills({ id, applied }: BankTransferRead, isNeeded: boolean) {
  return useQuery({
    // What is left of it decides which bills fit.
    queryKey: ["transferBills", id, applied],
    queryFn: ({ signal }) => call(listBankTransferBills({ path: { transfer_id: id }, signal })),
    enabled: isNeeded,
    refetchInterval: ASK.count,
    staleTime: 0,
  });
}

function afterChange(): void {
  for (const name of ["transfers", "transferBills", "sales", "sale", "drawer", "vietqr"])
    void queryClient.invalidateQueries({ queryKey: [name] });
}

interface Match {
  transfer: BankTransferRead;
  saleId: string;
  amount: number;
}

/** Pay a bill with a transfer, as far as it reaches. */
export function useMatch(onMatched?: () => void) {
  const { t } = useTranslation();
  const { open } = useBillAddress();
  const [error, setError] = useState<unknown>(null);
  const { run, isRunning } = useAction<Match, BankTransferRead>({
    send: ({ transfer, saleId }, key) =>
      call(
        matchBankTransfer({
          path: { transfer_id: transfer.id },
          body: { sale_id: saleId },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (_, { saleId, amount }) => {
      afterChange();
      showDone(t("till.transfers.matched", { amount: money(amount) }), undefined, [
        { label: t("card.seeBill"), run: () => open({ bill: saleId }) },
      ]);
      onMatched?.();
    },
    onRefused: (refusal) => {
      setError(refusal);
      afterChange();
    },
  });
  return {
    isRunning,
    error,
    match: (transfer: BankTransferRead, { sale_id, due }: Pick<TransferBill, "sale_id" | "due">) => {
      setError(null);
      run({ transfer, saleId: sale_id, amount: Math.min(due, leftOf(transfer)) });
    },
  };
}

export const WAYS_OUT = ["return", "ignore"] as const;
export type WayOut = (typeof WAYS_OUT)[number];

/** Note that a transfer was sent back, or is no payment of a guest. */
export function useSetAside() {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>(null);
  const { run, isRunning } = useAction<{ id: string; way: WayOut; note: string }, BankTransferRead>({
    send: ({ id, way, note }, key) => {
      const request = {
        path: { transfer_id: id },
        body: { note },
        headers: { "Idempotency-Key": key },
      };
      return call(way === "return" ? returnBankTransfer(request) : ignoreBankTransfer(request));
    },
    onDone: (_, { way }) => {
      afterChange();
      showDone(t(`till.transfers.out.${way}.done`));
    },
    onRefused: (refusal) => {
      setError(refusal);
      afterChange();
    },
  });
  return {
    isRunning,
    error,
    setAside: (id: string, way: WayOut, note: string) => {
      setError(null);
      run({ id, way, note });
    },
  };
}
