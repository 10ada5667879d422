/** A bill of nothing: who only buys something. */
import { ReceiptText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useRights } from "@/customers/roles";
import { Button } from "@/design/Button";
import { NEW_BILL, useBillAddress } from "./address";

export function RetailButton() {
  const { t } = useTranslation();
  const { isDesk } = useRights();
  const { open } = useBillAddress();
  if (!isDesk) return null;
  return (
    <Button
      size="icon"
      className="pointer-coarse:size-11"
      aria-label={t("booking.retail")}
      title={t("booking.retail")}
      onClick={() => open({ bill: NEW_BILL })}
    >
      <ReceiptText aria-hidden size={17} />
    </Button>
  );
}
