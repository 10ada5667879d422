"""One piece of work for all who ask for it at the same time. A caller that is cancelled leaves it to the others."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from functools import partial


class SingleFlight[T]:
    """Callers with the same key share the run that is under way; the next caller after it starts another."""

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        task = self._running.get(key)
        if task is None or task.done():  # over, and the loop has not come to `_forget` yet
            task = self._running[key] = asyncio.create_task(_as_coroutine(work))
            task.add_done_callback(partial(self._forget, key))
        return await asyncio.shield(task)

    def _forget(self, key: Hashable, task: asyncio.Task[T]) -> None:
        _note_failure(task)
        if self._running.get(key) is task:
            del self._running[key]


class CoalescedCall[T]:
    """A question asked in rounds: whoever comes while one is under way waits for the next, so nobody is given an
    answer that was on its way before they asked."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._under_way: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def answer(self) -> T:
        if self._next is None:
            self._next = asyncio.create_task(self._round(self._under_way))
            self._next.add_done_callback(_note_failure)
        return await asyncio.shield(self._next)

    async def _round(self, before: asyncio.Task[T] | None) -> T:
        if before is not None:
            await asyncio.wait([before])
        self._under_way, self._next = self._next, None  # from here on it is too late for this one
        return await self._ask()


def _note_failure(task: asyncio.Task[object]) -> None:
    """Callers are told of it. When all have gone, nobody has to be: asyncio would log it as never seen."""
    if not task.cancelled():
        task.exception()


async def _as_coroutine[T](work: Callable[[], Awaitable[T]]) -> T:
    return await work()
