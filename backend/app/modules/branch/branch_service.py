"""What a spa does with its branches."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.text import Text
from app.core.exceptions import NotFoundException
from app.modules.branch.branch_models import Branch


class BranchNotFound(NotFoundException):
    code = "BRANCH_NOT_FOUND"
    text = Text("Không tìm thấy chi nhánh này.", "There is no such branch.")


async def get_branch(session: AsyncSession, branch_id: UUID, *, lock: bool = False) -> Branch:
    """With `lock` nobody else changes it until the transaction ends.

    Raises:
        BranchNotFound
    """
    branch = await session.get(Branch, branch_id, with_for_update={"key_share": True} if lock else None)
    if branch is None:
        raise BranchNotFound
    return branch
