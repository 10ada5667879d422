"""Aliases that callers of this module still use. New code calls `authorize(user, *DESK, branch_id=...)`."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.branch import branch_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role

AT_THE_DESK = DESK


async def must_hold_in_branch(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, *roles: Role
) -> None:
    """Refuse unless the user has one of the roles in this branch.

    Raises:
        ForbiddenException, BranchNotFound
    """
    authorize(user, *roles, branch_id=branch_id)
    await branch_service.get_branch(session, branch_id)
