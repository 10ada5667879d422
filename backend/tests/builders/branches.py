"""Branches, each in one line.

branch_id = await add_branch()
paris = await add_branch(key="paris", time_zone="Europe/Paris")
"""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from app.modules.branch.branch_models import Branch
from tests.support.database import insert, run_sql


def branch_row(branch_id: UUID | None = None, **values: Any) -> dict[str, Any]:
    """Return the values of a branch without opening hours."""
    branch_id = branch_id or uuid7()
    return {
        "id": branch_id,
        "key": f"chi-nhanh-{branch_id}",
        "name": "Sen Trắng Quận 1",
        "time_zone": "Asia/Ho_Chi_Minh",
        "country": "VN",
        "grid_minutes": 15,
        "notice_minutes": 60,
        "horizon_days": 60,
        "hold_minutes": 10,
        "free_cancel_minutes": 240,
        "no_show_minutes": 15,
    } | values


async def add_branch(branch_id: UUID | None = None, **values: Any) -> UUID:
    """Add a branch, unless one with this id exists, and return its id."""
    if branch_id is not None and await run_sql("SELECT FROM branch WHERE id = $1", branch_id):
        return branch_id
    return await insert(Branch(**branch_row(branch_id, **values)))
