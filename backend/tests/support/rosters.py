"""Somebody to roster, and what is asked of their roster, in one line.

lan = await add_therapist(branch_id)
shift_id = await add_shift(lan, branch_id, at(9), at(18))
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
from asyncpg import Range
from sqlalchemy import event
from uuid_utils.compat import uuid7

from app.core import database
from tests.support.ledger import in_database
from tests.support.stores import driver_url

EVERY_DAY = range(1, 8)
LOCK = "SELECT FROM resource WHERE id = $1 FOR NO KEY UPDATE"
_WAITING = "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted"


async def add_therapist(
    *branch_ids: UUID,
    user_id: UUID | None = None,
    employed: tuple[date, date | None] = (date(2020, 1, 1), None),
) -> UUID:
    staff_id = uuid7()
    await in_database("INSERT INTO resource (id, kind) VALUES ($1, 'staff')", staff_id)
    await in_database(
        "INSERT INTO staff (id, key, full_name, languages, bio_vi, bio_en, employed_from, employed_until, user_id)"
        " VALUES ($1, $2, 'Lan', '{vi}', '', '', $3, $4, $5)",
        staff_id,
        f"nhan-vien-{staff_id}",
        *employed,
        user_id,
    )
    for branch_id in branch_ids:
        await in_database(
            "INSERT INTO staff_branch (id, staff_id, branch_id) VALUES ($1, $2, $3)",
            uuid7(),
            staff_id,
            branch_id,
        )
    return staff_id


async def add_shift(staff_id: UUID, branch_id: UUID, start: datetime, end: datetime) -> UUID:
    shift_id = uuid7()
    await in_database(
        "INSERT INTO shift (id, staff_id, branch_id, during) VALUES ($1, $2, $3, $4)",
        shift_id,
        staff_id,
        branch_id,
        Range(start, end),
    )
    return shift_id


async def add_many_shifts(staff_id: UUID, branch_id: UUID, count: int) -> None:
    """Of half a minute each, from 2100-03-01 09:00 UTC on."""
    await in_database(
        "INSERT INTO shift (id, staff_id, branch_id, during)"
        " SELECT gen_random_uuid(), $1, $2, tstzrange(at, at + interval '30 seconds') FROM generate_series("
        "timestamptz '2100-03-01 09:00Z', timestamptz '2100-03-01 08:59Z' + $3 * interval '1 minute', '1 minute'"
        ") AS at",
        staff_id,
        branch_id,
        count,
    )


async def add_weekly(
    staff_id: UUID, branch_id: UUID, starts: float, ends: float, *, weekdays: Any = EVERY_DAY
) -> None:
    """Hours; over 24 they are on the next day."""
    for weekday in weekdays:
        await in_database(
            "INSERT INTO weekly_shift (id, staff_id, branch_id, weekday, starts, ends)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            uuid7(),
            staff_id,
            branch_id,
            weekday,
            round(starts * 60),
            round(ends * 60),
        )


async def open_every_day(branch_id: UUID, opens: float = 0, closes: float = 24) -> None:
    """Hours; over 24 they are on the next day."""
    for weekday in EVERY_DAY:
        await in_database(
            "INSERT INTO opening_hours (id, branch_id, weekday, opens, closes) VALUES ($1, $2, $3, $4, $5)",
            uuid7(),
            branch_id,
            weekday,
            round(opens * 60),
            round(closes * 60),
        )


async def close_on(branch_id: UUID, first: date, last: date) -> None:
    await in_database(
        "INSERT INTO hours_exception (id, branch_id, days, reason, hours) VALUES ($1, $2, $3, 'Tết', '[]')",
        uuid7(),
        branch_id,
        Range(first, last + timedelta(days=1)),
    )


async def shifts_of(staff_id: UUID) -> list[tuple[datetime, datetime]]:
    """In order."""
    rows = await in_database(
        "SELECT lower(during), upper(during) FROM shift WHERE staff_id = $1 ORDER BY during", staff_id
    )
    return [(start, end) for start, end in rows]


async def on_the_clock(staff_id: UUID, time_zone: str) -> list[tuple[str, str]]:
    """Their shifts as a clock there shows them: `("2026-10-25 09:00", "18:00")`."""
    rows = await in_database(
        "SELECT to_char(lower(during) AT TIME ZONE $2, 'YYYY-MM-DD HH24:MI'),"
        " to_char(upper(during) AT TIME ZONE $2, 'HH24:MI') FROM shift WHERE staff_id = $1 ORDER BY during",
        staff_id,
        time_zone,
    )
    return [(start, end) for start, end in rows]


async def answered_while(
    statements: list[tuple[Any, ...]], *requests: Coroutine[Any, Any, httpx2.Response]
) -> list[httpx2.Response]:
    """What requests are answered that come before another transaction, with these statements, is over."""
    connection = await asyncpg.connect(driver_url())
    try:
        async with asyncio.timeout(10), connection.transaction():
            for statement in statements:
                await connection.execute(*statement)
            tasks = [asyncio.create_task(request) for request in requests]
            await all_wait(*tasks)
        return await asyncio.gather(*tasks)
    finally:
        await connection.close()


async def all_wait(*tasks: asyncio.Task[httpx2.Response]) -> None:
    """Until each of these requests waits for a lock."""
    while len(await in_database(_WAITING)) < len(tasks):
        assert not any(task.done() for task in tasks)


@contextmanager
def statements(*, parameters: bool = False) -> Iterator[list[Any]]:
    """What the app asks its database meanwhile, through SQLAlchemy or the driver alone: the words, or the parameters."""
    asked: list[Any] = []

    def note(*arguments: Any) -> None:
        asked.append(arguments[3 if parameters else 2])

    def note_question(question: asyncpg.connection.LoggedQuery) -> None:
        if not question.query.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            asked.append(question.args if parameters else question.query)

    def listen(connection: Any, *_: object) -> None:
        connection.driver_connection.add_query_logger(note_question)

    def leave(connection: Any, *_: object) -> None:
        connection.driver_connection.remove_query_logger(note_question)

    listeners = (("before_cursor_execute", note), ("checkout", listen), ("checkin", leave))
    for name, listener in listeners:
        event.listen(database.engine.sync_engine, name, listener)
    try:
        yield asked
    finally:
        for name, listener in listeners:
            event.remove(database.engine.sync_engine, name, listener)


def code_of(response: httpx2.Response) -> tuple[int, str]:
    """Of an error."""
    return response.status_code, response.json()["error"]["code"]
