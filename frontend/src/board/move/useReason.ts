import { useTranslation } from "react-i18next";
import type { PlacesRead } from "@/api/generated";
import type { Column } from "../layout";
import type { Verdict } from "./places";

/** Return why a card does not fit in a column, or null when it does. */
export function useReason(
  places: PlacesRead | null,
  verdict: Verdict,
  column: Column | undefined,
): string | null {
  const { t } = useTranslation();
  if (verdict === "fits") return null;
  if (verdict === "closed") return t("move.closed");
  if (verdict === "unfit") return t(column?.kind === "staff" ? "move.unskilled" : "move.otherKind");
  return places?.messages[verdict] ?? t("move.closed");
}
