/** The frame of all screens of the desk: the name, the pages, the branch, the account. */
import { Link, Outlet } from "@tanstack/react-router";
import {
  CalendarDays,
  ChartColumn,
  HandHeart,
  ReceiptText,
  UserRoundX,
  UsersRound,
  Wallet,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { Toaster } from "@/actions/toasts";
import { Unsent } from "@/actions/Unsent";
import { useSession } from "@/api/session";
import { deferred } from "@/app/deferred";
import { homeOf } from "@/app/home";
import { rightsOf } from "@/customers/roles";
import { buttonClass } from "@/design/Button";
import { Logo } from "@/design/Logo";
import { Notice } from "@/design/Notice";
import { addTexts } from "@/i18n";
import { BillLayer } from "@/till/BillLayer";
import { AccountMenu } from "./AccountMenu";
import { BranchPicker } from "./BranchPicker";
import { worksSomewhere } from "./branches";
import { SkipLink } from "./SkipLink";

const WaitingTransfers = deferred(async () => {
  const [{ WaitingTransfers }] = await Promise.all([import("@/till/WaitingTransfers"), addTexts("till")]);
  return WaitingTransfers;
});

const PAGES = [
  { to: "/desk/board", icon: CalendarDays, name: "nav.board", isForDesk: false },
  { to: "/desk/customers", icon: UsersRound, name: "nav.customers", isForDesk: true },
  { to: "/desk/bills", icon: ReceiptText, name: "nav.bills", isForDesk: true },
  { to: "/desk/drawer", icon: Wallet, name: "nav.drawer", isForDesk: true },
  { to: "/desk/reports", icon: ChartColumn, name: "nav.reports", isForDesk: true },
] as const;

export function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  if (session.status !== "signed-in") return null; // the router leads to the sign-in page
  return (
    <div className="flex h-full flex-col">
      <SkipLink />
      <header className="flex h-13 shrink-0 items-center gap-1 border-line border-b bg-surface px-3">
        <Link
          to="/desk/board"
          className="mr-2 flex shrink-0 items-center gap-2 max-sm:mr-0 rounded-md pr-1 font-semibold text-lg"
        >
          <Logo />
          <span className="max-lg:sr-only">{t("app.name")}</span>
        </Link>
        <BranchPicker user={session.user} />
        <nav aria-label={t("nav.label")} className="ml-2 flex h-full gap-1 max-sm:ml-0 max-sm:gap-0">
          {PAGES.filter(({ isForDesk }) => !isForDesk || rightsOf(session.user).isDesk).map(
            ({ to, icon: Icon, name }) => (
              <Link
                key={to}
                to={to}
                title={t(name)}
                className="group flex items-center gap-2 border-transparent border-b-2 px-3 font-medium text-muted hover:text-text aria-[current=page]:border-accent aria-[current=page]:text-text max-sm:px-2.5"
              >
                <Icon aria-hidden size={17} />
                {/* On a tablet only the page that is shown has room for its word, on a phone none. */}
                <span className="max-lg:sr-only sm:max-lg:group-aria-[current=page]:not-sr-only">
                  {t(name)}
                </span>
              </Link>
            ),
          )}
        </nav>
        <div className="ml-auto flex items-center gap-2">
          {homeOf(session.user) === "/me" && (
            <Link to="/me" className={buttonClass("primary")}>
              <HandHeart aria-hidden size={17} />
              {t("me.title")}
            </Link>
          )}
          <WaitingTransfers onClose={() => undefined} />
          <Unsent />
          <AccountMenu user={session.user} />
        </div>
      </header>
      <main id="content" className="flex min-h-0 flex-1 flex-col" tabIndex={-1}>
        {worksSomewhere(session.user) ? (
          <Outlet />
        ) : (
          <Notice icon={UserRoundX} title={t("account.noDesk")} hint={t("account.noDeskHint")} />
        )}
      </main>
      <BillLayer />
      <Toaster />
    </div>
  );
}
