"""The temporary table of an import: its rows are compared there with each other and with the customers (`matching`).

Statements run on the connection, since the table has no model. The columns are those that a CSV file can change, and the
number of the contact.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, Integer, TextClause, bindparam, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import KeyedColumnElement
from uuid_utils.compat import uuid7

from app.core.database import engine
from app.db.errors import translate_integrity_errors
from app.modules.customer.columns import CONTACT_PHONE, CSV_COLUMNS, IMPORTED_COLUMNS
from app.modules.customer.customer_errors import ImportRunning
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import CustomerRow
from app.modules.customer.customer_service import CONSTRAINT_ERRORS

_BATCH = 5_000  # rows a statement compares or writes: well within the statement timeout

_COLUMNS = [Customer.__table__.columns[name] for name in IMPORTED_COLUMNS]


def _define(column: KeyedColumnElement[Any]) -> str:
    """Return the definition of a column in the temporary table: the same type, without defaults."""
    definition = f"{column.name} {column.type.compile(engine.dialect)}"
    return definition if column.nullable else f"{definition} NOT NULL"


def _updated(column: KeyedColumnElement[Any]) -> str:
    """Return what an import makes of a customer's column. An empty cell says nothing, so it clears nothing."""
    updated = f"coalesce(i.{column.name}, c.{column.name})"
    if column.name == "birthday":  # without its year, a birthday that is known with it says nothing new
        return f"CASE WHEN i.birthday = '-' || substr(c.birthday, 5) THEN c.birthday ELSE {updated} END"
    if isinstance(column.type, ARRAY):
        return f"CASE WHEN i.{column.name} = '{{}}' THEN c.{column.name} ELSE i.{column.name} END"
    if column.nullable:
        return updated
    return f"coalesce(nullif(i.{column.name}, ''), c.{column.name})"


_CREATE_STAGING = f"""
CREATE TEMPORARY TABLE customer_import (
    row integer PRIMARY KEY, id uuid NOT NULL, existing_id uuid, namesake integer, {CONTACT_PHONE} text,
    {", ".join(map(_define, _COLUMNS))}
) ON COMMIT DROP
"""
# Held until the transaction ends: of two imports at once, neither would see the rows of the other.
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('zenspa.customer_import', 0))"
_IS_CHANGED = f"""
(({", ".join(f"c.{column.name}" for column in _COLUMNS)}) IS DISTINCT FROM ({", ".join(map(_updated, _COLUMNS))}))
"""
_UPDATE = f"""
UPDATE customer AS c SET {", ".join(f"{column.name} = {_updated(column)}" for column in _COLUMNS)},
    updated_at = clock_timestamp()
FROM customer_import AS i
WHERE i.row BETWEEN :first AND :last AND c.id = i.existing_id AND c.archived_at IS NULL
    AND {_IS_CHANGED}
"""  # noqa: S608 - our own column names
_INSERT = f"""
INSERT INTO customer (id, {", ".join(IMPORTED_COLUMNS)})
SELECT id, {", ".join(IMPORTED_COLUMNS)} FROM customer_import
WHERE row BETWEEN :first AND :last AND existing_id IS NULL AND {{condition}} ORDER BY row
"""  # noqa: S608 - our own column names
_UNCHANGED_AMONG = f"""
SELECT i.row FROM customer_import AS i JOIN customer AS c ON c.id = i.existing_id
WHERE i.row = ANY(:rows) AND (c.archived_at IS NOT NULL OR NOT {_IS_CHANGED})
"""  # noqa: S608 - our own column names
_DELETE = "DELETE FROM customer_import WHERE row = ANY(:rows)"
_OUTCOME = f"""
CASE WHEN c.id IS NULL THEN 'created' WHEN c.archived_at IS NOT NULL THEN 'skipped'
    WHEN {_IS_CHANGED} THEN 'updated' ELSE 'unchanged' END
"""
_COUNT_OUTCOMES = f"""
SELECT {_OUTCOME} AS outcome, count(*) AS rows FROM customer_import AS i LEFT JOIN customer AS c ON c.id = i.existing_id
WHERE i.row BETWEEN :first AND :last AND NOT i.row = ANY(:rows) GROUP BY outcome
"""  # noqa: S608 - our own column names
_COUNT_AFTER = "SELECT count(*) FROM customer_import WHERE row > :row"
_SHOWN = [
    (
        column.name,
        f"c.{column.name}",
        f"CASE WHEN c.id IS NOT NULL THEN {_updated(column)} ELSE i.{column.name} END",
    )
    for column in _COLUMNS
    if column.name in CSV_COLUMNS
]
_SHOWN.append((CONTACT_PHONE, "contact.phone", f"coalesce(i.{CONTACT_PHONE}, contact.phone)"))
_SHOW = f"""
SELECT i.row, {_OUTCOME} AS outcome, i.existing_id,
    {", ".join(f"{stored} AS stored_{name}, {new} AS new_{name}" for name, stored, new in _SHOWN)}
FROM customer_import AS i LEFT JOIN customer AS c ON c.id = i.existing_id
LEFT JOIN customer AS contact ON contact.id = c.contact_id AND contact.archived_at IS NULL
WHERE i.row >= :from_row ORDER BY i.row LIMIT :limit
"""  # noqa: S608 - our own column names


class StagedRow(NamedTuple):
    """A row of the file beside the customer that it is about."""

    row: int
    outcome: str
    customer_id: UUID | None
    new: dict[str, Any]
    """The customer after the import."""
    stored: dict[str, Any]
    """The customer now; empty values if there is none."""


async def lock_imports(session: AsyncSession) -> None:
    """Keep other imports from running until the transaction ends.

    Raises:
        ImportRunning
    """
    if not await session.scalar(text(_LOCK)):
        raise ImportRunning


async def create_staging(session: AsyncSession) -> None:
    """Create the table, which is dropped with the transaction."""
    await session.execute(text(_CREATE_STAGING))


async def stage(session: AsyncSession, rows: Iterable[tuple[int, CustomerRow]]) -> None:
    """COPY rows to the table.

    COPY bypasses SQLAlchemy. Its errors are raised as those of other statements are, so that an outage is a 503 and a
    lost race is run again.
    """
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert connection is not None
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


async def unchanged_among(session: AsyncSession, rows: Collection[int]) -> set[int]:
    """Return those of the rows that change nothing: whatever is stored can be imported again."""
    return {row for (row,) in await session.execute(with_rows(_UNCHANGED_AMONG), {"rows": [*rows]})}


async def delete_rows(session: AsyncSession, rows: Collection[int]) -> None:
    """Take rows out of the table."""
    await session.execute(with_rows(_DELETE), {"rows": [*rows]})


async def count_outcomes(
    session: AsyncSession, last_row: int, *, refused: Collection[int] = ()
) -> dict[str, int]:
    """Return the number of rows that are created, updated, unchanged and skipped, without refused ones."""
    counts = dict.fromkeys(("created", "updated", "unchanged", "skipped"), 0)
    for batch in batches(last_row):
        for outcome, rows in await session.execute(with_rows(_COUNT_OUTCOMES), batch | {"rows": [*refused]}):
            counts[outcome] += rows
    return counts


async def count_staged(session: AsyncSession, *, after: int) -> int:
    """Return the number of rows after one."""
    count: int = (await session.execute(text(_COUNT_AFTER), {"row": after})).scalar_one()
    return count


async def read_staged(session: AsyncSession, *, from_row: int, limit: int) -> list[StagedRow]:
    """Return rows in their order, each with its customer before and after the import."""
    records = await session.execute(text(_SHOW), {"from_row": from_row, "limit": limit})
    return [
        StagedRow(
            record["row"],
            record["outcome"],
            record["existing_id"],
            {name: record[f"new_{name}"] for name in CSV_COLUMNS},
            {name: record[f"stored_{name}"] for name in CSV_COLUMNS},
        )
        for record in records.mappings()
    ]


async def write_customers(session: AsyncSession, last_row: int) -> None:
    """Make customers of the rows.

    Raises:
        PhoneTaken: One of these customers was added since the rows were compared.
    """
    with translate_integrity_errors(CONSTRAINT_ERRORS):
        # The contacts first: none of them has a contact.
        for condition in ("contact_id IS NULL", "contact_id IS NOT NULL"):
            for batch in batches(last_row):
                await session.execute(text(_INSERT.format(condition=condition)), batch)
    for batch in batches(last_row):
        await session.execute(text(_UPDATE), batch)


def batches(last_row: int) -> Iterator[dict[str, Any]]:
    """Yield the bounds of some thousand rows each, for statements that take longer the more rows there are."""
    for first in range(1, last_row + 1, _BATCH):
        yield {"first": first, "last": first + _BATCH - 1}


def with_rows(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("rows", type_=ARRAY(Integer)))
