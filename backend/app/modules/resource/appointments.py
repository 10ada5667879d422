"""The appointments that occupy a resource, and the lock for every transaction that books it or shortens its time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import bounds, fetch_raw
from app.modules.resource.appointment_schemas import ResourceAppointment
from app.modules.resource.kinds import AllocationState
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.resource.resource_models import Resource
from app.scheduling.supply import ResourceKind

_LOCK = "SELECT id FROM resource WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"
_APPOINTMENTS = """
SELECT id, resource_id, appointment_id, state, lower(during), upper(during) FROM resource_appointment
WHERE resource_id = ANY($1::uuid[]) AND during && tstzrange($2::timestamptz, NULL)
    AND ($3::timestamptz[] IS NULL OR EXISTS (
        SELECT FROM unnest($3, $4::timestamptz[]) AS given (first, last) WHERE during && tstzrange(first, last)
    ))
ORDER BY during, id
"""


async def add_staff_resource(session: AsyncSession) -> UUID:
    """Add a resource for a new member of staff, who gets the same id."""
    resource = Resource(kind=ResourceKind.STAFF)
    session.add(resource)
    await session.flush()
    return resource.id


async def lock_resources(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Lock resources until the transaction ends: no other one books them, rosters them or shortens their time.

    Locked in the order of their ids, so two transactions never deadlock. References to them need not wait.

    Raises:
        ResourceNotFound: One of them does not exist.
    """
    if len(await fetch_raw(session, _LOCK, [*ids])) != len(set(ids)):
        raise ResourceNotFound


async def appointments_of(
    session: AsyncSession,
    resource_ids: Collection[UUID],
    *,
    since: datetime,
    within: Sequence[Range[datetime]] | None = None,
) -> list[ResourceAppointment]:
    """Return the times of these resources that are held or booked and end after `since`, in order of time.

    Args:
        within: Return only those that touch one of these times.
    """
    times = None if within is None else [bounds(during) for during in within]
    starts, ends = ([*column] for column in zip(*times, strict=True)) if times else (times, times)
    rows = await fetch_raw(session, _APPOINTMENTS, [*resource_ids], since, starts, ends)
    return [
        ResourceAppointment(
            id=allocation_id,
            resource_id=resource_id,
            appointment_id=appointment_id,
            state=AllocationState(state),
            start=start,
            end=end,
        )
        for allocation_id, resource_id, appointment_id, state, start, end in rows
    ]
