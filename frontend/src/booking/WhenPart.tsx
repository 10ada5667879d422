/** When the party comes: the days, the starts, and what is said about them. */
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { BranchRead } from "@/api/generated";
import { timeIn } from "@/board/time";
import { type Draft, hasWishes } from "./draft";
import { shownStarts } from "./starts";
import { DayStrip, NoStart, StartButtons } from "./TimePart";
import type { useTimes } from "./useTimes";

interface Props {
  times: ReturnType<typeof useTimes>;
  draft: Draft;
  branch: BranchRead;
  day: string;
  today: string;
  onDay: (day: string) => void;
  onStart: (start: string) => void;
  onAnyone: () => void;
}

export function WhenPart({ times, draft, branch, day, today, onDay, onStart, onAnyone }: Props) {
  const { t } = useTranslation();
  const zone = branch.time_zone;
  const chosen = times.start?.start ?? null;
  return (
    <section aria-label={t("booking.when")} className="mt-3 border-line border-t pt-2">
      <DayStrip days={times.days} firstDay={times.firstDay} day={day} today={today} onDay={onDay} />
      {times.error !== null && <Alert sentence={sentenceOf(t, times.error)} />}
      {times.isSearching && (
        <p role="status" className="mt-2 text-muted">
          {t("booking.searchingStarts")}
        </p>
      )}
      {draft.wanted !== null && chosen !== null && Date.parse(chosen) !== draft.wanted && (
        <p role="status" className="mt-2 rounded-md bg-warning-soft px-3 py-1.5 text-sm text-warning">
          {t("booking.nearest", {
            wanted: timeIn(zone, draft.wanted),
            time: timeIn(zone, Date.parse(chosen)),
          })}
        </p>
      )}
      <StartButtons
        starts={shownStarts(times.starts, branch.grid_minutes, zone, chosen)}
        chosen={chosen}
        zone={zone}
        onStart={onStart}
      />
      {!times.isSearching && times.error === null && times.starts.length === 0 && (
        <NoStart
          reasons={times.reasons}
          nextDay={times.nextDay}
          today={today}
          hasWishes={hasWishes(draft)}
          onDay={onDay}
          onAnyone={onAnyone}
        />
      )}
    </section>
  );
}

export function Alert({ sentence }: { sentence: string }) {
  return (
    <p role="alert" className="my-2 flex gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
      <TriangleAlert aria-hidden size={17} className="mt-0.5 shrink-0" />
      {sentence}
    </p>
  );
}
