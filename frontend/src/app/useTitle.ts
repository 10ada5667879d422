import { useEffect } from "react";
import { useTranslation } from "react-i18next";

/** Name the page in the tab of the browser. Undefined: not yet, because it is still loading. */
export function useTitle(title: string | undefined): void {
  const { t } = useTranslation();
  useEffect(() => {
    if (title !== undefined) document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
}
