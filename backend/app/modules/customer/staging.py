"""The temporary table of an import: its rows are compared there with each other and with the customers.

Statements run on the connection, since the table has no model. The columns are those of a CSV file.
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

from app.common.types.localized import LocalizedText
from app.core.database import engine
from app.db.errors import translate_integrity_errors
from app.modules.customer.columns import CSV_COLUMNS
from app.modules.customer.customer_errors import ImportRunning
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import CustomerCreate
from app.modules.customer.customer_service import CONSTRAINT_ERRORS
from app.modules.customer.row_errors import Doubt, RowError

_SWAPPED = LocalizedText(
    "Ngày sinh đang lưu có ngày và tháng đảo lại. Kiểm tra thứ tự ngày tháng của tệp, hoặc xác nhận dòng này.",
    "The stored birthday has day and month the other way round. Check the order of dates in the file, or confirm the row.",
)
_BATCH = 5_000  # rows a statement compares or writes: well within the statement timeout

_COLUMNS = [Customer.__table__.columns[name] for name in CSV_COLUMNS]


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
    row integer PRIMARY KEY, id uuid NOT NULL, existing_id uuid, namesake integer,
    {", ".join(map(_define, _COLUMNS))}
) ON COMMIT DROP
"""
# Held until the transaction ends: of two imports at once, neither would see the rows of the other.
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('zenspa.customer_import', 0))"
_REPEATED_PHONES = """
SELECT row, first FROM (
    SELECT row, first_value(row) OVER (PARTITION BY phone ORDER BY row) AS first
    FROM customer_import WHERE phone IS NOT NULL
) AS numbered
WHERE row <> first ORDER BY row
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
# Two spellings are one name if they have the same letters, and the same marks where both have any: Le Lan is Lê Lan, and
# Lân is not Lan. Marks are compared in the order of the letters without them, for Hoà is Hòa.
_MARKS = r"regexp_replace(normalize(translate({0}, 'Đ', 'đ'), NFD), '[^đ\u0300-\u036F]', '', 'g')"
_LETTERS = r"translate(regexp_replace(normalize({0}, NFD), '[\u0300-\u036F]', '', 'g'), 'đĐ', 'dD')"
_FILE_MARKS, _STORED_MARKS = _MARKS.format("i.full_name"), _MARKS.format("c.full_name")
_FILE_LETTERS = _LETTERS.format("i.full_name")
_IS_SAME_NAME = f"""
zenspa_fold(i.full_name) = zenspa_fold(c.full_name)
    AND ({_FILE_MARKS} = {_STORED_MARKS} OR {_FILE_MARKS} = '' OR {_STORED_MARKS} = '')
"""
_OTHER_SPELLINGS = """
FROM customer AS c WHERE c.id = i.existing_id AND c.archived_at IS NULL AND c.full_name <> i.full_name
    AND i.row BETWEEN :first AND :last
"""
# A file in capitals or without accents spoils no name.
_KEEP_BETTER_SPELLINGS = f"""
UPDATE customer_import AS i SET full_name = c.full_name {_OTHER_SPELLINGS} AND {_IS_SAME_NAME} AND (
    ({_FILE_MARKS} = '' AND {_STORED_MARKS} <> '')
    OR ({_FILE_MARKS} = {_STORED_MARKS} AND {_FILE_LETTERS} IN (upper({_FILE_LETTERS}), lower({_FILE_LETTERS})))
)
"""  # noqa: S608 - our own column names
_ANOTHER_NAME = f"""
SELECT i.row, c.full_name FROM customer_import AS i, LATERAL (SELECT c.full_name {_OTHER_SPELLINGS}) AS c
WHERE NOT ({_IS_SAME_NAME}) ORDER BY i.row
"""  # noqa: S608 - our own column names
_SWAPPED_BIRTHDAY = """
SELECT i.row FROM customer_import AS i JOIN customer AS c ON c.id = i.existing_id
WHERE i.row BETWEEN :first AND :last AND c.archived_at IS NULL AND c.birthday <> i.birthday
    AND c.birthday = left(i.birthday, -5) || right(i.birthday, 2) || '-' || left(right(i.birthday, 5), 2)
ORDER BY i.row
"""
_ACTIVE = "c.archived_at IS NULL"
_ARCHIVED = "c.archived_at IS NOT NULL"
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
INSERT INTO customer (id, {", ".join(CSV_COLUMNS)})
SELECT id, {", ".join(CSV_COLUMNS)} FROM customer_import
WHERE row BETWEEN :first AND :last AND existing_id IS NULL ORDER BY row
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
_SHOW = f"""
SELECT i.row, {_OUTCOME} AS outcome, i.existing_id, {", ".join(f"i.{name}" for name in CSV_COLUMNS)},
    {", ".join(f"c.{name} AS stored_{name}" for name in CSV_COLUMNS)},
    {", ".join(f"CASE WHEN c.id IS NOT NULL THEN {_updated(column)} ELSE i.{column.name} END AS new_{column.name}" for column in _COLUMNS)}
FROM customer_import AS i LEFT JOIN customer AS c ON c.id = i.existing_id
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


async def stage(session: AsyncSession, rows: Iterable[tuple[int, CustomerCreate]]) -> None:
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


async def find_existing(session: AsyncSession, last_row: int) -> None:
    """Find the customers that the rows are about, active ones first."""
    await session.execute(text("ANALYZE customer_import"))
    for condition in (_ACTIVE, _ARCHIVED):
        await session.execute(text(_FIND_BY_PHONE.format(condition=condition)))
        await session.execute(text(_NUMBER_NAMESAKES))
        await session.execute(text(_FIND_WITHOUT_PHONE.format(condition=condition)))
    for batch in _batches(last_row):
        await session.execute(text(_KEEP_BETTER_SPELLINGS), batch)


async def errors_of_rows(session: AsyncSession, last_row: int) -> list[RowError]:
    """Return what is wrong or in doubt with rows beside others, and beside the customers that they are about."""
    repeated = {record.row: record.first for record in await session.execute(text(_REPEATED_PHONES))}
    errors = [RowError(row, "phone", "duplicate_row", _same_phone(first)) for row, first in repeated.items()]
    for batch in _batches(last_row):
        errors += [
            RowError(row, "full_name", Doubt.ANOTHER_NAME, _number_of(name))
            for row, name in await session.execute(text(_ANOTHER_NAME), batch)
            if row not in repeated
        ]
        errors += [
            RowError(row, "birthday", Doubt.SWAPPED_BIRTHDAY, _SWAPPED)
            for (row,) in await session.execute(text(_SWAPPED_BIRTHDAY), batch)
            if row not in repeated
        ]
    return errors


async def unchanged_among(session: AsyncSession, rows: Collection[int]) -> set[int]:
    """Return those of the rows that change nothing: whatever is stored can be imported again."""
    return {row for (row,) in await session.execute(_with_rows(_UNCHANGED_AMONG), {"rows": [*rows]})}


async def delete_rows(session: AsyncSession, rows: Collection[int]) -> None:
    """Take rows out of the table."""
    await session.execute(_with_rows(_DELETE), {"rows": [*rows]})


async def count_outcomes(
    session: AsyncSession, last_row: int, *, refused: Collection[int] = ()
) -> dict[str, int]:
    """Return the number of rows that are created, updated, unchanged and skipped, without refused ones."""
    counts = dict.fromkeys(("created", "updated", "unchanged", "skipped"), 0)
    for batch in _batches(last_row):
        for outcome, rows in await session.execute(_with_rows(_COUNT_OUTCOMES), batch | {"rows": [*refused]}):
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
    for batch in _batches(last_row):
        await session.execute(text(_UPDATE), batch)
        with translate_integrity_errors(CONSTRAINT_ERRORS):
            await session.execute(text(_INSERT), batch)


def _batches(last_row: int) -> Iterator[dict[str, Any]]:
    """Yield the bounds of some thousand rows each, for statements that take longer the more rows there are."""
    for first in range(1, last_row + 1, _BATCH):
        yield {"first": first, "last": first + _BATCH - 1}


def _same_phone(row: int) -> LocalizedText:
    return LocalizedText(
        f"Trùng số điện thoại với dòng {row}. Giữ lại một dòng.",
        f"The same phone number as in row {row}. Keep one of the rows.",
    )


def _number_of(name: str) -> LocalizedText:
    return LocalizedText(
        f"Số này là của khách “{name}”. Sửa số, hoặc xác nhận đổi tên. Nếu là số của mẹ hay người nhà,"
        " bỏ số ở dòng này rồi chọn “Người liên hệ” trong hồ sơ.",
        f"This number belongs to “{name}”. Correct it, or confirm that the customer is renamed. If it is a parent's"
        " number, leave it out here and choose the contact in the record.",
    )


def _with_rows(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("rows", type_=ARRAY(Integer)))
