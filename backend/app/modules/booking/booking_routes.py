"""Visits over HTTP: parse, call the service, answer."""

from uuid import UUID

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.core.routing import ApiRouter
from app.modules.booking import booking_errors as errors
from app.modules.booking import booking_states
from app.modules.booking.booking_schemas import StatusChange, VisitRead
from app.modules.identity.identity_access import AnyRole

router = ApiRouter(prefix=f"{API_V1}/visits", tags=["Visits"])


@router.put(
    "/{visit_id}/status",
    responses=error_responses(
        errors.VisitNotFound,
        errors.AppointmentNotFound,
        errors.StatusConflict,
        errors.HoldExpired,
        errors.TooLateToCancel,
        errors.TooEarlyForNoShow,
    ),
)
async def set_visit_status(
    user: AnyRole, session: SessionDep, visit_id: UUID, change: StatusChange
) -> VisitRead:
    """Confirms, checks in, completes, cancels: the whole party, or some of its guests.

    Customers confirm and cancel what is theirs, therapists say how far their guests are, the desk does all of it.
    """
    return await booking_states.set_status(session, user, visit_id, change)
