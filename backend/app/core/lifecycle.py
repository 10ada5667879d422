"""Stop without losing a request: announce it first, then stop."""

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from types import FrameType
from typing import ClassVar

import structlog

from app.core.config import settings

DRAIN_SECONDS = 2.0
"""Seconds from the SIGTERM until the server stops listening, in which load balancers read `/ready`."""
BACKGROUND_STOP = 3.0
"""Seconds that work in the background has to end by itself."""

logger = structlog.get_logger(__name__)


class Draining:
    """The state of a process that has received SIGTERM or SIGINT. From then on `/ready` answers 503."""

    started = False
    _callbacks: ClassVar[list[Callable[[], None]]] = []

    @classmethod
    def on_start(cls, callback: Callable[[], None]) -> None:
        """Register a callback that ends responses without an end of their own: the server would wait for them."""
        cls._callbacks.append(callback)

    @classmethod
    def begin(cls) -> None:
        """Call every callback."""
        for callback in cls._callbacks:
            callback()


def drain_before_stop() -> None:
    """Put a pause before the server's own SIGTERM handler, in which `/ready` already answers 503.

    The server stops listening as soon as its handler runs. A load balancer that had no time to look would send requests
    to a closed port.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    stop = signal.getsignal(signal.SIGTERM)
    if not callable(stop):  # a test or a script, not a server
        return
    loop = asyncio.get_running_loop()

    def drain(_signum: int, frame: FrameType | None) -> None:
        if Draining.started:  # told twice, such as by Ctrl-C and then by the reloader
            return
        Draining.started = True
        pause = DRAIN_SECONDS if settings.is_production else 0
        # As SIGINT: uvicorn raises the signal again at the end, and SIGTERM would make an orderly end, with exit status
        # 0, look like a death by signal. Once only: asyncio answers a second one with a traceback.
        loop.call_soon_threadsafe(Draining.begin)
        loop.call_soon_threadsafe(loop.call_later, pause, stop, signal.SIGINT, frame)
        logger.info("stopping", drain_seconds=pause)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, drain)


@asynccontextmanager
async def run_in_background(
    work: Callable[[asyncio.Event], Coroutine[None, None, None]],
) -> AsyncGenerator[None]:
    """Run `work` during the context. Its event is set at the end; after `BACKGROUND_STOP` seconds it is cancelled."""
    stopping = asyncio.Event()
    task = asyncio.create_task(work(stopping))
    try:
        yield
    finally:
        stopping.set()
        _, running = await asyncio.wait({task}, timeout=BACKGROUND_STOP)
        if running:
            task.cancel()
            await asyncio.wait({task}, timeout=1)
