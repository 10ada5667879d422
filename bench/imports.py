"""`zenspa import customers`: the time per file, and whether memory grows with the file."""

import asyncio
import csv
import time
from datetime import datetime
from pathlib import Path

import asyncpg
from customers import COLUMNS, record_of
from report import Row, Section, at_most
from testbed import Advance, Effort, Finished, MeasurementError, Testbed

from app.cli.demo_people import SampleCustomer, sample_customers

_TO_COPY = 4
_MEMORY_GROWTH = 1.1


def steps(_effort: Effort) -> int:
    return 6


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    """Import a tenth of the rows, then all rows, then the same file again."""
    rows = effort.import_rows
    databases = {count: f"bench_import_{count}" for count in (rows // 10, rows)}
    files = {count: testbed.folder / f"customers-{count}.csv" for count in databases}
    for count, database in databases.items():
        testbed.create_database(database)
        _write_csv(files[count], count)
    advance()
    few = _import(testbed, databases[rows // 10], files[rows // 10], advance)
    copies = [_copy(testbed, "bench_copy_before", rows, advance)]
    many = _import(testbed, databases[rows], files[rows], advance)
    copies.append(_copy(testbed, "bench_copy_after", rows, advance))
    copy_seconds = sum(copies) / len(copies)
    before = _state(testbed, databases[rows])
    again = _import(testbed, databases[rows], files[rows], advance)
    if before != _state(testbed, databases[rows]) or before[0] != rows:
        raise MeasurementError(
            f"the second import of the same file changed something, or {before[0]} is not {rows}"
        )

    return Section(
        "Import",
        "`zenspa import customers FILE.csv` on a database with no other customers, from the start of the process to "
        "its end. The floor is a COPY of the same rows by asyncpg into the same table, with its indexes and audit triggers, "
        "once before the import and once after it, each into a database without customers; without the time to read the "
        "file. Memory is the peak of resident memory, in 10⁶ bytes.",
        [
            Row(f"COPY of {rows:,} rows", f"{copies[0]:.1f} s before, {copies[1]:.1f} s after"),
            at_most(
                f"import of {rows:,} rows",
                f"{many.seconds:.1f} s",
                many.seconds / copy_seconds,
                _TO_COPY,
                "the time of COPY",
            ),
            Row(f"import of {rows // 10:,} rows", f"{few.seconds:.1f} s, {few.peak_bytes / 1e6:.0f} MB"),
            at_most(
                f"memory for {rows:,} rows",
                f"{many.peak_bytes / 1e6:.0f} MB",
                many.peak_bytes / few.peak_bytes,
                _MEMORY_GROWTH,
                "that of a tenth of the rows",
            ),
            Row(
                f"the same {rows:,} rows again, changing nothing",
                f"{again.seconds:.1f} s, {again.peak_bytes / 1e6:.0f} MB",
            ),
        ],
    )


def _import(testbed: Testbed, database: str, file: Path, advance: Advance) -> Finished:
    finished = testbed.zenspa("import", "customers", str(file), database=database)
    advance()
    return finished


def _copy(testbed: Testbed, database: str, rows: int, advance: Advance) -> float:
    """Return the seconds of a COPY of the customers into an empty table."""
    testbed.create_database(database)
    records = [record_of(person) for person in sample_customers(rows)]

    async def copy() -> float:
        connection = await asyncpg.connect(testbed.libpq_url(database))
        started = time.perf_counter()
        await connection.copy_records_to_table("customer", records=records, columns=COLUMNS, timeout=3600)
        seconds = time.perf_counter() - started
        await connection.close()
        return seconds

    seconds = asyncio.run(copy())
    advance()
    return seconds


def _write_csv(file: Path, count: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(SampleCustomer.__annotations__))
        writer.writeheader()
        for person in sample_customers(count):
            writer.writerow({**person, "tags": ";".join(person["tags"])})


def _state(testbed: Testbed, database: str) -> tuple[int, datetime]:
    """Return the number of customers and the time of the last change."""

    async def fetch() -> asyncpg.Record | None:
        connection = await asyncpg.connect(testbed.libpq_url(database))
        row = await connection.fetchrow("SELECT count(*), max(updated_at) FROM customer")
        await connection.close()
        return row

    row = asyncio.run(fetch())
    assert row
    return row[0], row[1]
