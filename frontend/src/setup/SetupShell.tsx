/** The frame of the owner's screens: the pages at the side, on a phone above. */
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import {
  BedDouble,
  CalendarClock,
  CalendarDays,
  FileCog,
  Flower2,
  HandCoins,
  History,
  KeyRound,
  Layers,
  LayoutGrid,
  Lock,
  Package,
  Percent,
  Rocket,
  Store,
  UsersRound,
} from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Toaster } from "@/actions/toasts";
import { Unsent } from "@/actions/Unsent";
import { useSession } from "@/api/session";
import { Questions } from "@/card/ask";
import { rightsOf } from "@/customers/roles";
import { buttonClass } from "@/design/Button";
import { Logo } from "@/design/Logo";
import { Notice } from "@/design/Notice";
import { AccountMenu } from "@/shell/AccountMenu";
import { useBranches } from "@/shell/branches";
import { SkipLink } from "@/shell/SkipLink";

/** `for`: who sees the page: the admin of the whole spa, the one of a branch, too, or everybody at the desk. */
const PAGES = [
  { to: "/setup/start", icon: Rocket, name: "nav.start", for: "spa", isForEmpty: true },
  { to: "/setup", icon: LayoutGrid, name: "nav.overview", for: "branch", isForEmpty: false },
  { to: "/setup/branches", icon: Store, name: "nav.branches", for: "branch", isForEmpty: false },
  { to: "/setup/rooms", icon: BedDouble, name: "nav.rooms", for: "branch", isForEmpty: false },
  { to: "/setup/treatments", icon: Flower2, name: "nav.treatments", for: "spa", isForEmpty: false },
  { to: "/setup/products", icon: Package, name: "nav.products", for: "desk", isForEmpty: false },
  { to: "/setup/courses", icon: Layers, name: "nav.courses", for: "spa", isForEmpty: false },
  { to: "/setup/taxes", icon: Percent, name: "nav.taxes", for: "spa", isForEmpty: false },
  { to: "/setup/people", icon: UsersRound, name: "nav.people", for: "branch", isForEmpty: false },
  { to: "/setup/commissions", icon: HandCoins, name: "nav.commissions", for: "branch", isForEmpty: false },
  { to: "/setup/rosters", icon: CalendarClock, name: "nav.rosters", for: "desk", isForEmpty: false },
  { to: "/setup/users", icon: KeyRound, name: "nav.users", for: "spa", isForEmpty: undefined },
  { to: "/setup/audit", icon: History, name: "nav.audit", for: "spa", isForEmpty: undefined },
  { to: "/setup/file", icon: FileCog, name: "nav.file", for: "spa", isForEmpty: undefined },
] as const;

export function SetupShell() {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const session = useSession();
  const { isEmpty } = useBranches();
  const path = useLocation({ select: ({ pathname }) => pathname });
  const nav = useRef<HTMLElement>(null);
  // On a phone the pages are one row, of which three are seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address says which page is the current one
  useEffect(() => {
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  if (session.status !== "signed-in") return null; // the router leads to the sign-in page
  const { isAdmin, isBranchAdmin, isDesk } = rightsOf(session.user);
  const sees = { spa: isAdmin, branch: isBranchAdmin, desk: isDesk };
  const pages = PAGES.filter(
    (page) => sees[page.for] && (page.isForEmpty === undefined || page.isForEmpty === isEmpty),
  );
  const page = PAGES.find(({ to }) => to !== "/setup" && path.startsWith(to));
  const isSeen = sees[page?.for ?? "branch"];
  return (
    <div className="flex h-full flex-col">
      <SkipLink />
      <header className="flex h-13 shrink-0 items-center gap-2 border-line border-b bg-surface px-3">
        <Link
          to={isBranchAdmin ? "/setup" : "/setup/rosters"}
          className="flex items-center gap-2 rounded-md pr-1 font-semibold text-lg"
        >
          <Logo />
          <span className="max-sm:sr-only">{common("app.name")}</span>
        </Link>
        <span aria-hidden className="text-line-strong">
          /
        </span>
        <span className="truncate font-medium">{t("title")}</span>
        <div className="ml-auto flex items-center gap-2">
          <Unsent />
          {!isEmpty && (
            <Link to="/desk/board" className={buttonClass()}>
              <CalendarDays aria-hidden size={16} />
              <span className="max-sm:sr-only">{t("nav.board")}</span>
            </Link>
          )}
          <AccountMenu user={session.user} />
        </div>
      </header>
      {isSeen || isBranchAdmin ? (
        <div className="flex min-h-0 flex-1 max-md:flex-col">
          <nav
            ref={nav}
            aria-label={t("nav.label")}
            className="flex shrink-0 gap-1 border-line p-2 max-md:overflow-x-auto max-md:border-b max-md:bg-surface md:w-56 md:flex-col md:border-r md:p-3"
          >
            {pages.map(({ to, icon: Icon, name }) => (
              <Link
                key={to}
                to={to}
                activeOptions={{ exact: to === "/setup", includeSearch: false }}
                className="flex min-h-9 shrink-0 items-center gap-2.5 rounded-md px-2.5 font-medium text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-accent-soft aria-[current=page]:text-text pointer-coarse:min-h-11"
              >
                <Icon aria-hidden size={16} />
                {t(name)}
              </Link>
            ))}
          </nav>
          <main id="content" className="flex min-h-0 min-w-0 flex-1 flex-col" tabIndex={-1}>
            {isSeen ? <Outlet /> : <OnlyOwner />}
          </main>
        </div>
      ) : (
        <main id="content" className="flex min-h-0 flex-1 flex-col" tabIndex={-1}>
          <OnlyOwner />
        </main>
      )}
      <Questions />
      <Toaster />
    </div>
  );
}

function OnlyOwner() {
  const { t } = useTranslation("setup");
  return (
    <Notice icon={Lock} title={t("onlyOwner.title")} hint={t("onlyOwner.hint")}>
      <Link to="/desk/board" className={buttonClass("primary")}>
        {t("nav.board")}
      </Link>
    </Notice>
  );
}
