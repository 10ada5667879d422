"""Rows that services read and lock."""

from typing import Literal

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.core.database import AsyncSessionLocal
from app.core.rows import get_row
from app.modules.branch.branch_models import Branch
from app.modules.branch.branch_service import BranchNotFound
from tests.support.branches import add_branch
from tests.support.ledger import in_database


@pytest.mark.parametrize("how", ["lock", "share"])
async def test_locked_a_row_is_as_it_is_now_though_it_was_read_before(
    stranger: httpx2.AsyncClient, how: Literal["lock", "share"]
) -> None:
    branch_id = await add_branch(name="Sen Trắng")
    async with AsyncSessionLocal() as session:
        read = await get_row(session, Branch, branch_id, BranchNotFound)
        assert read.name == "Sen Trắng"
        await in_database("UPDATE branch SET name = 'Sen Hồng' WHERE id = $1", branch_id)
        locked = await get_row(
            session, Branch, branch_id, BranchNotFound, lock=how == "lock", share=how == "share"
        )
        assert (locked, locked.name) == (read, "Sen Hồng")


@pytest.mark.parametrize("lock", [True, False])
async def test_what_is_not_there_is_the_error_that_was_given(
    stranger: httpx2.AsyncClient, *, lock: bool
) -> None:
    async with AsyncSessionLocal() as session:
        with pytest.raises(BranchNotFound):
            await get_row(session, Branch, uuid7(), BranchNotFound, lock=lock)
