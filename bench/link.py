"""Requests over a slow link between the app and PostgreSQL, beside one round trip of that link."""

import asyncio
from contextlib import ExitStack
from itertools import count
from uuid import uuid4

import asyncpg
from anyio.from_thread import start_blocking_portal
from replay import Replay, record, take_turns
from report import Row, Section, at_most, milliseconds, percentile
from signed_in import READ, add_customer
from spa import add_spa, booking, month_search
from testbed import Advance, Client, Effort, Testbed

from app.cli.embedded import LOOPBACK
from tests.support.fault_proxy import FaultProxy

_DATABASE = "link"
_DELAY = 0.005
_ROUND_TRIP = "one round trip, `SELECT 1`"
_MARKS = {"read of one customer": 4, "a month for one guest": 8, "a booking": 12}
_WARM_UP = 10


def steps(effort: Effort) -> int:
    return effort.over_link


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    asyncio.run(add_customer(testbed, _DATABASE))
    asyncio.run(_open(testbed))
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        proxy = stack.enter_context(
            portal.wrap_async_context_manager(FaultProxy(LOOPBACK, testbed.postgres_port, latency=_DELAY))
        )
        worker = stack.enter_context(testbed.app(_DATABASE, proxy.port))
        headers = testbed.sign_in(_DATABASE, worker)
        requests = [READ, month_search(0), booking(0, "recorded")]
        recordings = record(testbed, _DATABASE, headers, requests, warm_up=READ)
        client = Client(worker.connect(), headers)
        replay = stack.enter_context(Replay(testbed.libpq_url(_DATABASE, proxy.port)))
        slots = count(1)
        read, month, new_booking = _MARKS
        measures = {
            _ROUND_TRIP: lambda _: replay.run([("SELECT 1", ())]),
            read: lambda _: client.send(READ)[0],
            month: lambda number: client.send(month_search(number))[0],
            new_booking: lambda _: client.send(booking(next(slots), uuid4().hex))[0],
        }
        take_turns(measures, _WARM_UP)  # prepares the statements of the connection
        seen = take_turns(measures, effort.over_link, advance)
    floor = percentile(seen[_ROUND_TRIP], 50)
    return Section(
        "A link with a delay",
        f"The worker reaches PostgreSQL through a proxy that delays every chunk by {_DELAY * 1000:.0f} ms each way, as a "
        "database in another region does; an answer of several chunks may take longer. One client, one request after "
        "another over HTTP, in the spa of the section on availability. The floor is `SELECT 1` by asyncpg through the "
        "same proxy, prepared before. Floor and requests take turns. Statements are counted without BEGIN and COMMIT, which "
        "only the booking sends.",
        [
            Row(_ROUND_TRIP, milliseconds(seen[_ROUND_TRIP])),
            *(
                at_most(
                    f"{name}, {len(recording.statements)} statements",
                    milliseconds(seen[name]),
                    percentile(seen[name], 50) / floor,
                    mark,
                    "one round trip",
                )
                for (name, mark), recording in zip(_MARKS.items(), recordings, strict=True)
            ),
        ],
    )


async def _open(testbed: Testbed) -> None:
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await add_spa(connection)
    await connection.close()
