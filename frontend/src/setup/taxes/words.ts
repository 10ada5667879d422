/** How rates and their days are written. */
import { useTranslation } from "react-i18next";
import type { TaxCategoryRead } from "@/api/generated";
import { dayIn } from "@/board/time";
import { currentLanguage } from "@/i18n";
import { inLanguage, shortDayName } from "@/i18n/format";
import { percentOf } from "../percent";
import { rateOn, type Span } from "./rates";

/** Return today on this device: a rate is no matter of hours. */
export function today(): string {
  return dayIn(Intl.DateTimeFormat().resolvedOptions().timeZone, Date.now());
}

interface TaxWords {
  /** `8%` */
  percent: (rate: number) => string;
  /** `31/12/2026` */
  day: (day: string) => string;
  /** `đến 31/12/2026` */
  span: (span: Span) => string;
  /** `Massage · 10%`: the category with its rate of today. */
  category: (category: TaxCategoryRead) => string;
}

export function useTaxWords(): TaxWords {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const language = currentLanguage();
  const percent = (rate: number) => t("taxes.percent", { rate: percentOf(rate, language) });
  const day = (text: string) => t("taxes.day", { day: shortDayName(common, text), year: text.slice(0, 4) });
  return {
    percent,
    day,
    span: ({ from, until }) => {
      if (from === null && until === null) return t("taxes.always");
      if (until === null) return t("taxes.from", { day: day(from ?? "") });
      if (from === null) return t("taxes.until", { day: day(until) });
      return t("taxes.fromUntil", { from: day(from), until: day(until) });
    },
    category: ({ name, rates }) =>
      t("taxes.named", { name: inLanguage(name, language), rate: percent(rateOn(rates, today())) }),
  };
}
