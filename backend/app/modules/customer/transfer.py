"""Import and export of many customers at once.

An import is one transaction: the rows go to a temporary table by COPY, are checked there against each other
and against the customers we have, and become customers only when no row is bad. Memory stays flat: a
batch is all that is ever held.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from itertools import batched
from typing import BinaryIO

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.core.database import AsyncSessionLocal, claim_connection
from app.core.exceptions import ValidationException
from app.db.errors import translate_integrity_errors
from app.modules.customer.csv_file import COLUMNS, CsvWriter, RowFault, read_customers
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import CustomerCreate, CustomerImportResult
from app.modules.customer.customer_service import REFUSALS

_BATCH = 500  # rows read in one go: some 40 ms away from the event loop's other work
_MERGE_BATCH = 5_000  # rows a statement merges: well within the statement timeout
_EXPORT_BATCH = 1_000
_FAULTS_SHOWN = 100

_CREATE_STAGING = """
CREATE TEMPORARY TABLE customer_import (
    row integer PRIMARY KEY, id uuid NOT NULL, existing_id uuid, namesake integer,
    full_name text NOT NULL, phone text COLLATE "C", email text COLLATE "C", birthday date, gender text,
    notes text NOT NULL, contraindications text NOT NULL, tags text[] NOT NULL
) ON COMMIT DROP
"""
_DOUBLED_PHONES = """
SELECT row, first FROM (
    SELECT row, first_value(row) OVER (PARTITION BY phone ORDER BY row) AS first
    FROM customer_import WHERE phone IS NOT NULL
) AS numbered
WHERE row <> first ORDER BY row LIMIT :limit
"""
_FIND_BY_PHONE = """
UPDATE customer_import AS i SET existing_id = c.id FROM customer AS c
WHERE i.existing_id IS NULL AND c.phone = i.phone AND {whose}
"""
# Without a phone a row is its name, birthday and email. Namesakes of whom we know no more are paired in order.
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
    WHERE phone IS NULL AND {whose} AND name_keys[1] IN (
        SELECT zenspa_fold(full_name) FROM customer_import WHERE phone IS NULL AND existing_id IS NULL
    )
) AS c
WHERE i.phone IS NULL AND i.existing_id IS NULL AND c.namesake = i.namesake AND c.full_name = i.full_name
    AND c.birthday IS NOT DISTINCT FROM i.birthday AND c.email IS NOT DISTINCT FROM i.email
"""
_LIVING = "c.archived_at IS NULL"
_ARCHIVED = "c.archived_at IS NOT NULL"
# An empty cell says nothing about a customer, so it empties nothing.
_UPDATE = """
UPDATE customer AS c SET
    full_name = i.full_name, email = coalesce(i.email, c.email), birthday = coalesce(i.birthday, c.birthday),
    gender = coalesce(i.gender, c.gender), notes = coalesce(nullif(i.notes, ''), c.notes),
    contraindications = coalesce(nullif(i.contraindications, ''), c.contraindications),
    tags = CASE WHEN i.tags = '{}' THEN c.tags ELSE i.tags END, updated_at = clock_timestamp()
FROM customer_import AS i
WHERE i.row BETWEEN :first AND :last AND c.id = i.existing_id AND c.archived_at IS NULL AND (
    c.full_name, c.email, c.birthday, c.gender, c.notes, c.contraindications, c.tags
) IS DISTINCT FROM (
    i.full_name, coalesce(i.email, c.email), coalesce(i.birthday, c.birthday), coalesce(i.gender, c.gender),
    coalesce(nullif(i.notes, ''), c.notes), coalesce(nullif(i.contraindications, ''), c.contraindications),
    CASE WHEN i.tags = '{}' THEN c.tags ELSE i.tags END
)
"""
_INSERT = f"""
INSERT INTO customer (id, {", ".join(COLUMNS)})
SELECT id, {", ".join(COLUMNS)} FROM customer_import
WHERE row BETWEEN :first AND :last AND existing_id IS NULL ORDER BY row
"""  # noqa: S608 - our own column names


class ImportRefused(ValidationException):
    code = "IMPORT_REFUSED"
    text = LocalizedText(
        "Tệp có dòng lỗi; chưa nhập dòng nào.", "The file has bad rows; nothing was imported."
    )


async def import_customers(
    session: AsyncSession, file: BinaryIO, *, on_progress: Callable[[int], None] = lambda _rows: None
) -> CustomerImportResult:
    """Creates and updates customers from CSV: all rows or none; the same file again changes nothing.

    Rows of customers who are archived or were merged are skipped: last year's file brings nobody back.
    `on_progress` is told how many rows have been read so far.

    Raises:
        ImportRefused: with every bad row and its reason, up to a hundred.
        PhoneTaken: somebody else created one of these customers during the import.
    """
    file.seek(0)  # it was read to its end when this lost a race and is run again
    await session.execute(text(_CREATE_STAGING))
    last_row, faults, fault_count = await _stage(session, file, on_progress)
    if not faults:
        doubled = await session.execute(text(_DOUBLED_PHONES), {"limit": _FAULTS_SHOWN})
        faults = [_doubled(row, first) for row, first in doubled]
        fault_count = len(faults)
    if faults:
        raise ImportRefused(details=_details(faults, fault_count))
    return await _merge(session, last_row)


async def _stage(
    session: AsyncSession, file: BinaryIO, on_progress: Callable[[int], None]
) -> tuple[int, list[RowFault], int]:
    """COPY the good rows, collect the bad ones; the last row, the first faults and how many there are."""
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert connection is not None
    faults: list[RowFault] = []
    fault_count = last_row = 0
    batches: Iterator[tuple[tuple[int, CustomerCreate] | RowFault, ...]] = batched(
        read_customers(file), _BATCH
    )
    while batch := await asyncio.to_thread(next, batches, None):
        bad = [item for item in batch if isinstance(item, RowFault)]
        fault_count += len(bad)
        faults += bad[: _FAULTS_SHOWN - len(faults)]
        good = [item for item in batch if not isinstance(item, RowFault)]
        last_row = good[-1][0] if good else last_row
        if good and not faults:
            await _copy(connection, good)
        on_progress(last_row)
    return last_row, faults, fault_count


async def _copy(connection: asyncpg.Connection, rows: Iterable[tuple[int, CustomerCreate]]) -> None:
    """COPY goes past SQLAlchemy: its errors become what the other statements' are, so that an outage is a 503 and
    a lost race is run again."""
    try:
        await connection.copy_records_to_table(
            "customer_import",
            columns=["row", "id", *COLUMNS],
            records=[(row, uuid7(), *(getattr(new, column) for column in COLUMNS)) for row, new in rows],
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if isinstance(error, OSError):
            connection.terminate()  # the server is silent: waiting for its answer to a ROLLBACK would not end
        raise OperationalError("COPY customer_import", None, error) from error


async def _merge(session: AsyncSession, last_row: int) -> CustomerImportResult:
    connection = await session.connection()

    async def run(statement: str, rows: Mapping[str, int] | None = None) -> int:
        return (await connection.execute(text(statement), rows)).rowcount

    async def find(whose: str) -> int:
        by_phone = await run(_FIND_BY_PHONE.format(whose=whose))
        await run(_NUMBER_NAMESAKES)
        return by_phone + await run(_FIND_WITHOUT_PHONE.format(whose=whose))

    await run("ANALYZE customer_import")
    known = await find(_LIVING)
    skipped = await find(_ARCHIVED)
    created = updated = 0
    for first in range(1, last_row + 1, _MERGE_BATCH):
        rows = {"first": first, "last": first + _MERGE_BATCH - 1}
        updated += await run(_UPDATE, rows)
        with translate_integrity_errors(REFUSALS):
            created += await run(_INSERT, rows)
    return CustomerImportResult(created=created, updated=updated, unchanged=known - updated, skipped=skipped)


def _doubled(row: int, first: int) -> RowFault:
    message = LocalizedText(f"Trùng khách hàng với dòng {first}.", f"The same customer as in row {first}.")
    return RowFault(row, "phone", "duplicate_row", message)


def _details(faults: list[RowFault], count: int) -> list[dict[str, str | LocalizedText]]:
    details = [fault.detail() for fault in faults]
    if count > len(faults):
        more = count - len(faults)
        message = LocalizedText(f"… và {more} lỗi nữa.", f"… and {more} more faults.")
        details.append(RowFault(None, None, "more_faults", message).detail())
    return details


async def export_customers(*, for_request: bool = False) -> AsyncGenerator[bytes]:
    """The living customers as CSV, oldest first, in pieces; a transaction of its own sees them all at one time.

    `for_request`: waits for a connection as a request does, 2 s at most, and not as a job.
    """
    columns = [getattr(Customer, column) for column in COLUMNS]
    living = select(*columns).where(Customer.archived_at.is_(None)).order_by(Customer.id)
    async with AsyncSessionLocal() as session:
        if for_request:
            await claim_connection(session)
        writer = CsvWriter()
        rows = await session.stream(living.execution_options(yield_per=_EXPORT_BATCH))
        async for part in rows.partitions():
            for row in part:
                writer.add(row)
            yield writer.take()
        yield writer.take()
