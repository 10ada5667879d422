"""A bed to book or to block, and what takes it, in one line.

bed = await add_bed(branch_id)
appointment_id = await book(bed, at(9), at(10))
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Range
from uuid_utils.compat import uuid7

from tests.support.ledger import in_database


def at(hour: float, day: int = 1) -> datetime:
    """Of a month that is still to come."""
    return datetime(2100, 3, day, tzinfo=UTC) + timedelta(hours=hour)


async def add_resource_type(kind: str = "bed") -> UUID:
    type_id = uuid7()
    await in_database(
        "INSERT INTO resource_type (id, key, kind, name_vi, name_en)"
        " VALUES ($1, $2, $3, 'Giường massage', 'Massage bed')",
        type_id,
        f"loai-{type_id}",
        kind,
    )
    return type_id


async def add_bed(branch_id: UUID, *, kind: str = "bed", retired: bool = False) -> UUID:
    bed_id = uuid7()
    await in_database(
        "INSERT INTO resource (id, kind, key, name, branch_id, type_id, retired_at)"
        " VALUES ($1, $2, $3, 'Giường 1', $4, $5, CASE WHEN $6 THEN now() END)",
        bed_id,
        kind,
        f"giuong-{bed_id}",
        branch_id,
        await add_resource_type(kind),
        retired,
    )
    return bed_id


BOOK = (
    "INSERT INTO allocation (id, resource_id, during, state, hold_expires_at, appointment_id)"
    " VALUES ($1, $2, $3, $4, $5, $6)"
)


def booking(
    resource_id: UUID, start: datetime, end: datetime, *, hold_expires_at: datetime | None = None
) -> tuple[Any, ...]:
    """What `BOOK` is given; the last is the appointment's id."""
    state = "held" if hold_expires_at else "booked"
    return (uuid7(), resource_id, Range(start, end), state, hold_expires_at, uuid7())


async def book(
    resource_id: UUID, start: datetime, end: datetime, *, hold_expires_at: datetime | None = None
) -> UUID:
    """The appointment's id; with `hold_expires_at` it is held only."""
    row = booking(resource_id, start, end, hold_expires_at=hold_expires_at)
    await in_database(BOOK, *row)
    appointment_id: UUID = row[-1]
    return appointment_id


async def blocked(resource_id: UUID) -> list[tuple[datetime, datetime]]:
    """When it is blocked, in order."""
    rows = await in_database(
        "SELECT lower(during), upper(during) FROM allocation"
        " WHERE resource_id = $1 AND state = 'blocked' ORDER BY during",
        resource_id,
    )
    return [(start, end) for start, end in rows]
