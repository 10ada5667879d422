"""Beds, devices and what takes them, in one line.

bed = await add_bed(branch_id)
await take(bed, "booked", hours=(24, 25))
appointment_id = await book(bed, at(9), at(10))
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from sqlalchemy.dialects.postgresql import Range
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.db.models import Entity
from app.modules.resource.resource_models import Outage, Resource, ResourceType, Room
from tests.builders.visits import AddedVisit, visit_rows
from tests.support.database import insert, insert_all, run_sql


def at(hour: float, day: int = 1) -> datetime:
    """Return an hour of a month that is still to come."""
    return datetime(2100, 3, day, tzinfo=UTC) + timedelta(hours=hour)


async def add_type(kind: str = "bed", *, key: str | None = None) -> UUID:
    type_id = uuid7()
    key = key or f"k-{type_id}"
    return await insert(ResourceType(id=type_id, key=key, kind=kind, name=LocalizedText("Loại", "Type")))


async def add_room(branch_id: UUID) -> UUID:
    room_id = uuid7()
    return await insert(Room(id=room_id, key=f"k-{room_id}", branch_id=branch_id, name="Phòng Sen"))


async def add_bed(branch_id: UUID, *, kind: str = "bed", retired: bool = False) -> UUID:
    """Add a bed, or a device, of a type of its own."""
    bed_id = uuid7()
    return await insert(
        Resource(
            id=bed_id,
            kind=kind,
            key=f"k-{bed_id}",
            name="Giường 1",
            branch_id=branch_id,
            type_id=await add_type(kind),
            retired_at=utc_now() if retired else None,
        )
    )


async def booking_rows(
    resource_id: UUID, start: datetime, end: datetime, *, hold_expires_at: datetime | None = None
) -> tuple[AddedVisit, list[Entity]]:
    """Return a visit that takes the resource, in its branch or, for somebody of the staff, in any."""
    [(branch_id,)] = await run_sql(
        "SELECT coalesce((SELECT branch_id FROM resource WHERE id = $1), (SELECT id FROM branch ORDER BY id LIMIT 1))",
        resource_id,
    )
    return visit_rows(
        branch_id,
        start,
        end,
        allocations={resource_id: (start, end)},
        status="held" if hold_expires_at else "confirmed",
        hold_expires_at=hold_expires_at,
        segments=[],
    )


async def book(
    resource_id: UUID,
    start: datetime,
    end: datetime,
    *,
    hold_expires_at: datetime | None = None,
    connection: asyncpg.Connection | None = None,
) -> UUID:
    """Book the resource, or hold it until `hold_expires_at`; return the appointment's id."""
    visit, rows = await booking_rows(resource_id, start, end, hold_expires_at=hold_expires_at)
    await insert_all(rows, connection=connection)
    return visit.appointment_id


async def take(
    resource_id: UUID,
    state: str,
    *,
    hours: tuple[float, float] = (24, 25),
    held_for: timedelta = timedelta(minutes=10),
    connection: asyncpg.Connection | None = None,
) -> UUID:
    """Book or hold the resource so many hours from now; return the appointment's id."""
    now = utc_now()
    start, end = (now + timedelta(hours=hour) for hour in hours)
    expires = now + held_for if state == "held" else None
    return await book(resource_id, start, end, hold_expires_at=expires, connection=connection)


async def add_outage(resource_id: UUID, start: datetime, end: datetime) -> UUID:
    return await insert(Outage(resource_id=resource_id, during=Range(start, end), reason="Gãy chân"))


async def unavailable(resource_id: UUID) -> list[tuple[datetime, datetime]]:
    """Return the approved leave or the outages of a resource, in order."""
    rows = await run_sql(
        "SELECT lower(during), upper(during) FROM unavailability WHERE resource_id = $1 ORDER BY during",
        resource_id,
    )
    return [(start, end) for start, end in rows]
