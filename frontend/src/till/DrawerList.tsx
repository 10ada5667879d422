/** The Z reports of a branch, the newest first. One that is pressed is shown. */
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { dayName, money } from "@/i18n/format";
import { PANEL } from "./DrawerPage";
import { useDrawers } from "./queries";
import { ZReport } from "./ZReport";

export function DrawerList({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const { data } = useDrawers(branch.id);
  const [openId, setOpenId] = useState<string | null>(null);
  const closed = (data?.items ?? []).filter(({ z_number }) => z_number !== null);
  if (data === undefined) return null;
  const zone = branch.time_zone;
  return (
    <section aria-labelledby="z-reports" className={`${PANEL} p-0!`}>
      <h2 id="z-reports" className="px-4 py-3 font-semibold text-lg">
        {t("till.z.all")}
      </h2>
      {closed.length === 0 && <p className="px-4 pb-4 text-muted">{t("till.z.none")}</p>}
      <ul className="divide-y divide-line border-line border-t empty:hidden">
        {closed.map((session) => {
          const isOpen = session.id === openId;
          const at = Date.parse(session.closed_at ?? "");
          const difference = (session.closing ?? 0) - (session.expected ?? 0);
          return (
            <li key={session.id} data-z={session.z_number}>
              <button
                type="button"
                aria-expanded={isOpen}
                className="flex min-h-12 w-full flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-2 text-left hover:bg-hover"
                onClick={() => setOpenId(isOpen ? null : session.id)}
              >
                <ChevronRight
                  aria-hidden
                  size={16}
                  className={`shrink-0 text-muted transition-transform ${isOpen ? "rotate-90" : ""}`}
                />
                <span className="tabular font-semibold">
                  {t("till.z.number", { number: session.z_number })}
                </span>
                <span className="tabular text-muted">
                  {dayName(t, dayIn(zone, at), dayIn(zone, Date.now()))} {timeIn(zone, at)}
                </span>
                <span className="tabular ml-auto">{money(session.closing ?? 0)}</span>
                {difference !== 0 && (
                  <span className="tabular text-warning">
                    {t(difference > 0 ? "till.drawer.over" : "till.drawer.short", {
                      amount: money(Math.abs(difference)),
                    })}
                  </span>
                )}
              </button>
              {isOpen && (
                <div className="px-4 pb-4">
                  <ZReport branch={branch} session={session} />
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
