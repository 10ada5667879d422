"""The cost of authentication: one route, public and signed in."""

import asyncio

import asyncpg
from load import CONNECTIONS, Rate, compare, wrk
from report import Row, Section
from testbed import Advance, Effort, Testbed

_DATABASE = "sign_in"
_TARGET = 0.75
_CUSTOMER = "019a0000-0000-7000-8000-000000000001"


def steps(effort: Effort) -> int:
    return (effort.rounds + 1) * 2


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    asyncio.run(_add_customer(testbed))
    public: list[Rate] = []
    signed_in: list[Rate] = []
    with testbed.app(_DATABASE, "signed_in_app:app") as worker:
        headers = testbed.sign_in(_DATABASE, worker)
        for round_ in range(effort.rounds + 1):
            for path, rates in (("public", public), ("signed-in", signed_in)):
                # Both get the header, whose parsing is not measured.
                rate = wrk(testbed, worker, f"/bench/{path}/{_CUSTOMER}", effort.seconds, headers)
                if round_ > 0:  # the first warms up
                    rates.append(rate)
                advance()
    seen, ratio = compare(signed_in, public)
    return Section(
        "Signed in",
        "`GET` of one customer, by a public route and by one with `Requires(...)` and an access token. The signature is "
        "verified once and remembered; user, session and roles are read from PostgreSQL at every request, so that a "
        f"disabled user is refused at once. `wrk -t1 -c{CONNECTIONS}`, as in the first table.",
        [
            Row("public", compare(public, public)[0]),
            Row("signed in", seen, f"≥ {_TARGET} × public", ratio >= _TARGET),
        ],
    )


async def _add_customer(testbed: Testbed) -> None:
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await connection.execute("INSERT INTO customer (id, full_name) VALUES ($1, 'Nguyễn Thị Lan')", _CUSTOMER)
    await connection.close()
