/** The deposits of a branch: what is asked for, and that one was sent back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import {
  type BankTransferRead,
  type DepositDetail,
  type DepositRead,
  listDeposits,
  matchBankTransfer,
  returnDeposit,
} from "@/api/generated";
import { money } from "@/i18n/format";

const MOST = 100;
const ASK_AGAIN = 15_000;

interface Wanted {
  branchId: string;
  visitId?: string;
  saleId?: string;
  /** Also those that are dealt with. */
  all?: boolean;
}

export function useDeposits({ branchId, visitId, saleId, all = false }: Wanted) {
  const query = {
    ...{ branch_id: branchId, open: !all, limit: MOST },
    ...(visitId === undefined ? {} : { visit_id: visitId }),
    ...(saleId === undefined ? {} : { sale_id: saleId }),
  };
  return useQuery({
    queryKey: ["deposits", query],
    queryFn: ({ signal }) => call(listDeposits({ query, signal })),
    refetchInterval: ASK_AGAIN,
    staleTime: 0,
  });
}

export function depositsChanged(): void {
  for (const name of ["deposits", "transfers", "transferBills"])
    void queryClient.invalidateQueries({ queryKey: [name] });
}

/** Note that what is left of a deposit was transferred to the guest. */
export function useReturn() {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>(null);
  const { run, isRunning } = useAction<{ deposit: DepositRead; note: string }, DepositDetail>({
    send: ({ deposit, note }, key) =>
      call(
        returnDeposit({
          path: { deposit_id: deposit.id },
          body: { note },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (_, { deposit }) => {
      depositsChanged();
      showDone(t("till.deposit.returned", { amount: money(deposit.balance) }));
    },
    onRefused: (refusal) => {
      setError(refusal);
      depositsChanged();
    },
  });
  return {
    ...{ isRunning, error },
    giveBack: (deposit: DepositRead, note: string) => {
      setError(null);
      run({ deposit, note });
    },
  };
}

/** Pay a deposit with a transfer that waits, as far as it reaches. */
export function useMatchDeposit() {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>(null);
  const { run, isRunning } = useAction<{ transferId: string; deposit: DepositRead }, BankTransferRead>({
    send: ({ transferId, deposit }, key) =>
      call(
        matchBankTransfer({
          path: { transfer_id: transferId },
          body: { deposit_id: deposit.id },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (_, { deposit }) => {
      depositsChanged();
      showDone(t("till.deposit.matched", { name: deposit.name }));
    },
    onRefused: (refusal) => {
      setError(refusal);
      depositsChanged();
    },
  });
  return {
    ...{ isRunning, error },
    match: (transferId: string, deposit: DepositRead) => {
      setError(null);
      run({ transferId, deposit });
    },
  };
}
