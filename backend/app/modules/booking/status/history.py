"""The transitions that appointments have made, and the resources that these released."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.queries import fetch_raw
from app.modules.booking.booking_models import Appointment, AppointmentTransition
from app.modules.booking.status.status import AppointmentStatus

_OCCUPIED = """
SELECT appointment_id, appointment_treatment_id, kind, resource_id
FROM allocation JOIN bookable_resource ON bookable_resource.id = resource_id
WHERE appointment_id = ANY($1::uuid[]) ORDER BY during
"""


async def record_transitions(
    session: AsyncSession,
    changes: Mapping[UUID, tuple[AppointmentStatus, AppointmentStatus]],
    *,
    released: Collection[UUID],
    user_id: UUID | None,
    moved_from: Mapping[UUID, datetime] | None = None,
) -> None:
    """Record transitions, before the resources of the released appointments are deleted.

    Holds are left out: the end of a hold cannot be undone.

    Args:
        changes: The old and the new status, by appointment.
        released: The appointments whose resources are about to be released.
        user_id: The user who makes the transitions; None for a job.
        moved_from: The starts that appointments had before they were moved to now.
    """
    changes = {key: change for key, change in changes.items() if change[0] is not AppointmentStatus.HELD}
    resources: dict[UUID, list[list[str]]] = defaultdict(list)
    if changes.keys() & released:
        for appointment_id, *resource in await fetch_raw(session, _OCCUPIED, [*released]):
            resources[appointment_id].append([*map(str, resource)])
    now = utc_now()
    session.add_all(
        AppointmentTransition(
            appointment_id=appointment_id,
            old_status=old,
            new_status=new,
            user_id=user_id,
            released=resources[appointment_id],
            moved_from=(moved_from or {}).get(appointment_id),
            created_at=now,
        )
        for appointment_id, (old, new) in changes.items()
    )


async def last_transitions(
    session: AsyncSession, appointment_ids: Collection[UUID]
) -> dict[UUID, AppointmentTransition]:
    """Return the last transition of each appointment that has not been undone, by appointment."""
    statement = (
        select(AppointmentTransition)
        .where(AppointmentTransition.appointment_id.in_(appointment_ids))
        .where(AppointmentTransition.undone_at.is_(None))
        .order_by(AppointmentTransition.id)  # an appointment has a handful: the last one wins
    )
    return {transition.appointment_id: transition for transition in await session.scalars(statement)}


def has_changed() -> ColumnElement[bool]:
    """Match appointments that have made a transition which was not undone."""
    return exists(
        select(AppointmentTransition.id).where(
            AppointmentTransition.appointment_id == Appointment.id, AppointmentTransition.undone_at.is_(None)
        )
    )


def was_undone_after(status: AppointmentStatus, when: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Match appointments for which a transition to this status was undone after an instant."""
    return exists(
        select(AppointmentTransition.id).where(
            AppointmentTransition.appointment_id == Appointment.id,
            AppointmentTransition.new_status == status,
            AppointmentTransition.undone_at > when,
        )
    )


def released_resources(
    transitions: Collection[AppointmentTransition],
) -> dict[tuple[UUID, str], UUID]:
    """Return the resources that these transitions released, by the treatment's id and the kind of resource."""
    return {
        (UUID(treatment_id), kind): UUID(resource_id)
        for transition in transitions
        for treatment_id, kind, resource_id in transition.released
    }
