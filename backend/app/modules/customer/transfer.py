"""Import and export of many customers at once.

An import is one transaction. The rows go to a temporary table by COPY, are checked there against each other and against
the existing customers, and become customers only when no row is bad. Memory stays flat: one batch at a time.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from itertools import batched
from typing import Any, BinaryIO

import asyncpg
from sqlalchemy import ARRAY, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import KeyedColumnElement
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.core.database import AsyncSessionLocal, claim_connection, engine
from app.db.errors import translate_integrity_errors
from app.modules.customer.columns import CSV_COLUMNS
from app.modules.customer.csv_file import CsvWriter, RowError, read_customers
from app.modules.customer.customer_errors import ImportRefused
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import CustomerCreate, CustomerImportResult
from app.modules.customer.customer_service import CONSTRAINT_ERRORS
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role

_READ_BATCH = 500  # rows: parsing them takes some 40 ms in a thread
_WRITE_BATCH = 5_000  # rows a statement inserts or updates: well within the statement timeout
_EXPORT_BATCH = 1_000  # rows
_ERRORS_SHOWN = 100

_COLUMNS = [Customer.__table__.columns[name] for name in CSV_COLUMNS]


def _define(column: KeyedColumnElement[Any]) -> str:
    """Return the definition of a column in the temporary table: the same type, without defaults."""
    definition = f"{column.name} {column.type.compile(engine.dialect)}"
    return definition if column.nullable else f"{definition} NOT NULL"


def _updated(column: KeyedColumnElement[Any]) -> str:
    """Return what an import makes of a customer's column. An empty cell says nothing, so it clears nothing."""
    if isinstance(column.type, ARRAY):
        return f"CASE WHEN i.{column.name} = '{{}}' THEN c.{column.name} ELSE i.{column.name} END"
    if column.nullable:
        return f"coalesce(i.{column.name}, c.{column.name})"
    return f"coalesce(nullif(i.{column.name}, ''), c.{column.name})"


_CREATE_STAGING = f"""
CREATE TEMPORARY TABLE customer_import (
    row integer PRIMARY KEY, id uuid NOT NULL, existing_id uuid, namesake integer,
    {", ".join(map(_define, _COLUMNS))}
) ON COMMIT DROP
"""
_REPEATED_PHONES = """
SELECT row, first FROM (
    SELECT row, first_value(row) OVER (PARTITION BY phone ORDER BY row) AS first
    FROM customer_import WHERE phone IS NOT NULL
) AS numbered
WHERE row <> first ORDER BY row LIMIT :limit
"""
_FIND_BY_PHONE = """
UPDATE customer_import AS i SET existing_id = c.id FROM customer AS c
WHERE i.existing_id IS NULL AND c.phone = i.phone AND {condition}
"""
# Without a phone, a row is known by its name, birthday and email. Equal ones are paired in order.
_NUMBER_NAMESAKES = """
UPDATE customer_import AS i SET namesake = numbered.namesake FROM (
    SELECT row, row_number() OVER (PARTITION BY full_name, birthday, email ORDER BY row) AS namesake
    FROM customer_import WHERE phone IS NULL AND existing_id IS NULL
) AS numbered
WHERE i.row = numbered.row
"""
_FIND_WITHOUT_PHONE = """
UPDATE customer_import AS i SET existing_id = c.id FROM (
    SELECT id, full_name, birthday, email,
        row_number() OVER (PARTITION BY full_name, birthday, email ORDER BY id) AS namesake
    FROM customer AS c
    WHERE phone IS NULL AND {condition} AND name_keys[1] IN (
        SELECT zenspa_fold(full_name) FROM customer_import WHERE phone IS NULL AND existing_id IS NULL
    )
) AS c
WHERE i.phone IS NULL AND i.existing_id IS NULL AND c.namesake = i.namesake AND c.full_name = i.full_name
    AND c.birthday IS NOT DISTINCT FROM i.birthday AND c.email IS NOT DISTINCT FROM i.email
"""
_ACTIVE = "c.archived_at IS NULL"
_ARCHIVED = "c.archived_at IS NOT NULL"
_UPDATE = f"""
UPDATE customer AS c SET {", ".join(f"{column.name} = {_updated(column)}" for column in _COLUMNS)},
    updated_at = clock_timestamp()
FROM customer_import AS i
WHERE i.row BETWEEN :first AND :last AND c.id = i.existing_id AND c.archived_at IS NULL
    AND ({", ".join(f"c.{column.name}" for column in _COLUMNS)})
        IS DISTINCT FROM ({", ".join(map(_updated, _COLUMNS))})
"""  # noqa: S608 - our own column names
_INSERT = f"""
INSERT INTO customer (id, {", ".join(CSV_COLUMNS)})
SELECT id, {", ".join(CSV_COLUMNS)} FROM customer_import
WHERE row BETWEEN :first AND :last AND existing_id IS NULL ORDER BY row
"""  # noqa: S608 - our own column names


async def import_customers(
    session: AsyncSession,
    user: CurrentUser,
    file: BinaryIO,
    *,
    on_progress: Callable[[int], None] = lambda _rows: None,
) -> CustomerImportResult:
    """Create and update customers from CSV: all rows or none. Importing the same file again changes nothing.

    Rows of customers who are archived or were merged are skipped: last year's file restores no customer. `on_progress`
    is called with the number of rows read so far.

    Raises:
        ForbiddenException: The user is no administrator of the whole spa.
        ImportRefused: `details` has every bad row and its reason, up to a hundred.
        PhoneTaken: One of these customers was added during the import.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    file.seek(0)  # a transaction that lost a race has read the file before
    await session.execute(text(_CREATE_STAGING))
    last_row, errors, error_count = await _stage(session, file, on_progress)
    if not errors:
        repeated = await session.execute(text(_REPEATED_PHONES), {"limit": _ERRORS_SHOWN})
        errors = [_repeated_customer(row, first) for row, first in repeated]
        error_count = len(errors)
    if errors:
        raise ImportRefused(details=_details(errors, error_count))
    return await _write(session, last_row)


async def _stage(
    session: AsyncSession, file: BinaryIO, on_progress: Callable[[int], None]
) -> tuple[int, list[RowError], int]:
    """COPY the good rows. Return the number of the last row, the first errors, and how many errors there are."""
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert connection is not None
    errors: list[RowError] = []
    error_count = last_row = 0
    batches: Iterator[tuple[tuple[int, CustomerCreate] | RowError, ...]] = batched(
        read_customers(file), _READ_BATCH
    )
    while batch := await asyncio.to_thread(next, batches, None):
        bad = [item for item in batch if isinstance(item, RowError)]
        error_count += len(bad)
        errors += bad[: _ERRORS_SHOWN - len(errors)]
        good = [item for item in batch if not isinstance(item, RowError)]
        last_row = good[-1][0] if good else last_row
        if good and not errors:
            await _copy(connection, good)
        on_progress(last_row)
    return last_row, errors, error_count


async def _copy(connection: asyncpg.Connection, rows: Iterable[tuple[int, CustomerCreate]]) -> None:
    """COPY the rows to the temporary table.

    COPY bypasses SQLAlchemy. Its errors are raised as those of other statements are, so that an outage is a 503 and a
    lost race is run again.
    """
    try:
        await connection.copy_records_to_table(
            "customer_import",
            columns=["row", "id", *CSV_COLUMNS],
            records=[(row, uuid7(), *(getattr(new, column) for column in CSV_COLUMNS)) for row, new in rows],
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if isinstance(error, OSError):
            connection.terminate()  # the server is silent: waiting for its answer to a ROLLBACK would not end
        raise OperationalError("COPY customer_import", None, error) from error


async def _write(session: AsyncSession, last_row: int) -> CustomerImportResult:
    """Make customers of the rows in the temporary table."""
    connection = await session.connection()

    async def run(statement: str, rows: Mapping[str, int] | None = None) -> int:
        return (await connection.execute(text(statement), rows)).rowcount

    async def find(condition: str) -> int:
        by_phone = await run(_FIND_BY_PHONE.format(condition=condition))
        await run(_NUMBER_NAMESAKES)
        return by_phone + await run(_FIND_WITHOUT_PHONE.format(condition=condition))

    await run("ANALYZE customer_import")
    existing = await find(_ACTIVE)
    skipped = await find(_ARCHIVED)
    created = updated = 0
    for first in range(1, last_row + 1, _WRITE_BATCH):
        rows = {"first": first, "last": first + _WRITE_BATCH - 1}
        updated += await run(_UPDATE, rows)
        with translate_integrity_errors(CONSTRAINT_ERRORS):
            created += await run(_INSERT, rows)
    return CustomerImportResult(
        created=created, updated=updated, unchanged=existing - updated, skipped=skipped
    )


def _repeated_customer(row: int, first: int) -> RowError:
    message = LocalizedText(f"Trùng khách hàng với dòng {first}.", f"The same customer as in row {first}.")
    return RowError(row, "phone", "duplicate_row", message)


def _details(errors: list[RowError], count: int) -> list[dict[str, str | LocalizedText]]:
    details = [error.detail() for error in errors]
    if count > len(errors):
        more = count - len(errors)
        message = LocalizedText(f"… và {more} lỗi nữa.", f"… and {more} more errors.")
        details.append(RowError(None, None, "more_errors", message).detail())
    return details


async def export_customers(user: CurrentUser, *, in_request: bool = False) -> AsyncGenerator[bytes]:
    """Yield the active customers as a CSV file, oldest first, in chunks.

    It has a transaction of its own, which sees all of them as they are at one time. With `in_request` it waits for a
    connection as a request does, 2 s at most, and not as a job.

    Raises:
        ForbiddenException: The user is no administrator of the whole spa.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    active = select(*_COLUMNS).where(Customer.archived_at.is_(None)).order_by(Customer.id)
    async with AsyncSessionLocal() as session:
        if in_request:
            await claim_connection(session)
        writer = CsvWriter()
        rows = await session.stream(active.execution_options(yield_per=_EXPORT_BATCH))
        async for batch in rows.partitions():
            for row in batch:
                writer.add(row)
            yield writer.take()
        yield writer.take()
