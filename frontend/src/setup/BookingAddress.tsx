/** The address of a branch's booking page: to be copied, opened, or printed as a poster with its QR code. */
import { Copy, ExternalLink, QrCode } from "lucide-react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import type { BranchRead } from "@/api/generated";
import { copyText } from "@/app/clipboard";
import { Button, buttonClass } from "@/design/Button";

export function BookingAddress({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const page = `${location.origin}/book/${branch.key}`;
  const copy = () =>
    void copyText(page).then(
      () => showDone(common("me.copied")),
      () => showFailure(common("me.notCopied")),
    );
  return (
    <div className="flex flex-wrap items-center gap-2">
      <a
        href={page}
        target="_blank"
        rel="noreferrer"
        className="inline-flex min-w-0 items-center gap-1.5 rounded-sm font-medium text-accent underline"
      >
        <span className="break-all">{page}</span>
        <ExternalLink aria-hidden size={15} className="shrink-0" />
        <span className="sr-only">{t("branches.newTab")}</span>
      </a>
      <span className="flex flex-wrap gap-2 sm:ml-auto">
        <Button onClick={copy} className="pointer-coarse:h-11">
          <Copy aria-hidden size={16} />
          {common("me.copy")}
        </Button>
        <a
          href={`${page}/poster`}
          target="_blank"
          rel="noreferrer"
          className={`${buttonClass()} pointer-coarse:h-11`}
        >
          <QrCode aria-hidden size={16} />
          {t("branches.poster")}
        </a>
      </span>
    </div>
  );
}
