"""Rosters over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.common.schemas import QueryBool
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.branch.branch_service import BranchNotFound
from app.modules.identity.access import Desk, Team
from app.modules.staff.access import AT_THE_DESK
from app.modules.staff.coverage import AppointmentsStranded
from app.modules.staff.roster import fill as filling
from app.modules.staff.roster import service, weekly
from app.modules.staff.roster.schemas import (
    RosterChange,
    ShiftCopy,
    ShiftCreate,
    ShiftFill,
    ShiftListQuery,
    ShiftRead,
    ShiftsMade,
    ShiftSwap,
    ShiftUpdate,
    WeeklyShifts,
)
from app.modules.staff.roster.weekly import NotOfThisBranch
from app.modules.staff.staff_service import StaffNotFound

router = ApiRouter(prefix=API_V1, tags=["Rosters"])
_MAY_NOT_WORK = (NotOfThisBranch, service.NotEmployed, service.BranchClosed, service.ShiftOverlaps)

_MAKING = (BranchNotFound, NotOfThisBranch, service.TooManyShifts)


@router.get("/staff/{staff_id}/weekly-shifts", responses=error_responses(StaffNotFound))
async def get_weekly_shifts(user: Team, session: SessionDep, staff_id: UUID) -> WeeklyShifts:
    """When somebody works every week; a therapist sees only their own."""
    return await weekly.get_weekly_shifts(session, user, staff_id)


@router.put("/staff/{staff_id}/weekly-shifts", responses=error_responses(StaffNotFound, NotOfThisBranch))
async def set_weekly_shifts(
    user: Desk, session: SessionDep, staff_id: UUID, pattern: WeeklyShifts
) -> WeeklyShifts:
    """Sets all of a week, in all branches. Shifts that were made of it before stay.

    Only the desk of a branch changes what is in it; send what is in others as it is.
    """
    return await weekly.change_weekly_shifts(session, user, staff_id, pattern)


@router.get("/shifts", responses=error_responses(BranchNotFound, StaffNotFound, service.TooManyShifts))
async def list_shifts(
    user: Team, session: SessionDep, query: Annotated[ShiftListQuery, Query()]
) -> list[ShiftRead]:
    """Lists the shifts of a branch or of a person, in the order of their starts; a therapist sees only their own.

    There are no pages: it gives 10,000 at most, and refuses to give more.
    """
    return await service.list_shifts(session, user, query)


@router.post(
    "/shifts", status_code=201, responses=error_responses(BranchNotFound, StaffNotFound, *_MAY_NOT_WORK)
)
async def create_shift(user: Desk, session: SessionDep, new: ShiftCreate) -> ShiftRead:
    """Adds a shift."""
    return await service.create_shift(session, user, new)


@router.post("/shifts/fill", responses=error_responses(*_MAKING))
async def fill_shifts(user: Desk, session: SessionDep, fill: ShiftFill) -> ShiftsMade:
    """Makes the shifts of the weekly patterns, on days on which the branch is open; at most 10,000.

    A day on which the person has a shift already stays as it is: what was swapped, moved or
    deleted in part does not come back. A day that was emptied wholly is filled again.
    """
    user.must_hold_in(fill.branch_id, *AT_THE_DESK)
    return await filling.fill_shifts(session, fill)


@router.post("/shifts/copy", responses=error_responses(*_MAKING))
async def copy_shifts(user: Desk, session: SessionDep, copy: ShiftCopy) -> ShiftsMade:
    """Makes the shifts of one week again in others, at the same times on the wall clock; at most 10,000.

    A day on which the person has a shift already stays as it is.
    """
    user.must_hold_in(copy.branch_id, *AT_THE_DESK)
    return await filling.copy_shifts(session, copy)


@router.patch(
    "/shifts/{shift_id}",
    responses=error_responses(
        service.ShiftNotFound, BranchNotFound, StaffNotFound, *_MAY_NOT_WORK, AppointmentsStranded
    ),
)
async def update_shift(user: Desk, session: SessionDep, shift_id: UUID, changes: ShiftUpdate) -> RosterChange:
    """Changes when, where or whose it is, unless appointments would lose whoever is to do them, or with `force`."""
    return await service.update_shift(session, user, shift_id, changes)


@router.delete("/shifts/{shift_id}", responses=error_responses(service.ShiftNotFound, AppointmentsStranded))
async def delete_shift(
    user: Desk, session: SessionDep, shift_id: UUID, *, force: QueryBool = False
) -> RosterChange:
    """Removes a shift, unless appointments would lose whoever is to do them, or with `force`."""
    return await service.delete_shift(session, user, shift_id, force=force)


@router.post(
    "/shifts/{shift_id}/swap",
    responses=error_responses(service.ShiftNotFound, service.SameStaff, *_MAY_NOT_WORK, AppointmentsStranded),
)
async def swap_shifts(user: Desk, session: SessionDep, shift_id: UUID, swap: ShiftSwap) -> RosterChange:
    """Two people take each other's shift: each keeps their own row, with the time and the branch of the other's."""
    return await service.swap_shifts(session, user, shift_id, swap)
