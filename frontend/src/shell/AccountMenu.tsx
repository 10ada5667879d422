import { CircleUserRound } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { signOut, type User } from "@/api/session";
import { deferred } from "@/app/deferred";
import { buttonClass } from "@/design/Button";
import { shortName } from "@/i18n/format";

const AccountItems = deferred(async () => (await import("./AccountItems")).AccountItems);

export function AccountMenu({ user }: { user: User }) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [hasFailed, setHasFailed] = useState(false);
  const leave = () => {
    setHasFailed(false);
    signOut().catch(() => setHasFailed(true));
  };
  return (
    <>
      {hasFailed && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-1.5 text-sm text-danger">
          {t("account.signOutFailed")}
        </p>
      )}
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        className={`${buttonClass("quiet")} max-w-48`}
        onClick={() => setOpen(true)}
      >
        <CircleUserRound aria-hidden size={18} className="shrink-0" />
        <span className="truncate max-md:hidden">{shortName(user.full_name)}</span>
        <span className="sr-only">{t("account.menu")}</span>
      </button>
      {isOpen && (
        <AccountItems user={user} anchor={button} onSignOut={leave} onClose={() => setOpen(false)} />
      )}
    </>
  );
}
