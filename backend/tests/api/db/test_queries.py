"""Rows that services read and lock."""

import logging
from typing import Literal

import httpx2
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from uuid_utils.compat import uuid7

from app.core.database import AsyncSessionLocal, ReadSessionLocal
from app.core.database_errors import constraint_of, translate
from app.core.exceptions import ServiceUnavailableException
from app.db.queries import fetch_raw, get_row
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.branch.branch_models import Branch
from tests.builders.branches import add_branch
from tests.support.database import run_sql


@pytest.mark.parametrize("how", ["lock", "share"])
async def test_a_locked_row_is_read_anew(stranger: httpx2.AsyncClient, how: Literal["lock", "share"]) -> None:
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
async def test_a_missing_row_raises_the_given_error(stranger: httpx2.AsyncClient, *, lock: bool) -> None:
    async with AsyncSessionLocal() as session:
        with pytest.raises(BranchNotFound):
            await get_row(session, Branch, uuid7(), BranchNotFound, lock=lock)


async def test_raw_sql_raises_what_sqlalchemy_would_when_a_constraint_refuses(
    stranger: httpx2.AsyncClient,
) -> None:
    branch_id = await add_branch()
    async with AsyncSessionLocal() as session:
        await fetch_raw(session, "SELECT 1")  # by SQLAlchemy, which begins the transaction
        with pytest.raises(IntegrityError) as met:
            await fetch_raw(session, "UPDATE branch SET grid_minutes = -1 WHERE id = $1", branch_id)
        assert constraint_of(met.value) == "branch_grid_minutes_check"
        assert not met.value.connection_invalidated
        await session.rollback()
        rows = await fetch_raw(session, "SELECT grid_minutes FROM branch WHERE id = $1", branch_id)
        assert rows == [(15,)]


@pytest.mark.parametrize("in_transaction", [True, False])
async def test_raw_sql_is_in_a_transaction_when_the_session_has_one(
    stranger: httpx2.AsyncClient, *, in_transaction: bool
) -> None:
    """A second statement of one transaction has the time at which it began."""
    async with (AsyncSessionLocal if in_transaction else ReadSessionLocal)() as session:
        times = [await fetch_raw(session, "SELECT now()") for _ in range(2)]
    assert (times[0] == times[1]) is in_transaction


async def test_a_statement_that_a_migration_has_made_out_of_date_fails_once(
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


async def test_db_echo_shows_raw_sql(
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
