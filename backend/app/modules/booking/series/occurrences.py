"""The days and starts of a series of visits. Pure arithmetic."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.common.types.wall_time import instant_of

MOST_WEEKS = 8
"""The longest distance between two visits of a series, in weeks."""
FEWEST_OCCURRENCES, MOST_OCCURRENCES = 2, 26
"""The numbers of visits that a series can have, at most half a year of every week: a request books all of them."""


def occurrence_starts(first: datetime, zone: ZoneInfo, *, every_weeks: int, count: int) -> list[datetime]:
    """Return the starts of all occurrences, in UTC, at the same local time of the zone.

    A visit at 14:00 stays at 14:00 when clocks are set forward or back.
    """
    wall = first.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    days = (wall.date() + number * timedelta(weeks=every_weeks) for number in range(1, count))
    return [first, *(instant_of(day, minute, zone) for day in days)]


def count_until(first: datetime, zone: ZoneInfo, *, every_weeks: int, until: date) -> int:
    """Return how many occurrences begin on a day up to `until`, this day included. Not positive if none does."""
    return (until - first.astimezone(zone).date()) // timedelta(weeks=every_weeks) + 1
