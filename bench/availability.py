"""Availability: a month of a large spa over HTTP beside its own SQL, with and without years of history."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import asyncpg
from replay import Recording, Replay, record, take_turns
from report import Row, Section, at_most, milliseconds, percentile
from spa import SERVICES, add_days, add_spa, month_search
from testbed import Advance, Client, Effort, MeasurementError, Testbed, Worker

_DATABASE, _OLD_DATABASE = "availability", "availability_with_history"
_ONE, _COUPLE = "a month for one guest, any therapist", "a month for a couple with two treatments each"
_GUESTS = {_ONE: 1, _COUPLE: 2}
_SQL, _HTTP, _HISTORY = "its SQL", "over HTTP", "over HTTP with history"
_TO_SQL, _TO_HTTP = 2.5, 1.2
_HISTORY_CHUNKS = 20
_IN_A_DAY = 1000
"""Allocations per day of history: 50 therapists with 10 treatments, and the beds."""


def steps(effort: Effort) -> int:
    return _HISTORY_CHUNKS + len(_GUESTS) * effort.months


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    for database in (_DATABASE, _OLD_DATABASE):
        testbed.create_database(database)
    count, _ = (asyncio.run(_open(testbed, database)) for database in (_DATABASE, _OLD_DATABASE))
    asyncio.run(_add_history(testbed, effort.history, advance))
    rows: list[Row] = []
    with ExitStack() as stack:
        worker, old_worker = (stack.enter_context(testbed.app(name)) for name in (_DATABASE, _OLD_DATABASE))
        headers, old_headers = testbed.sign_in(_DATABASE, worker), testbed.sign_in(_OLD_DATABASE, old_worker)
        replay = stack.enter_context(Replay(testbed.libpq_url(_DATABASE)))
        for kind, guests in _GUESTS.items():
            searches = [month_search(number, guests) for number in range(SERVICES)]
            recordings = record(testbed, _DATABASE, headers, searches, warm_up=searches[0])
            measures = {
                _SQL: _replay(replay, recordings),
                _HTTP: _search(worker, headers, guests),
                _HISTORY: _search(old_worker, old_headers, guests),
            }
            take_turns(measures, 10)  # prepares the statements of every connection
            rows += _rows(kind, take_turns(measures, effort.months, advance))
    return Section(
        "Availability",
        f"50 therapists, 60 beds, 40 treatments, 90 days, {count:,} allocations; a second database has {effort.history:,} "
        "more of the years before. `POST /availability/days` for the next 30 days, over HTTP on one connection, one "
        "request after another, each for another treatment. Times are the client's. The floor is all SQL of the same "
        "request, with the query for the user, recorded once in the app and run by asyncpg on one connection with prepared "
        "statements. The floor and both databases take turns. PostgreSQL with its default settings.",
        rows,
    )


async def _open(testbed: Testbed, database: str) -> int:
    """Add the spa and return the number of future allocations."""
    connection = await asyncpg.connect(testbed.libpq_url(database))
    count = await add_spa(connection)
    await connection.close()
    return count


async def _add_history(testbed: Testbed, count: int, advance: Advance) -> None:
    connection = await asyncpg.connect(testbed.libpq_url(_OLD_DATABASE))
    await connection.execute("SET session_replication_role = replica")
    days = count // _IN_A_DAY
    for chunk in range(_HISTORY_CHUNKS):
        first, end = (-days + days * part // _HISTORY_CHUNKS for part in (chunk, chunk + 1))
        await add_days(connection, first, end, one_of=1)
        advance()
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=3600)
    await connection.close()


def _replay(replay: Replay, recordings: Sequence[Recording]) -> Callable[[int], float]:
    return lambda number: replay.run(recordings[number % SERVICES].statements)


def _search(worker: Worker, headers: dict[str, str], guests: int) -> Callable[[int], float]:
    client = Client(worker.connect(), headers)

    def search(number: int) -> float:
        seconds, answer = client.send(month_search(number, guests))
        if answer.count(b'"available":true') < 20:  # noqa: PLR2004 - of 30; with fewer, no real search was measured
            raise MeasurementError(f"too few days have a start: {answer[:500].decode()}")
        return seconds

    return search


def _rows(kind: str, seen: dict[str, list[float]]) -> list[Row]:
    is_marked = kind == _ONE
    sql, http, history = (percentile(seen[name], 50) for name in (_SQL, _HTTP, _HISTORY))
    return [
        Row(f"{kind}: {_SQL}", milliseconds(seen[_SQL])),
        at_most(
            f"— {_HTTP}",
            milliseconds(seen[_HTTP]),
            http / sql,
            _TO_SQL if is_marked else None,
            "the p50 of its SQL",
        ),
        at_most(
            f"— {_HISTORY}",
            milliseconds(seen[_HISTORY]),
            history / http,
            _TO_HTTP if is_marked else None,
            "the p50 without history",
        ),
    ]
