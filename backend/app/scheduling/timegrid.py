"""Time in steps of five minutes: instants to masks and back, and what the wall clock of a branch says of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.common.helpers import utc_now
from app.common.types.wall_time import Span, instant
from app.scheduling.bitmask import from_runs, ones, positions, shifted, to_runs

STEP_MINUTES = 5
STEP = timedelta(minutes=STEP_MINUTES)
_ONE_DAY = timedelta(days=1)


def steps_of(minutes: int) -> int:
    """What is no multiple of a step takes all of its last one."""
    return -(-minutes // STEP_MINUTES)


def this_step() -> datetime:
    """The beginning of the five minutes that are now."""
    now = utc_now()
    return now.replace(minute=now.minute - now.minute % STEP_MINUTES, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps of UTC instants, so that days of 23 and 25 hours are nothing special.

    Outside of it nothing is free: it should reach over the days that are asked for by what can begin before the first
    of them (preparation) and end after the last (a night, turnover).
    """

    first: datetime
    """On a multiple of five minutes."""
    count: int

    @property
    def end(self) -> datetime:
        return self.instant(self.count)

    def step(self, when: datetime) -> int:
        """The step that this instant is in; below 0 and from `count` on it is outside."""
        return (when - self.first) // STEP

    def next_step(self, when: datetime) -> int:
        """The first step that does not begin before this instant."""
        return -((self.first - when) // STEP)

    def instant(self, step: int) -> datetime:
        return self.first + step * STEP

    def free(self, spans: Iterable[Span]) -> int:
        """The steps that lie in a span with all of their five minutes. Spans that only touch should be joined before."""
        return from_runs(((self.next_step(start), self.step(end)) for start, end in spans), self.count)

    def busy(self, spans: Iterable[Span]) -> int:
        """The steps of which a span takes anything."""
        return from_runs(((self.step(start), self.next_step(end)) for start, end in spans), self.count)

    def instants(self, mask: int) -> list[datetime]:
        return [self.instant(step) for step in positions(mask)]

    def spans(self, mask: int) -> list[Span]:
        return [Span(self.instant(start), self.instant(end)) for start, end in to_runs(mask)]

    def day(self, day: date, zone: ZoneInfo) -> int:
        """The steps of a day on the wall clock."""
        begins, ends = self.step(instant(day, 0, zone)), self.step(instant(day + _ONE_DAY, 0, zone))
        return from_runs([(begins, ends)], self.count)

    def wall_starts(self, days: Iterable[date], zone: ZoneInfo, grid_minutes: int) -> int:
        """The steps of these days at which treatments may begin: at multiples of `grid_minutes` (itself one of five, and
        a part of an hour) after midnight as the wall clock shows it. An hour that comes twice has them twice.
        """
        found = 0
        for day in days:
            begins = instant(day, 0, zone).astimezone(zone)
            ends = instant(day + _ONE_DAY, 0, zone).astimezone(zone)
            first, last = self.step(begins), self.step(ends)
            if begins.utcoffset() == ends.utcoffset() and not begins.minute:
                found |= shifted(_every(grid_minutes // STEP_MINUTES) & ones(last - first), first)
            else:
                for step in range(max(first, 0), last):
                    wall = self.instant(step).astimezone(zone)
                    found |= (wall.minute + wall.hour * 60) % grid_minutes == 0 and 1 << step
        return found & ones(self.count)


@lru_cache
def _every(steps: int) -> int:
    """Each so-many-eth step of more than a day."""
    return from_runs(((step, step + 1) for step in range(0, 400, steps)), 400)
