/** What a page of the phone shows while it loads. */
import { useTranslation } from "react-i18next";

export function Skeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("board.loading")} className="flex animate-pulse flex-col gap-3">
      <div className="h-64 rounded-lg bg-sunken" />
      <div className="h-20 rounded-lg bg-sunken" />
      <div className="h-20 rounded-lg bg-sunken" />
    </div>
  );
}
