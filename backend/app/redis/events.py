"""Tell all processes, by publish and subscribe, that something on a branch's days has changed.

Redis carries the messages, so one can be lost. Listeners therefore also look by themselves now and then, more often while
Redis is away.
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
"""One channel for all branches; a message is a branch's id. Numbered databases share channels, but ids are unique."""
SILENCE = 2.0
"""Seconds without a message after which Redis is sent a PING."""

type Listener = Callable[[UUID | None], None]


def publish_branch_change(session: AsyncSession, branch_id: UUID) -> None:
    """Tell every process, once the transaction is committed, that something on this branch's days has changed.

    Visits, shifts, leave, outages, blocked time. Called twice in one transaction, it publishes once.
    """
    after_commit(session, _send, branch_id)


async def _send(branch_id: UUID) -> None:
    with suppress(RedisError, RuntimeError):  # listeners find out a little later
        await (await get_redis_client()).publish(CHANNEL, str(branch_id))


class BranchEvents:
    """One subscription for all listeners of this process, open while there is one."""

    def __init__(self) -> None:
        self.is_connected = False
        """Whether Redis delivers messages now."""
        self._listeners: set[Listener] = set()
        self._subscription: asyncio.Task[None] | None = None

    @contextmanager
    def listen(self, listener: Listener) -> Iterator[None]:
        """Call the listener with the branch that has changed.

        It is called with None when any may have changed: Redis has gone or come back, and messages were lost meanwhile.
        """
        self._listeners.add(listener)
        if self._subscription is None:
            # In a context of its own: its log lines do not belong to the request that happens to be the first.
            self._subscription = asyncio.create_task(self._receive(), context=Context())
        try:
            yield
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._subscription.cancel()
                self._subscription, self.is_connected = None, False

    async def _receive(self) -> None:
        while True:
            with suppress(RedisError, RuntimeError, OSError):
                redis = await get_redis_client()
                async with redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    await self._dispatch(pubsub)
            self._set_connected(connected=False)
            await asyncio.sleep(RETRY_AFTER)

    async def _dispatch(self, pubsub: PubSub) -> None:
        """Pass messages on until Redis is away. A connection to a silent Redis stays open, hence the PING."""
        while True:
            message = await pubsub.get_message(timeout=SILENCE)
            if message is None:
                await pubsub.ping()
                message = await pubsub.get_message(timeout=client.TIMEOUT)
            if message is None:
                raise ConnectionError("Redis does not answer a subscriber")
            if message["type"] == "subscribe":
                self._set_connected(connected=True)
            elif message["type"] == "message":
                self._tell(_branch_of(message["data"]))

    def _set_connected(self, *, connected: bool) -> None:
        if self.is_connected is not connected:
            self.is_connected = connected
            self._tell(None)

    def _tell(self, branch_id: UUID | None) -> None:
        for listener in self._listeners:
            listener(branch_id)


def _branch_of(data: Any) -> UUID | None:
    """Return the id in a message, text or bytes by REDIS_DECODE_RESPONSES; None for any other message."""
    try:
        return UUID(data if isinstance(data, str) else data.decode())
    except ValueError:
        return None


branch_events = BranchEvents()
