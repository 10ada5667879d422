"""Branches over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import TypeAdapter

from app.common.constants import API_V1
from app.common.types.wall_time import Span
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.etags import NOT_MODIFIED, respond_with_etag
from app.http.router import PUBLIC, ApiRouter
from app.modules.branch import branch_service as service
from app.modules.branch.branch_errors import (
    BranchKeyTaken,
    BranchNotFound,
    ExceptionNotFound,
    ExceptionOverlaps,
)
from app.modules.branch.branch_schemas import (
    BranchCreate,
    BranchRead,
    BranchUpdate,
    ExceptionCreate,
    ExceptionRead,
    OpenQuery,
    OpenSpan,
    WeeklyHours,
)
from app.modules.branch.holidays import suggest_holidays
from app.modules.identity.access import Admin, AdminEverywhere, Team
from app.modules.identity.roles import Role

router = ApiRouter(prefix=f"{API_V1}/branches", tags=["Branches"])

_BRANCHES = TypeAdapter(list[BranchRead])


@router.get("", response_model=list[BranchRead], openapi_extra=PUBLIC, responses=NOT_MODIFIED)
async def list_branches(request: Request, session: SessionDep) -> Response:
    """Lists the branches by name with their hours and the days that have others. Those closed for good come too, with
    the time since when: what happened there keeps its place."""
    return respond_with_etag(request, _BRANCHES.dump_json(await service.list_branches(session)))


@router.post("", status_code=201, responses=error_responses(BranchKeyTaken))
async def open_branch(_: AdminEverywhere, session: SessionDep, new: BranchCreate) -> BranchRead:
    """Opens a branch. It is closed all week until it has hours."""
    return await service.open_branch(session, new)


@router.get("/{branch_id}", openapi_extra=PUBLIC, responses=error_responses(BranchNotFound))
async def get_branch(session: SessionDep, branch_id: UUID) -> BranchRead:
    """One branch with its hours."""
    return await service.read_branch(session, branch_id)


@router.patch("/{branch_id}", responses=error_responses(BranchNotFound, BranchKeyTaken))
async def update_branch(
    user: Admin, session: SessionDep, branch_id: UUID, changes: BranchUpdate
) -> BranchRead:
    """Changes the fields that are sent and leaves the others. Another time zone moves what its wall clock says."""
    user.must_hold_in(branch_id, Role.ADMIN)
    return await service.update_branch(session, branch_id, changes)


@router.put("/{branch_id}/hours", responses=error_responses(BranchNotFound))
async def set_branch_hours(
    user: Admin, session: SessionDep, branch_id: UUID, weekly: WeeklyHours
) -> BranchRead:
    """Sets the hours of all the week, on the wall clock. An end that is not after its beginning is on the next day."""
    user.must_hold_in(branch_id, Role.ADMIN)
    return await service.set_weekly_hours(session, branch_id, weekly)


@router.get(
    "/{branch_id}/open",
    response_model=list[OpenSpan],
    openapi_extra=PUBLIC,
    responses=error_responses(BranchNotFound),
)
async def list_open_hours(
    session: SessionDep, branch_id: UUID, query: Annotated[OpenQuery, Query()]
) -> list[Span]:
    """When a branch is open on these days, as instants: its weekly hours, or those of the exceptions."""
    return await service.open_hours(session, branch_id, query)


@router.post(
    "/{branch_id}/exceptions",
    status_code=201,
    responses=error_responses(BranchNotFound, ExceptionOverlaps),
)
async def add_hours_exception(
    user: Admin, session: SessionDep, branch_id: UUID, new: ExceptionCreate
) -> ExceptionRead:
    """Sets other hours on some days, as over Tết; no hours is closed."""
    user.must_hold_in(branch_id, Role.ADMIN)
    return await service.add_exception(session, branch_id, new)


@router.delete(
    "/{branch_id}/exceptions/{exception_id}",
    status_code=204,
    responses=error_responses(BranchNotFound, ExceptionNotFound),
)
async def remove_hours_exception(
    user: Admin, session: SessionDep, branch_id: UUID, exception_id: UUID
) -> None:
    """Gives the days their weekly hours back."""
    user.must_hold_in(branch_id, Role.ADMIN)
    await service.remove_exception(session, branch_id, exception_id)


@router.get("/{branch_id}/holidays/{year}", responses=error_responses(BranchNotFound))
async def suggest_branch_holidays(
    _: Team, session: SessionDep, branch_id: UUID, year: Annotated[int, Path(ge=1970, le=2100)]
) -> list[ExceptionCreate]:
    """The public holidays of the branch's country that have no other hours yet, each with the days that touch it: to look
    through, change and send back one by one."""
    return await suggest_holidays(session, branch_id, year)
