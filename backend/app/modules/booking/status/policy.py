"""The settings of a branch on which transitions and moves depend."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.exceptions import ForbiddenException
from app.modules.booking.booking_errors import StatusConflict
from app.modules.booking.booking_models import Appointment
from app.modules.booking.status.conflicts import status_conflict
from app.modules.booking.status.status import MOVABLE, AppointmentStatus
from app.modules.booking.status.transitions import (
    BY_CUSTOMER,
    Policy,
    Relation,
    most_specific_error,
    refusal_of_move,
)
from app.modules.branch.branch_service import get_branch


async def load_policy(session: AsyncSession, branch_id: UUID) -> Policy:
    """Return the policy of a branch.

    Raises:
        BranchNotFound
    """
    branch = await get_branch(session, branch_id)
    return Policy(
        approve_online=branch.approve_online,
        free_cancel=timedelta(minutes=branch.free_cancel_minutes),
        no_show=timedelta(minutes=branch.no_show_minutes),
        takes_deposit=branch.deposit_percent > 0,
    )


async def refuse_unless_movable(
    session: AsyncSession, guests: Collection[Appointment], relations: Mapping[UUID, frozenset[Relation]]
) -> None:
    """Refuse to move guests of one visit if the user may not move all of them now.

    Raises:
        StatusConflict, TooLateToMove
        ForbiddenException: Some guest is not the customer's own.
    """
    if not guests:
        return
    [branch_id] = {guest.branch_id for guest in guests}
    policy = await load_policy(session, branch_id)
    now = utc_now()
    refusals = (
        refusal_of_move(
            AppointmentStatus(guest.status),
            relations.get(guest.id, frozenset()),
            policy=policy,
            start=guest.starts_at,
            now=now,
        )
        for guest in guests
    )
    refused = {refusal for refusal in refusals if refusal is not None}
    if refused:
        error = ForbiddenException if ForbiddenException in refused else most_specific_error(refused)
        if error is StatusConflict:
            fixed = [guest for guest in guests if guest.status not in MOVABLE]
            at_desk = not any(relations.get(guest.id) == BY_CUSTOMER for guest in fixed)
            raise status_conflict([guest.status for guest in fixed], at_desk=at_desk)
        raise error
