import { useTranslation } from "react-i18next";

const COLUMNS = [
  [12, 30],
  [40, 18],
  [22, 26],
  [8, 22],
  [52, 20],
  [30, 30],
  [16, 16],
] as const;

/** The board while its day is on the way: columns and cards without a word. */
export function BoardSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" className="flex min-h-0 flex-1 border-line border-t bg-surface">
      <span className="sr-only">{t("board.loading")}</span>
      <div className="w-14 shrink-0 border-line border-r" />
      {COLUMNS.map(([top, height]) => (
        <div key={top} className="relative flex-1 animate-pulse border-line border-r">
          <div className="m-3 h-4 w-24 rounded-sm bg-sunken" />
          <div
            className="absolute inset-x-2 rounded-sm bg-sunken"
            style={{ top: `${top}%`, height: `${height}%` }}
          />
        </div>
      ))}
    </div>
  );
}
