"""`zenspa import customers`: the time per file, and whether memory grows with the file."""

import asyncio
import csv
from datetime import datetime
from pathlib import Path

import asyncpg
from report import Row, Section
from testbed import Advance, Effort, Finished, MeasurementError, Testbed

from app.cli.demo_people import SampleCustomer, sample_customers

_MAX_SECONDS = 20
_TARGET_ROWS = 100_000
_FLAT_MEGABYTES = 10


def steps(_effort: Effort) -> int:
    return 4


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    """Import a tenth of the rows, then all rows, then the same file again."""
    rows = effort.import_rows
    databases = {count: f"bench_import_{count}" for count in (rows // 10, rows)}
    files = {count: testbed.folder / f"customers-{count}.csv" for count in databases}
    for count, database in databases.items():
        testbed.create_database(database)
        _write_csv(files[count], count)
    advance()
    few, many = (_import(testbed, databases[count], files[count], advance) for count in databases)
    before = _state(testbed, databases[rows])
    again = _import(testbed, databases[rows], files[rows], advance)
    if before != _state(testbed, databases[rows]) or before[0] != rows:
        raise MeasurementError(
            f"the second import of the same file changed something, or {before[0]} is not {rows}"
        )

    growth = (many.peak_bytes - few.peak_bytes) / 1e6
    comparable = rows == _TARGET_ROWS
    return Section(
        "Import",
        "`zenspa import customers FILE.csv` on a database with no other customers, from the start of the process to "
        "its end. Memory is the peak of resident memory, in 10⁶ bytes.",
        [
            Row(f"{rows // 10:,} rows", f"{few.seconds:.1f} s, {few.peak_bytes / 1e6:.0f} MB"),
            Row(
                f"{rows:,} rows",
                f"{many.seconds:.1f} s, {many.peak_bytes / 1e6:.0f} MB",
                f"{_TARGET_ROWS:,} rows ≤ {_MAX_SECONDS} s",
                many.seconds <= _MAX_SECONDS if comparable else None,
            ),
            Row(
                "memory for ten times the rows",
                f"{growth:+.0f} MB",
                f"flat: ≤ {_FLAT_MEGABYTES} MB",
                growth <= _FLAT_MEGABYTES if comparable else None,
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
