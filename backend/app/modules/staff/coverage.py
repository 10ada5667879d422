"""Appointments must not lose unnoticed whoever is to do them: the one rule for all that takes working time away."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException
from app.modules.resource.allocation_schemas import AllocationRead, appointment_details
from app.modules.resource.allocations import appointments_of, lock_resources

_WHERE_COVERED = text("""
SELECT appointment.id, array_agg(DISTINCT shift.branch_id) AS branches
FROM unnest(:ids, :people, :starts, :ends) AS given (id, staff_id, starts, ends)
    CROSS JOIN LATERAL (SELECT given.*, tstzrange(given.starts, given.ends) AS during) AS appointment
    JOIN shift ON shift.staff_id = appointment.staff_id AND shift.during && appointment.during
WHERE NOT EXISTS (
    SELECT FROM time_off AS leave
    WHERE leave.staff_id = appointment.staff_id AND leave.status = 'approved'
        AND leave.during && appointment.during
)
GROUP BY appointment.id, appointment.during
HAVING range_agg(shift.during) @> appointment.during
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("people", type_=ARRAY(Uuid())),
    bindparam("starts", type_=ARRAY(DateTime(timezone=True))),
    bindparam("ends", type_=ARRAY(DateTime(timezone=True))),
)


class AppointmentsStranded(ConflictException):
    code = "APPOINTMENTS_STRANDED"
    """`details` has them: the id of the appointment, and from when to when as ISO 8601 writes intervals."""
    text = LocalizedText(
        "Có lịch hẹn sẽ không còn người làm. Hãy dời lịch trước, hoặc gửi lại với force.",
        "Appointments would lose whoever is to do them. Move them first, or send it again with force.",
    )


@asynccontextmanager
async def guard_coverage(
    session: AsyncSession, staff_ids: Iterable[UUID], *, within: Sequence[Range[datetime]], force: bool
) -> AsyncIterator[list[AllocationRead]]:
    """Around a change of when these people work; after it the list has the appointments that it stranded. `within`
    are the times that they may lose: what touches none of them is not even read.

    An appointment is covered while it lies in shifts of its person, touching ones as one, and in no approved leave.
    It is stranded when it was covered and is not any more, or only by a shift in another branch. One that is over
    does not count. Until the transaction ends nobody books these people.

    Raises:
        AppointmentsStranded: unless with `force`.
    """
    people = sorted(set(staff_ids))
    stranded: list[AllocationRead] = []
    await lock_resources(session, people)
    appointments = await appointments_of(session, people, since=utc_now(), within=within)
    before = await _where_covered(session, appointments)
    yield stranded
    await session.flush()
    after = await _where_covered(session, appointments)
    stranded += [each for each in appointments if each.id in before and after.get(each.id) != before[each.id]]
    if stranded and not force:
        raise AppointmentsStranded(details=appointment_details(stranded, "stranded_appointment"))


async def _where_covered(
    session: AsyncSession, appointments: Sequence[AllocationRead]
) -> dict[UUID, frozenset[UUID]]:
    """Of those that are covered the branches of the shifts in which they lie."""
    if not appointments:
        return {}
    columns = {
        "ids": [each.id for each in appointments],
        "people": [each.resource_id for each in appointments],
        "starts": [each.start for each in appointments],
        "ends": [each.end for each in appointments],
    }
    return {row.id: frozenset(row.branches) for row in await session.execute(_WHERE_COVERED, columns)}
