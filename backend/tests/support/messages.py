"""Count the round trips of a request to PostgreSQL, as seen on the wire.

async def test_a_customer_is_read_in_three_round_trips(client):
    customer_id = await add_customer()
    assert await round_trips(lambda: client.get(f"/api/v1/customers/{customer_id}")) <= 3

The request is sent three times: the first opens a connection and prepares statements, the third is counted. For a
request that cannot be repeated, return another one from each call: `starts = iter([...])`, then
`round_trips(lambda: client.post(VISITS, **spa.booking(next(starts))))`.

A round trip is a moment at which the client waits for the server: a simple query (BEGIN and COMMIT are such), or the
Sync or Flush that ends a batch of messages of the extended protocol. The whole request counts, whatever sends it.
"""

import struct
from collections.abc import Awaitable, Callable

import httpx2

from tests.support.fault_proxy import FaultProxy
from tests.support.stores import app_database, database_server, through

_REHEARSALS = 2
_WAITS = frozenset(b"QSH")
"""Query, Sync, Flush."""
_NEGOTIATION = {80877103, 80877104}
"""SSLRequest and GSSENCRequest, before the startup message."""


class RoundTripCounter:
    """Reads what clients send to PostgreSQL and counts the messages after which they wait.

    `observe` is for `FaultProxy(observe=counter.observe)`; set `count` to 0 at any time.
    """

    def __init__(self) -> None:
        self.count = 0

    def observe(self) -> Callable[[bytes], None]:
        """Return the reader of one connection."""
        buffer = bytearray()
        has_started = False

        def read(chunk: bytes) -> None:
            nonlocal has_started
            buffer.extend(chunk)
            while (end := _end_of_message(buffer, has_type=has_started)) is not None:
                if has_started:
                    self.count += buffer[0] in _WAITS
                else:
                    has_started = struct.unpack_from("!I", buffer, 4)[0] not in _NEGOTIATION
                del buffer[:end]

        return read


def _end_of_message(buffer: bytearray, *, has_type: bool) -> int | None:
    """Return the number of bytes of the first message, or None when it is not complete."""
    start = 1 if has_type else 0
    if len(buffer) < start + 4:
        return None
    end: int = start + struct.unpack_from("!I", buffer, start)[0]
    return end if len(buffer) >= end else None


async def round_trips(send: Callable[[], Awaitable[httpx2.Response]], **settings: object) -> int:
    """Send a request of the app in this process three times and return the round trips of the third.

    Args:
        send: Sends the request, or one like it. Each answer must be a success.
        settings: Settings of the app's database that differ from the usual, such as `DB_TRANSACTION_POOLER=True`.
    """
    counter = RoundTripCounter()
    host, port = database_server()
    async with (
        FaultProxy(host, port, observe=counter.observe) as proxy,
        app_database(DATABASE_URL=through(proxy), **settings),
    ):
        for _ in range(_REHEARSALS):
            (await send()).raise_for_status()
        counter.count = 0
        (await send()).raise_for_status()
        return counter.count
