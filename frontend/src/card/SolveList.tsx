/** Appointments that cannot take place as booked, in the whole branch: which ones, and why. */
import { CheckCheck, Phone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { BoardRead } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { buttonClass } from "@/design/Button";
import { Notice } from "@/design/Notice";
import { dayName, phoneNumber, relativeDayName } from "@/i18n/format";
import { Problem } from "./facts";
import { SidePanel } from "./SidePanel";
import { useStranded } from "./SolveButton";

interface Props {
  board: BoardRead;
  onOpen: (appointmentId: string, day: string) => void;
  onClose: () => void;
}

export function SolveList({ board, onOpen, onClose }: Props) {
  const { t } = useTranslation();
  const { data, error } = useStranded(board.branch_id, board);
  const zone = board.time_zone;
  const today = dayIn(zone, Date.now());
  return (
    <SidePanel title={t("solve.title")} subtitle={t("solve.hint")} onClose={onClose}>
      {error !== null && <p className="p-4 text-danger">{sentenceOf(t, error)}</p>}
      {data?.items.length === 0 && <Notice icon={CheckCheck} title={t("solve.none")} />}
      <ul className="flex flex-col">
        {data?.items.map((item) => {
          const start = Date.parse(item.start);
          const day = dayIn(zone, start);
          return (
            <li key={item.appointment_id} className="flex items-center gap-2 border-line border-t px-4 py-3">
              <button
                type="button"
                className="min-h-11 min-w-0 flex-1 rounded-md text-left hover:bg-hover"
                onClick={() => onOpen(item.appointment_id, day)}
              >
                <span className="block break-words font-semibold">{item.guest || t("card.anonymous")}</span>
                <span className="tabular block text-muted">
                  {timeIn(zone, start)} · {relativeDayName(t, day, today) ?? dayName(t, day, today)}
                </span>
                {item.problems.map((problem) => (
                  <span
                    key={`${problem.reason}/${problem.resource_id}`}
                    className="block break-words text-danger"
                  >
                    <Problem problem={problem} />
                  </span>
                ))}
              </button>
              {item.phone !== null && (
                <a
                  href={`tel:${item.phone}`}
                  className={`${buttonClass("plain", "icon")} size-11`}
                  aria-label={t("solve.call", { phone: phoneNumber(item.phone) })}
                >
                  <Phone aria-hidden size={17} />
                </a>
              )}
            </li>
          );
        })}
      </ul>
      {data?.next_cursor && <p className="p-4 text-muted">{t("solve.more")}</p>}
    </SidePanel>
  );
}
