/** The drawer of a branch: open it, what should be in it, cash in and out, close it; and the Z reports before. */
import { LockKeyhole, LockKeyholeOpen, Store } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead, DrawerSessionDetail } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { dayIn, timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { dayName, money } from "@/i18n/format";
import { useBranch, useWorksAtDesk } from "@/shell/branches";
import { CloseDrawer } from "./CloseDrawer";
import { DrawerList } from "./DrawerList";
import { Movements } from "./Movements";
import { OpenDrawer } from "./OpenDrawer";
import { useDrawer } from "./queries";
import { TransfersButton } from "./WaitingTransfers";
import { ZReport } from "./ZReport";

export const PANEL = "rounded-lg border border-line bg-surface p-4";

export function DrawerPage() {
  const { t } = useTranslation();
  const branch = useBranch();
  const isDesk = useWorksAtDesk(branch?.id ?? "");
  useTitle(t("nav.drawer"));
  if (branch === undefined) return null;
  if (!isDesk)
    return <Notice icon={Store} title={t("till.drawer.notAllowed")} hint={t("account.noDeskHint")} />;
  return <DrawerOfBranch key={branch.id} branch={branch} />;
}

function DrawerOfBranch({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const { data: state, error, refetch } = useDrawer(branch.id);
  const [isClosing, setClosing] = useState(false);
  const [closed, setClosed] = useState<DrawerSessionDetail | null>(null);
  if (state === undefined)
    return error === null ? (
      <div aria-hidden className="m-4 h-64 animate-pulse rounded-lg bg-line" />
    ) : (
      <Failure error={error} onRetry={() => void refetch()} />
    );
  const { session } = state;
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto flex max-w-6xl flex-col gap-4 p-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="font-semibold text-xl">{t("nav.drawer")}</h1>
          <p
            className="flex items-center gap-2"
            role="status"
            data-drawer={session === null ? "closed" : "open"}
          >
            {session === null ? (
              <LockKeyhole aria-hidden size={17} className="text-muted" />
            ) : (
              <LockKeyholeOpen aria-hidden size={17} className="text-accent" />
            )}
            {session === null ? t("till.drawer.isClosed") : openSince(session)}
          </p>
          <TransfersButton branch={branch} className="ml-auto" />
          {session !== null && !isClosing && (
            <Button className="pointer-coarse:h-11" onClick={() => setClosing(true)}>
              <LockKeyhole aria-hidden size={16} />
              {t("till.drawer.close")}
            </Button>
          )}
        </div>
        {closed !== null && session === null && (
          <section className={PANEL} aria-label={t("till.z.title", { number: closed.z_number })}>
            <ZReport branch={branch} session={closed} />
          </section>
        )}
        <div className="grid items-start gap-4 lg:grid-cols-2">
          {session === null && (
            <section className={PANEL} aria-label={t("till.drawer.open")}>
              <h2 className="mb-3 font-semibold text-lg">{t("till.drawer.open")}</h2>
              <OpenDrawer branchId={branch.id} />
            </section>
          )}
          {session !== null && isClosing && (
            <section className={PANEL} aria-label={t("till.drawer.close")}>
              <h2 className="mb-3 font-semibold text-lg">{t("till.drawer.close")}</h2>
              <CloseDrawer
                session={session}
                onClosed={(done) => {
                  setClosing(false);
                  setClosed(done);
                }}
                onBack={() => setClosing(false)}
              />
            </section>
          )}
          {session !== null && !isClosing && (
            <section className={PANEL} aria-label={t("till.drawer.now")}>
              <p className="text-muted">{t("till.drawer.expected")}</p>
              <p className="tabular font-semibold text-3xl" data-expected>
                {money(session.expected ?? 0)}
              </p>
              <dl className="mt-3 grid grid-cols-[1fr_auto] gap-x-4 gap-y-1">
                <dt className="text-muted">{t("till.drawer.opening")}</dt>
                <dd className="tabular text-right">{money(session.opening)}</dd>
                {session.opening_difference !== 0 && (
                  <>
                    <dt className="text-muted">{t("till.drawer.openingDifference")}</dt>
                    <dd className="tabular text-right text-warning">{money(session.opening_difference)}</dd>
                  </>
                )}
                <dt className="text-muted">{t("till.drawer.moved")}</dt>
                <dd className="tabular text-right">{money(sumOfMovements(session))}</dd>
                <dt className="text-muted">{t("till.drawer.fromBills")}</dt>
                <dd className="tabular text-right">
                  {money((session.expected ?? 0) - session.opening - sumOfMovements(session))}
                </dd>
              </dl>
            </section>
          )}
          {session !== null && <Movements branch={branch} session={session} />}
        </div>
        <DrawerList branch={branch} />
      </div>
    </div>
  );

  function openSince(open: DrawerSessionDetail): string {
    const at = Date.parse(open.created_at);
    const day = dayIn(branch.time_zone, at);
    return t("till.drawer.openSince", {
      time: timeIn(branch.time_zone, at),
      day: dayName(t, day, dayIn(branch.time_zone, Date.now())),
    });
  }
}

function sumOfMovements({ movements }: DrawerSessionDetail): number {
  return movements.reduce((sum, { amount }) => sum + amount, 0);
}
