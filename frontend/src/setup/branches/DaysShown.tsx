import { useTranslation } from "react-i18next";
import { countDays, type Days, daysText } from "./special";

/** The days of an occasion, and how many they are. */
export function DaysShown({ days, today }: { days: Days; today: string }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const count = countDays(days);
  return (
    <span className="font-medium tabular">
      {daysText(common, days, today)}
      {count > 1 && (
        <span className="ml-2 whitespace-nowrap font-normal text-muted">{t("branches.days", { count })}</span>
      )}
    </span>
  );
}
