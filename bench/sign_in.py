"""What it costs to know who calls."""

import asyncio

import asyncpg
from load import CONNECTIONS, Rate, compared, wrk
from report import Row, Section
from stage import Advance, Effort, Stage

_DATABASE = "sign_in"
_TARGET = 0.75
_CUSTOMER = "019a0000-0000-7000-8000-000000000001"


def steps(effort: Effort) -> int:
    return (effort.rounds + 1) * 2


def measure(stage: Stage, effort: Effort, advance: Advance) -> Section:
    stage.create_database(_DATABASE)
    asyncio.run(_add_customer(stage))
    openly: list[Rate] = []
    guarded: list[Rate] = []
    with stage.app(_DATABASE, "guarded:app") as worker:
        headers = stage.sign_in(_DATABASE, worker)
        for round_ in range(effort.rounds + 1):
            for path, rates in (("open", openly), ("guarded", guarded)):
                # The header is sent to both: reading it is not what is asked.
                rate = wrk(stage, worker, f"/bench/{path}/{_CUSTOMER}", effort.seconds, headers)
                if round_ > 0:  # the first warms up
                    rates.append(rate)
                advance()
    seen, ratio = compared(guarded, openly)
    return Section(
        "Signed in",
        f"`GET` of one customer, once for anybody and once with `Requires(...)` and an access token: its signature "
        "(verified once, remembered), the user, their session and their roles, asked of PostgreSQL at every request so "
        f"that who is disabled is out at once. `wrk -t1 -c{CONNECTIONS}`, as in the first table.",
        [
            Row("for anybody", compared(openly, openly)[0]),
            Row("signed in", seen, f"≥ {_TARGET} × for anybody", ratio >= _TARGET),
        ],
    )


async def _add_customer(stage: Stage) -> None:
    connection = await asyncpg.connect(stage.libpq_url(_DATABASE))
    await connection.execute("INSERT INTO customer (id, full_name) VALUES ($1, 'Nguyễn Thị Lan')", _CUSTOMER)
    await connection.close()
