"""The steps that a user can take with a visit now: what its statuses allow, by the table in `transitions`."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.queries import get_row
from app.modules.booking.booking_errors import VisitNotFound
from app.modules.booking.booking_models import AppointmentTransition, Visit
from app.modules.booking.status.change_status import AppointmentState, load_appointment_states
from app.modules.booking.status.history import last_transitions
from app.modules.booking.status.policy import load_policy
from app.modules.booking.status.status import AppointmentStatus, StatusRequest
from app.modules.booking.status.transitions import (
    MadeTransition,
    Relation,
    possible_requests,
    undone_status,
)
from app.modules.booking.visit.access import Actor, relations_to_visit
from app.modules.booking.visit.desk_schemas import AppointmentSteps, StatusStep, VisitSteps
from app.modules.identity.access import authorize
from app.modules.identity.roles import Role


async def read_steps(session: AsyncSession, actor: Actor, visit_id: UUID) -> VisitSteps:
    """Return the steps that the actor may take now with each guest that they may see.

    Raises:
        VisitNotFound, ForbiddenException
    """
    authorize(actor, *Role)
    visit = await get_row(session, Visit, visit_id, VisitNotFound)
    relations = await relations_to_visit(session, actor, visit)
    guests = await load_appointment_states(session, visit, relations)
    policy = await load_policy(session, visit.branch_id)
    made = await last_transitions(session, [*relations])
    now = utc_now()
    undo = {
        guest.id: _undoable(guest, made.get(guest.id), relations[guest.id], actor.id, now) for guest in guests
    }
    return VisitSteps(
        appointments=[
            AppointmentSteps(
                appointment_id=guest.id,
                steps=[
                    StatusStep(request=request, status=status)
                    for request, status in possible_requests(
                        guest.status,
                        relations[guest.id],
                        policy=policy,
                        start=guest.starts_at,
                        now=now,
                        is_walk_in=guest.is_walk_in,
                        recorded_at=guest.recorded_at,
                    ).items()
                ],
                undo=undo[guest.id][0],
                undo_status=undo[guest.id][1],
                free_cancel_until=guest.starts_at - policy.free_cancel,
            )
            for guest in guests
        ]
    )


def _undoable(
    guest: AppointmentState,
    transition: AppointmentTransition | None,
    relations: Collection[Relation],
    user_id: UUID | None,
    now: datetime,
) -> tuple[StatusRequest, AppointmentStatus] | tuple[None, None]:
    """Return the request behind the last transition, and the status before it, if the user may undo it now."""
    if transition is None or transition.new_status != guest.status:
        return None, None
    made = MadeTransition(
        old=AppointmentStatus(transition.old_status),
        new=guest.status,
        at=transition.created_at,
        by_user=user_id is not None and transition.user_id == user_id,
    )
    for request in StatusRequest:
        result = undone_status(made, request, relations, start=guest.starts_at, now=now)
        if isinstance(result, AppointmentStatus):
            return request, result
    return None, None
