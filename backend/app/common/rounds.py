"""One question for all who wait for its answer."""

import asyncio
from collections.abc import Awaitable, Callable


class Rounds[T]:
    """A question asked in rounds: whoever comes while one is under way waits for the next, so nobody is given an answer
    that was on its way before they asked. `SingleFlight` joins the one under way instead.

    A caller that is cancelled leaves the round to the others.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._under_way: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def answer(self) -> T:
        if self._next is None:
            self._next = asyncio.create_task(self._round(self._under_way))
        return await asyncio.shield(self._next)

    async def _round(self, before: asyncio.Task[T] | None) -> T:
        if before is not None:
            await asyncio.wait([before])
        self._under_way, self._next = self._next, None  # from here on it is too late for this one
        return await self._ask()
