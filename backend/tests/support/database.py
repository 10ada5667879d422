"""The test's own way to PostgreSQL, past the app: rows made of the app's models, and plain SQL.

leave_id = await insert(TimeOff(staff_id=lan, during=Range(at(9), at(12)), status="approved"))
[(status,)] = await run_sql("SELECT status FROM time_off WHERE id = $1", leave_id)

All of it goes over one connection that the worker keeps: to open one takes 9 ms, more than most tests have to ask.
To wait for the lock of another session, open `another_connection`.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import JSON, Column, inspect
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import ColumnProperty
from uuid_utils.compat import uuid7

from app.db.models import Base, Entity
from app.modules import import_models
from tests.support import SOON
from tests.support.stores import driver_url

_PROGRAM = "psql"
"""The name by which the audit ledger knows a connection."""


class _Kept:
    connection: asyncpg.Connection | None = None
    lock = asyncio.Lock()


async def run_sql(statement: str, *arguments: object) -> list[asyncpg.Record]:
    """Run one statement as somebody with psql would, and return its rows. It is committed."""
    async with _kept() as connection:
        rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return rows


async def insert(row: Entity, *, connection: asyncpg.Connection | None = None) -> UUID:
    """Insert one row and return its id; with `connection`, in that connection's transaction."""
    await insert_all([row], connection=connection)
    return row.id


async def insert_all(rows: Iterable[Base], *, connection: asyncpg.Connection | None = None) -> None:
    """Insert rows of any tables, parents before children, in one transaction."""
    if connection is not None:
        await _copy(connection, rows)
        return
    async with _kept() as kept:
        await _copy(kept, rows)


def new[E: Entity](row: E) -> E:
    """Give a row the id it will be inserted with, unless it has one, so that others can refer to it."""
    if "id" not in inspect(row).dict:
        row.id = uuid7()
    return row


async def waiting_for_locks() -> int:
    """Return how many sessions of this database wait for a lock. Other workers share the server, not the database."""
    [(count,)] = await run_sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return int(count)


@asynccontextmanager
async def another_connection() -> AsyncIterator[asyncpg.Connection]:
    """Open a second session, for a transaction that stays open or has to wait."""
    connection = await _connect()
    try:
        yield connection
    finally:
        await connection.close()


async def empty_database() -> None:
    """Delete every row of every table, once all open transactions that have written are over.

    One DELETE a table in a single statement takes 1 ms; TRUNCATE rewrites 34 tables and 110 indexes, 92 ms.
    """
    async with _kept() as connection, connection.transaction():
        await connection.execute(_emptying())


async def close_kept_connection() -> None:
    """Close the worker's connection, if it is open."""
    if _Kept.connection is not None:
        await _Kept.connection.close()


@asynccontextmanager
async def _kept() -> AsyncIterator[asyncpg.Connection]:
    async with _Kept.lock:
        if _Kept.connection is None or _Kept.connection.is_closed():
            _Kept.connection = await _connect()
        yield _Kept.connection


async def _connect() -> asyncpg.Connection:
    return await asyncpg.connect(
        driver_url(), command_timeout=SOON, server_settings={"application_name": _PROGRAM}
    )


async def _copy(connection: asyncpg.Connection, rows: Iterable[Base]) -> None:
    batches: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        values = _values(new(row) if isinstance(row, Entity) else row)
        batches[row.__tablename__, tuple(values)].append(tuple(values.values()))
    async with connection.transaction():
        for (table, columns), records in sorted(batches.items(), key=lambda batch: _tables()[batch[0][0]]):
            await connection.copy_records_to_table(table, columns=columns, records=records)


def _values(row: Base) -> dict[str, Any]:
    """Return what is inserted, by column: what was set on the row, and the model's own defaults."""
    given = inspect(row).dict
    values = {}
    for name, column in _columns(type(row)).items():
        if name in given:
            values[column.name] = _for_asyncpg(column, given[name])
        elif column.default is not None:
            values[column.name] = _for_asyncpg(column, _default(column))
    return values


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg


def _for_asyncpg(column: Column[Any], value: Any) -> Any:
    """Return the value as the driver alone takes it."""
    if isinstance(value, Range):
        return asyncpg.Range(value.lower, value.upper)
    return json.dumps(value) if isinstance(column.type, JSON) else value


@cache
def _columns(model: type[Base]) -> dict[str, Column[Any]]:
    properties: Iterable[ColumnProperty[Any]] = inspect(model).column_attrs
    columns = {prop.key: prop.columns[0] for prop in properties}
    return {
        key: column
        for key, column in columns.items()
        if isinstance(column, Column) and column.computed is None  # others are read, not written
    }


@cache
def _tables() -> dict[str, int]:
    """Return every table's place in an order in which parents come before children."""
    import_models()
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


@cache
def _emptying() -> str:
    # As a replica, triggers are silent: foreign keys, and the one that keeps the audit ledger. The lock waits for
    # open transactions that have written and lets readers be.
    deletes = ", ".join(f"_{place} AS (DELETE FROM {table})" for table, place in _tables().items())
    return (
        f"SET LOCAL session_replication_role = replica; LOCK TABLE {', '.join(_tables())} IN SHARE ROW EXCLUSIVE MODE;"
        f" WITH {deletes} SELECT"
    )
