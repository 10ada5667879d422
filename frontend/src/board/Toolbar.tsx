import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
import { BedDouble, CalendarDays, CalendarRange, ChevronLeft, ChevronRight, UsersRound } from "lucide-react";
import { memo, type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { BookingButton } from "@/booking/BookingButton";
import { Button } from "@/design/Button";
import { dayName, relativeDayName } from "@/i18n/format";
import { RetailButton } from "@/till/RetailButton";
import type { Sheet } from "./search";
import { addDays, isDay } from "./time";

interface Props {
  day: string;
  today: string;
  view: Sheet;
  /** The days from one sheet to the next. */
  step?: 1 | 7;
  /** Instead of the name of the day. */
  title?: string;
  onDay: (day: string) => void;
  onView: (view: Sheet) => void;
  /** What narrows the board. */
  children?: ReactNode;
}

/** The day that is shown, the way to other days, and what the columns are. A change of the day draws `children` alone. */
export function Toolbar({ children, view, onView, ...days }: Props) {
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <DayButtons {...days} />
      <div className="ml-auto flex grow items-center justify-end gap-2">{children}</div>
      <ViewSwitch view={view} onView={onView} />
    </div>
  );
}

const DayButtons = memo(function DayButtons({
  day,
  today,
  step = 1,
  title,
  onDay,
}: Omit<Props, "children" | "view" | "onView">) {
  const { t } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  const relative = relativeDayName(t, day, today);
  return (
    <>
      <div className="flex items-center gap-1">
        <Button
          size="icon"
          onClick={() => onDay(addDays(day, -step))}
          aria-label={t(step === 1 ? "date.previous" : "week.previous")}
        >
          <ChevronLeft aria-hidden size={18} />
        </Button>
        <Button onClick={() => onDay(today)} disabled={day === today}>
          {t("date.today")}
        </Button>
        <Button
          size="icon"
          onClick={() => onDay(addDays(day, step))}
          aria-label={t(step === 1 ? "date.next" : "week.next")}
        >
          <ChevronRight aria-hidden size={18} />
        </Button>
      </div>
      <h1 className="flex items-baseline gap-2 text-xl font-semibold">
        {title ?? dayName(t, day, today)}
        {title === undefined && relative !== null && (
          <span className="text-base font-medium text-muted">{relative}</span>
        )}
      </h1>
      <span className="relative">
        <Button
          kind="quiet"
          size="icon"
          onClick={() => picker.current?.showPicker()}
          aria-label={t("date.pick")}
        >
          <CalendarDays aria-hidden size={18} />
        </Button>
        <input
          ref={picker}
          type="date"
          tabIndex={-1}
          aria-hidden
          className="pointer-events-none absolute inset-0 opacity-0"
          value={day}
          onChange={(event) => isDay(event.target.value) && onDay(event.target.value)}
        />
      </span>
    </>
  );
});

const ViewSwitch = memo(function ViewSwitch({ view, onView }: Pick<Props, "view" | "onView">) {
  const { t } = useTranslation();
  return (
    <>
      <ToggleGroup
        aria-label={t("board.view")}
        className="flex rounded-md border border-line-strong bg-sunken p-0.5"
        value={[view]}
        onValueChange={([next]: Sheet[]) => next !== undefined && onView(next)}
      >
        <ViewToggle value="staff" icon={UsersRound} text={t("board.byStaff")} />
        <ViewToggle value="rooms" icon={BedDouble} text={t("board.byRoom")} />
        <ViewToggle value="week" icon={CalendarRange} text={t("week.view")} />
      </ToggleGroup>
      <RetailButton />
      <BookingButton />
    </>
  );
});

function ViewToggle({ value, icon: Icon, text }: { value: Sheet; icon: typeof BedDouble; text: string }) {
  return (
    <Toggle
      value={value}
      title={text}
      className="group flex h-8 items-center gap-2 rounded-sm border border-transparent px-3 font-medium text-muted data-[pressed]:border-line-strong data-[pressed]:bg-raised data-[pressed]:text-text"
    >
      <Icon aria-hidden size={16} />
      {/* On a tablet only the chosen one has room for its word. */}
      <span className="max-[84rem]:sr-only max-[84rem]:group-data-[pressed]:not-sr-only">{text}</span>
    </Toggle>
  );
}
