import { CloudOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import { Button } from "./Button";
import { Notice } from "./Notice";

interface Props {
  error: unknown;
  onRetry: () => void;
  size?: "md" | "lg";
}

/** What a page shows that could not be loaded. */
export function Failure({ error, onRetry, size = "md" }: Props) {
  const { t } = useTranslation();
  return (
    <Notice icon={CloudOff} title={t("error.load")} hint={sentenceOf(t, error)} isAlert>
      <Button kind="primary" size={size} className="pointer-coarse:h-11" onClick={onRetry}>
        {t("board.retry")}
      </Button>
    </Notice>
  );
}
