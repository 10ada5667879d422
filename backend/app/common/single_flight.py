"""One piece of work for all who ask for it at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from functools import partial


class SingleFlight[T]:
    """Callers with the same key share the run that is under way; the next caller after it starts another.

    A caller that is cancelled leaves the run to the others.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        task = self._running.get(key)
        if task is None or task.done():  # over, and the loop has not come to `_forget` yet
            task = asyncio.ensure_future(_as_coroutine(work))
            self._running[key] = task
            task.add_done_callback(partial(self._forget, key))
        return await asyncio.shield(task)

    def _forget(self, key: Hashable, task: asyncio.Task[T]) -> None:
        if self._running.get(key) is task:
            del self._running[key]


async def _as_coroutine[T](work: Callable[[], Awaitable[T]]) -> T:
    return await work()
