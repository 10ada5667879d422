"""Copies of a request that come while the first is at work, or in the moment in which it ends."""

import asyncio
from uuid import UUID

import httpx2
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.idempotency import IdempotencyInFlight, answer_kept, digest_of, keep_answer
from app.db.transactions import run_in_transaction
from app.modules.identity.roles import Role
from tests.builders.people import new_user

ROUNDS, COPIES = 100, 6
REQUEST = b"what was asked"


class Done(BaseModel):
    number: int


async def test_whoever_is_not_told_to_wait_is_told_what_was_done(client: httpx2.AsyncClient) -> None:
    """To look for the answer and to lock in one statement was too early in 9 of 300 rounds: it sees what was there
    when it began, and the first ended before it had the lock."""
    user_id, _ = await new_user(Role.RECEPTIONIST)
    for number in range(ROUNDS):
        is_at_work = asyncio.Event()

        async def work(
            session: AsyncSession, number: int = number, begun: asyncio.Event = is_at_work
        ) -> None:
            assert await answer_kept(session, Done, user_id, f"{number}", REQUEST) is None
            begun.set()
            await asyncio.sleep(0)  # the copies have their turn
            await keep_answer(session, Done(number=number), user_id, f"{number}", REQUEST)

        first = asyncio.create_task(run_in_transaction(work))
        await is_at_work.wait()
        told = await asyncio.gather(*(_ask_until_told(user_id, number) for _ in range(COPIES)))
        assert told == [Done(number=number)] * COPIES
        await first


class Asked(BaseModel):
    guests: int


class AskedOfTheNextVersion(Asked):
    lamp: bool = False


def test_the_next_version_knows_what_this_one_was_asked() -> None:
    """Clients send again during a deploy, too."""
    assert digest_of("book", Asked(guests=2)) == digest_of("book", AskedOfTheNextVersion(guests=2))
    assert digest_of("book", Asked(guests=2)) != digest_of("book", AskedOfTheNextVersion(guests=2, lamp=True))


async def _ask_until_told(user_id: UUID, number: int) -> Done | None:
    async def ask(session: AsyncSession) -> Done | None:
        return await answer_kept(session, Done, user_id, f"{number}", REQUEST)

    while True:
        try:
            return await run_in_transaction(ask)
        except IdempotencyInFlight:
            continue
