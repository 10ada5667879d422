"""Reserve therapists, beds and devices for a party.

Reservation is optimistic. We choose from a snapshot that was read without locks, lock only the chosen resources (in the
order of their ids, so two reservations never deadlock), read their schedules again and check the choice by the same
rules. If another reservation was faster, the locks are released, and we choose again from a new snapshot. After
MAX_OPTIMISTIC_ATTEMPTS we lock every candidate: that choice is final, so a request that fits is never refused.

A party that would be refused may still fit if others give way (`room`).

The caller writes the allocations in the same transaction. Whatever this code does, the exclusion constraint on
`allocation` guarantees that no two guests share a resource.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.common.types.wall_time import Span
from app.db.queries import fetch_raw
from app.modules.availability.availability_service import (
    BranchSnapshot,
    Overrule,
    describe_shortage,
    lock_and_refresh,
)
from app.modules.booking.allocation.requests import AllocationRequest, Reservation, load_for, with_current
from app.modules.booking.allocation.room import make_room
from app.modules.booking.booking_errors import SlotTaken
from app.scheduling.demand import Assignment, Party
from app.scheduling.rules import permits
from app.scheduling.search import assign
from app.scheduling.shortages import find_shortages_at, is_merely_taken
from app.scheduling.timegrid import STEP

MAX_OPTIMISTIC_ATTEMPTS = 3


class _MerelyTaken(SlotTaken):
    """Other guests alone are in the way. They may give way."""


async def reserve(
    session: AsyncSession, request: AllocationRequest, snapshot: BranchSnapshot | None = None
) -> Reservation:
    """Choose resources for the first party that fits, and lock them.

    Args:
        snapshot: The snapshot that `load_snapshot_around` has just returned for the request, if the caller has one.

    Raises:
        SlotTaken: With the nearest free starts, and with the reasons if the time is not merely taken.
    """
    *earlier, last = request.overrules
    for overrule in earlier:
        with suppress(SlotTaken):
            return await _reserve_or_make_room(session, request, snapshot, overrule)
        snapshot = None
    return await _reserve_or_make_room(session, request, snapshot, last)


async def _reserve_or_make_room(
    session: AsyncSession, request: AllocationRequest, snapshot: BranchSnapshot | None, overrule: Overrule
) -> Reservation:
    try:
        return await _reserve(session, request, snapshot, overrule)
    except _MerelyTaken:
        if not request.others_give_way:
            raise
        reservation = await make_room(session, request, overrule)
        if reservation is None:
            raise
        return reservation


async def _reserve(
    session: AsyncSession, request: AllocationRequest, snapshot: BranchSnapshot | None, overrule: Overrule
) -> Reservation:
    """Reserve without a move. A refusal leaves no resource locked."""
    occupied = {time.resource_id for time in request.replaced.occupied} if request.replaced else set()
    snapshot = snapshot or await load_for(session, request, overrule)
    overruled = overrule is not Overrule.NOTHING
    for _ in range(MAX_OPTIMISTIC_ATTEMPTS):
        party, assignments = _choose(request, snapshot)
        chosen = {assignment.resource_id for assignment in assignments}
        await fetch_raw(session, "SAVEPOINT reservation")
        current = with_current(await lock_and_refresh(session, snapshot, occupied | chosen), request.replaced)
        if permits(assignments, current.supply, snapshot.grid.step(request.start)):
            return Reservation(current, party, request.start, assignments, overruled)
        await fetch_raw(session, "ROLLBACK TO SAVEPOINT reservation")
        snapshot = await load_for(session, request, overrule)
    candidates = {resource.id for resource in snapshot.supply.resources}
    await fetch_raw(session, "SAVEPOINT reservation")
    locked = await lock_and_refresh(session, snapshot, occupied | candidates)
    try:
        party, assignments = _choose(request, locked)
    except SlotTaken:
        await fetch_raw(session, "ROLLBACK TO SAVEPOINT reservation")
        raise
    return Reservation(with_current(locked, request.replaced), party, request.start, assignments, overruled)


def _choose(request: AllocationRequest, loaded: BranchSnapshot) -> tuple[Party, list[Assignment]]:
    """Choose from a snapshot as it was loaded, and from what the replaced appointments may keep.

    Raises:
        SlotTaken
    """
    snapshot = with_current(loaded, request.replaced)
    step = snapshot.grid.step(request.start)
    for party in request.parties:
        assignments = assign(party, snapshot.supply, step)
        if assignments is not None:
            return party, assignments
    raise _slot_taken(request, snapshot, {resource.id for resource in loaded.supply.resources})


def _slot_taken(
    request: AllocationRequest, snapshot: BranchSnapshot, bookable_ids: Collection[UUID]
) -> SlotTaken:
    """Return a refusal with its reasons. What may be kept and not be booked any more explains nothing."""
    party = request.parties[-1]
    day = request.start.astimezone(snapshot.zone).date()
    bookable = [resource for resource in snapshot.supply.resources if resource.id in bookable_ids]
    snapshot = replace(snapshot, supply=replace(snapshot.supply, resources=bookable))
    stay = Span(request.start, request.start + party.stay() * STEP)
    shortages = find_shortages_at(party, snapshot.supply, snapshot.grid.step(request.start))
    sentences = [
        describe_shortage(
            shortage, snapshot, day, same_room=party.same_room, at_desk=request.at_desk, stay=stay
        )
        for shortage in shortages
    ]
    refusal = _MerelyTaken if is_merely_taken(shortages) else SlotTaken
    details: list[dict[str, str | LocalizedText]] = [
        {"field": "start", "type": "reason", "message": sentence} for sentence in sentences
    ]
    details += [
        describe_alternative(start.astimezone(snapshot.zone))
        for start in snapshot.nearest_starts(party, request.start)
    ]
    if not sentences:
        return refusal(details=details)
    vi, en = (" ".join(texts) for texts in zip(*sentences, strict=True))
    return refusal(LocalizedText(vi, en), details=details)


def describe_alternative(start: datetime) -> dict[str, str | LocalizedText]:
    """Return a free start, in the time zone of the branch, as a detail of a refusal."""
    message = LocalizedText(f"{start:%H:%M} ngày {start:%d/%m/%Y}", f"{start:%H:%M on %-d %B %Y}")
    return {"field": "start", "type": "alternative", "message": message, "value": start.isoformat()}
