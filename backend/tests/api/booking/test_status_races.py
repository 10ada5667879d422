"""An appointment becomes something else while others are at it, and boards are told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from redis.asyncio import Redis

from app.common.helpers import utc_now
from app.jobs import run_once
from app.modules.identity.roles import Role
from app.redis.events import CHANNEL
from tests.api.booking.parties import Spa, allocations_of, hour_after, status_of
from tests.builders.branches import add_branch
from tests.builders.people import signed_in
from tests.builders.resources import at
from tests.builders.rosters import LOCK, add_therapist, all_wait, answered_while, code_of
from tests.builders.visits import add_visit
from tests.support import SOON
from tests.support.database import another_connection
from tests.support.ledger import entries
from tests.support.stores import redis_server


class TestRaces:
    async def test_a_hold_that_runs_out_while_its_confirmation_waits_is_over(self, spa: Spa) -> None:
        """It was good when the request came; whoever had the bed meanwhile may have dropped it and booked."""
        visit = await spa.visit("held")
        async with locked(spa.bed) as connection:
            confirming = asyncio.create_task(spa.ask(visit.id, "confirmed", "customer"))
            await all_wait(confirming)
            await connection.execute(
                "UPDATE appointment SET hold_expires_at = clock_timestamp() WHERE id = $1",
                visit.appointment_id,
            )
        assert code_of(await confirming) == (409, "HOLD_EXPIRED")
        assert await status_of(visit.appointment_id) == "held"

    async def test_of_a_cancellation_and_a_check_in_at_once_one_wins(self, spa: Spa) -> None:
        visit = await spa.visit("confirmed")
        answers = await answered_while(
            [("SELECT FROM visit WHERE id = $1 FOR NO KEY UPDATE", visit.id)],
            spa.ask(visit.id, "cancelled", "customer"),
            spa.ask(visit.id, "arrived"),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won = await status_of(visit.appointment_id)
        assert won == ("cancelled" if answers[0].status_code == 200 else "arrived")
        assert len(await allocations_of(visit.appointment_id)) == (0 if won == "cancelled" else 2)

    async def test_two_receptionists_check_in_a_guest_once(self, spa: Spa) -> None:
        visit = await spa.visit("confirmed")
        spa.headers["colleague"] = await signed_in(Role.RECEPTIONIST, branch_id=spa.branch_id)
        answers = await answered_while(
            [("SELECT FROM visit WHERE id = $1 FOR NO KEY UPDATE", visit.id)],
            *(spa.ask(visit.id, "arrived", role) for role in ("receptionist", "colleague")),
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        assert len(await entries(entity="appointment", action="update")) == 1

    async def test_a_colleague_who_gets_the_treatment_meanwhile_is_released(self, spa: Spa) -> None:
        colleague = await add_therapist(spa.branch_id)
        visit = await spa.visit("confirmed", at(9))
        async with locked(spa.lan) as connection:
            cancelling = asyncio.create_task(spa.ask(visit.id, "cancelled"))
            await all_wait(cancelling)
            await connection.execute(
                "UPDATE allocation SET resource_id = $1 WHERE resource_id = $2 AND appointment_id = $3",
                *(colleague, spa.lan, visit.appointment_id),
            )
        assert (await cancelling).status_code == 200
        assert await allocations_of(visit.appointment_id) == []


@asynccontextmanager
async def locked(resource_id: UUID) -> AsyncIterator[asyncpg.Connection]:
    """In a transaction of its own, meanwhile."""
    async with another_connection() as connection, connection.transaction():
        await connection.execute(LOCK, resource_id)
        yield connection


async def test_boards_are_told_of_what_changed_and_of_nothing_else(spa: Spa) -> None:
    elsewhere = await add_branch()
    other = await add_visit(elsewhere, utc_now(), hour_after(utc_now()))
    done, held = await spa.visit("completed"), await spa.visit("held", hold_expires_at=utc_now())
    spa.headers["everywhere"] = await signed_in(Role.ADMIN)
    async with listening({spa.branch_id, elsewhere}) as next_told:
        await spa.ask(done.id, "completed", "therapist")  # it is already
        await spa.ask(held.id, "confirmed", "customer")  # it has expired
        assert (await spa.ask(other.id, "arrived", "everywhere")).status_code == 200
        assert await next_told() == elsewhere
        await run_once()
        assert await next_told() == spa.branch_id


@asynccontextmanager
async def listening(branches: set[UUID]) -> AsyncIterator[Callable[[], Awaitable[UUID]]]:
    """To what boards are told of these branches, one after the other. Other tests have the same channel."""
    host, port = redis_server()
    async with Redis(host=host, port=port, decode_responses=True) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)

        async def next_told() -> UUID:
            async with asyncio.timeout(SOON):
                while True:
                    message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=5)
                    if message is not None and message["data"] in set(map(str, branches)):
                        return UUID(message["data"])

        yield next_told
