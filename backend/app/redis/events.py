"""What changed where, told to all processes: that a branch's day may be another now.

Redis carries it, so it can be lost. Whoever listens looks for themselves now and then, more often while Redis is away.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from typing import Any
from uuid import UUID

from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError, RedisError  # noqa: A004
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import after_commit
from app.redis import client
from app.redis.client import RETRY_AFTER, get_redis_client

CHANNEL = "zenspa:branch-changed"
"""One for all branches; a message is the id of one. Numbered databases share their channels, ids are nobody else's."""
SILENCE = 2.0
"""Seconds without a word from Redis, after which it is asked whether it is there."""

type Listener = Callable[[UUID | None], None]


def announce(session: AsyncSession, branch_id: UUID) -> None:
    """Tells every process, once the transaction is committed, that something of this branch's days has changed:
    visits, shifts, leave, what is out of order. Said twice it is told once."""
    after_commit(session, _publish, branch_id)


async def _publish(branch_id: UUID) -> None:
    with suppress(RedisError, RuntimeError):  # they find out a little later
        await (await get_redis_client()).publish(CHANNEL, str(branch_id))


class BranchEvents:
    """Hears for all who listen in this process, by one subscription, which is there while anybody does."""

    def __init__(self) -> None:
        self.arrive = False
        """Whether Redis is there to bring them."""
        self._listeners: set[Listener] = set()
        self._subscription: asyncio.Task[None] | None = None

    @contextmanager
    def heard_by(self, listener: Listener) -> Iterator[None]:
        """Calls it with the branch that has changed; with None when it may be any: Redis has gone or come back, and
        what was told meanwhile is lost."""
        self._listeners.add(listener)
        if self._subscription is None:
            # In a context of its own: its log lines are not of the request that happens to be the first.
            self._subscription = asyncio.create_task(self._hear(), context=Context())
        try:
            yield
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._subscription.cancel()
                self._subscription, self.arrive = None, False

    async def _hear(self) -> None:
        while True:
            with suppress(RedisError, RuntimeError, OSError):
                redis = await get_redis_client()
                async with redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    await self._pass_on(pubsub)
            self._tell_that_it(arrives=False)
            await asyncio.sleep(RETRY_AFTER)

    async def _pass_on(self, pubsub: PubSub) -> None:
        """Until Redis is away. A connection to one that is silent stays open, and says nothing of it."""
        while True:
            message = await pubsub.get_message(timeout=SILENCE)
            if message is None:
                await pubsub.ping()
                message = await pubsub.get_message(timeout=client.TIMEOUT)
            if message is None:
                raise ConnectionError("Redis does not answer a subscriber")
            if message["type"] == "subscribe":
                self._tell_that_it(arrives=True)
            elif message["type"] == "message":
                self._tell(_branch_of(message["data"]))

    def _tell_that_it(self, *, arrives: bool) -> None:
        if self.arrive is not arrives:
            self.arrive = arrives
            self._tell(None)

    def _tell(self, branch_id: UUID | None) -> None:
        for listener in self._listeners:
            listener(branch_id)


def _branch_of(data: Any) -> UUID | None:
    """Text or bytes, by REDIS_DECODE_RESPONSES; None for what is no message of ours."""
    try:
        return UUID(data if isinstance(data, str) else data.decode())
    except ValueError:
        return None


branch_events = BranchEvents()
