"""Beds, devices and what takes them, in one line.

bed = await add_bed(branch_id)
await take(bed, "booked", hours=(24, 25))
appointment_id = await book(bed, at(9), at(10))
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from tests.support.ledger import in_database
from tests.support.visits import OWNER


def at(hour: float, day: int = 1) -> datetime:
    """Of a month that is still to come."""
    return datetime(2100, 3, day, tzinfo=UTC) + timedelta(hours=hour)


async def add_type(kind: str = "bed", *, key: str | None = None) -> UUID:
    type_id = uuid7()
    await in_database(
        "INSERT INTO resource_type (id, key, kind, name_vi, name_en) VALUES ($1, $2, $3, 'Loại', 'Type')",
        type_id,
        key or f"k-{type_id}",
        kind,
    )
    return type_id


async def add_room(branch_id: UUID) -> UUID:
    room_id = uuid7()
    await in_database(
        "INSERT INTO room (id, key, branch_id, name) VALUES ($1, $2, $3, 'Phòng Sen')",
        room_id,
        f"k-{room_id}",
        branch_id,
    )
    return room_id


async def add_bed(branch_id: UUID, *, kind: str = "bed", retired: bool = False) -> UUID:
    """A bed, or a device, of a type of its own."""
    resource_id = uuid7()
    await in_database(
        "INSERT INTO resource (id, kind, key, name, branch_id, type_id, retired_at)"
        " VALUES ($1, $2, $3, 'Giường 1', $4, $5, CASE WHEN $6 THEN now() END)",
        resource_id,
        kind,
        f"k-{resource_id}",
        branch_id,
        await add_type(kind),
        retired,
    )
    return resource_id


async def take(
    resource_id: UUID,
    state: str,
    *,
    hours: tuple[float, float] = (24, 25),
    held_for: timedelta = timedelta(minutes=10),
    connection: asyncpg.Connection | None = None,
) -> UUID:
    """The appointment for which it is taken, so many hours from now."""
    appointment = uuid7()
    starts, ends = (timedelta(hours=each) for each in hours)
    arguments = (uuid7(), resource_id, starts, ends, state, held_for, appointment)
    if connection is None:
        await in_database(_TAKE, *arguments)
    else:
        await connection.execute(_TAKE, *arguments)
    return appointment


_ANYWHERE = "(SELECT coalesce(resource.branch_id, any_branch.id) FROM resource, LATERAL (SELECT id FROM branch LIMIT 1)"
_ANYWHERE += " AS any_branch WHERE resource.id = $2)"


def _owner(appointment: str, state: str, expires: str, start: str, end: str) -> str:
    """Visit, appointment and treatment have one id: in a table of its own each."""
    return OWNER.format(
        visit=appointment,
        branch=_ANYWHERE,
        appointment=appointment,
        treatment=appointment,
        customer="NULL::uuid",
        status=f"CASE {state}::text WHEN 'held' THEN 'held' ELSE 'confirmed' END",
        expires=expires,
        start=start,
        end=end,
        variant="NULL::uuid",
        segments="'[]'::jsonb",
    )


_OF = "id, resource_id, during, state, hold_expires_at, appointment_id, appointment_service_id"
_EXPIRES = "CASE $5 WHEN 'held' THEN now() + $6::interval END"
_TAKE = f"""{_owner("$7::uuid", "$5", _EXPIRES, "now() + $3::interval", "now() + $4::interval")}
INSERT INTO allocation ({_OF})
SELECT $1::uuid, $2::uuid, tstzrange(now() + $3::interval, now() + $4::interval), $5::text, {_EXPIRES}, id, id
FROM treatment
"""

BOOK = f"""{_owner("$6::uuid", "$4", "$5::timestamptz", "lower($3::tstzrange)", "upper($3::tstzrange)")}
INSERT INTO allocation ({_OF})
SELECT $1::uuid, $2::uuid, $3::tstzrange, $4::text, $5::timestamptz, id, id FROM treatment
"""


def booking(
    resource_id: UUID, start: datetime, end: datetime, *, hold_expires_at: datetime | None = None
) -> tuple[Any, ...]:
    """What `BOOK` is given; the last is the appointment's id."""
    state = "held" if hold_expires_at else "booked"
    return (uuid7(), resource_id, asyncpg.Range(start, end), state, hold_expires_at, uuid7())


async def book(
    resource_id: UUID, start: datetime, end: datetime, *, hold_expires_at: datetime | None = None
) -> UUID:
    """The appointment's id; with `hold_expires_at` it is held only."""
    row = booking(resource_id, start, end, hold_expires_at=hold_expires_at)
    await in_database(BOOK, *row)
    appointment_id: UUID = row[-1]
    return appointment_id


async def add_outage(resource_id: UUID, start: datetime, end: datetime) -> UUID:
    """It blocks all of that time."""
    outage_id = uuid7()
    during = asyncpg.Range(start, end)
    await in_database(
        "INSERT INTO outage (id, resource_id, during, reason) VALUES ($1, $2, $3, 'Gãy chân')",
        *(outage_id, resource_id, during),
    )
    await in_database(
        "INSERT INTO allocation (id, resource_id, during, state, outage_id) VALUES ($1, $2, $3, 'blocked', $4)",
        *(uuid7(), resource_id, during, outage_id),
    )
    return outage_id


async def free(resource_id: UUID, start: datetime, end: datetime) -> None:
    """What blocks it then does so no more, as if there had been an appointment: the outage knows of it still."""
    cut = "unnest(tstzmultirange(during) - tstzmultirange($2::tstzrange)) AS part"
    await in_database(
        "WITH gone AS (DELETE FROM allocation WHERE resource_id = $1 AND during && $2 AND state = 'blocked' RETURNING *)"
        " INSERT INTO allocation (id, resource_id, during, state, outage_id, time_off_id)"
        f" SELECT gen_random_uuid(), resource_id, part, state, outage_id, time_off_id FROM gone, {cut}",
        *(resource_id, asyncpg.Range(start, end)),
    )


async def blocked(resource_id: UUID) -> list[tuple[datetime, datetime]]:
    """When it is blocked, in order."""
    rows = await in_database(
        "SELECT lower(during), upper(during) FROM allocation"
        " WHERE resource_id = $1 AND state = 'blocked' ORDER BY during",
        resource_id,
    )
    return [(start, end) for start, end in rows]
