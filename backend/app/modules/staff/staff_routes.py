"""Staff over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.catalogue.catalogue_errors import ServiceNotFound
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.identity.access import SignedIn
from app.modules.identity.identity_errors import UserNotFound
from app.modules.staff import staff_service
from app.modules.staff.staff_errors import StaffHasShifts, StaffKeyTaken, StaffNotFound, StaffUserTaken
from app.modules.staff.staff_schemas import (
    StaffCreate,
    StaffListQuery,
    StaffRead,
    StaffUpdate,
    StaffUpdated,
)

router = ApiRouter(prefix=f"{API_V1}/staff", tags=["Staff"])
_WRITE_ERRORS = (StaffKeyTaken, StaffUserTaken, UserNotFound, BranchNotFound, ServiceNotFound)


@router.get("")
async def list_staff(
    user: SignedIn, session: SessionDep, query: Annotated[StaffListQuery, Query()]
) -> list[StaffRead]:
    """List the staff by given name, without pages. For the team.

    Phone, email, account and days of employment are shown to the person and at the desk of their branches. To others
    they are null.
    """
    return await staff_service.list_staff(session, user, query)


@router.post("", status_code=201, responses=error_responses(*_WRITE_ERRORS))
async def create_staff(user: SignedIn, session: SessionDep, new: StaffCreate) -> StaffRead:
    """Add a person to the staff of branches of which you are administrator.

    Only an administrator of the whole spa sets the account.
    """
    return await staff_service.create_staff(session, user, new)


@router.get("/{staff_id}", responses=error_responses(StaffNotFound))
async def get_staff(user: SignedIn, session: SessionDep, staff_id: UUID) -> StaffRead:
    """Return one member of staff, with the same fields as in the list. For the team."""
    return await staff_service.read_staff(session, user, staff_id)


@router.patch(
    "/{staff_id}",
    responses=error_responses(StaffNotFound, StaffHasShifts, AppointmentsStranded, *_WRITE_ERRORS),
)
async def update_staff(
    user: SignedIn, session: SessionDep, staff_id: UUID, changes: StaffUpdate
) -> StaffUpdated:
    """Change the fields that are sent and leave the others.

    You need to be administrator of a branch where they work, and of each branch that is added or taken away. Only an
    administrator of the whole spa sets the account. A branch that is taken away takes its weekly shifts along. Refused
    if appointments need a skill that is taken away, unless `force` is set.
    """
    return await staff_service.update_staff(session, user, staff_id, changes)
