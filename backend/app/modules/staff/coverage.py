"""Guard appointments whenever working time is taken away: no appointment loses its therapist unnoticed."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.modules.resource.appointment_schemas import ResourceAppointment, appointment_details
from app.modules.resource.appointments import appointments_of, lock_resources
from app.modules.staff.staff_errors import AppointmentsStranded

_WHERE_COVERED = text("""
SELECT appointment.id, array_agg(DISTINCT shift.branch_id) AS branches
FROM unnest(:ids, :people, :starts, :ends) AS given (id, staff_id, starts, ends)
    CROSS JOIN LATERAL (SELECT given.*, tstzrange(given.starts, given.ends) AS during) AS appointment
    JOIN shift ON shift.staff_id = appointment.staff_id AND shift.during && appointment.during
WHERE NOT EXISTS (
    SELECT FROM unavailability
    WHERE unavailability.resource_id = appointment.staff_id AND unavailability.during && appointment.during
)
GROUP BY appointment.id, appointment.during
HAVING range_agg(shift.during) @> appointment.during
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("people", type_=ARRAY(Uuid())),
    bindparam("starts", type_=ARRAY(DateTime(timezone=True))),
    bindparam("ends", type_=ARRAY(DateTime(timezone=True))),
)


@asynccontextmanager
async def guard_coverage(
    session: AsyncSession, staff_ids: Iterable[UUID], *, within: Sequence[Range[datetime]], force: bool
) -> AsyncIterator[list[ResourceAppointment]]:
    """Wrap a change of these people's working time, and yield a list that afterwards holds the appointments it stranded.

    An appointment is covered while it lies in shifts of its therapist (touching shifts count as one) and in no approved
    leave. It is stranded if it was covered and no longer is, or only by a shift in another branch. Past appointments do
    not count. Until the transaction ends these people cannot be booked.

    Args:
        within: The times that the people may lose. Appointments that touch none of them are not read.

    Raises:
        AppointmentsStranded: An appointment was stranded, and `force` is false.
    """
    people = sorted(set(staff_ids))
    stranded: list[ResourceAppointment] = []
    await lock_resources(session, people)
    appointments = await appointments_of(session, people, since=utc_now(), within=within)
    before = await _where_covered(session, appointments)
    yield stranded
    await session.flush()
    after = await _where_covered(session, appointments)
    stranded += [
        appointment
        for appointment in appointments
        if appointment.id in before and after.get(appointment.id) != before[appointment.id]
    ]
    if stranded and not force:
        raise AppointmentsStranded(details=appointment_details(stranded, "stranded_appointment"))


async def _where_covered(
    session: AsyncSession, appointments: Sequence[ResourceAppointment]
) -> dict[UUID, frozenset[UUID]]:
    """Return the branches of the shifts that cover each appointment. Those that are not covered are left out."""
    if not appointments:
        return {}
    columns = {
        "ids": [appointment.id for appointment in appointments],
        "people": [appointment.resource_id for appointment in appointments],
        "starts": [appointment.start for appointment in appointments],
        "ends": [appointment.end for appointment in appointments],
    }
    return {row.id: frozenset(row.branches) for row in await session.execute(_WHERE_COVERED, columns)}
