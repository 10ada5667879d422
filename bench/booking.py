"""Booking over HTTP, beside the same SQL without it."""

import asyncio
import json
from uuid import UUID

import asyncpg
from against_pgbench import CLIENTS, Race
from pgbench_script import KEY, Variation, pgbench_script
from replay import record
from report import Section
from spa import add_spa, booking
from testbed import Advance, Effort, Testbed

_DATABASE = "booking"
_RATE, _P99 = 0.5, 2.5


def steps(effort: Effort) -> int:
    return 2 * effort.rounds


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    asyncio.run(_open(testbed))
    with testbed.app(_DATABASE) as worker:
        headers = testbed.sign_in(_DATABASE, worker)
        script = _same_sql(testbed, headers)
        race = Race(testbed, _DATABASE, worker, headers, script, lambda slot: booking(slot, ""))
        rounds = race.run(effort, advance, first=2)
    return Section(
        "Booking",
        f"`POST /visits` with an `Idempotency-Key`, any therapist, by `wrk -t1 -c{CLIENTS}`, every request for another time, "
        "in the spa of the section before, with one worker. The floor is `pgbench` with as many clients and the SQL of one "
        "such booking, recorded once in the app, statement by statement with its values; rounds of both alternate, after "
        "one to warm up. Bookings per second are the median of the rounds, times are of all bookings: wrk's, and those in "
        "pgbench's log of transactions. PostgreSQL with its default settings, so every booking waits for the disk.",
        rounds.rows("bookings", "a booking", rate=_RATE, p99=_P99),
    )


async def _open(testbed: Testbed) -> None:
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await add_spa(connection)
    await connection.execute(
        "CREATE SEQUENCE bench_slot START 100000"
    )  # starts years from now, which are free
    await connection.close()


def _same_sql(testbed: Testbed, headers: dict[str, str]) -> str:
    """Book twice, and return the SQL of the second booking as a script for pgbench.

    Every run of it books another time of another therapist and bed: rows are written `:k` times 75 minutes later.
    """
    [recording] = record(testbed, _DATABASE, headers, [booking(1, KEY)], warm_up=booking(0, "warm"))
    visit = json.loads(recording.answer)
    allocations = visit["appointments"][0]["treatments"][0]["allocations"]
    variation = Variation(
        setup=["SELECT nextval('bench_slot') AS k \\gset"],
        born=UUID(visit["id"]),
        ids={
            UUID(allocation["resource_id"]): f"md5('{allocation['kind']}' || :client_id)::uuid"
            for allocation in allocations
        },
        shift=" + :k * interval '75 minutes'",
    )
    return pgbench_script(recording, variation)
