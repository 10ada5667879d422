"""Compare the time of a guest's answers for phone numbers that the spa knows and does not know.

A guest may not learn from the time of an answer whether a number is that of a customer. Both kinds are sent in turn, in an
order by chance, each visit from a network address of its own (127.0.0.0/8), so that no limit is met.
"""

import asyncio
import json
import random
from http.client import HTTPConnection
from itertools import count
from math import erfc, sqrt
from statistics import median
from typing import NamedTuple
from uuid import uuid4

import asyncpg
from report import Row, Section
from spa import add_spa, booking
from testbed import Advance, Client, Effort, Request, Testbed, Worker

_DATABASE = "online"
_PAIRS_A_ROUND = 40
_CUSTOMERS = 100_000
_LEAST_P = 0.01
"""The probability below which a difference is no chance."""
_PUBLIC = "/api/v1/public"
_OPEN = """
UPDATE branch SET online_booking = true;
SET session_replication_role = replica;
INSERT INTO customer (id, full_name, phone, notes)
    SELECT gen_random_uuid(), 'Nguyễn Thị Mai ' || n, '+8491' || lpad(n::text, 7, '0'), repeat('khách quen ', 20)
    FROM generate_series(0, {customers} - 1) AS n;
SET session_replication_role = origin;
"""


class _Answers(NamedTuple):
    """The seconds of the answers of one guest."""

    confirmation: float
    reading: float


def steps(effort: Effort) -> int:
    return effort.rounds


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    asyncio.run(_open(testbed))
    known: list[_Answers] = []
    unknown: list[_Answers] = []
    numbers = count()
    with testbed.app(_DATABASE) as worker:
        for _ in range(20):  # the first warm up
            _book(worker, next(numbers), is_known=False)
        for _ in range(effort.rounds):
            for _ in range(_PAIRS_A_ROUND):
                for is_known in random.sample([True, False], 2):
                    (known if is_known else unknown).append(_book(worker, next(numbers), is_known=is_known))
            advance()
    return Section(
        "Phone numbers that the spa knows",
        f"{len(known)} visits are held and confirmed with the number of one of {_CUSTOMERS:,} customers, and as many with a "
        "new number, in turn by chance over one connection each. The customers are joined meanwhile, as in production. p is "
        "the probability of such a difference by chance (Mann and Whitney's U, two-sided).",
        [
            _row(field, [answer[index] for answer in known], [answer[index] for answer in unknown])
            for index, field in enumerate(_Answers._fields)
        ],
    )


def _row(label: str, known: list[float], unknown: list[float]) -> Row:
    p = _probability(known, unknown)
    seen = f"known {median(known) * 1000:.2f} ms, new {median(unknown) * 1000:.2f} ms, p = {p:.2f}"
    return Row(label, seen, f"p ≥ {_LEAST_P}", p >= _LEAST_P)


def _probability(first: list[float], second: list[float]) -> float:
    """Return the two-sided probability of the rank sum by chance (normal approximation)."""
    ranks = {id(value): rank for rank, value in enumerate(sorted([*first, *second]), start=1)}
    n, m = len(first), len(second)
    u = sum(ranks[id(value)] for value in first) - n * (n + 1) / 2
    z = (u - n * m / 2) / sqrt(n * m * (n + m + 1) / 12)
    return erfc(abs(z) / sqrt(2))


def _book(worker: Worker, number: int, *, is_known: bool) -> _Answers:
    """Hold, confirm, read and cancel one visit."""
    address = f"127.{1 + number // 60_000}.{number // 250 % 240}.{1 + number % 250}"
    connection = HTTPConnection("127.0.0.1", worker.port, timeout=60, source_address=(address, 0))
    client = Client(connection, {})
    wish = booking(number, "").body
    assert isinstance(wish, dict)
    body = {"start": wish["start"], "guests": wish["guests"]}
    _, answer = client.send(
        Request("POST", f"{_PUBLIC}/branches/spa/visits", body, {"Idempotency-Key": str(uuid4())})
    )
    url = f"{_PUBLIC}/visits/{json.loads(answer)['token']}"
    phone = f"+8491{number:07}" if is_known else f"+8498{number:07}"
    contact = {"full_name": "Nguyễn Thị Mai", "phone": phone}
    confirmation, _ = client.send(Request("POST", f"{url}/confirm", contact))
    reading, _ = client.send(Request("GET", url))
    client.send(Request("POST", f"{url}/cancel", {}))
    connection.close()
    return _Answers(confirmation, reading)


async def _open(testbed: Testbed) -> None:
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await add_spa(connection)
    await connection.execute(_OPEN.format(customers=_CUSTOMERS), timeout=3600)
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.close()
