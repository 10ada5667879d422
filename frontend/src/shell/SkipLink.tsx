import { useTranslation } from "react-i18next";

/** The first Tab of a page: past its head, to what it shows. */
export function SkipLink() {
  const { t } = useTranslation();
  return (
    <a href="#content" className="sr-only z-50 rounded-md bg-raised p-3 focus:not-sr-only focus:absolute">
      {t("app.skip")}
    </a>
  );
}
