"""Load the treatments that may get other resources, so that guests without a wish can give way."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span
from app.db.queries import fetch_raw
from app.modules.availability.snapshot import BranchSnapshot
from app.scheduling.making_room import MovableSupply
from app.scheduling.reassignment import Work
from app.scheduling.supply import Requirement, ResourceKind
from app.scheduling.timegrid import Grid

_MOVABLE = "SELECT * FROM zenspa_movable_allocations($1, $2::timestamptz, $3::timestamptz, $4::uuid[])"


class MovableTreatment(NamedTuple):
    """A treatment and one resource of it that may be replaced by another."""

    id: UUID
    visit_id: UUID
    appointment_id: UUID
    treatment_id: UUID
    customer_id: UUID | None
    """The guest, if the spa knows them."""
    guest_name: str
    start: datetime
    resource_id: UUID
    resource_name: str
    requirement: Requirement
    room_id: UUID | None
    """The room in which the bed must be; None for any."""
    spans: Sequence[Span]
    """The times in which the treatment occupies the resource."""

    def work(self, grid: Grid) -> Work:
        return Work(self.id, self.resource_id, grid.busy(self.spans), self.requirement, self.room_id)


async def load_movable(
    session: AsyncSession,
    branch_id: UUID,
    since: datetime,
    until: datetime,
    *,
    ignored: Collection[UUID] = (),
) -> list[MovableTreatment]:
    """Load what may move of the guests who are in the branch between two instants, in the order of their starts.

    Args:
        ignored: Appointments that are left out.
    """
    rows = await fetch_raw(session, _MOVABLE, branch_id, since, until, [*ignored])
    return [_read(*row) for row in rows]


def _read(*row: Any) -> MovableTreatment:
    *columns, kind, required_id, gender, room_id, busy_from, busy_until = row
    requirement = Requirement(ResourceKind(kind), required_id, gender=gender)
    return MovableTreatment._make([*columns, requirement, room_id, tuple(map(Span, busy_from, busy_until))])


def requirements_of(treatments: Iterable[MovableTreatment]) -> set[Requirement]:
    """Return which resources have to be loaded so that these treatments can move."""
    return {treatment.requirement for treatment in treatments}


def movable_supply(snapshot: BranchSnapshot, treatments: Iterable[MovableTreatment]) -> MovableSupply:
    """Return the supply as it would be without these treatments, which the snapshot counts as occupied."""
    works = [treatment.work(snapshot.grid) for treatment in treatments]
    released: dict[UUID, int] = {}
    for work in works:
        released[work.by] = released.get(work.by, 0) | work.during
    resources = [
        replace(resource, free=resource.free | released.get(resource.id, 0) & resource.works)
        for resource in snapshot.supply.resources
    ]
    return MovableSupply(replace(snapshot.supply, resources=resources), works)
