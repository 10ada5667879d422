/** What is shown instead of a page: while the first one starts, when there is none, and when one has failed. */
import { Link } from "@tanstack/react-router";
import { Compass, LoaderCircle, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import { Button, buttonClass } from "@/design/Button";
import { Notice } from "@/design/Notice";

export function StartPage() {
  const { t } = useTranslation();
  return (
    <main className="grid h-full place-items-center text-muted">
      <p role="status" className="flex items-center gap-2">
        <LoaderCircle aria-hidden className="animate-spin" size={18} />
        {t("board.loading")}
      </p>
    </main>
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <main className="grid h-full">
      <Notice icon={Compass} title={t("error.notFound")}>
        <Link to="/desk/board" className={buttonClass("primary")}>
          {t("error.home")}
        </Link>
      </Notice>
    </main>
  );
}

export function CrashPage({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const title = error instanceof ApiError ? sentenceOf(t, error) : t("error.crash");
  return (
    <main className="grid h-full">
      <Notice icon={TriangleAlert} title={title} isAlert>
        <Button kind="primary" onClick={() => location.reload()}>
          {t("error.reload")}
        </Button>
      </Notice>
    </main>
  );
}
