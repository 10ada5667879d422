"""Reserve therapists, beds and devices for a party.

Reservation is optimistic. We choose from a snapshot that was read without locks, lock only the chosen resources (in the
order of their ids, so two reservations never deadlock), read their schedules again and check the choice by the same
rules. If another reservation was faster, the locks are released, and we choose again from a new snapshot. After
MAX_OPTIMISTIC_ATTEMPTS we lock every candidate: that choice is final, so a request that fits is never refused.

The caller writes the allocations in the same transaction. Whatever this code does, the exclusion constraint on
`allocation` guarantees that no two guests share a resource.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.db.queries import fetch_raw
from app.modules.availability.availability_service import (
    BranchSnapshot,
    describe_shortage,
    load_snapshot_around,
    lock_and_refresh,
)
from app.modules.booking.booking_errors import SlotTaken
from app.scheduling.demand import Assignment, Party
from app.scheduling.rules import permits
from app.scheduling.search import assign
from app.scheduling.shortages import find_shortages_at

MAX_OPTIMISTIC_ATTEMPTS = 3
_ALLOCATED = "SELECT DISTINCT resource_id FROM allocation WHERE appointment_id = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True)
class AllocationRequest:
    """A request to reserve resources for a party."""

    branch_id: UUID
    start: datetime
    parties: Sequence[Party]
    """The party with all its wishes first, then with fewer. The first that fits is reserved."""
    at_desk: bool = True
    """The desk may book from now on, on any day; customers within the notice and the horizon of the branch."""
    replaces: Collection[UUID] = ()
    """Appointments that release everything they occupy for this reservation. The caller has locked their visit."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """The resources of a party, locked until the transaction ends."""

    snapshot: BranchSnapshot
    party: Party
    start: datetime
    assignments: list[Assignment]


async def reserve(
    session: AsyncSession, request: AllocationRequest, snapshot: BranchSnapshot | None = None
) -> Reservation:
    """Choose resources for the first party that fits, and lock them.

    Args:
        snapshot: The snapshot that `load_snapshot_around` has just returned for the request, if the caller has one.

    Raises:
        SlotTaken: With the nearest free starts, and with the reasons if the time is not merely taken.
    """
    occupied = await _occupied(session, request.replaces)
    snapshot = snapshot or await _load(session, request)
    for _ in range(MAX_OPTIMISTIC_ATTEMPTS):
        party, assignments = _choose(request, snapshot)
        chosen = {assignment.resource_id for assignment in assignments}
        await fetch_raw(session, "SAVEPOINT reservation")
        current = await lock_and_refresh(session, snapshot, occupied | chosen)
        if permits(assignments, current.supply, snapshot.grid.step(request.start)):
            return Reservation(current, party, request.start, assignments)
        await fetch_raw(session, "ROLLBACK TO SAVEPOINT reservation")
        snapshot = await _load(session, request)
    candidates = {resource.id for resource in snapshot.supply.resources}
    current = await lock_and_refresh(session, snapshot, occupied | candidates)
    party, assignments = _choose(request, current)
    return Reservation(current, party, request.start, assignments)


async def _load(session: AsyncSession, request: AllocationRequest) -> BranchSnapshot:
    return await load_snapshot_around(
        session,
        request.branch_id,
        request.start,
        request.parties[-1],
        at_desk=request.at_desk,
        ignored=request.replaces,
    )


async def _occupied(session: AsyncSession, appointment_ids: Collection[UUID]) -> set[UUID]:
    if not appointment_ids:
        return set()
    return {resource_id for (resource_id,) in await fetch_raw(session, _ALLOCATED, [*appointment_ids])}


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
