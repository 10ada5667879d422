/** Changes of an open bill. What is wanted is sent as a whole, one state after another, and seen before there is an answer. */
import { useRef, useState } from "react";
import { useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import { createSale, type SaleRead, updateSale } from "@/api/generated";
import { type Content, contentOf, EMPTY } from "./bill";
import { keepBill, saleKey } from "./queries";

export interface Editing {
  /** What is on the bill, with changes that have no answer yet. */
  content: Content;
  /** There are such changes. */
  isSaving: boolean;
  /** There are new lines among them, which have no id yet: nothing else can be changed. */
  isAdding: boolean;
  error: unknown;
  change: (next: Content, visitIds?: string[]) => void;
}

interface Input {
  saleId: string | null;
  content: Content;
  visitIds: string[];
  /** The version on which the change was made. */
  version: number;
}

/** `onMade`: a bill of nothing has got its first line. `payerId`: the customer who pays such a bill. */
export function useContent(
  branchId: string,
  bill: SaleRead | null,
  onMade: (bill: SaleRead) => void,
  payerId?: string,
): Editing {
  const [wanted, setWanted] = useState<Content | null>(null);
  /** What was sent last. */
  const newest = useRef<Content>(null);
  /** The version of the bill that was changed, until what is wanted has its answer. */
  const shown = useRef(0);
  /** The last answer: changes that waited for it were made on top of it. */
  const answered = useRef<SaleRead>(null);
  const [isAddingVisits, setAddingVisits] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { run } = useAction<Input, SaleRead>({
    send: ({ saleId, content, visitIds: visit_ids, version }, key) =>
      call(
        saleId === null
          ? createSale({
              body: { branch_id: branchId, visit_ids, content },
              headers: { "Idempotency-Key": key },
            })
          : updateSale({
              path: { sale_id: saleId },
              body: { ...content, visit_ids, version: newestVersion(answered.current, saleId, version) },
            }),
      ),
    onDone: (saved, { saleId, content }) => {
      keepBill(saved);
      answered.current = saved;
      if (newest.current === content) setWanted(null);
      if (saleId === null) onMade(saved);
    },
    // What was wanted is given up, with what was wanted after it: the bill is shown as it is.
    onRefused: (refusal, { saleId }) => {
      newest.current = null;
      setWanted(null);
      setError(refusal);
      if (saleId !== null) void queryClient.invalidateQueries({ queryKey: saleKey(saleId) });
    },
  });
  const content = wanted ?? (bill === null ? { ...EMPTY, customer_id: payerId ?? null } : contentOf(bill));
  const isSaving = wanted !== null && newest.current === wanted;
  return {
    content,
    isSaving,
    isAdding: isSaving && (isAddingVisits || content.lines.some(({ id }) => id === undefined)),
    error,
    change: (next, visitIds = []) => {
      if (wanted === null) shown.current = bill?.version ?? 0;
      setWanted(next);
      setError(null);
      // A bill of nothing is made with its first line.
      if (bill === null && next.lines.length === 0) return;
      newest.current = next;
      setAddingVisits(visitIds.length > 0);
      run({ saleId: bill?.id ?? null, content: next, visitIds, version: shown.current });
    },
  };
}

/** Return the version on which a change is made: that of the bill as it was shown, or of an answer that came after it. */
function newestVersion(answered: SaleRead | null, saleId: string, shown: number): number {
  return answered?.id === saleId ? Math.max(answered.version, shown) : shown;
}
