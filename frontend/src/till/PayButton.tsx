/** The way from the panel of a guest to the bill. */
import { CircleCheck, ReceiptText } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import type { Opened } from "@/card/find";
import { Button } from "@/design/Button";
import { billOf, useBillAddress } from "./address";
import { billState, hasBill, isSettled } from "./guest";

export function PayButton({ board, opened }: { board: BoardRead; opened: Opened }) {
  const { t } = useTranslation();
  const { open } = useBillAddress();
  const state = billState(board, opened);
  if (!hasBill(board, opened)) return null;
  const isDone = isSettled(board, opened);
  // The next thing after the treatment is paying for it.
  const isNext = !isDone && opened.appointment.status === "completed";
  const Icon = isDone ? CircleCheck : ReceiptText;
  return (
    <Button
      kind={isNext ? "primary" : "plain"}
      size={isNext ? "lg" : "md"}
      className={isNext ? "w-full justify-center" : "h-11! self-start"}
      data-pay={state ?? "none"}
      onClick={() => open(billOf(board, opened))}
    >
      <Icon aria-hidden size={17} className={isDone ? "text-accent" : ""} />
      {t(isDone ? "card.seeBill" : "card.checkout")}
      {state !== undefined && (
        <span className="font-normal">
          {"· "}
          {t(`card.bill.${state}`)}
        </span>
      )}
    </Button>
  );
}
