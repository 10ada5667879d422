/** The way to a new booking for the mouse and the finger. */
import { CalendarPlus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { singleKeys } from "@/app/keys";
import { Button } from "@/design/Button";
import { openBooking } from "./store";

export function BookingButton() {
  const { t } = useTranslation();
  return (
    <Button kind="primary" onClick={() => openBooking()} {...singleKeys("N")} title={t("booking.keys")}>
      <CalendarPlus aria-hidden size={17} />
      {t("booking.title")}
    </Button>
  );
}
