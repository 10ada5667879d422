"""A signed-in read of one customer, beside a bare FastAPI app that runs the same SQL."""

import asyncio
import pickle
from contextlib import ExitStack
from uuid import UUID

import asyncpg
from load import CONNECTIONS, Rate, compare, wrk
from replay import record
from report import Row, Section
from testbed import Advance, Effort, Request, Testbed, plain_environment

_DATABASE = "signed_in"
_TARGET = 0.5
_CUSTOMER = UUID("019a0000-0000-7000-8000-000000000001")
READ = Request("GET", f"/api/v1/customers/{_CUSTOMER}")
_FLOOR, _APP = "bare FastAPI and asyncpg", "`GET /api/v1/customers/{id}`"


def steps(effort: Effort) -> int:
    return (effort.rounds + 1) * 2


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    asyncio.run(add_customer(testbed, _DATABASE))
    rates: dict[str, list[Rate]] = {_FLOOR: [], _APP: []}
    with ExitStack() as serving:
        app = serving.enter_context(testbed.app(_DATABASE))
        headers = testbed.sign_in(_DATABASE, app)
        [recording] = record(testbed, _DATABASE, headers, [READ], warm_up=READ)
        statements = testbed.folder / "read_of_a_customer"
        statements.write_bytes(pickle.dumps(recording.statements))
        environment = {"DATABASE_URL": testbed.libpq_url(_DATABASE), "STATEMENTS": str(statements)}
        floor = serving.enter_context(testbed.serve("customer_floor:app", plain_environment() | environment))
        for round_ in range(effort.rounds + 1):
            for name, worker in ((_FLOOR, floor), (_APP, app)):
                # Both get the header, whose parsing is not measured.
                rate = wrk(testbed, worker, READ.path, effort.seconds, headers)
                if round_ > 0:  # the first warms up
                    rates[name].append(rate)
                advance()
    seen, ratio = compare(rates[_APP], rates[_FLOOR])
    return Section(
        "Signed in",
        f"`GET` of one customer by an administrator. `wrk -t1 -c{CONNECTIONS}` and workers as in the first table. The "
        f"floor is a `FastAPI()` with an asyncpg pool of the app's size. It runs the {len(recording.statements)} statements "
        "of the app's request, recorded once in the app, and returns the customer's row as JSON. It verifies no token, "
        "and its pool sends no reset. The app verifies the signature of a token once and remembers it. Both read user, "
        "session and roles from PostgreSQL at every request, so that a disabled user is refused at once.",
        [
            Row(_FLOOR, compare(rates[_FLOOR], rates[_FLOOR])[0]),
            Row(_APP, seen, f"≥ {_TARGET} × {_FLOOR}", ratio >= _TARGET),
        ],
    )


async def add_customer(testbed: Testbed, database: str) -> None:
    """Add the customer that `READ` reads."""
    connection = await asyncpg.connect(testbed.libpq_url(database))
    await connection.execute("INSERT INTO customer (id, full_name) VALUES ($1, 'Nguyễn Thị Lan')", _CUSTOMER)
    await connection.close()
