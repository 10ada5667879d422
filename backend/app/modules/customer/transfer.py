"""Import and export of many customers at once.

An import is one transaction. The rows go to a temporary table by COPY, are compared there with each other and with the
existing customers, and become customers if none of them is bad, or without those that are. Memory stays flat: one batch
at a time.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.common.schemas import ErrorField
from app.common.types.localized import LocalizedText
from app.core.database import AsyncSessionLocal, claim_connection
from app.modules.customer.columns import CONTACT_PHONE, CSV_COLUMNS, IMPORTED_COLUMNS
from app.modules.customer.csv_file import CustomerFile
from app.modules.customer.csv_writer import CsvWriter, text_of_cell
from app.modules.customer.customer_errors import ImportRefused
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import CustomerRow
from app.modules.customer.import_schemas import (
    BadRows,
    CustomerImportOptions,
    CustomerImportPreview,
    CustomerImportPreviewQuery,
    CustomerImportQuery,
    CustomerImportResult,
    ImportColumn,
    ImportRow,
)
from app.modules.customer.matching import errors_of_rows, find_existing
from app.modules.customer.row_contacts import (
    errors_of_contacts,
    errors_of_reached,
    lock_contacts,
)
from app.modules.customer.row_errors import RowError
from app.modules.customer.staging import (
    StagedRow,
    count_outcomes,
    count_staged,
    create_staging,
    delete_rows,
    lock_imports,
    read_staged,
    stage,
    unchanged_among,
    write_customers,
)
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role

_READ_BATCH = 500  # rows: parsing them takes some 40 ms in a thread
_EXPORT_BATCH = 1_000  # rows
_ERRORS_SHOWN = 100
_ROWS_SHOWN = 100
_CONTACT = aliased(Customer)
_CONTACT_PHONE = (
    select(_CONTACT.phone)
    .where(_CONTACT.id == Customer.contact_id, _CONTACT.archived_at.is_(None))
    .scalar_subquery()
    .label(CONTACT_PHONE)
)
_COLUMNS = [Customer.__table__.columns[name] for name in IMPORTED_COLUMNS]
_UNREADABLE = {"encoding", "too_many_columns", "too_many_rows", "missing_column"}
"""Errors of a file of which no row can be shown."""
_NO_NEXT_ROW = {"encoding", "csv"}
"""Errors after which no row can be read, so that the file is not imported without them."""


async def import_customers(  # noqa: PLR0913 - three say what to import, three how
    session: AsyncSession,
    user: CurrentUser,
    file: BinaryIO,
    options: CustomerImportQuery | None = None,
    *,
    language: str = "vi",
    on_progress: Callable[[int], None] = lambda _rows: None,
) -> CustomerImportResult:
    """Create and update customers from CSV. Importing the same file again changes nothing.

    Rows of customers who are archived or were merged are skipped: last year's file restores no customer.

    Args:
        file: It is read from its beginning: a transaction that lost a race has read it before.
        language: The language of the reasons in the file of refused rows: `vi`, `en`, or `both`.
        on_progress: Called with the number of rows read so far.

    Raises:
        ForbiddenException: The user is no administrator of the whole spa.
        ImportRefused: `details` has every bad row and its reason, up to a hundred.
        ImportRunning: Another import has not ended.
        PhoneTaken: One of these customers was added during the import.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    options = options or CustomerImportQuery()
    await lock_imports(session)
    source, errors = await _survey(file, options)
    if errors:
        raise ImportRefused(details=_details(errors))
    returns_bad_rows = options.bad_rows is BadRows.RETURN
    reading = await _stage(session, source, on_progress, keep_all_errors=returns_bad_rows)
    if any(error.kind in _NO_NEXT_ROW for error in reading.errors) or (
        reading.errors and not returns_bad_rows
    ):
        raise ImportRefused(details=_details(reading.errors, reading.error_count))
    refusals = await _compare(session, reading, options)
    if refusals and not returns_bad_rows:
        raise ImportRefused(details=_details(refusals))
    refused_rows = None
    if refusals:
        reasons = _reasons(refusals, language)
        await delete_rows(session, reasons.keys())
        refused_rows = await asyncio.to_thread(lambda: "".join(source.write_rows(reasons)))
    counts = await count_outcomes(session, reading.last_row)
    await write_customers(session, reading.last_row)
    return CustomerImportResult(
        created=counts["created"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        skipped=counts["skipped"],
        refused=len({error.row for error in refusals}),
        refused_rows=refused_rows,
    )


async def preview_import(
    session: AsyncSession,
    user: CurrentUser,
    file: BinaryIO,
    options: CustomerImportPreviewQuery,
    *,
    language: str = "vi",
) -> CustomerImportPreview:
    """Return what an import of the file would make of each column and each row. Nothing is changed.

    Raises:
        ForbiddenException: The user is no administrator of the whole spa.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    source, problems = await _survey(file, options)
    preview = CustomerImportPreview(
        created=0,
        updated=0,
        unchanged=0,
        skipped=0,
        refused=0,
        columns=[ImportColumn(header=c.header, column=c.field, use=c.use) for c in source.columns],
        date_order=source.date_order,
        problems=[_field(problem, language) for problem in problems],
        rows=[],
        more_rows=0,
    )
    if any(problem.kind in _UNREADABLE for problem in problems):
        return preview
    reading = await _stage(session, source, keep_all_errors=True)
    refusals = await _compare(session, reading, options, is_preview=True)
    refused = {error.row for error in refusals if error.row is not None}
    staged = await read_staged(session, from_row=options.from_row, limit=_ROWS_SHOWN)
    rows = _show(staged, refusals, from_row=options.from_row, language=language)
    last_row = rows[-1].row if rows else options.from_row - 1
    unstaged = {error.row for error in reading.errors if error.row is not None}
    more_rows = await count_staged(session, after=last_row) + sum(row > last_row for row in unstaged)
    counts = await count_outcomes(session, reading.last_row, refused=refused)
    return preview.model_copy(
        update={**counts, "refused": len(refused), "rows": rows, "more_rows": more_rows}
    )


@dataclass
class _Reading:
    """The outcome of reading a file."""

    last_row: int
    errors: list[RowError]
    """Errors of rows that are not in the temporary table, or the first of them."""
    error_count: int
    doubts: list[RowError]


async def _survey(file: BinaryIO, options: CustomerImportOptions) -> tuple[CustomerFile, list[RowError]]:
    source = CustomerFile(file, ignore=options.ignored_columns, date_order=options.date_order)
    return source, await asyncio.to_thread(source.survey)


async def _stage(
    session: AsyncSession,
    source: CustomerFile,
    on_progress: Callable[[int], None] = lambda _rows: None,
    *,
    keep_all_errors: bool,
) -> _Reading:
    """COPY the good rows to the temporary table; without `keep_all_errors` only as long as all are good."""
    await create_staging(session)
    reading = _Reading(0, [], 0, [])
    batches: Iterator[tuple[tuple[int, CustomerRow] | RowError, ...]] = batched(source.rows(), _READ_BATCH)
    while batch := await asyncio.to_thread(next, batches, None):
        errors = [item for item in batch if isinstance(item, RowError)]
        reading.doubts += [error for error in errors if error.is_doubt]
        bad = [error for error in errors if not error.is_doubt]
        reading.error_count += len(bad)
        reading.errors += bad if keep_all_errors else bad[: _ERRORS_SHOWN - len(reading.errors)]
        good = [item for item in batch if not isinstance(item, RowError)]
        reading.last_row = good[-1][0] if good else reading.last_row
        if good and (keep_all_errors or not reading.errors):
            await stage(session, good)
        on_progress(reading.last_row)
    return reading


async def _compare(
    session: AsyncSession, reading: _Reading, options: CustomerImportOptions, *, is_preview: bool = False
) -> list[RowError]:
    """Return why rows are not imported, in their order: errors, and doubts that are not accepted. What an import relies on
    is locked."""
    await find_existing(session, reading.last_row, share_phones=options.share_phones)
    if not is_preview:
        await lock_contacts(session)
    doubts = [doubt for doubt in reading.doubts if doubt.kind not in options.accepted]
    if doubts:
        unchanged = await unchanged_among(session, {doubt.row for doubt in doubts if doubt.row is not None})
        doubts = [doubt for doubt in doubts if doubt.row not in unchanged]
    others = [
        error
        for error in await errors_of_rows(session, reading.last_row)
        if error.kind not in options.accepted
    ]
    refusals = [*reading.errors, *doubts, *others, *await errors_of_contacts(session)]
    refused = {error.row for error in refusals if error.row is not None}
    refusals += await errors_of_reached(session, refused)
    return sorted(refusals, key=lambda error: error.row or 0)


def _show(
    staged: Iterable[StagedRow], refusals: Iterable[RowError], *, from_row: int, language: str
) -> list[ImportRow]:
    problems: dict[int, list[ErrorField]] = {}
    for error in refusals:
        if error.row is not None and error.row >= from_row:
            problems.setdefault(error.row, []).append(_field(error, language))
    staged_rows = {staged_row.row: staged_row for staged_row in staged}
    numbers = sorted(staged_rows.keys() | problems.keys())[:_ROWS_SHOWN]
    return [_show_row(number, staged_rows.get(number), problems.get(number, [])) for number in numbers]


def _show_row(number: int, staged: StagedRow | None, problems: list[ErrorField]) -> ImportRow:
    if staged is None:  # a row that cannot be read
        return ImportRow(
            row=number, outcome="refused", customer_id=None, values={}, previous={}, problems=problems
        )
    is_update = staged.outcome == "updated"
    return ImportRow(
        row=number,
        outcome="refused" if problems else staged.outcome,
        customer_id=staged.customer_id,
        values={name: cell for name, value in staged.new.items() if (cell := text_of_cell(value))},
        previous={
            name: text_of_cell(value)
            for name, value in staged.stored.items()
            if is_update and value != staged.new[name]
        },
        problems=problems,
    )


def _field(error: RowError, language: str) -> ErrorField:
    return ErrorField(
        field=_in_language(error.place(), language),
        message=_in_language(error.message, language),
        type=error.kind,
    )


def _in_language(text: str | LocalizedText, language: str) -> str:
    if isinstance(text, str):
        return text
    return f"{text.vi} · {text.en}" if language == "both" else text.in_language(language)


def _reasons(errors: Iterable[RowError], language: str) -> dict[int, str]:
    """Return what is wrong with each row, as one text."""
    reasons: dict[int, str] = {}
    for error in errors:
        if error.row is not None:
            column = CSV_COLUMNS.get(error.column or "", error.column)
            reason = f"{column}: " if column else ""
            reason += _in_language(error.message, language)
            reasons[error.row] = f"{reasons[error.row]} {reason}" if error.row in reasons else reason
    return reasons


def _details(errors: list[RowError], count: int | None = None) -> list[dict[str, str | LocalizedText]]:
    """Return the first errors, and how many more there are.

    Args:
        errors: All errors, or the first of them.
        count: How many there are, if these are the first.
    """
    shown = errors[:_ERRORS_SHOWN]
    details = [error.detail() for error in shown]
    more = (count or len(errors)) - len(shown)
    if more:
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
    active = select(*_COLUMNS, _CONTACT_PHONE).where(Customer.archived_at.is_(None)).order_by(Customer.id)
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
