"""Let the sessions of courses follow the appointments that they pay. Whatever changes a status or drops a treatment calls it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.booking.status.status import EDITABLE, AppointmentStatus
from app.modules.course.usage import Outcome, TreatmentUse, follow

_USES = """
SELECT branch_id, treatment_id, status, day, course_id, released_course_id
FROM zenspa_treatment_courses($1::uuid[], $2::uuid[])
"""
_MISSED = {AppointmentStatus.NO_SHOW, AppointmentStatus.LATE_CANCELLED}


async def follow_courses(
    session: AsyncSession,
    user_id: UUID | None,
    appointment_ids: Collection[UUID],
    *,
    former_treatment_ids: Collection[UUID] = (),
    former_customer_id: UUID | None = None,
) -> None:
    """Reserve, use and release the sessions that pay these appointments, as their statuses say now.

    Call it last: it locks courses and the till of the branch, and nothing may be locked after these. The caller has locked
    the visits.

    Args:
        user_id: The user who changed the appointments; None for a job or a guest without an account.
        former_treatment_ids: The treatments that the appointments had before. Those that exist no more release
            their sessions.
        former_customer_id: The customer who is not the guest any more.

    Raises:
        CourseSessionBilled: A treatment was dropped that is on a closed bill.
    """
    await session.flush()
    rows = await fetch_raw(session, _USES, [*appointment_ids], [*former_treatment_ids])
    if not rows:
        return
    uses = [
        TreatmentUse(treatment_id, outcome_of(status), day, course_id, released_course_id)
        for _, treatment_id, status, day, course_id, released_course_id in rows
    ]
    branch_id = rows[0][0]
    await follow(session, branch_id, user_id, uses, former_customer_id=former_customer_id)


def outcome_of(status: str | None) -> Outcome:
    """Return what a status means for the sessions of an appointment; without one the treatment was dropped."""
    if status is None:
        return Outcome.DROPPED
    if status in EDITABLE:
        return Outcome.EXPECTED
    if status == AppointmentStatus.COMPLETED:
        return Outcome.DONE
    return Outcome.MISSED if status in _MISSED else Outcome.CALLED_OFF
