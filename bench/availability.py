"""When a party can come: a month of a large spa over HTTP, and again with years of history behind it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from report import Row, Section, milliseconds, percentile
from spa import SERVICES, add_days, add_spa, id_of, tomorrow
from stage import Advance, Client, Effort, MeasurementError, Stage

_DATABASE = "availability"
_PATH = "/api/v1/availability/days"
_ONE, _COUPLE = "a month for one guest, any therapist", "a month for a couple with two treatments each"
_P50, _P95, _COUPLE_P50, _GROWTH = 0.010, 0.025, 0.025, 1.2
_HISTORY_CHUNKS = 20
_IN_A_DAY = 1000
"""Allocations of history: 50 therapists with 10 treatments, and their beds."""


def steps(effort: Effort) -> int:
    return _HISTORY_CHUNKS + 4 * effort.months


def measure(stage: Stage, effort: Effort, advance: Advance) -> Section:
    stage.create_database(_DATABASE)
    seen: dict[str, list[list[float]]] = {_ONE: [], _COUPLE: []}
    count = asyncio.run(_open(stage))
    with stage.app(_DATABASE) as worker:
        headers = stage.sign_in(_DATABASE, worker)
        for with_history in (False, True):
            if with_history:
                asyncio.run(_add_history(stage, effort.history, advance))
            client = Client(worker.connect(), headers)  # one that is not used for long is closed
            for kind, seconds in seen.items():
                _ask(client, kind, 10, lambda: None)
                seconds.append(_ask(client, kind, effort.months, advance))
    return Section(
        "When a party can come",
        f"50 therapists, 60 beds, 40 treatments, 90 days, {count:,} allocations; then {effort.history:,} more of the years "
        "before. Which days of the next 30 have a start, over HTTP on one connection, one request after another, seconds "
        "as the client sees them; each asks for another treatment. PostgreSQL with its default settings.",
        [*_rows(_ONE, seen[_ONE], _P50, _P95), *_rows(_COUPLE, seen[_COUPLE], _COUPLE_P50, None)],
    )


async def _open(stage: Stage) -> int:
    """The allocations to come."""
    connection = await asyncpg.connect(stage.libpq_url(_DATABASE))
    count = await add_spa(connection)
    await connection.close()
    return count


async def _add_history(stage: Stage, count: int, advance: Advance) -> None:
    connection = await asyncpg.connect(stage.libpq_url(_DATABASE))
    await connection.execute("SET session_replication_role = replica")
    days = count // _IN_A_DAY
    for chunk in range(_HISTORY_CHUNKS):
        first, end = (-days + days * each // _HISTORY_CHUNKS for each in (chunk, chunk + 1))
        await add_days(connection, first, end, one_of=1)
        advance()
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=3600)
    await connection.close()


def _ask(client: Client, kind: str, times: int, advance: Advance) -> list[float]:
    first_day = tomorrow()
    taken = []
    for number in range(times):
        variants = [number % SERVICES] if kind == _ONE else [number % SERVICES, (number + 1) % SERVICES]
        treatments = [{"variant_id": str(id_of("variant", each))} for each in variants]
        body = {
            "branch_id": str(id_of("branch", 0)),
            "guests": [{"treatments": treatments}] * (1 if kind == _ONE else 2),
            "first_day": first_day.isoformat(),
            "last_day": (first_day + timedelta(days=29)).isoformat(),
        }
        seconds, answer = client.post(_PATH, body)
        if answer.count(b'"available":true') < 20:  # noqa: PLR2004 - of 30: else it was not the search that was measured
            raise MeasurementError(f"too few days have a start: {answer[:500].decode()}")
        taken.append(seconds)
        advance()
    return taken


def _rows(kind: str, seen: Sequence[Sequence[float]], p50: float, p95: float | None) -> list[Row]:
    rows = []
    for what, seconds in zip((kind, f"{kind}, with history"), seen, strict=True):
        at_50, at_95 = percentile(seconds, 50), percentile(seconds, 95)
        target = f"p50 ≤ {p50 * 1000:.0f} ms" + (f", p95 ≤ {p95 * 1000:.0f} ms" if p95 else "")
        rows.append(Row(what, milliseconds(seconds), target, at_50 <= p50 and (p95 is None or at_95 <= p95)))
    growth = percentile(seen[1], 50) / percentile(seen[0], 50)
    return [*rows, Row("— grown by history", f"{growth:.2f} ×", f"≤ {_GROWTH} ×", growth <= _GROWTH)]
