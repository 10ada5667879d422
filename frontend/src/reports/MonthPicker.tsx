/** The month that is shown, and the way to others. */
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { INPUT } from "@/design/FormField";
import { addMonths, monthOf } from "./period";
import { monthName } from "./words";

/** How many months can be chosen from the list. */
const MONTHS = 24;

interface Props {
  month: string;
  /** Today, whose month is the last one. */
  today: string;
  onMonth: (month: string) => void;
}

export function MonthPicker({ month, today, onMonth }: Props) {
  const { t } = useTranslation();
  const last = monthOf(today);
  const listed = Array.from({ length: MONTHS }, (_, index) => addMonths(last, -index));
  const months = [...new Set([...listed, month])].sort().reverse();
  const icon = "pointer-coarse:size-11";
  return (
    <div className="flex items-center gap-1">
      <Button
        size="icon"
        className={icon}
        aria-label={t("reports.previousMonth")}
        onClick={() => onMonth(addMonths(month, -1))}
      >
        <ChevronLeft aria-hidden size={18} />
      </Button>
      <Button
        size="icon"
        className={icon}
        aria-label={t("reports.nextMonth")}
        disabled={month >= last}
        onClick={() => onMonth(addMonths(month, 1))}
      >
        <ChevronRight aria-hidden size={18} />
      </Button>
      <select
        aria-label={t("reports.month")}
        className={`${INPUT} ml-1 w-auto! tabular font-medium`}
        value={month}
        onChange={({ target }) => onMonth(target.value)}
      >
        {months.map((one) => (
          <option key={one} value={one}>
            {monthName(t, one)}
          </option>
        ))}
      </select>
    </div>
  );
}
