"""Branches over HTTP."""

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
    BankAccountNeeded,
    BranchKeyTaken,
    BranchNotFound,
    SameBranch,
    SpecialHoursNotFound,
    SpecialHoursOverlap,
)
from app.modules.branch.branch_schemas import (
    BranchCreate,
    BranchRead,
    BranchUpdate,
    BranchUpdated,
    OpenQuery,
    OpenSpan,
    SpecialHoursAdded,
    SpecialHoursCreate,
    SpecialHoursRequest,
    WeeklyHours,
)
from app.modules.branch.holidays import suggest_holidays
from app.modules.branch.travel import list_travel_times, set_travel_time
from app.modules.branch.travel_schemas import TravelTimeChange, TravelTimeRead, TravelTimeSet
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.coverage.coverage_schemas import QueryForce, Stranding
from app.modules.identity.access import SignedIn

router = ApiRouter(prefix=f"{API_V1}/branches", tags=["Branches"])

_BRANCHES = TypeAdapter(list[BranchRead])


@router.get("", response_model=list[BranchRead], openapi_extra=PUBLIC, responses=NOT_MODIFIED)
async def list_branches(request: Request, session: SessionDep) -> Response:
    """List the branches by name with their hours and the days that have others. Those closed for good come too, with
    the time since when: what happened there keeps its place."""
    return respond_with_etag(request, _BRANCHES.dump_json(await service.list_branches(session)))


@router.post("", status_code=201, responses=error_responses(BranchKeyTaken, BankAccountNeeded))
async def open_branch(user: SignedIn, session: SessionDep, new: BranchCreate) -> BranchRead:
    """Add a branch. It is closed all week until its hours are set."""
    return await service.open_branch(session, user, new)


@router.get("/{branch_id}", openapi_extra=PUBLIC, responses=error_responses(BranchNotFound))
async def get_branch(session: SessionDep, branch_id: UUID) -> BranchRead:
    """Return one branch with its weekly and special hours."""
    return await service.read_branch(session, branch_id)


@router.patch(
    "/{branch_id}",
    responses=error_responses(BranchNotFound, BranchKeyTaken, BankAccountNeeded, AppointmentsStranded),
)
async def update_branch(
    user: SignedIn, session: SessionDep, branch_id: UUID, changes: BranchUpdate
) -> BranchUpdated:
    """Change the fields that are sent. With another time zone the same wall-clock hours become other instants.

    Refused if appointments would be stranded, unless `force` is set.
    """
    return await service.update_branch(session, user, branch_id, changes)


@router.put("/{branch_id}/hours", responses=error_responses(BranchNotFound, AppointmentsStranded))
async def set_branch_hours(
    user: SignedIn, session: SessionDep, branch_id: UUID, weekly: WeeklyHours
) -> BranchUpdated:
    """Replace the weekly hours, in wall-clock time. A closing time that is not after the opening time is on the next day.

    Refused if appointments would be stranded, unless `force` is set.
    """
    return await service.set_weekly_hours(session, user, branch_id, weekly)


@router.get(
    "/{branch_id}/open",
    response_model=list[OpenSpan],
    openapi_extra=PUBLIC,
    responses=error_responses(BranchNotFound),
)
async def list_open_hours(
    session: SessionDep, branch_id: UUID, query: Annotated[OpenQuery, Query()]
) -> list[Span]:
    """List when a branch is open on these days, as instants: the weekly hours, or the special hours of a day."""
    return await service.list_open_spans(session, branch_id, query)


@router.post(
    "/{branch_id}/special-hours",
    status_code=201,
    responses=error_responses(BranchNotFound, SpecialHoursOverlap, AppointmentsStranded),
)
async def add_special_hours(
    user: SignedIn, session: SessionDep, branch_id: UUID, new: SpecialHoursRequest
) -> SpecialHoursAdded:
    """Set special hours for some days, for example over Tết. Without hours the branch is closed.

    Refused if appointments would be stranded, unless `force` is set.
    """
    return await service.add_special_hours(session, user, branch_id, new)


@router.delete(
    "/{branch_id}/special-hours/{special_hours_id}",
    responses=error_responses(BranchNotFound, SpecialHoursNotFound, AppointmentsStranded),
)
async def remove_special_hours(
    user: SignedIn, session: SessionDep, branch_id: UUID, special_hours_id: UUID, *, force: QueryForce = False
) -> Stranding:
    """Remove special hours. The days have their weekly hours again.

    Refused if appointments would be stranded, unless `force` is set.
    """
    return await service.remove_special_hours(session, user, branch_id, special_hours_id, force=force)


@router.get("/{branch_id}/holidays/{year}", responses=error_responses(BranchNotFound))
async def suggest_branch_holidays(
    user: SignedIn, session: SessionDep, branch_id: UUID, year: Annotated[int, Path(ge=1970, le=2100)]
) -> list[SpecialHoursCreate]:
    """Suggests special hours for the public holidays of the branch's country, closed all day.

    Consecutive days are one suggestion; days that have special hours already are left out. Review each, change it if
    needed, and send it to `POST …/special-hours`.
    """
    return await suggest_holidays(session, user, branch_id, year)


@router.get("/{branch_id}/travel-times", responses=error_responses(BranchNotFound))
async def list_branch_travel_times(
    user: SignedIn, session: SessionDep, branch_id: UUID
) -> list[TravelTimeRead]:
    """List the minutes that a therapist needs to other branches, the nearest first. No entry: no time."""
    return await list_travel_times(session, user, branch_id)


@router.put(
    "/{branch_id}/travel-times/{other_id}",
    responses=error_responses(BranchNotFound, SameBranch, AppointmentsStranded),
)
async def set_branch_travel_time(
    user: SignedIn, session: SessionDep, branch_id: UUID, other_id: UUID, change: TravelTimeChange
) -> TravelTimeSet:
    """Set the minutes that a therapist needs between two branches, either way: between appointments in one and in the
    other at least so much time has to be. 0 removes the entry.

    Refused if appointments would be stranded, unless `force` is set.
    """
    return await set_travel_time(session, user, branch_id, other_id, change)
