"""Who may see and manage whom of the staff: themselves, and with a role the people of their branches.

Part of the staff module's door: other modules may import it.
"""

from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.branch import branch_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.staff.staff_errors import StaffNotFound
from app.modules.staff.staff_models import Staff, StaffBranch
from app.modules.staff.staff_service import get_staff

AT_THE_DESK = DESK


async def get_own_or_managed(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, *roles: Role, lock: bool = False
) -> Staff:
    """Return the user's own record, or that of a person who works in a branch where the user has one of the roles.

    With `lock`, nobody else changes the person until the transaction ends.

    Raises:
        StaffNotFound: No such person, or another one and the user has none of the roles: the two answers are the same.
        ForbiddenException: The person works in other branches only.
    """
    staff = await get_staff(session, staff_id, lock=lock)
    if staff.user_id == user.id:
        return staff
    if not user.holds(*roles):
        raise StaffNotFound
    await require_manager(session, user, staff_id, *roles)
    return staff


async def require_manager(session: AsyncSession, user: CurrentUser, staff_id: UUID, *roles: Role) -> None:
    """Refuse unless the user has one of the roles in a branch where this person works, or everywhere.

    Raises:
        ForbiddenException
    """
    branch_ids = await session.scalars(select(StaffBranch.branch_id).where(StaffBranch.staff_id == staff_id))
    if not any(user.holds_in(branch_id, *roles) for branch_id in branch_ids):
        authorize(user, *roles, everywhere=True)


def managed_by(user: CurrentUser, *roles: Role) -> Select[UUID]:
    """Select the ids of the user's own record and of everybody who works where the user has one of the roles."""
    staff_ids = select(Staff.id)
    if user.holds_everywhere(*roles):
        return staff_ids
    branch_ids = {grant.branch_id for grant in user.grants if grant.role in roles}
    work_there = select(StaffBranch.staff_id).where(StaffBranch.branch_id.in_(branch_ids))
    return staff_ids.where(or_(Staff.user_id == user.id, Staff.id.in_(work_there)))


async def must_hold_in_branch(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, *roles: Role
) -> None:
    """Refuse unless the user has one of the roles in this branch.

    Raises:
        ForbiddenException, BranchNotFound
    """
    authorize(user, *roles, branch_id=branch_id)
    await branch_service.get_branch(session, branch_id)
