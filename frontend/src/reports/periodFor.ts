/** The period of an address, as a query and a picker need it. Pure. */

import type { PeriodChange } from "./PeriodPicker";
import { MOST_DAYS, type Period, periodOf, withDay } from "./period";
import type { Preset } from "./search";

interface PickerProps {
  preset: Preset | undefined;
  days: Period;
  today: string;
  most: number;
}

export function periodFor(
  search: PeriodChange,
  today: string,
  most = MOST_DAYS,
): { query: { first_day: string; last_day: string }; picker: PickerProps; changes: boolean } {
  const asked = periodOf(search, today);
  const days = withDay(asked, { last: asked.last }, most);
  const isOwn = search.period === undefined && search.first !== undefined && search.last !== undefined;
  return {
    query: { first_day: days.first, last_day: days.last },
    picker: { preset: isOwn ? undefined : (search.period ?? "month"), days, today, most },
    changes: days.last >= today,
  };
}
