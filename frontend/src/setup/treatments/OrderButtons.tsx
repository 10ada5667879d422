/** One place up, one place down. */
import { ArrowDown, ArrowUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";

interface Props {
  name: string;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: 1 | -1) => void;
}

export function OrderButtons({ name, isFirst, isLast, onMove }: Props) {
  const { t } = useTranslation("setup");
  return (
    <span className="flex shrink-0">
      {([-1, 1] as const).map((by) => {
        const Icon = by < 0 ? ArrowUp : ArrowDown;
        return (
          <Button
            key={by}
            kind="quiet"
            size="icon"
            className="text-muted pointer-coarse:size-11"
            disabled={by < 0 ? isFirst : isLast}
            aria-label={t(by < 0 ? "up" : "down", { what: name })}
            onClick={() => onMove(by)}
          >
            <Icon aria-hidden size={16} />
          </Button>
        );
      })}
    </span>
  );
}
