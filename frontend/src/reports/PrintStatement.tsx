/** Prints a statement on a sheet to be signed. */
import { Printer } from "lucide-react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import type { CommissionStatement } from "@/api/generated";
import { Button } from "@/design/Button";
import { dayName } from "@/i18n/format";
import { Statement } from "./Statement";

export function PrintStatement({ statement, today }: { statement: CommissionStatement; today: string }) {
  const { t } = useTranslation();
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    if (!isPrinting) return;
    const end = () => setPrinting(false);
    addEventListener("afterprint", end);
    print();
    return () => removeEventListener("afterprint", end);
  }, [isPrinting]);
  const content = document.getElementById("content");
  return (
    <>
      <Button className="pointer-coarse:h-11" onClick={() => setPrinting(true)}>
        <Printer aria-hidden size={16} className="max-lg:hidden" />
        {t("statement.print")}
      </Button>
      {isPrinting &&
        content !== null &&
        createPortal(
          <div className="print-paper" data-paper="a4">
            <h1 className="font-semibold text-xl">{t("statement.of", { name: statement.full_name })}</h1>
            <p className="mb-4">
              {t("reports.days", {
                first: dayName(t, statement.first_day, today),
                last: dayName(t, statement.last_day, today),
              })}
            </p>
            <Statement statement={statement} today={today} />
            <div className="mt-10 grid break-inside-avoid grid-cols-2 text-center">
              <p className="pb-24">{t("statement.signedBy")}</p>
              <p className="pb-24">{t("statement.takenBy")}</p>
            </div>
          </div>,
          content,
        )}
    </>
  );
}
