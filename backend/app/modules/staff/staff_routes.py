"""Staff over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.branch.branch_service import BranchNotFound
from app.modules.catalogue.catalogue_service import ServiceNotFound
from app.modules.identity.access import Admin, Team
from app.modules.identity.identity_service import UserNotFound
from app.modules.staff import staff_service as service
from app.modules.staff.access import shown_to
from app.modules.staff.staff_schemas import StaffCreate, StaffListQuery, StaffRead, StaffUpdate

router = ApiRouter(prefix=f"{API_V1}/staff", tags=["Staff"])
_REFUSALS = (
    service.StaffKeyTaken,
    service.StaffUserTaken,
    UserNotFound,
    BranchNotFound,
    ServiceNotFound,
)


@router.get("")
async def list_staff(
    user: Team, session: SessionDep, query: Annotated[StaffListQuery, Query()]
) -> list[StaffRead]:
    """Who works here, by name: at most 1,000, so without pages.

    Phone, email, user and the days of employment are shown to themselves and at the desk of a branch in which they
    work; to others they are null.
    """
    return [shown_to(user, staff) for staff in await service.list_staff(session, query)]


@router.post("", status_code=201, responses=error_responses(*_REFUSALS))
async def create_staff(user: Admin, session: SessionDep, new: StaffCreate) -> StaffRead:
    """Adds somebody to the staff of branches of which you are administrator.

    Only an administrator of the whole spa says who signs in as them.
    """
    return await service.create_staff(session, new, by=user)


@router.get("/{staff_id}", responses=error_responses(service.StaffNotFound))
async def get_staff(user: Team, session: SessionDep, staff_id: UUID) -> StaffRead:
    """One member of staff; others see as little of them as in the list."""
    staff = await service.get_staff(session, staff_id)
    return shown_to(user, await service.read_staff(session, staff))


@router.patch(
    "/{staff_id}",
    responses=error_responses(service.StaffNotFound, service.StaffHasShifts, *_REFUSALS),
)
async def update_staff(user: Admin, session: SessionDep, staff_id: UUID, changes: StaffUpdate) -> StaffRead:
    """Changes the fields that are sent and leaves the others.

    You need to be administrator of a branch in which they work, and of each that is added or taken away; and of the
    whole spa to change who signs in as them. With a branch that is taken away goes what they work in it every week.
    """
    return await service.update_staff(session, staff_id, changes, by=user)
