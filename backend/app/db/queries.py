"""Helpers with which services read rows."""

import logging
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database_errors import DRIVER_ERRORS, sqlstate_of
from app.core.exceptions import NotFoundException
from app.db.models import Entity

_log = logging.getLogger("sqlalchemy.engine.Engine")
"""The logger to which SQLAlchemy writes its statements when `DB_ECHO` is on."""


async def get_row[E: Entity](  # noqa: PLR0913 - four say which row, two how
    session: AsyncSession,
    entity: type[E],
    row_id: UUID,
    missing: type[NotFoundException],
    *,
    lock: bool = False,
    share: bool = False,
) -> E:
    """Return a row by its id, locked if asked for.

    A locked row is read anew, also when the session already has it: otherwise what was committed in between, or while
    this transaction waited for the lock, would stay unseen. So flush your changes before you lock a row again.

    Args:
        session: The session that reads.
        entity: The table.
        row_id: The row's id.
        missing: Raised when there is no such row.
        lock: Let no other transaction change or lock the row until this one ends.
        share: Let no other transaction change the row until this one ends.
    """
    mode = {"key_share": True} if lock else {"read": True} if share else None
    row = await session.get(entity, row_id, with_for_update=mode, populate_existing=mode is not None)
    if row is None:
        raise missing
    return row


async def fetch_raw(session: AsyncSession, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Run raw SQL (`$1` placeholders) on asyncpg, bypassing SQLAlchemy, and return its rows.

    Saves about 110 µs of processor time a statement, a sixth of a booking. For hot paths only. Changes that the
    session has not flushed are not seen.

    Raises:
        DBAPIError: As SQLAlchemy would raise it.
    """
    connection = await session.connection()
    assert connection.sync_connection is not None
    pooled = connection.sync_connection.connection
    driver = pooled.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    if not driver.is_in_transaction() and not pooled.autocommit:
        rows = await connection.exec_driver_sql(statement, parameters)  # sends BEGIN first
        return [tuple(row) for row in rows] if rows.returns_rows else []
    _log.info(statement)
    try:
        records = await driver.fetch(statement, *parameters)
    except (OSError, *DRIVER_ERRORS) as error:
        if isinstance(error, OSError):
            driver.terminate()  # the server did not answer, and would not answer a ROLLBACK either
        if driver.is_closed():
            await connection.invalidate(error)
        kind = IntegrityError if sqlstate_of(error).startswith("23") else DBAPIError
        raise kind(statement, None, error, connection_invalidated=driver.is_closed()) from error
    return [tuple(record) for record in records]


def bounds[T](interval: Range[T]) -> tuple[T, T]:
    """Return both ends of a range; a check constraint of each of our tables makes sure that it has two."""
    assert interval.lower is not None
    assert interval.upper is not None
    return interval.lower, interval.upper
