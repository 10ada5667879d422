"""What services do with rows."""

import logging
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings
from app.core.database_errors import DRIVER_ERRORS, sqlstate_of
from app.core.exceptions import NotFoundException
from app.db.models import Entity

_log = logging.getLogger("sqlalchemy.engine.Engine")
"""Where `DB_ECHO` has SQLAlchemy write what it asks."""


async def get_row[E: Entity](  # noqa: PLR0913 - four say which, two how
    session: AsyncSession,
    entity: type[E],
    row_id: UUID,
    missing: type[NotFoundException],
    *,
    lock: bool = False,
    share: bool = False,
) -> E:
    """With `lock` nobody else changes it until the transaction ends; with `share` nobody changes it.

    Locked, it is as it is now, also when the session has read it before: what was committed in between, or while it
    waited for the lock, would else stay unseen. So changes are flushed before it is locked again.

    Raises:
        NotFoundException: the `missing` that was given.
    """
    wanted = {"key_share": True} if lock else {"read": True} if share else None
    row = await session.get(entity, row_id, with_for_update=wanted, populate_existing=wanted is not None)
    if row is None:
        raise missing
    return row


async def fetch_raw(session: AsyncSession, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The rows of a question in PostgreSQL's own words, with `$1` for the first parameter: for what is asked all the
    time. By the driver alone: through SQLAlchemy each takes 110 µs more of the processor, a sixth of a booking. What the
    session has not flushed is not seen.

    Raises:
        DBAPIError: as SQLAlchemy would.
    """
    connection = await session.connection()
    assert connection.sync_connection is not None
    pooled = connection.sync_connection.connection
    driver = pooled.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    if not driver.is_in_transaction() and not pooled.autocommit:
        found = await connection.exec_driver_sql(statement, parameters)  # which begins it
        return [tuple(row) for row in found] if found.returns_rows else []
    _log.info(statement)
    try:
        rows = await driver.fetch(statement, *parameters)
    except (OSError, *DRIVER_ERRORS) as error:
        if isinstance(error, OSError):
            driver.terminate()  # it did not answer: nor would it to a ROLLBACK
        if driver.is_closed():
            await connection.invalidate(error)
        kind = IntegrityError if sqlstate_of(error).startswith("23") else DBAPIError
        raise kind(statement, None, error, connection_invalidated=driver.is_closed()) from error
    return [tuple(row) for row in rows]


async def use_generic_plans(session: AsyncSession) -> None:
    """From here until the transaction ends a question is planned for all values, once, where else it is planned for its
    values each time (`plan_cache_mode` of the engine): for who asks only what has one good plan. Planning was a third
    of what PostgreSQL did for a booking (measured 2026-11-23: 3.9 ms of the processor instead of 6)."""
    if not settings.uses_transaction_pooler:  # behind one nothing is prepared
        await fetch_raw(session, "SET LOCAL plan_cache_mode = force_generic_plan")


def bounds[T](of: Range[T]) -> tuple[T, T]:
    """Both ends; a check of each of our tables sees to it that there are two."""
    assert of.lower is not None
    assert of.upper is not None
    return of.lower, of.upper
