"""Reserve therapists, beds and devices for a party.

Reservation is optimistic. We choose from a snapshot that was read without locks, lock only the chosen resources (in the
order of their ids, so two reservations never deadlock), read their schedules again and check the choice by the same
rules. If another reservation was faster, the locks are released, and we choose again from a new snapshot. After
MAX_OPTIMISTIC_ATTEMPTS we lock every candidate: that choice is final, so a request that fits is never refused.

The caller writes the allocations in the same transaction. Whatever this code does, the exclusion constraint on
`allocation` guarantees that no two guests share a resource.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.common.types.wall_time import Span
from app.db.queries import fetch_raw
from app.modules.availability.availability_service import (
    BranchSnapshot,
    Overrule,
    describe_shortage,
    load_snapshot_around,
    lock_and_refresh,
)
from app.modules.booking.booking_errors import SlotTaken
from app.scheduling.demand import Assignment, Party
from app.scheduling.rules import permits
from app.scheduling.search import assign
from app.scheduling.shortages import find_shortages_at
from app.scheduling.supply import Equipment, Place, Resource, ResourceKind, Therapist

MAX_OPTIMISTIC_ATTEMPTS = 3


class Occupied(NamedTuple):
    """A time in which a treatment has a resource."""

    treatment_id: UUID
    service_id: UUID
    start: datetime
    end: datetime
    resource_id: UUID
    kind: ResourceKind
    type_id: UUID | None
    room_id: UUID | None
    gender: str | None


@dataclass(frozen=True, slots=True)
class Replaced:
    """Appointments that release everything they occupy for a new reservation. The caller has locked their visit.

    What stays as it is is not checked again: a treatment may keep its therapist, bed and device for the time in which it
    has them, whatever has become of shifts, leave, skills and beds, and a guest may stay for as long as they have been
    promised, whatever the opening hours are now.
    """

    appointment_ids: Collection[UUID]
    stays: Sequence[Span]
    """The times at which the guests are there."""
    occupied: Sequence[Occupied]
    places: Mapping[UUID, Place]
    """The places in the party of the treatments that stay, by their ids."""

    def without_stays(self) -> "Replaced":
        """Return this without what the guests were promised: opening hours hold for them as for a new booking."""
        return replace(self, stays=())


@dataclass(frozen=True, slots=True)
class AllocationRequest:
    """A request to reserve resources for a party."""

    branch_id: UUID
    start: datetime
    parties: Sequence[Party]
    """The party with all its wishes first, then with fewer. The first that fits is reserved."""
    at_desk: bool = True
    """The desk may book from now on, on any day; customers within the notice and the horizon of the branch."""
    replaced: Replaced | None = None
    overrules: Sequence[Overrule] = (Overrule.NOTHING,)
    """The ways in which hours and shifts may be overruled, the least first. The first that suffices is used."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """The resources of a party, locked until the transaction ends."""

    snapshot: BranchSnapshot
    party: Party
    start: datetime
    assignments: list[Assignment]
    overruled: bool = False
    """Hours or shifts were overruled."""


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
            return await _reserve(session, request, snapshot, overrule)
        snapshot = None
    return await _reserve(session, request, snapshot, last)


async def _reserve(
    session: AsyncSession, request: AllocationRequest, snapshot: BranchSnapshot | None, overrule: Overrule
) -> Reservation:
    occupied = {time.resource_id for time in request.replaced.occupied} if request.replaced else set()
    snapshot = snapshot or await _load(session, request, overrule)
    overruled = overrule is not Overrule.NOTHING
    for _ in range(MAX_OPTIMISTIC_ATTEMPTS):
        party, assignments = _choose(request, _keeping(snapshot, request.replaced))
        chosen = {assignment.resource_id for assignment in assignments}
        await fetch_raw(session, "SAVEPOINT reservation")
        current = _keeping(await lock_and_refresh(session, snapshot, occupied | chosen), request.replaced)
        if permits(assignments, current.supply, snapshot.grid.step(request.start)):
            return Reservation(current, party, request.start, assignments, overruled)
        await fetch_raw(session, "ROLLBACK TO SAVEPOINT reservation")
        snapshot = await _load(session, request, overrule)
    candidates = {resource.id for resource in snapshot.supply.resources}
    current = _keeping(await lock_and_refresh(session, snapshot, occupied | candidates), request.replaced)
    party, assignments = _choose(request, current)
    return Reservation(current, party, request.start, assignments, overruled)


async def _load(session: AsyncSession, request: AllocationRequest, overrule: Overrule) -> BranchSnapshot:
    return await load_snapshot_around(
        session,
        request.branch_id,
        request.start,
        request.parties[-1],
        at_desk=request.at_desk,
        ignored=request.replaced.appointment_ids if request.replaced else (),
        overrule=overrule,
    )


def _keeping(snapshot: BranchSnapshot, replaced: Replaced | None) -> BranchSnapshot:
    """Return the snapshot with what the replaced appointments may keep."""
    if replaced is None:
        return snapshot
    grid = snapshot.grid
    current: dict[UUID, dict[Place, int]] = defaultdict(lambda: defaultdict(int))
    former: dict[UUID, Resource] = {}
    known = {resource.id for resource in snapshot.supply.resources}
    for time in replaced.occupied:
        place = replaced.places.get(time.treatment_id)
        if place is None:
            continue  # the treatment is dropped
        current[time.resource_id][place] |= grid.busy([Span(time.start, time.end)])
        if time.resource_id not in known:
            former[time.resource_id] = _without_free_time(time)
    resources = [
        replace(resource, current=current[resource.id]) if resource.id in current else resource
        for resource in (*snapshot.supply.resources, *former.values())
    ]
    opened = snapshot.supply.open | grid.busy(replaced.stays)
    return replace(snapshot, supply=replace(snapshot.supply, resources=resources, open=opened))


def _without_free_time(time: Occupied) -> Resource:
    """Return a resource that a new booking could not have any more."""
    if time.kind == ResourceKind.STAFF:
        return Therapist(time.resource_id, frozenset({time.service_id}), works=0, free=0, gender=time.gender)
    assert time.type_id is not None
    return Equipment(time.resource_id, ResourceKind(time.kind), time.type_id, free=0, room_id=time.room_id)


def _choose(request: AllocationRequest, snapshot: BranchSnapshot) -> tuple[Party, list[Assignment]]:
    step = snapshot.grid.step(request.start)
    for party in request.parties:
        assignments = assign(party, snapshot.supply, step)
        if assignments is not None:
            return party, assignments
    raise _slot_taken(request, snapshot)


def _slot_taken(request: AllocationRequest, snapshot: BranchSnapshot) -> SlotTaken:
    party = request.parties[-1]
    day = request.start.astimezone(snapshot.zone).date()
    sentences = [
        describe_shortage(shortage, snapshot, day, same_room=party.same_room, at_desk=request.at_desk)
        for shortage in find_shortages_at(party, snapshot.supply, snapshot.grid.step(request.start))
    ]
    details: list[dict[str, str | LocalizedText]] = [
        {"field": "start", "type": "reason", "message": sentence} for sentence in sentences
    ]
    details += [
        {"field": "start", "type": "alternative", "message": _local_time(start), "value": start.isoformat()}
        for start in (
            instant.astimezone(snapshot.zone) for instant in snapshot.nearest_starts(party, request.start)
        )
    ]
    if not sentences:
        return SlotTaken(details=details)
    vi, en = (" ".join(texts) for texts in zip(*sentences, strict=True))
    return SlotTaken(LocalizedText(vi, en), details=details)


def _local_time(start: datetime) -> LocalizedText:
    return LocalizedText(f"{start:%H:%M} ngày {start:%d/%m/%Y}", f"{start:%H:%M on %-d %B %Y}")
