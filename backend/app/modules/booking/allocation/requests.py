"""The request for a reservation, and its result."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span
from app.modules.availability.availability_service import (
    BranchSnapshot,
    MovableTreatment,
    Overrule,
    load_snapshot_around,
)
from app.scheduling.demand import Assignment, Party
from app.scheduling.supply import Equipment, Place, Requirement, Resource, ResourceKind, Therapist


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
    name: str
    """The name of the resource."""


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
    others_give_way: bool = False
    """Guests without a wish may get other resources if the party does not fit otherwise."""


class Displacement(NamedTuple):
    """A treatment of another guest that gets another resource of its kind, at the same time."""

    treatment: MovableTreatment
    to_id: UUID
    to_name: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """The resources of a party, locked until the transaction ends."""

    snapshot: BranchSnapshot
    party: Party
    start: datetime
    assignments: list[Assignment]
    overruled: bool = False
    """Hours or shifts were overruled."""
    moves: Sequence[Displacement] = ()
    """The resources that other guests give up for the party. The caller writes these before the party's allocations."""


async def load_for(
    session: AsyncSession,
    request: AllocationRequest,
    overrule: Overrule,
    besides: Collection[Requirement] = (),
) -> BranchSnapshot:
    """Load a new snapshot for a request, with what others require besides."""
    return await load_snapshot_around(
        session,
        request.branch_id,
        request.start,
        request.parties[-1],
        at_desk=request.at_desk,
        ignored=request.replaced.appointment_ids if request.replaced else (),
        overrule=overrule,
        besides=besides,
    )


def with_current(snapshot: BranchSnapshot, replaced: Replaced | None) -> BranchSnapshot:
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
    names = snapshot.resource_names | {time.resource_id: time.name for time in replaced.occupied}
    supply = replace(snapshot.supply, resources=resources, open=opened)
    return replace(snapshot, supply=supply, resource_names=names)


def _without_free_time(time: Occupied) -> Resource:
    """Return a resource that a new booking could not have any more."""
    if time.kind == ResourceKind.STAFF:
        return Therapist(time.resource_id, frozenset({time.service_id}), works=0, free=0, gender=time.gender)
    assert time.type_id is not None
    return Equipment(time.resource_id, ResourceKind(time.kind), time.type_id, free=0, room_id=time.room_id)
