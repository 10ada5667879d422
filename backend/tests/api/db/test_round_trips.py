"""Count how often a request waits for PostgreSQL, which may be some milliseconds away."""

import asyncpg
import httpx2
import pytest

from app.modules.identity.roles import Role
from tests.builders.people import add_customer, signed_in
from tests.support.fault_proxy import FaultProxy
from tests.support.messages import RoundTripCounter, round_trips
from tests.support.stores import database_server, through

CUSTOMERS = "/api/v1/customers"


async def test_the_counter_counts_what_the_driver_waits_for() -> None:
    counter = RoundTripCounter()
    host, port = database_server()
    async with FaultProxy(host, port, observe=counter.observe) as proxy:
        connection = await asyncpg.connect(through(proxy).replace("+asyncpg", ""))
        counter.count = 0
        await connection.fetch("SELECT $1::int", 1)
        assert counter.count == 2  # it is prepared first
        await connection.fetch("SELECT $1::int", 2)
        assert counter.count == 3
        async with connection.transaction():
            await connection.fetch("SELECT $1::int", 3)
        assert counter.count == 6
        await connection.execute("SELECT 1; SELECT 2")
        assert counter.count == 7
        await connection.close()


@pytest.mark.parametrize("pooler", [False, True], ids=["", "behind a transaction pooler"])
async def test_a_customer_is_read_in_three_round_trips(stranger: httpx2.AsyncClient, *, pooler: bool) -> None:
    """One tells who asks, one reads the row. Behind a pooler nothing is prepared, so each is described first."""
    customer_id, desk = await add_customer(), await signed_in(Role.RECEPTIONIST)

    count = await round_trips(
        lambda: stranger.get(f"{CUSTOMERS}/{customer_id}", headers=desk), DB_TRANSACTION_POOLER=pooler
    )

    assert count <= (4 if pooler else 3)
