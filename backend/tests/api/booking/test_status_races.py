"""Status changes at the same time, and the events for boards."""

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
from tests.api.booking.spa import Spa, allocations_of, hour_after, status_of
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
    async def test_a_hold_that_expires_while_its_confirmation_waits_is_refused(self, spa: Spa) -> None:
        """Let the hold expire while the request waits: another transaction may have dropped it and booked the bed."""
        visit = await spa.visit("held")
        async with locked(spa.bed) as connection:
            confirming = asyncio.create_task(spa.set_status(visit.id, "confirmed", "customer"))
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
            spa.set_status(visit.id, "cancelled", "customer"),
            spa.set_status(visit.id, "arrived"),
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
            *(spa.set_status(visit.id, "arrived", role) for role in ("receptionist", "colleague")),
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        assert len(await entries(entity="appointment", action="update")) == 1

    async def test_cancelling_releases_a_colleague_who_got_the_treatment_meanwhile(self, spa: Spa) -> None:
        colleague = await add_therapist(spa.branch_id)
        visit = await spa.visit("confirmed", at(9))
        async with locked(spa.lan) as connection:
            cancelling = asyncio.create_task(spa.set_status(visit.id, "cancelled"))
            await all_wait(cancelling)
            await connection.execute(
                "UPDATE allocation SET resource_id = $1 WHERE resource_id = $2 AND appointment_id = $3",
                *(colleague, spa.lan, visit.appointment_id),
            )
        assert (await cancelling).status_code == 200
        assert await allocations_of(visit.appointment_id) == []


@asynccontextmanager
async def locked(resource_id: UUID) -> AsyncIterator[asyncpg.Connection]:
    """Lock a resource in a transaction of another connection."""
    async with another_connection() as connection, connection.transaction():
        await connection.execute(LOCK, resource_id)
        yield connection


async def test_boards_get_an_event_for_every_change_and_no_other(spa: Spa) -> None:
    elsewhere = await add_branch()
    other = await add_visit(elsewhere, utc_now(), hour_after(utc_now()))
    done, hold = await spa.visit("completed"), await spa.visit("held", hold_expires_at=utc_now())
    spa.headers["everywhere"] = await signed_in(Role.ADMIN)
    async with listening({spa.branch_id, elsewhere}) as next_event:
        await spa.set_status(done.id, "completed", "therapist")  # it is already
        await spa.set_status(hold.id, "confirmed", "customer")  # it has expired
        assert (await spa.set_status(other.id, "arrived", "everywhere")).status_code == 200
        assert await next_event() == elsewhere
        await run_once()
        assert await next_event() == spa.branch_id


@asynccontextmanager
async def listening(branches: set[UUID]) -> AsyncIterator[Callable[[], Awaitable[UUID]]]:
    """Yield a function that waits for the next event of these branches. Other tests use the same channel."""
    host, port = redis_server()
    async with Redis(host=host, port=port, decode_responses=True) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)

        async def next_event() -> UUID:
            async with asyncio.timeout(SOON):
                while True:
                    message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=5)
                    if message is not None and message["data"] in set(map(str, branches)):
                        return UUID(message["data"])

        yield next_event
