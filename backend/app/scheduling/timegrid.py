"""Time in steps of five minutes: conversions between instants and masks, in the time zone of a branch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.common.helpers import utc_now
from app.common.types.wall_time import Span, instant_of
from app.scheduling.bitmask import from_runs, ones, shifted, to_runs

STEP_MINUTES = 5
STEP = timedelta(minutes=STEP_MINUTES)
_ONE_DAY = timedelta(days=1)


def steps_of(minutes: int) -> int:
    """Return the number of steps that so many minutes occupy; a step that is begun counts whole."""
    return -(-minutes // STEP_MINUTES)


def this_step() -> datetime:
    """Return the beginning of the step that is running now."""
    now = utc_now()
    return now.replace(minute=now.minute - now.minute % STEP_MINUTES, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of steps in UTC, so that days of 23 and 25 hours need no special care.

    Outside the grid nothing is free: it should reach beyond the days that are searched, far enough for what begins before
    the first of them (preparation) and ends after the last (a night, turnover).
    """

    first: datetime
    """A multiple of five minutes."""
    count: int

    @property
    def end(self) -> datetime:
        return self.instant(self.count)

    def step(self, when: datetime) -> int:
        """Return the step that contains an instant. Below 0, and from `count` on, it is outside the grid."""
        return (when - self.first) // STEP

    def next_step(self, when: datetime) -> int:
        """Return the first step that does not begin before an instant."""
        return -((self.first - when) // STEP)

    def instant(self, step: int) -> datetime:
        return self.first + step * STEP

    def free(self, spans: Iterable[Span]) -> int:
        """Return the steps that lie in a span with all their five minutes. Spans that touch must be joined before."""
        return from_runs(((self.next_step(start), self.step(end)) for start, end in spans), self.count)

    def busy(self, spans: Iterable[Span]) -> int:
        """Return the steps of which a span occupies any part."""
        return from_runs(((self.step(start), self.next_step(end)) for start, end in spans), self.count)

    def spans(self, mask: int) -> list[Span]:
        return [Span(self.instant(start), self.instant(end)) for start, end in to_runs(mask)]

    def day(self, day: date, zone: ZoneInfo) -> int:
        """Return the steps of a day on the wall clock."""
        begins, ends = self.step(instant_of(day, 0, zone)), self.step(instant_of(day + _ONE_DAY, 0, zone))
        return from_runs([(begins, ends)], self.count)

    def wall_starts(self, days: Iterable[date], zone: ZoneInfo, grid_minutes: int) -> int:
        """Return the steps of these days at which treatments may begin: multiples of `grid_minutes` after midnight on the
        wall clock. An hour that comes twice has them twice.

        Args:
            grid_minutes: A multiple of five that divides an hour.
        """
        starts = 0
        for day in days:
            begins = instant_of(day, 0, zone).astimezone(zone)
            ends = instant_of(day + _ONE_DAY, 0, zone).astimezone(zone)
            first, last = self.step(begins), self.step(ends)
            if begins.utcoffset() == ends.utcoffset() and not begins.minute:
                starts |= shifted(_every(grid_minutes // STEP_MINUTES) & ones(last - first), first)
            else:
                for step in range(max(first, 0), last):
                    wall = self.instant(step).astimezone(zone)
                    starts |= (wall.minute + wall.hour * 60) % grid_minutes == 0 and 1 << step
        return starts & ones(self.count)


@lru_cache
def _every(steps: int) -> int:
    """Return every n-th step of more than a day."""
    return from_runs(((step, step + 1) for step in range(0, 400, steps)), 400)
