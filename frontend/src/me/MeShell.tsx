/** The frame of a therapist's phone: what is shown, and at the thumb the pages. */
import { Link, Outlet } from "@tanstack/react-router";
import { CalendarHeart, CircleUserRound, Palmtree } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Toaster } from "@/actions/toasts";
import { useSession } from "@/api/session";
import { usePreload } from "@/app/preload";
import { SkipLink } from "@/shell/SkipLink";

const PAGES = [
  { to: "/me", icon: CalendarHeart, name: "me.day" },
  { to: "/me/leave", icon: Palmtree, name: "me.leave" },
  { to: "/me/account", icon: CircleUserRound, name: "me.account" },
] as const;

export function MeShell() {
  const { t } = useTranslation();
  const session = useSession();
  usePreload();
  if (session.status !== "signed-in") return null; // the router leads to the sign-in page
  return (
    <div className="mx-auto flex h-full max-w-xl flex-col">
      {/* React puts these into the head: the desk is not installed. */}
      <link rel="manifest" href="/me/manifest.webmanifest" />
      <link rel="apple-touch-icon" href="/me/icons/apple-180.png" />
      <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f5f1" />
      <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#111514" />
      <SkipLink />
      <Outlet />
      <nav
        aria-label={t("me.pages")}
        className="shrink-0 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)]"
      >
        <ul className="flex">
          {PAGES.map(({ to, icon: Icon, name }) => (
            <li key={to} className="flex-1">
              <Link
                to={to}
                activeOptions={{ exact: true, includeSearch: false }}
                className="group flex h-14 flex-col items-center justify-center gap-0.5 font-medium text-muted text-xs outline-offset-[-2px] aria-[current=page]:text-accent"
              >
                <span className="grid h-7 w-14 place-items-center rounded-full group-aria-[current=page]:bg-accent-soft">
                  <Icon aria-hidden size={20} />
                </span>
                {t(name)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Toaster
        place="inset-x-3 bottom-[calc(8.5rem+env(safe-area-inset-bottom))] mx-auto max-w-md"
        most={1}
      />
    </div>
  );
}
