"""Rows that services read and lock."""

import logging
from typing import Literal

import httpx2
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from uuid_utils.compat import uuid7

from app.core.database import AsyncSessionLocal
from app.core.database_errors import constraint_of, translate
from app.core.exceptions import ServiceUnavailableException
from app.db.queries import fetch_raw, get_row, use_generic_plans
from app.modules.branch.branch_models import Branch
from app.modules.branch.branch_service import BranchNotFound
from tests.builders.branches import add_branch
from tests.support.database import run_sql


@pytest.mark.parametrize("how", ["lock", "share"])
async def test_locked_a_row_is_as_it_is_now_though_it_was_read_before(
    stranger: httpx2.AsyncClient, how: Literal["lock", "share"]
) -> None:
    branch_id = await add_branch(name="Sen Trắng")
    async with AsyncSessionLocal() as session:
        read = await get_row(session, Branch, branch_id, BranchNotFound)
        assert read.name == "Sen Trắng"
        await run_sql("UPDATE branch SET name = 'Sen Hồng' WHERE id = $1", branch_id)
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


async def test_what_a_constraint_refuses_the_driver_says_as_sqlalchemy_does(
    stranger: httpx2.AsyncClient,
) -> None:
    branch_id = await add_branch()
    async with AsyncSessionLocal() as session:
        await use_generic_plans(session)
        with pytest.raises(IntegrityError) as met:
            await fetch_raw(session, "UPDATE branch SET grid_minutes = -1 WHERE id = $1", branch_id)
        assert constraint_of(met.value) == "branch_grid_minutes_check"
        assert not met.value.connection_invalidated
        await session.rollback()
        assert [*await fetch_raw(session, "SELECT grid_minutes FROM branch WHERE id = $1", branch_id)] == [
            (15,)
        ]


async def test_planned_once_until_the_transaction_ends(stranger: httpx2.AsyncClient) -> None:
    async with AsyncSessionLocal() as session:
        [(before,)] = await fetch_raw(session, "SHOW plan_cache_mode")
        await use_generic_plans(session)
        [(meanwhile,)] = await fetch_raw(session, "SHOW plan_cache_mode")
        await session.rollback()
        [(after,)] = await fetch_raw(session, "SHOW plan_cache_mode")
    assert (before, meanwhile, after) == ("force_custom_plan", "force_generic_plan", "force_custom_plan")


async def test_a_statement_that_a_migration_has_made_out_of_date_is_an_outage_once(
    stranger: httpx2.AsyncClient,
) -> None:
    async def read() -> None:
        await fetch_raw(session, "SELECT 1")  # by SQLAlchemy, which begins the transaction
        await fetch_raw(session, "SELECT said FROM note")
        await session.commit()

    async with AsyncSessionLocal() as session:
        await fetch_raw(session, "CREATE TEMPORARY TABLE note (said varchar(10))")
        await read()
        await fetch_raw(session, "ALTER TABLE note ALTER COLUMN said TYPE varchar(20)")
        await session.commit()
        with pytest.raises(DBAPIError) as met:
            await read()
        assert isinstance(translate(met.value), ServiceUnavailableException)
        await session.rollback()
        await read()
        await fetch_raw(session, "DROP TABLE note")
        await session.commit()


async def test_who_echoes_sees_what_the_driver_is_asked(
    stranger: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = logging.getLogger("sqlalchemy.engine")
    usual = logger.level
    logger.setLevel(logging.INFO)  # what DB_ECHO does
    try:
        async with AsyncSessionLocal() as session:
            await fetch_raw(session, "SELECT 1")  # by SQLAlchemy, which writes it itself
            await fetch_raw(session, "SELECT 2")
    finally:
        logger.setLevel(usual)
    assert "SELECT 2" in capsys.readouterr().out
