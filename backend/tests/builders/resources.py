"""Rooms, beds and devices, and appointments and outages that occupy them, each in one line.

bed = await add_bed(branch_id)
await take(bed, "booked", hours=(24, 25))
appointment_id = await book(bed, at(9), at(10))
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.dialects.postgresql import Range

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.db.models import Entity
from app.modules.blocked_time.blocked_time_models import BlockedTime
from app.modules.resource.resource_models import Outage, Resource, ResourceType, Room
from tests.builders.rows import keyed_id
from tests.builders.visits import AddedVisit, visit_rows
from tests.support.database import insert, insert_all, run_sql


def at(hour: float, day: int = 1) -> datetime:
    """Return an hour of a month that is still to come."""
    return datetime(2100, 3, day, tzinfo=UTC) + timedelta(hours=hour)


def type_row(kind: str = "bed", **values: Any) -> ResourceType:
    return ResourceType(**keyed_id() | {"kind": kind, "name": LocalizedText("Loại", "Type")} | values)


def room_row(branch_id: UUID, name: str = "Phòng Sen") -> Room:
    return Room(**keyed_id(), branch_id=branch_id, name=name)


def bed_row(**values: Any) -> Resource:
    """Return a bed, or a device with `kind="device"`; `branch_id` and `type_id` are required."""
    return Resource(**keyed_id() | {"kind": "bed", "name": "Giường 1"} | values)


async def add_type(kind: str = "bed", *, key: str | None = None) -> UUID:
    return await insert(type_row(kind, **({"key": key} if key else {})))


async def add_room(branch_id: UUID) -> UUID:
    return await insert(room_row(branch_id))


async def add_bed(branch_id: UUID, *, kind: str = "bed", retired: bool = False) -> UUID:
    """Add a bed, or a device, of a new type."""
    retired_at = utc_now() if retired else None
    return await insert(
        bed_row(branch_id=branch_id, type_id=await add_type(kind), kind=kind, retired_at=retired_at)
    )


async def booking_rows(
    resource_id: UUID, start: datetime, end: datetime, *, hold_expires_at: datetime | None = None
) -> tuple[AddedVisit, list[Entity]]:
    """Return a visit that occupies the resource, in the branch of the bed or, for a therapist, in the oldest one."""
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
    """Book the resource, or hold it until `hold_expires_at`, and return the id of the appointment."""
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
    """Book or hold the resource, with `hours` counted from now, and return the id of the appointment."""
    now = utc_now()
    start, end = (now + timedelta(hours=hour) for hour in hours)
    expires = now + held_for if state == "held" else None
    return await book(resource_id, start, end, hold_expires_at=expires, connection=connection)


async def add_outage(resource_id: UUID, start: datetime, end: datetime) -> UUID:
    return await insert(Outage(resource_id=resource_id, during=Range(start, end), reason="Gãy chân"))


def blocked_time_row(branch_id: UUID, resource_id: UUID, **values: Any) -> BlockedTime:
    """Return a break of every day from 12:00 to 13:00 in local time, without an end."""
    defaults = {
        "reason": "break",
        "first_day": date(2020, 1, 1),
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "starts": 720,
        "ends": 780,
    }
    return BlockedTime(branch_id=branch_id, resource_id=resource_id, **defaults | values)


async def unavailable(resource_id: UUID) -> list[tuple[datetime, datetime]]:
    """Return the times from 2020 to 2119 in which a resource has approved leave, an outage or blocked time, the earliest
    first."""
    rows = await run_sql(
        "SELECT lower(during), upper(during)"
        " FROM zenspa_unavailability(array[$1::uuid], array[$1::uuid], array[$2::timestamptz], array[$3::timestamptz])"
        " ORDER BY during",
        resource_id,
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2120, 1, 1, tzinfo=UTC),
    )
    return [(start, end) for start, end in rows]
