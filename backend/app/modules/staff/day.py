"""Who works in a branch in some time, with their shifts and their leave."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.gender import Gender
from app.common.types.wall_time import Span
from app.modules.staff.roster.schemas import ShiftRead
from app.modules.staff.roster.service import read_shift
from app.modules.staff.staff_models import Shift, Staff, TimeOff, TimeOffStatus
from app.modules.staff.time_off.schemas import TimeOffRead
from app.modules.staff.time_off.service import read_time_off

_LONGEST_SHIFT = timedelta(hours=25)
"""On the day on which clocks are set back. For the index: it knows when shifts begin."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """Somebody in some time."""

    id: UUID
    name: str
    gender: Gender | None
    shifts: list[ShiftRead]
    """In that branch."""
    leaves: list[TimeOffRead]
    """Approved."""


async def people_of_day(
    session: AsyncSession, branch_id: UUID, during: Span, *, also: Collection[UUID] = ()
) -> list[AtWork]:
    """Who has a shift in the branch that touches this time, and also these, in the order of their names."""
    asked = Range(*during)
    shifts: dict[UUID, list[ShiftRead]] = defaultdict(list)
    on_shift = (
        select(Shift)
        .where(Shift.branch_id == branch_id, Shift.during.overlaps(asked))
        .where(func.lower(Shift.during).between(during.start - _LONGEST_SHIFT, during.end))
        .order_by(func.lower(Shift.during))
    )
    for shift in await session.scalars(on_shift):
        shifts[shift.staff_id].append(read_shift(shift))
    ids = {*shifts, *also}
    leaves: dict[UUID, list[TimeOffRead]] = defaultdict(list)
    approved = (
        select(TimeOff)
        .where(TimeOff.staff_id.in_(ids), TimeOff.status == TimeOffStatus.APPROVED)
        .where(TimeOff.during.overlaps(asked))
        .order_by(TimeOff.during)
    )
    for leave in await session.scalars(approved):
        leaves[leave.staff_id].append(read_time_off(leave))
    people = select(Staff).where(Staff.id.in_(ids)).order_by(Staff.full_name, Staff.id)
    return [
        AtWork(
            id=staff.id,
            name=staff.full_name,
            gender=Gender(staff.gender) if staff.gender else None,
            shifts=shifts[staff.id],
            leaves=leaves[staff.id],
        )
        for staff in await session.scalars(people)
    ]
