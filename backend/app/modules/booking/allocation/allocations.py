"""Write the times that treatments occupy. The caller has locked the resources, so no other transaction writes to them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.db.errors import translate_integrity_errors
from app.db.queries import bounds, fetch_raw
from app.modules.booking.allocation.requests import Reservation
from app.modules.booking.booking_errors import SlotTaken
from app.modules.booking.booking_models import Allocation
from app.modules.booking.status.status import AppointmentStatus
from app.modules.resource.appointments import lock_resources
from app.modules.resource.kinds import AllocationState
from app.scheduling.timegrid import STEP, this_step

_INSERT = """
INSERT INTO allocation (id, resource_id, during, state, hold_expires_at, appointment_id, appointment_treatment_id)
SELECT id, resource_id, tstzrange(starts_at, ends_at), CASE WHEN hold_expires_at IS NULL THEN 'booked' ELSE 'held' END,
    hold_expires_at, appointment_id, treatment_id
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::uuid[], $7::uuid[])
    AS new (id, resource_id, starts_at, ends_at, hold_expires_at, appointment_id, treatment_id)
"""
# A treatment that has not begun needs nothing, the first one at least a step. Turnover moves up with the guest's end, save
# what another resource does after it: that one is not free earlier.
_RELEASE_REST = """
WITH done AS (
    SELECT allocation.id, lower(during) AS first,
        CASE WHEN starts_at <= done_at THEN greatest(done_at, upper(during) - (ends_at - done_at)) ELSE done_at END AS last
    FROM allocation JOIN appointment_treatment AS treatment ON treatment.id = appointment_treatment_id
    CROSS JOIN LATERAL (
        SELECT CASE position WHEN 0 THEN greatest($2::timestamptz, starts_at + $3::interval) ELSE $2 END
    ) AS end_of (done_at)
    WHERE allocation.appointment_id = ANY($1::uuid[]) AND ends_at > done_at AND upper(during) > done_at
        AND NOT (starts_at <= done_at AND lower(during) >= ends_at)
), deleted AS (
    DELETE FROM allocation USING done WHERE allocation.id = done.id AND last <= first
)
UPDATE allocation SET during = tstzrange(first, last) FROM done
WHERE allocation.id = done.id AND last > first AND last < upper(during)
"""
_FIRST_TREATMENTS = """
SELECT id FROM appointment_treatment WHERE appointment_id = ANY($1::uuid[]) AND position = 0
"""
_LAST_BEGUN_TREATMENTS = """
SELECT DISTINCT ON (appointment_id) id FROM appointment_treatment
WHERE appointment_id = ANY($1::uuid[]) AND starts_at <= clock_timestamp() ORDER BY appointment_id, starts_at DESC
"""
_NOW_WITH = """
SELECT status FROM allocation
JOIN (
    SELECT resource_id, appointment_id, during FROM resource_appointment
    UNION ALL SELECT resource_id, appointment_id, during FROM overrun
) AS other ON other.resource_id = allocation.resource_id AND other.appointment_id <> allocation.appointment_id
    AND other.during @> clock_timestamp()
JOIN appointment ON appointment.id = other.appointment_id
WHERE appointment_treatment_id = ANY($1::uuid[])
"""
_NOW_WITH_ANOTHER_GUEST = LocalizedText(
    "Kỹ thuật viên hoặc giường này đang phục vụ khách khác. Hoàn tất khách đó trước.",
    "The therapist or the bed is with another guest now. Please complete that guest first.",
)


class TreatmentRef(NamedTuple):
    """The treatment for which a resource is reserved."""

    appointment_id: UUID
    treatment_id: UUID
    hold_expires_at: datetime | None


class NewAllocation(NamedTuple):
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime
    hold_expires_at: datetime | None
    """The end of a hold; None for a booking."""
    appointment_id: UUID
    treatment_id: UUID


def allocations_of(
    reservation: Reservation, treatments: Sequence[Sequence[TreatmentRef]]
) -> list[NewAllocation]:
    """Return what a reservation writes.

    Args:
        treatments: The treatments of each guest, as in the party.
    """
    grid = reservation.snapshot.grid
    allocations = []
    for need, resource_id, runs in reservation.assignments:
        ref = treatments[need.guest][need.treatment]
        for first, last in runs:
            times = grid.instant(first), grid.instant(last)
            allocations.append(
                NewAllocation(resource_id, *times, ref.hold_expires_at, ref.appointment_id, ref.treatment_id)
            )
    return allocations


async def insert_allocations(session: AsyncSession, allocations: Sequence[NewAllocation]) -> None:
    """Write allocations in one statement.

    Raises:
        SlotTaken: Another transaction wrote without a lock; this one is over.
    """
    if allocations:
        columns = zip(*((uuid7(), *allocation) for allocation in allocations), strict=True)
        with translate_integrity_errors({"allocation_overlap": SlotTaken}):
            await fetch_raw(session, _INSERT, *map(list, columns))


async def release(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """Delete what these appointments occupy."""
    if appointment_ids:
        await session.execute(delete(Allocation).where(Allocation.appointment_id.in_(appointment_ids)))


async def release_rest(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """Release what guests who are done do not need any more from now on. What was agreed stays in their appointments."""
    if appointment_ids:
        await fetch_raw(session, _RELEASE_REST, [*appointment_ids], this_step(), STEP)


async def confirm_holds(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """Book what is held for these appointments. The caller has checked that the holds have not expired."""
    if appointment_ids:
        await session.execute(
            update(Allocation)
            .where(Allocation.appointment_id.in_(appointment_ids), Allocation.state == AllocationState.HELD)
            .values(state=AllocationState.BOOKED, hold_expires_at=None)
        )


async def lock_allocated(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """Lock the resources that these appointments occupy. The caller has locked their visits, so they keep them."""
    occupied = select(Allocation.resource_id).where(Allocation.appointment_id.in_(appointment_ids))
    await lock_resources(session, [*await session.scalars(occupied.distinct())])


async def refuse_if_given_away(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """Refuse if the therapist, bed or device of the treatment that is being done has another guest now, also one who is
    only expected. It locks the resources.

    Raises:
        SlotTaken
    """
    if await _statuses_of_others(session, _LAST_BEGUN_TREATMENTS, appointment_ids):
        raise SlotTaken(_NOW_WITH_ANOTHER_GUEST)


async def refuse_if_with_another_guest(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """Refuse if the therapist, bed or device of a first treatment is still with another guest, who has to be completed
    first. It locks the resources.

    Raises:
        SlotTaken
    """
    others = await _statuses_of_others(session, _FIRST_TREATMENTS, appointment_ids)
    if AppointmentStatus.IN_SERVICE in others:
        raise SlotTaken(_NOW_WITH_ANOTHER_GUEST)


async def _statuses_of_others(
    session: AsyncSession, treatments: str, appointment_ids: Collection[UUID]
) -> set[str]:
    """Return the statuses of other appointments that have the resources of these treatments now."""
    if not appointment_ids:
        return set()
    await lock_allocated(session, appointment_ids)
    treatment_ids = [row[0] for row in await fetch_raw(session, treatments, [*appointment_ids])]
    return {status for (status,) in await fetch_raw(session, _NOW_WITH, treatment_ids)}


async def delete_expired_holds(
    session: AsyncSession, resource_ids: Collection[UUID], during: Range[datetime]
) -> None:
    """Delete the expired holds of these resources in that time: the exclusion constraint still counts them."""
    await session.execute(
        delete(Allocation).where(
            Allocation.resource_id.in_(resource_ids),
            Allocation.during.overlaps(during),
            func.zenspa_hold_expired(Allocation.hold_expires_at),
        )
    )


async def give_way(session: AsyncSession, reservation: Reservation) -> None:
    """Write what others give up for a reservation, before its own allocations.

    Raises:
        SlotTaken: A new resource is not free; the transaction is over.
    """
    await reassign(
        session,
        {(treatment.treatment_id, treatment.resource_id): to_id for treatment, to_id, _ in reservation.moves},
    )


async def reassign(session: AsyncSession, new_resources: Mapping[tuple[UUID, UUID], UUID]) -> None:
    """Move what treatments occupy from one resource to another, at the same times. Without a move no query is issued.

    All rows are deleted before any is written, so that three people may swap: PostgreSQL checks overlaps row by row.

    Args:
        new_resources: By treatment and present resource.

    Raises:
        SlotTaken: A new resource is not free; the transaction is over.
    """
    if not new_resources:
        return
    deleted = await session.execute(
        delete(Allocation)
        .where(tuple_(Allocation.appointment_treatment_id, Allocation.resource_id).in_([*new_resources]))
        .returning(Allocation)
    )
    allocations = [
        NewAllocation(
            new_resources[row.appointment_treatment_id, row.resource_id],
            *bounds(row.during),
            row.hold_expires_at,
            row.appointment_id,
            row.appointment_treatment_id,
        )
        for row in deleted.scalars().all()
    ]
    await insert_allocations(session, allocations)
