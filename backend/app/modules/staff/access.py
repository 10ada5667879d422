"""About whom of the staff somebody may ask: about themselves, and by their roles about those of their branches."""

from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.exceptions import ForbiddenException
from app.modules.branch import branch_service
from app.modules.identity.access import CurrentUser
from app.modules.identity.roles import Role
from app.modules.staff.staff_models import Staff, StaffBranch
from app.modules.staff.staff_schemas import StaffRead
from app.modules.staff.staff_service import StaffNotFound, get_staff

AT_THE_DESK = (Role.ADMIN, Role.RECEPTIONIST)
_OF_THEMSELVES = ("user_id", "phone", "email", "employed_from", "employed_until")


async def get_own_or_managed(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, *leaders: Role, lock: bool = False
) -> Staff:
    """The user themselves, or, for who has one of these roles, somebody of a branch in which they have it.

    Raises:
        StaffNotFound: no such person, or another one for who has none of the roles: the answers must not differ.
        ForbiddenException: of other branches only.
    """
    staff = await get_staff(session, staff_id, lock=lock)
    if staff.user_id == user.id:
        return staff
    if not user.holds(*leaders):
        raise StaffNotFound
    await require_manager(session, user, staff_id, *leaders)
    return staff


async def require_manager(session: AsyncSession, user: CurrentUser, staff_id: UUID, *leaders: Role) -> None:
    """Raises ForbiddenException unless the user has one of the roles in a branch in which this person works."""
    branches = await session.scalars(select(StaffBranch.branch_id).where(StaffBranch.staff_id == staff_id))
    if not (user.holds_everywhere(*leaders) or any(user.holds_in(branch, *leaders) for branch in branches)):
        raise ForbiddenException


async def must_hold_in_branch(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, *roles: Role
) -> None:
    """Raises ForbiddenException, BranchNotFound."""
    user.must_hold_in(branch_id, *roles)
    await branch_service.get_branch(session, branch_id)


def managed_by(user: CurrentUser, *leaders: Role) -> Select[UUID]:
    """The ids of all about whom the user may ask with one of these roles; themselves among them."""
    people = select(Staff.id)
    if user.holds_everywhere(*leaders):
        return people
    branches = {grant.branch_id for grant in user.grants if grant.role in leaders}
    theirs = select(StaffBranch.staff_id).where(StaffBranch.branch_id.in_(branches))
    return people.where(or_(Staff.user_id == user.id, Staff.id.in_(theirs)))


def shown_to(user: CurrentUser, staff: StaffRead) -> StaffRead:
    """All of it to themselves and at the desk of a branch in which they work; to others not how to reach them, nor
    since when they work here."""
    at_their_desk = any(user.holds_in(branch_id, *AT_THE_DESK) for branch_id in staff.branch_ids)
    if at_their_desk or user.holds_everywhere(*AT_THE_DESK) or staff.user_id == user.id:
        return staff
    return staff.model_copy(update=dict.fromkeys(_OF_THEMSELVES))
