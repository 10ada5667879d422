"""One piece of work for all who ask for it at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable


class SingleFlight[T]:
    """Callers with the same key share the run that is under way; the next caller after it starts another.

    A caller that is cancelled leaves the run to the others.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        task = self._running.get(key)
        if task is None:
            task = asyncio.ensure_future(_as_coroutine(work))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)


async def _as_coroutine[T](work: Callable[[], Awaitable[T]]) -> T:
    return await work()
