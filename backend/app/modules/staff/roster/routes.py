"""Rosters over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.coverage.coverage_schemas import QueryForce
from app.modules.identity.access import SignedIn
from app.modules.staff.roster import fill as roster_fill
from app.modules.staff.roster import service, weekly
from app.modules.staff.roster.schemas import (
    RosterChange,
    ShiftCopy,
    ShiftCreate,
    ShiftFill,
    ShiftListQuery,
    ShiftsMade,
    ShiftSwap,
    ShiftUpdate,
)
from app.modules.staff.staff_errors import (
    BranchClosed,
    NotEmployed,
    NotOfThisBranch,
    SameStaff,
    ShiftNotFound,
    ShiftOverlaps,
    StaffNotFound,
    TooManyShifts,
)
from app.modules.staff.staff_schemas import ShiftRead, WeeklyShifts

router = ApiRouter(prefix=API_V1, tags=["Rosters"])
_SHIFT_ERRORS = (NotOfThisBranch, NotEmployed, BranchClosed, ShiftOverlaps)
_FILL_ERRORS = (BranchNotFound, NotOfThisBranch, TooManyShifts)


@router.get("/staff/{staff_id}/weekly-shifts", responses=error_responses(StaffNotFound))
async def get_weekly_shifts(user: SignedIn, session: SessionDep, staff_id: UUID) -> WeeklyShifts:
    """Return the weekly shifts of a person. For the desk of their branches; therapists see their own."""
    return await weekly.get_weekly_shifts(session, user, staff_id)


@router.put("/staff/{staff_id}/weekly-shifts", responses=error_responses(StaffNotFound, NotOfThisBranch))
async def set_weekly_shifts(
    user: SignedIn, session: SessionDep, staff_id: UUID, pattern: WeeklyShifts
) -> WeeklyShifts:
    """Replace the weekly shifts of a person in all branches. Shifts that were made from them before stay.

    Only the desk of a branch changes the weekly shifts there. Send those of other branches as they are.
    """
    return await weekly.set_weekly_shifts(session, user, staff_id, pattern)


@router.get("/shifts", responses=error_responses(BranchNotFound, StaffNotFound, TooManyShifts))
async def list_shifts(
    user: SignedIn, session: SessionDep, query: Annotated[ShiftListQuery, Query()]
) -> list[ShiftRead]:
    """List the shifts of a branch or of a person in the order of their starts. Therapists see their own.

    There are no pages: more than 10,000 shifts are refused.
    """
    return await service.list_shifts(session, user, query)


@router.post(
    "/shifts", status_code=201, responses=error_responses(BranchNotFound, StaffNotFound, *_SHIFT_ERRORS)
)
async def create_shift(user: SignedIn, session: SessionDep, new: ShiftCreate) -> ShiftRead:
    """Add a shift. For the desk of the branch."""
    return await service.create_shift(session, user, new)


@router.post("/shifts/fill", responses=error_responses(*_FILL_ERRORS))
async def fill_shifts(user: SignedIn, session: SessionDep, fill: ShiftFill) -> ShiftsMade:
    """Make shifts from the weekly shifts, on days when the branch is open; at most 10,000.

    A day on which the person already has a shift stays as it is, so shifts that were swapped, moved or deleted in part
    do not come back. A day that was emptied completely is filled again. For the desk of the branch.
    """
    return await roster_fill.fill_shifts(session, user, fill)


@router.post("/shifts/copy", responses=error_responses(*_FILL_ERRORS))
async def copy_shifts(user: SignedIn, session: SessionDep, copy: ShiftCopy) -> ShiftsMade:
    """Copy the shifts of one week to others, at the same local times; at most 10,000.

    A day on which the person already has a shift stays as it is. For the desk of the branch.
    """
    return await roster_fill.copy_shifts(session, user, copy)


@router.patch(
    "/shifts/{shift_id}",
    responses=error_responses(
        ShiftNotFound, BranchNotFound, StaffNotFound, *_SHIFT_ERRORS, AppointmentsStranded
    ),
)
async def update_shift(
    user: SignedIn, session: SessionDep, shift_id: UUID, changes: ShiftUpdate
) -> RosterChange:
    """Change the times, the branch or the person of a shift. For the desk of the branch.

    Refused if appointments would be stranded, unless `force` is set.
    """
    return await service.update_shift(session, user, shift_id, changes)


@router.delete("/shifts/{shift_id}", responses=error_responses(ShiftNotFound, AppointmentsStranded))
async def delete_shift(
    user: SignedIn, session: SessionDep, shift_id: UUID, *, force: QueryForce = False
) -> RosterChange:
    """Delete a shift. For the desk of the branch.

    Refused if appointments would be stranded, unless `force` is set.
    """
    return await service.delete_shift(session, user, shift_id, force=force)


@router.post(
    "/shifts/{shift_id}/swap",
    responses=error_responses(ShiftNotFound, SameStaff, *_SHIFT_ERRORS, AppointmentsStranded),
)
async def swap_shifts(user: SignedIn, session: SessionDep, shift_id: UUID, swap: ShiftSwap) -> RosterChange:
    """Let two people swap shifts: each keeps the id of their shift and gets the time and branch of the other one.

    For the desk of both branches.
    """
    return await service.swap_shifts(session, user, shift_id, swap)
