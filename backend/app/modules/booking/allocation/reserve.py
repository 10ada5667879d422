"""Taking the time of people, beds and devices: the one place where a race for it is decided.

Who and what suits best is chosen from what was just read, and only these are locked. When somebody was faster, all is
read again and others are chosen. Who was too late three times locks everybody who could do it, reads once more, and that
choice is final: what fits is never refused, and hardly anybody waits for more than they need. Locks are taken at once
and in one order, so none waits for another in a circle; what an earlier try had locked, its savepoint gives back.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.modules.availability.availability_service import BranchSnapshot, nearest_starts
from app.modules.availability.messages import explain_shortages
from app.modules.booking.allocation.release import block_freed
from app.modules.booking.booking_errors import TimeTaken
from app.modules.resource.allocations import (
    NewAllocation,
    Released,
    TreatmentTime,
    allocate,
    drop_all_expired_holds,
    lock_resources,
    release,
    taken_by,
)
from app.modules.staff.supply import are_on_shift
from app.scheduling.demand import Party
from app.scheduling.search import Assignment, place
from app.scheduling.shortages import why_not_then
from app.scheduling.supply import ResourceKind


class TreatmentRef(NamedTuple):
    """Whose treatment it is."""

    appointment_id: UUID
    treatment_id: UUID
    hold_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class AllocationRequest:
    """What is to be placed."""

    branch_id: UUID
    parties: Sequence[Party]
    """In the order in which they are tried; they differ in their wishes alone."""
    seats: Sequence[Sequence[TreatmentRef]]
    """Of each guest each treatment."""
    start: datetime
    load: Callable[[], Awaitable[BranchSnapshot]]
    """What is free now, of all that the last of the parties could take."""
    write: Callable[[], Awaitable[None]]
    """Writes what has to be there before anything is taken for it. Who is refused at once has nothing written."""
    instead_of: Collection[UUID] = ()
    """Appointments that give back all they take."""


class _TooLate(Exception):  # noqa: N818 - no error: the second try follows
    pass


async def take_places(
    session: AsyncSession, order: AllocationRequest, snapshot: BranchSnapshot | None = None
) -> list[TreatmentTime]:
    """Takes what the first party that fits needs, and returns it, or raises and changes nothing.

    Raises:
        TimeTaken: with the nearest starts that are free, and with the reasons when it is not only taken.
    """
    theirs = {each.resource_id for each in await taken_by(session, order.instead_of)}
    seen = snapshot or await order.load()
    chosen = await _choose(session, order, seen)
    await order.write()
    for is_again in (False, True, True):
        these = theirs | {each.resource_id for each in chosen}
        with suppress(_TooLate):
            async with session.begin_nested():
                await lock_resources(session, these)
                if is_again:
                    await _drop_expired_holds(session, these, seen)
                return await _take(session, order, chosen, these)
        seen = await order.load()
        chosen = await _choose(session, order, seen)  # of many who wanted the last hour all but one end here
    everybody = theirs | {resource.id for resource in seen.supply.resources}
    await lock_resources(session, everybody)
    await _drop_expired_holds(session, everybody, seen)
    try:
        async with session.begin_nested():
            chosen = await _choose(session, order, await order.load())
            return await _take(session, order, chosen, everybody)
    except _TooLate as error:
        raise TimeTaken from error


async def _drop_expired_holds(
    session: AsyncSession, resource_ids: Collection[UUID], snapshot: BranchSnapshot
) -> None:
    asked = Range(snapshot.grid.first, snapshot.grid.instant(snapshot.grid.count))
    await block_freed(session, await drop_all_expired_holds(session, resource_ids, asked))


async def _choose(
    session: AsyncSession, order: AllocationRequest, snapshot: BranchSnapshot
) -> list[TreatmentTime]:
    step = snapshot.grid.step(order.start)
    for party in order.parties:
        places = place(party, snapshot.supply, step)
        if places is not None:
            return [taken for each in places for taken in _times_of(each, order.seats, snapshot)]
    raise await _refusal(session, order, snapshot)


async def _refusal(session: AsyncSession, order: AllocationRequest, snapshot: BranchSnapshot) -> TimeTaken:
    party = order.parties[-1]
    shortages = why_not_then(party, snapshot.supply, snapshot.grid.step(order.start))
    said = await explain_shortages(session, snapshot, party, shortages, order.start)
    details = [_detail("reason", each) for each in said]
    details += [
        _detail("alternative", each.isoformat()) for each in nearest_starts(snapshot, party, order.start)
    ]
    words = (
        LocalizedText(" ".join(each.vi for each in said), " ".join(each.en for each in said))
        if said
        else None
    )
    return TimeTaken(words, details=details)


def _detail(kind: str, message: str | LocalizedText) -> dict[str, str | LocalizedText]:
    return {"field": "start", "message": message, "type": kind}


def _times_of(
    each: Assignment, seats: Sequence[Sequence[TreatmentRef]], snapshot: BranchSnapshot
) -> list[TreatmentTime]:
    seat = seats[each.need.guest][each.need.treatment]
    return [
        TreatmentTime(
            appointment_id=seat.appointment_id,
            appointment_treatment_id=seat.treatment_id,
            resource_id=each.resource_id,
            kind=each.need.requirement.kind,
            name=snapshot.names[each.resource_id],
            during=Range(snapshot.grid.instant(first), snapshot.grid.instant(last)),
        )
        for first, last in each.runs
    ]


async def _take(
    session: AsyncSession, order: AllocationRequest, chosen: list[TreatmentTime], locked: Collection[UUID]
) -> list[TreatmentTime]:
    freed: list[Released] = await release(session, order.instead_of) if order.instead_of else []
    if not {each.resource_id for each in freed} <= set(locked):
        raise _TooLate  # somebody else was given their treatment meanwhile
    work = [(each.resource_id, each.during) for each in chosen if each.kind == ResourceKind.STAFF]
    if not await are_on_shift(session, order.branch_id, work):
        raise _TooLate  # a shift was taken away before they were locked
    expires = {seat.treatment_id: seat.hold_expires_at for guest in order.seats for seat in guest}
    rows = [
        NewAllocation(
            each.resource_id,
            each.during,
            expires[each.appointment_treatment_id],
            each.appointment_id,
            each.appointment_treatment_id,
        )
        for each in chosen
    ]
    if rows and not await allocate(session, rows):
        raise _TooLate
    await block_freed(session, freed)
    return chosen
