/** The frame of all screens of the desk: the name, the pages, the branch, the account. */
import { Link, Outlet } from "@tanstack/react-router";
import { CalendarDays, UserRoundX, UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Toaster } from "@/actions/toasts";
import { Unsent } from "@/actions/Unsent";
import { useSession } from "@/api/session";
import { rightsOf } from "@/customers/roles";
import { Logo } from "@/design/Logo";
import { Notice } from "@/design/Notice";
import { AccountMenu } from "./AccountMenu";
import { BranchPicker } from "./BranchPicker";
import { worksSomewhere } from "./branches";

const PAGES = [
  { to: "/desk/board", icon: CalendarDays, name: "nav.board", isForDesk: false },
  { to: "/desk/customers", icon: UsersRound, name: "nav.customers", isForDesk: true },
] as const;

export function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  if (session.status !== "signed-in") return null; // the router leads to the sign-in page
  return (
    <div className="flex h-full flex-col">
      <a href="#content" className="sr-only z-50 rounded-md bg-raised p-3 focus:not-sr-only focus:absolute">
        {t("app.skip")}
      </a>
      <header className="flex h-13 shrink-0 items-center gap-1 border-line border-b bg-surface px-3">
        <Link to="/desk/board" className="mr-2 flex items-center gap-2 rounded-md pr-1 font-semibold text-lg">
          <Logo />
          <span className="max-lg:hidden">{t("app.name")}</span>
        </Link>
        <BranchPicker user={session.user} />
        <nav aria-label={t("nav.label")} className="ml-2 flex h-full gap-1">
          {PAGES.filter(({ isForDesk }) => !isForDesk || rightsOf(session.user).isDesk).map(
            ({ to, icon: Icon, name }) => (
              <Link
                key={to}
                to={to}
                className="flex items-center gap-2 border-transparent border-b-2 px-3 font-medium text-muted hover:text-text aria-[current=page]:border-accent aria-[current=page]:text-text"
              >
                <Icon aria-hidden size={17} />
                {t(name)}
              </Link>
            ),
          )}
        </nav>
        <div className="ml-auto flex items-center gap-2">
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
      <Toaster />
    </div>
  );
}
