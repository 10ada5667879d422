"""Leave over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.core.security import InvalidCursorException
from app.http.idempotent_endpoint import unstorable_response
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.coverage.coverage_schemas import Stranding
from app.modules.identity.access import SignedIn
from app.modules.staff.staff_errors import (
    OwnTimeOff,
    StaffNotFound,
    TimeOffBegun,
    TimeOffDecided,
    TimeOffNotFound,
    TimeOffOverlaps,
)
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
_DECISION_ERRORS = (TimeOffNotFound, TimeOffDecided)


@router.post("", status_code=201, responses=error_responses(StaffNotFound))
async def request_time_off(user: SignedIn, session: SessionDep, new: TimeOffCreate) -> TimeOffRead:
    """Request leave: your own, or at the desk that of a person of the branch."""
    return await service.request_time_off(session, user, new)


@router.get("", responses=error_responses(InvalidCursorException, BranchNotFound, StaffNotFound))
async def list_time_off(
    user: SignedIn, session: SessionDep, query: Annotated[TimeOffListQuery, Query()]
) -> TimeOffPage:
    """List leave page by page, newest first. Therapists see their own."""
    return await service.list_time_off(session, user, query)


@router.post(
    "/{time_off_id}/preview",
    responses=error_responses(*_DECISION_ERRORS, OwnTimeOff, TimeOffOverlaps),
)
@unstorable_response  # it changes nothing
async def preview_approval(user: SignedIn, session: SessionDep, time_off_id: UUID) -> Stranding:
    """Return the appointments that would be stranded if the leave were approved. Nothing is changed."""
    return await service.preview_approval(session, user, time_off_id)


@router.post(
    "/{time_off_id}/approve",
    responses=error_responses(*_DECISION_ERRORS, OwnTimeOff, TimeOffOverlaps, AppointmentsStranded),
)
async def approve_time_off(
    user: SignedIn, session: SessionDep, time_off_id: UUID, approval: TimeOffApproval
) -> TimeOffApproved:
    """Approve leave. The person cannot be booked in that time any more.

    Refused if appointments would be stranded, unless `force` is set.
    """
    return await service.approve_time_off(session, user, time_off_id, approval)


@router.post("/{time_off_id}/refuse", responses=error_responses(*_DECISION_ERRORS, OwnTimeOff))
async def refuse_time_off(
    user: SignedIn, session: SessionDep, time_off_id: UUID, refusal: TimeOffAnswer
) -> TimeOffRead:
    """Refuse leave."""
    return await service.refuse_time_off(session, user, time_off_id, refusal)


@router.post("/{time_off_id}/withdraw", responses=error_responses(*_DECISION_ERRORS, TimeOffBegun))
async def withdraw_time_off(user: SignedIn, session: SessionDep, time_off_id: UUID) -> TimeOffRead:
    """Withdraw your own leave, also after it was approved. You can be booked in that time again.

    An administrator can withdraw anybody's leave, also after it has begun.
    """
    return await service.withdraw_time_off(session, user, time_off_id)
