"""Read model: the people at work in a branch at some time, with their shifts and their leave.

Part of the staff module's door: other modules may import it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.gender import Gender
from app.common.types.wall_time import Span
from app.db.queries import fetch_raw
from app.modules.staff.roster.service import read_shift
from app.modules.staff.staff_models import Shift, Staff, TimeOff, TimeOffStatus
from app.modules.staff.staff_schemas import ShiftRead
from app.modules.staff.time_off.schemas import TimeOffRead
from app.modules.staff.time_off.service import read_time_off

_WORKING_MINUTES = """
SELECT coalesce(sum(extract(epoch FROM least(upper(during), ends) - greatest(lower(during), begins))) / 60, 0)::integer
FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS day (begins, ends, number)
LEFT JOIN shift ON branch_id = $1 AND lower(during) > begins - $4::interval AND lower(during) < ends
    AND upper(during) > begins
GROUP BY number ORDER BY number
"""
_LONGEST_SHIFT = timedelta(hours=25)
"""The length of a shift on the day when clocks are set back. The index knows only when shifts begin."""


@dataclass(frozen=True, slots=True)
class PersonAtWork:
    """A person with what they have to do in some time."""

    id: UUID
    name: str
    gender: Gender | None
    shifts: list[ShiftRead]
    """Shifts in the branch."""
    leaves: list[TimeOffRead]
    """Approved leave."""


async def list_people_at_work(
    session: AsyncSession, branch_id: UUID, during: Span, *, also: Collection[UUID] = ()
) -> list[PersonAtWork]:
    """Return the people with a shift in the branch that touches this time, and those in `also`, by given name."""
    time = Range(*during)
    shifts = await _load_shifts(session, branch_id, during)
    staff_ids = {*shifts, *also}
    leaves: dict[UUID, list[TimeOffRead]] = defaultdict(list)
    approved = (
        select(TimeOff)
        .where(TimeOff.staff_id.in_(staff_ids), TimeOff.status == TimeOffStatus.APPROVED)
        .where(TimeOff.during.overlaps(time))
        .order_by(TimeOff.during)
    )
    for leave in await session.scalars(approved):
        leaves[leave.staff_id].append(read_time_off(leave))
    people = select(Staff).where(Staff.id.in_(staff_ids))
    people = people.order_by(func.zenspa_name_order(Staff.full_name), Staff.id)
    return [
        PersonAtWork(
            id=staff.id,
            name=staff.full_name,
            gender=Gender(staff.gender) if staff.gender else None,
            shifts=shifts[staff.id],
            leaves=leaves[staff.id],
        )
        for staff in await session.scalars(people)
    ]


async def working_minutes(session: AsyncSession, branch_id: UUID, days: Sequence[Span]) -> list[int]:
    """Return for how many minutes people have shifts in the branch, for each of these days. Leave is not subtracted."""
    starts, ends = ([day.start for day in days], [day.end for day in days])
    rows = await fetch_raw(session, _WORKING_MINUTES, branch_id, starts, ends, _LONGEST_SHIFT)
    return [minutes for (minutes,) in rows]


async def _load_shifts(
    session: AsyncSession, branch_id: UUID, during: Span
) -> defaultdict[UUID, list[ShiftRead]]:
    """Return the shifts in the branch that touch this time, by person and in order."""
    touching = (
        select(Shift)
        .where(Shift.branch_id == branch_id, Shift.during.overlaps(Range(*during)))
        .where(func.lower(Shift.during).between(during.start - _LONGEST_SHIFT, during.end))
        .order_by(func.lower(Shift.during))
    )
    shifts: defaultdict[UUID, list[ShiftRead]] = defaultdict(list)
    for shift in await session.scalars(touching):
        shifts[shift.staff_id].append(read_shift(shift))
    return shifts
