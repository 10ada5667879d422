/** Why the last attempt was refused, and what can be done. */
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { momentName } from "./told";

export interface Refusal {
  sentence: string;
  alternatives: string[];
  canBeSameTime: boolean;
}

interface Props {
  refusal: Refusal;
  zone: string;
  day: string;
  today: string;
  onStart: (start: string) => void;
  onSameTime: () => void;
}

export function RefusalPart({ refusal, zone, day, today, onStart, onSameTime }: Props) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="border-line border-t bg-danger-soft px-4 py-2.5 text-danger">
      <p className="flex gap-2">
        <TriangleAlert aria-hidden size={17} className="mt-0.5 shrink-0" />
        {refusal.sentence}
      </p>
      <div className="mt-2 flex flex-wrap gap-1.5 empty:hidden">
        {refusal.alternatives.map((start) => (
          <Button key={start} onClick={() => onStart(start)} data-alternative={start}>
            {momentName(t, Date.parse(start), { zone, today, shown: day })}
          </Button>
        ))}
        {refusal.canBeSameTime && <Button onClick={onSameTime}>{t("booking.sameTime")}</Button>}
      </div>
    </div>
  );
}
