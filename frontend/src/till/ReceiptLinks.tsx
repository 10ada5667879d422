/** The receipt on paper: each link opens it in another tab, which prints. */
import { Printer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { useReceipt } from "./queries";

const PAPERS = ["80", "58", "a5"] as const;

export function ReceiptLinks({ saleId, title }: { saleId: string; title: string }) {
  const { t } = useTranslation();
  const { data } = useReceipt(saleId);
  if (data === undefined) return <div className="h-9 pointer-coarse:h-11" />;
  return (
    <fieldset className="flex flex-wrap items-center gap-2">
      <legend className="sr-only">{title}</legend>
      <span aria-hidden className="mr-auto flex items-center gap-2">
        <Printer size={16} className="text-muted" />
        {title}
      </span>
      {PAPERS.map((paper) => (
        <a
          key={paper}
          href={`${data.path}?paper=${paper}&lang=${currentLanguage()}&print`}
          target="_blank"
          rel="noopener"
          className={`${buttonClass()} pointer-coarse:h-11`}
        >
          {t(`till.paper.${paper}`)}
        </a>
      ))}
    </fieldset>
  );
}
