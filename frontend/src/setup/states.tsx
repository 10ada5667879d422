/** What a page of the owner shows while it loads. */
import { useTranslation } from "react-i18next";

export function Loading() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("board.loading")} className="flex animate-pulse flex-col gap-5">
      <div className="h-40 rounded-lg bg-sunken" />
      <div className="h-40 rounded-lg bg-sunken" />
    </div>
  );
}
