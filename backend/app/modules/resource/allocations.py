"""Who takes a resource and when: what is booked, what is out of order or on leave."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import reduce
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Delete, bindparam, delete, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range, insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.queries import ask, bounds
from app.modules.resource.allocation_schemas import AllocationRead
from app.modules.resource.kinds import AllocationState
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.resource.resource_models import Allocation, Outage, Resource
from app.scheduling.supply import ResourceKind

_FREE = (
    text("""
SELECT free FROM unnest(
    tstzmultirange(:asked) - (
        SELECT coalesce(range_agg(during), '{}') FROM allocation
        WHERE resource_id = :resource_id AND during && :asked
    )
) AS free ORDER BY free
""")
    .bindparams(bindparam("asked", type_=TSTZRANGE))
    .columns(free=TSTZRANGE)
)


_GIVEN = (
    Allocation.resource_id,
    Allocation.during,
    Allocation.hold_expires_at,
    Allocation.appointment_id,
    Allocation.appointment_treatment_id,
)


_LOCK = "SELECT id FROM resource WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"
_ALLOCATE = """
INSERT INTO allocation
    (id, resource_id, during, state, hold_expires_at, appointment_id, appointment_treatment_id)
SELECT id, resource_id, tstzrange(starts, ends), state, hold_expires_at, appointment_id, appointment_treatment_id
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::timestamptz[],
    $7::uuid[], $8::uuid[])
    AS wanted (id, resource_id, starts, ends, state, hold_expires_at, appointment_id, appointment_treatment_id)
WHERE EXISTS (SELECT FROM resource WHERE resource.id = wanted.resource_id AND retired_at IS NULL)
ON CONFLICT DO NOTHING RETURNING id
"""


async def add_staff_resource(session: AsyncSession) -> UUID:
    """One more that can be booked; whoever it is has the same id in `staff`."""
    resource = Resource(kind=ResourceKind.STAFF)
    session.add(resource)
    await session.flush()
    return resource.id


async def lock_resources(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Until the transaction ends nobody else books, blocks or rosters these.

    In the order of their ids: without it, 16 clients who fought for 3 resources met 251 deadlocks and waited up to
    15 s; with it none, and 49 ms (design.md §4). References to them, which every allocation has, need not wait.

    Raises:
        ResourceNotFound: one of them is not there.
    """
    requested = set(ids)
    if len(await ask(session, _LOCK, [*requested])) != len(requested):
        raise ResourceNotFound


async def appointments_of(
    session: AsyncSession,
    resource_ids: Collection[UUID],
    *,
    since: datetime,
    within: Sequence[Range[datetime]] | None = None,
) -> list[AllocationRead]:
    """What is held or booked of them and ends after this instant, in order; or only what touches one of these times.
    Holds that have expired are none."""
    found = (
        select(Allocation)
        .where(Allocation.resource_id.in_(resource_ids), func.upper(Allocation.during) > since)
        .where(_of_an_appointment())
        .order_by(Allocation.during, Allocation.id)
    )
    if within is not None:
        found = found.where(or_(*(Allocation.during.overlaps(each) for each in within)))
    return [_read(allocation) for allocation in await session.scalars(found)]


class Released(NamedTuple):
    """A time that a resource is not taken any more."""

    resource_id: UUID
    during: Range[datetime]


class NewAllocation(NamedTuple):
    """A time of a resource for a treatment of an appointment."""

    resource_id: UUID
    during: Range[datetime]
    hold_expires_at: datetime | None
    """None: it is booked."""
    appointment_id: UUID
    appointment_treatment_id: UUID


class TreatmentTime(NamedTuple):
    """What a treatment of an appointment takes."""

    appointment_id: UUID
    appointment_treatment_id: UUID
    resource_id: UUID
    kind: str
    name: str | None
    """Of a bed or a device."""
    during: Range[datetime]


async def taken_by(session: AsyncSession, appointment_ids: Collection[UUID]) -> list[TreatmentTime]:
    """All that these appointments take, in the order of time."""
    if not appointment_ids:
        return []
    found = (
        select(
            Allocation.appointment_id,
            Allocation.appointment_treatment_id,
            Allocation.resource_id,
            Resource.kind,
            Resource.name,
            Allocation.during,
        )
        .join(Resource, Resource.id == Allocation.resource_id)
        .where(Allocation.appointment_id.in_(appointment_ids))
        .order_by(Allocation.during, Allocation.resource_id)
    )
    return [TreatmentTime._make(row) for row in await session.execute(found)]


class OccupiedTime(NamedTuple):
    """When a resource is taken, and for which treatment; none: it is out of order or on leave."""

    resource_id: UUID
    during: Range[datetime]
    appointment_treatment_id: UUID | None


async def taken_times(
    session: AsyncSession, resource_ids: Collection[UUID], during: Range[datetime]
) -> list[OccupiedTime]:
    """All of these resources that touches this time, in the order of time; holds that have expired take nothing."""
    found = (
        select(Allocation.resource_id, Allocation.during, Allocation.appointment_treatment_id)
        .where(Allocation.resource_id.in_(resource_ids), Allocation.during.overlaps(during))
        .where(or_(Allocation.state == AllocationState.BLOCKED, _of_an_appointment()))
        .order_by(Allocation.during, Allocation.resource_id)
    )
    return [OccupiedTime._make(row) for row in await session.execute(found)]


async def block_again(
    session: AsyncSession,
    resource_id: UUID,
    during: Range[datetime],
    *,
    leaves: Iterable[tuple[Range[datetime], UUID]] = (),
) -> None:
    """Blocks what is free in that time and out of order, or in one of these leaves (when, and its id).

    Whoever frees time calls it, when an appointment is cancelled or moved or a hold has expired: what was in the way
    of an outage is then not open to the next. Who frees time of staff calls `staff_time_off.block_leave_again`, which
    knows their leaves. What is blocked already stays as it is. The caller has locked the resource.
    """
    outages = await session.execute(
        select(Outage.during, Outage.id)
        .where(Outage.resource_id == resource_id, Outage.during.overlaps(during))
        .order_by(Outage.during)
    )
    for covered, outage_id in outages.all():
        await _block_free_parts(session, resource_id, covered * during, {"outage_id": outage_id})
    for covered, time_off_id in leaves:
        await _block_free_parts(session, resource_id, covered * during, {"time_off_id": time_off_id})


async def drop_expired_holds(
    session: AsyncSession, resource_id: UUID, during: Range[datetime]
) -> Range[datetime]:
    """Deletes those that touch this time, and returns it with all that they had taken: for `block_again`."""
    dropped = await drop_all_expired_holds(session, [resource_id], during)
    return reduce(Range.union, (freed.during for freed in dropped), during)


async def drop_all_expired_holds(
    session: AsyncSession, resource_ids: Collection[UUID], during: Range[datetime]
) -> list[Released]:
    """Deletes those of these resources that touch this time. The caller has locked them, and blocks again."""
    expired = (
        delete(Allocation)
        .where(Allocation.resource_id.in_(resource_ids), Allocation.during.overlaps(during))
        .where(Allocation.hold_expires_at <= func.clock_timestamp())
    )
    return await _freed(session, expired)


async def confirm_holds(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """What is held for them is booked. The caller has locked it, and looked whether it had expired."""
    await session.execute(
        update(Allocation)
        .where(Allocation.appointment_id.in_(appointment_ids), Allocation.state == AllocationState.HELD)
        .values(state=AllocationState.BOOKED, hold_expires_at=None)
    )


async def release(session: AsyncSession, appointment_ids: Collection[UUID]) -> list[Released]:
    """Deletes what these appointments take. The caller has locked the resources, and blocks again."""
    return await _freed(session, delete(Allocation).where(Allocation.appointment_id.in_(appointment_ids)))


async def _freed(session: AsyncSession, deletion: Delete) -> list[Released]:
    rows = await session.execute(deletion.returning(Allocation.resource_id, Allocation.during))
    return [Released(row.resource_id, row.during) for row in rows]


async def allocate(session: AsyncSession, rows: Sequence[NewAllocation]) -> bool:
    """Takes all of these times; False when any of it was taken already, or a bed is not in use any more, and then the
    caller rolls back.

    PostgreSQL refuses what overlaps, and without an error, which would end the transaction.
    """
    columns = zip(
        *((uuid7(), each.resource_id, *bounds(each.during), _state(each), *each[2:]) for each in rows),
        strict=True,
    )
    return len(await ask(session, _ALLOCATE, *map(list, columns))) == len(rows)


def _state(requested: NewAllocation) -> str:
    return AllocationState.HELD if requested.hold_expires_at else AllocationState.BOOKED


class Reassigned(NamedTuple):
    """What a treatment takes of one resource goes to another, at the same times."""

    appointment_treatment_id: UUID
    from_id: UUID
    to_id: UUID


async def reassign_allocations(
    session: AsyncSession, handed: Collection[Reassigned]
) -> list[Released] | None:
    """All at once, so that three may swap: PostgreSQL compares row with row, and one after the other they would be in
    each other's way. Returns what the first ones gave; none when a time was taken already, and then the caller rolls
    back. The caller has locked all of them, and blocks again.
    """
    to_ids = {(each.appointment_treatment_id, each.from_id): each.to_id for each in handed}
    given = delete(Allocation).where(
        tuple_(Allocation.appointment_treatment_id, Allocation.resource_id).in_([*to_ids])
    )
    of_the_first = [NewAllocation._make(row) for row in await session.execute(given.returning(*_GIVEN))]
    of_the_others = [
        each._replace(resource_id=to_ids[each.appointment_treatment_id, each.resource_id])
        for each in of_the_first
    ]
    if of_the_others and not await allocate(session, of_the_others):
        return None
    return [Released(each.resource_id, each.during) for each in of_the_first]


async def unblock(session: AsyncSession, *, time_off_id: UUID) -> None:
    """Removes what a leave blocks. Again is no error."""
    await session.execute(delete(Allocation).where(Allocation.time_off_id == time_off_id))


async def appointments_in(
    session: AsyncSession, resource_id: UUID, asked: Range[datetime]
) -> list[AllocationRead]:
    """What is held or booked of it in that time, in order."""
    found = await session.scalars(
        select(Allocation)
        .where(Allocation.resource_id == resource_id, Allocation.during.overlaps(asked))
        .where(_of_an_appointment())
        .order_by(Allocation.during)
    )
    return [_read(allocation) for allocation in found]


async def _block_free_parts(
    session: AsyncSession, resource_id: UUID, asked: Range[datetime], why: dict[str, UUID]
) -> None:
    free = await session.scalars(_FREE, {"resource_id": resource_id, "asked": asked})
    taken = {"resource_id": resource_id, "state": AllocationState.BLOCKED, **why}
    if rows := [taken | {"during": during} for during in free]:
        await session.execute(insert(Allocation), rows)


def _read(allocation: Allocation) -> AllocationRead:
    start, end = bounds(allocation.during)
    return AllocationRead(
        id=allocation.id,
        resource_id=allocation.resource_id,
        appointment_id=allocation.appointment_id,
        state=AllocationState(allocation.state),
        start=start,
        end=end,
    )


def _of_an_appointment() -> ColumnElement[bool]:
    """A hold is none any more when it has expired, by the clock of now: the transaction may have waited for a lock."""
    return or_(
        Allocation.state == AllocationState.BOOKED, Allocation.hold_expires_at > func.clock_timestamp()
    )
