"""Share one run of a piece of work among all callers that need it at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from functools import partial


class SingleFlight[T]:
    """A group of runs by key: callers share the run that is under way, and the next caller after it starts another.

    A caller that is cancelled leaves the run to the others.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns, or what the run under way for `key` returns; raise what it raises."""
        task = self._running.get(key)
        if task is None or task.done():  # done, but the loop has not come to `_forget` yet
            task = self._running[key] = asyncio.create_task(_as_coroutine(work))
            task.add_done_callback(partial(self._forget, key))
        return await asyncio.shield(task)

    def _forget(self, key: Hashable, task: asyncio.Task[T]) -> None:
        if not task.cancelled():
            task.exception()  # marks it as seen: when every caller has gone, asyncio would log it
        if self._running.get(key) is task:
            del self._running[key]


async def _as_coroutine[T](work: Callable[[], Awaitable[T]]) -> T:
    return await work()
