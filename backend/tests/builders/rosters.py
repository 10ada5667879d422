"""Staff with skills, shifts, weekly patterns and leave, each in one line.

lan = await add_therapist(branch_id)
shift_id = await add_shift(lan, branch_id, at(9), at(18))
"""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import Range

from app.common.types.localized import LocalizedText
from app.core import database
from app.db.models import Entity
from app.modules.branch.branch_models import OpeningHours, SpecialHours
from app.modules.resource.resource_models import Resource
from app.modules.staff.staff_models import Shift, Staff, StaffBranch, StaffSkill, TimeOff, WeeklyShift
from tests.support import SOON, eventually
from tests.support.database import another_connection, insert, insert_all, new, run_sql, waiting_for_locks

EVERY_DAY = range(1, 8)
LOCK = "SELECT FROM resource WHERE id = $1 FOR NO KEY UPDATE"


def staff_rows(
    *branch_ids: UUID,
    user_id: UUID | None = None,
    full_name: str = "Lan",
    gender: str | None = None,
    skills: Iterable[UUID] = (),
    employed: tuple[date, date | None] = (date(2020, 1, 1), None),
) -> tuple[UUID, list[Entity]]:
    """Return the id and the rows of a therapist who works in these branches and performs these services."""
    resource = new(Resource(kind="staff"))
    staff = Staff(
        id=resource.id,
        key=f"nhan-vien-{resource.id}",
        full_name=full_name,
        gender=gender,
        languages=["vi"],
        bio=LocalizedText("", ""),
        employed_from=employed[0],
        employed_until=employed[1],
        user_id=user_id,
    )
    branches = [StaffBranch(staff_id=staff.id, branch_id=branch_id) for branch_id in branch_ids]
    performed = [StaffSkill(staff_id=staff.id, service_id=service_id) for service_id in skills]
    return staff.id, [resource, staff, *branches, *performed]


async def add_therapist(*branch_ids: UUID, **values: Any) -> UUID:
    """Insert `staff_rows` and return the id of the therapist."""
    staff_id, rows = staff_rows(*branch_ids, **values)
    await insert_all(rows)
    return staff_id


async def add_skill(staff_id: UUID, service_id: UUID) -> None:
    await insert(StaffSkill(staff_id=staff_id, service_id=service_id))


async def add_shift(
    staff_id: UUID,
    branch_id: UUID,
    start: datetime,
    end: datetime,
    *,
    connection: asyncpg.Connection | None = None,
) -> UUID:
    shift = Shift(staff_id=staff_id, branch_id=branch_id, during=Range(start, end))
    return await insert(shift, connection=connection)


async def add_many_shifts(staff_id: UUID, branch_id: UUID, count: int) -> None:
    """Add shifts of half a minute each, from 2100-03-01 09:00 UTC on."""
    first = datetime(2100, 3, 1, 9, tzinfo=UTC)
    starts = [first + timedelta(minutes=number) for number in range(count)]
    await insert_all(
        Shift(staff_id=staff_id, branch_id=branch_id, during=Range(start, start + timedelta(seconds=30)))
        for start in starts
    )


async def add_leave(staff_id: UUID, start: datetime, end: datetime, status: str = "approved") -> UUID:
    """Add a leave and return its id; it blocks nothing by itself."""
    return await insert(TimeOff(staff_id=staff_id, during=Range(start, end), status=status))


async def add_weekly(
    staff_id: UUID, branch_id: UUID, starts: float, ends: float, *, weekdays: Iterable[int] = EVERY_DAY
) -> None:
    """Add a weekly pattern. Times are hours; over 24 they are on the next day."""
    times = {"starts": round(starts * 60), "ends": round(ends * 60)}
    await insert_all(
        WeeklyShift(staff_id=staff_id, branch_id=branch_id, weekday=weekday, **times) for weekday in weekdays
    )


async def open_every_day(branch_id: UUID, opens: float = 0, closes: float = 24) -> None:
    """Give a branch its hours; over 24 they are on the next day."""
    times = {"opens": round(opens * 60), "closes": round(closes * 60)}
    await insert_all(OpeningHours(branch_id=branch_id, weekday=weekday, **times) for weekday in EVERY_DAY)


async def close_on(branch_id: UUID, first: date, last: date) -> None:
    days = Range(first, last + timedelta(days=1))
    await insert(SpecialHours(branch_id=branch_id, days=days, reason="Tết", hours=[]))


async def shifts_of(staff_id: UUID) -> list[tuple[datetime, datetime]]:
    """Return the start and end of every shift, the earliest first."""
    rows = await run_sql(
        "SELECT lower(during), upper(during) FROM shift WHERE staff_id = $1 ORDER BY during", staff_id
    )
    return [(start, end) for start, end in rows]


async def local_shifts_of(staff_id: UUID, time_zone: str) -> list[tuple[str, str]]:
    """Return the shifts in local time: `("2026-10-25 09:00", "18:00")`."""
    rows = await run_sql(
        "SELECT to_char(lower(during) AT TIME ZONE $2, 'YYYY-MM-DD HH24:MI'),"
        " to_char(upper(during) AT TIME ZONE $2, 'HH24:MI') FROM shift WHERE staff_id = $1 ORDER BY during",
        staff_id,
        time_zone,
    )
    return [(start, end) for start, end in rows]


async def answered_while(
    changes: Sequence[Entity | tuple[Any, ...]], *requests: Coroutine[Any, Any, httpx2.Response]
) -> list[httpx2.Response]:
    """Send the requests while another transaction is open, commit it, and return the responses.

    The transaction makes the changes in their order: it inserts a row, or runs a statement with its arguments.
    """
    async with another_connection() as connection:
        async with asyncio.timeout(SOON), connection.transaction():
            for change in changes:
                if isinstance(change, Entity):
                    await insert(change, connection=connection)
                else:
                    await connection.execute(*change)
            tasks = [asyncio.create_task(request) for request in requests]
            await all_wait(*tasks)
        return await asyncio.gather(*tasks)


async def all_wait(*tasks: asyncio.Task[httpx2.Response]) -> None:
    """Return when every request waits for a lock."""

    async def all_are_waiting() -> bool:
        assert not any(task.done() for task in tasks)
        return await waiting_for_locks() >= len(tasks)

    await eventually(all_are_waiting)


@contextmanager
def statements(*, parameters: bool = False) -> Iterator[list[Any]]:
    """Record the SQL that the app sends inside the block, by SQLAlchemy or by asyncpg: its text, or its parameters."""
    recorded: list[Any] = []

    def record_execute(*arguments: Any) -> None:
        recorded.append(arguments[3 if parameters else 2])

    def record_query(query: asyncpg.connection.LoggedQuery) -> None:
        # asyncpg looks up a type once per connection: only the first test of a worker would count that.
        skipped = ("BEGIN", "COMMIT", "ROLLBACK", "typeinfo_tree", "'jit'")
        if any(part in query.query for part in skipped):
            return
        recorded.append(query.args if parameters else query.query)

    def add_logger(connection: Any, *_: object) -> None:
        connection.driver_connection.add_query_logger(record_query)

    def remove_logger(connection: Any, *_: object) -> None:
        connection.driver_connection.remove_query_logger(record_query)

    listeners = (
        ("before_cursor_execute", record_execute),
        ("checkout", add_logger),
        ("checkin", remove_logger),
    )
    for name, listener in listeners:
        event.listen(database.engine.sync_engine, name, listener)
    try:
        yield recorded
    finally:
        for name, listener in listeners:
            event.remove(database.engine.sync_engine, name, listener)


def code_of(response: httpx2.Response) -> tuple[int, str]:
    """Return the status and the code of an error response."""
    return response.status_code, response.json()["error"]["code"]
