"""Availability: a month of a large spa over HTTP, then the same with years of history in the table."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from report import Row, Section, milliseconds, percentile
from spa import SERVICES, add_days, add_spa, id_of, tomorrow
from testbed import Advance, Client, Effort, MeasurementError, Testbed

_DATABASE = "availability"
_PATH = "/api/v1/availability/days"
_ONE, _COUPLE = "a month for one guest, any therapist", "a month for a couple with two treatments each"
_P50, _P95, _COUPLE_P50, _GROWTH = 0.010, 0.025, 0.025, 1.2
_HISTORY_CHUNKS = 20
_IN_A_DAY = 1000
"""Allocations per day of history: 50 therapists with 10 treatments, and the beds."""


def steps(effort: Effort) -> int:
    return _HISTORY_CHUNKS + 4 * effort.months


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    seen: dict[str, list[list[float]]] = {_ONE: [], _COUPLE: []}
    count = asyncio.run(_open(testbed))
    with testbed.app(_DATABASE) as worker:
        headers = testbed.sign_in(_DATABASE, worker)
        for with_history in (False, True):
            if with_history:
                asyncio.run(_add_history(testbed, effort.history, advance))
            client = Client(worker.connect(), headers)  # an idle connection would be closed
            for kind, seconds in seen.items():
                _search(client, kind, 10, lambda: None)
                seconds.append(_search(client, kind, effort.months, advance))
    return Section(
        "Availability",
        f"50 therapists, 60 beds, 40 treatments, 90 days, {count:,} allocations; then {effort.history:,} more of the years "
        "before. `POST /availability/days` for the next 30 days, over HTTP on one connection, one request after another, "
        "each for another treatment. Times are the client's. PostgreSQL with its default settings.",
        [*_rows(_ONE, seen[_ONE], _P50, _P95), *_rows(_COUPLE, seen[_COUPLE], _COUPLE_P50, None)],
    )


async def _open(testbed: Testbed) -> int:
    """Add the spa and return the number of future allocations."""
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    count = await add_spa(connection)
    await connection.close()
    return count


async def _add_history(testbed: Testbed, count: int, advance: Advance) -> None:
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await connection.execute("SET session_replication_role = replica")
    days = count // _IN_A_DAY
    for chunk in range(_HISTORY_CHUNKS):
        first, end = (-days + days * part // _HISTORY_CHUNKS for part in (chunk, chunk + 1))
        await add_days(connection, first, end, one_of=1)
        advance()
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=3600)
    await connection.close()


def _search(client: Client, kind: str, times: int, advance: Advance) -> list[float]:
    first_day = tomorrow()
    times_taken = []
    for number in range(times):
        variants = [number % SERVICES] if kind == _ONE else [number % SERVICES, (number + 1) % SERVICES]
        treatments = [{"variant_id": str(id_of("variant", variant))} for variant in variants]
        body = {
            "branch_id": str(id_of("branch", 0)),
            "guests": [{"treatments": treatments}] * (1 if kind == _ONE else 2),
            "first_day": first_day.isoformat(),
            "last_day": (first_day + timedelta(days=29)).isoformat(),
        }
        seconds, answer = client.post(_PATH, body)
        if answer.count(b'"available":true') < 20:  # noqa: PLR2004 - of 30; with fewer, no real search was measured
            raise MeasurementError(f"too few days have a start: {answer[:500].decode()}")
        times_taken.append(seconds)
        advance()
    return times_taken


def _rows(kind: str, seen: Sequence[Sequence[float]], p50: float, p95: float | None) -> list[Row]:
    rows = []
    for label, seconds in zip((kind, f"{kind}, with history"), seen, strict=True):
        at_50, at_95 = percentile(seconds, 50), percentile(seconds, 95)
        target = f"p50 ≤ {p50 * 1000:.0f} ms" + (f", p95 ≤ {p95 * 1000:.0f} ms" if p95 else "")
        rows.append(Row(label, milliseconds(seconds), target, at_50 <= p50 and (p95 is None or at_95 <= p95)))
    growth = percentile(seen[1], 50) / percentile(seen[0], 50)
    return [*rows, Row("— growth by history", f"{growth:.2f} ×", f"≤ {_GROWTH} ×", growth <= _GROWTH)]
