"""Leave over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.core.security import InvalidCursorException
from app.http.router import ApiRouter
from app.modules.branch.branch_service import BranchNotFound
from app.modules.identity.access import Admin, Team
from app.modules.staff.coverage import AppointmentsStranded
from app.modules.staff.staff_service import StaffNotFound
from app.modules.staff.time_off import service
from app.modules.staff.time_off.schemas import (
    TimeOffAnswer,
    TimeOffApproval,
    TimeOffApproved,
    TimeOffCreate,
    TimeOffListQuery,
    TimeOffPage,
    TimeOffRead,
)

router = ApiRouter(prefix=f"{API_V1}/time-off", tags=["Time off"])
_DECISION = (service.TimeOffNotFound, service.TimeOffDecided)


@router.post("", status_code=201, responses=error_responses(StaffNotFound))
async def request_time_off(user: Team, session: SessionDep, new: TimeOffCreate) -> TimeOffRead:
    """Asks for leave: for oneself, or from the desk for somebody of the branch."""
    return await service.request_time_off(session, user, new)


@router.get("", responses=error_responses(InvalidCursorException, BranchNotFound, StaffNotFound))
async def list_time_off(
    user: Team, session: SessionDep, query: Annotated[TimeOffListQuery, Query()]
) -> TimeOffPage:
    """Lists leave page by page, newest first; a therapist sees only their own."""
    return await service.list_time_off(session, user, query)


@router.post(
    "/{time_off_id}/approve",
    responses=error_responses(*_DECISION, service.OwnTimeOff, service.TimeOffOverlaps, AppointmentsStranded),
)
async def approve_time_off(
    user: Admin, session: SessionDep, time_off_id: UUID, approval: TimeOffApproval
) -> TimeOffApproved:
    """Approves leave, unless appointments would lose whoever is to do them, or with `force`.

    Nobody can book the person in that time any more.
    """
    return await service.approve_time_off(session, user, time_off_id, approval)


@router.post("/{time_off_id}/refuse", responses=error_responses(*_DECISION, service.OwnTimeOff))
async def refuse_time_off(
    user: Admin, session: SessionDep, time_off_id: UUID, refusal: TimeOffAnswer
) -> TimeOffRead:
    """Refuses leave."""
    return await service.refuse_time_off(session, user, time_off_id, refusal)


@router.post("/{time_off_id}/withdraw", responses=error_responses(*_DECISION, service.TimeOffBegun))
async def withdraw_time_off(user: Team, session: SessionDep, time_off_id: UUID) -> TimeOffRead:
    """Withdraws leave of one's own, also when it was approved: one can be booked again then.

    An administrator withdraws anybody's, and only they what has begun already.
    """
    return await service.withdraw_time_off(session, user, time_off_id)
