/** Says that something has no answer yet, on every screen, and holds back who would leave it behind. */
import { useMutationState } from "@tanstack/react-query";
import { CloudUpload } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

export function Unsent() {
  const { t } = useTranslation();
  const attempts = useMutationState({
    filters: { status: "pending" },
    select: ({ state: { failureCount } }) => failureCount,
  });
  const count = attempts.length;
  const isWaiting = attempts.some((failures) => failures > 0);
  useEffect(() => {
    if (!isWaiting) return;
    const hold = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", hold);
    return () => removeEventListener("beforeunload", hold);
  }, [isWaiting]);
  return (
    <p
      role="status"
      className="flex items-center gap-1.5 rounded-md bg-warning-soft px-2.5 py-1 font-medium text-sm text-warning empty:hidden"
    >
      {isWaiting && (
        <>
          <CloudUpload aria-hidden size={15} className="shrink-0" />
          {t("action.waiting", { count })}
        </>
      )}
    </p>
  );
}
