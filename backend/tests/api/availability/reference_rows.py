"""A slow and obviously right reference for the supply of a branch on some days: read from the rows, minute by minute."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from app.scheduling.supply import Equipment, Resource, ResourceKind, Supply, Therapist

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_ROWS = {
    "branch": "SELECT * FROM branch WHERE id = $1",
    "weekly": "SELECT * FROM opening_hours WHERE branch_id = $1",
    "special_hours": "SELECT days, hours::text FROM special_hours WHERE branch_id = $1",
    "people": "SELECT id, gender FROM staff WHERE id IN (SELECT staff_id FROM shift WHERE branch_id = $1)",
    "skills": "SELECT * FROM staff_skill WHERE staff_id IN (SELECT staff_id FROM shift WHERE branch_id = $1)",
    "shifts": "SELECT * FROM shift WHERE branch_id = $1",
    "equipment": "SELECT * FROM resource WHERE branch_id = $1",
    "allocations": "SELECT * FROM allocation WHERE resource_id IN (SELECT id FROM resource WHERE branch_id = $1)"
    " OR resource_id IN (SELECT staff_id FROM shift WHERE branch_id = $1)",
    "leaves": "SELECT * FROM time_off WHERE staff_id IN (SELECT staff_id FROM shift WHERE branch_id = $1)",
    "blocked": "SELECT * FROM blocked_time WHERE branch_id = $1",
    "exceptions": "SELECT exception.* FROM blocked_time_exception AS exception"
    " JOIN blocked_time ON blocked_time.id = blocked_time_id WHERE branch_id = $1",
    "outages": "SELECT * FROM outage WHERE resource_id IN (SELECT id FROM resource WHERE branch_id = $1)",
}


@dataclass(frozen=True)
class ReferenceSupply:
    """A supply in steps of five minutes, the first of which begins at `first`."""

    supply: Supply
    first: datetime
    count: int

    def step(self, when: datetime) -> int:
        return (when - self.first) // (5 * _MINUTE)

    def instant(self, step: int) -> datetime:
        return self.first + step * 5 * _MINUTE


async def read_supply(
    connection: asyncpg.Connection,
    branch_id: UUID,
    days: list[date],
    now: datetime,
    *,
    at_desk: bool,
    ignored: Iterable[UUID] = (),
) -> ReferenceSupply:
    """Read the supply from four hours before the first day until eight after the last."""
    rows = {name: await connection.fetch(statement, branch_id) for name, statement in _ROWS.items()}
    [branch] = rows["branch"]
    zone = ZoneInfo(branch["time_zone"])
    first, end = _wall(days[0] - _DAY, 1200, zone), _wall(days[-1] + _DAY, 480, zone)
    steps = [
        [first + (step * 5 + minute) * _MINUTE for minute in range(5)]
        for step in range((end - first) // (5 * _MINUTE))
    ]

    def mask(minutes: set[datetime]) -> int:
        """Return the steps whose minutes are all among these."""
        return sum(1 << number for number, step in enumerate(steps) if minutes.issuperset(step))

    def spans(table: str, column: str, resource_id: UUID) -> set[datetime]:
        return {
            minute
            for row in rows[table]
            if row[column] == resource_id and _counts(row, ignored)
            for minute in _minutes(max(row["during"].lower, first), min(row["during"].upper, end))
        }

    all_minutes = {minute for step in steps for minute in step}

    def blocked(resource_id: UUID) -> set[datetime]:
        return {
            minute
            for row in rows["blocked"]
            if row["resource_id"] == resource_id
            for starts, ends in _occurrences(row, rows["exceptions"], days, zone)
            for minute in _minutes(max(starts, first), min(ends, end))
        }

    resources: list[Resource] = []
    for person in rows["people"]:
        skills = frozenset(row["service_id"] for row in rows["skills"] if row["staff_id"] == person["id"])
        works = spans("shifts", "staff_id", person["id"])
        occupied = spans("allocations", "resource_id", person["id"])
        free = works - occupied - spans("leaves", "staff_id", person["id"]) - blocked(person["id"])
        resources.append(Therapist(person["id"], skills, mask(works), mask(free), person["gender"]))
    for row in rows["equipment"]:
        if row["retired_at"] is None:
            occupied = spans("allocations", "resource_id", row["id"])
            free = all_minutes - occupied - spans("outages", "resource_id", row["id"]) - blocked(row["id"])
            kind = ResourceKind(row["kind"])
            resources.append(Equipment(row["id"], kind, row["type_id"], mask(free), row["room_id"]))
    may_begin = [
        number
        for number, (minute, *_) in enumerate(steps)
        if (wall := minute.astimezone(zone)).date() in days
        and (wall.hour * 60 + wall.minute) % branch["grid_minutes"] == 0
        and minute >= now + (timedelta() if at_desk else branch["notice_minutes"] * _MINUTE)
        and (at_desk or (wall.date() - now.astimezone(zone).date()).days <= branch["horizon_days"])
    ]
    is_open = mask({minute for minute in all_minutes if _is_open(rows, branch, zone, minute)})
    supply = Supply(resources, is_open, sum(1 << step for step in may_begin), 0, len(steps), 1)
    return ReferenceSupply(supply, first, len(steps))


def _counts(row: asyncpg.Record, ignored: Iterable[UUID]) -> bool:
    """Return whether a row counts: shifts, outages and approved leave do; an allocation does unless it is an expired hold
    or ignored."""
    if "status" in row.keys():  # noqa: SIM118 - a record is no mapping
        return bool(row["status"] == "approved")
    if "state" not in row.keys():  # noqa: SIM118 - the same
        return True
    expired = row["hold_expires_at"] is not None and row["hold_expires_at"] <= datetime(
        2100, 1, 1, tzinfo=UTC
    )
    return not expired and row["appointment_id"] not in ignored


def _occurrences(
    row: asyncpg.Record, exceptions: list[asyncpg.Record], days: list[date], zone: ZoneInfo
) -> Iterable[tuple[datetime, datetime]]:
    """Yield the occurrences of blocked time from three days before the first day until three days after the last."""
    for number in range(-3, (days[-1] - days[0]).days + 4):
        day = days[0] + number * _DAY
        if day < row["first_day"] or (row["last_day"] is not None and day > row["last_day"]):
            continue
        if row["weekdays"] and day.isoweekday() not in row["weekdays"]:
            continue
        starts, ends = row["starts"], row["ends"]
        for exception in exceptions:
            if (exception["blocked_time_id"], exception["day"]) == (row["id"], day):
                starts, ends = exception["starts"], exception["ends"]
        if starts is not None:
            yield _wall(day, starts, zone), _wall(day, ends, zone)


def _minutes(start: datetime, end: datetime) -> Iterable[datetime]:
    while start < end:
        yield start
        start += _MINUTE


def _is_open(
    rows: dict[str, list[asyncpg.Record]], branch: asyncpg.Record, zone: ZoneInfo, minute: datetime
) -> bool:
    """Return whether a minute lies in the opening hours of its local day, or in those of the day before, past midnight."""
    today = minute.astimezone(zone).date()
    for day in (today, today - _DAY):
        closed = branch["closed_at"]
        if closed is not None and day >= closed.astimezone(zone).date():
            continue
        hours = [
            (row["opens"], row["closes"]) for row in rows["weekly"] if row["weekday"] == day.isoweekday()
        ]
        for row in rows["special_hours"]:
            if row["days"].lower <= day < row["days"].upper:
                hours = [(part["opens"], part["closes"]) for part in json.loads(row["hours"])]
        if any(_wall(day, opens, zone) <= minute < _wall(day, closes, zone) for opens, closes in hours):
            return True
    return False


def _wall(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    naive = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return naive.replace(tzinfo=zone).astimezone(UTC)
