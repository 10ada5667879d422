"""Stopping without losing a request: first say so, then stop."""

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
"""Seconds between the SIGTERM and the end of listening, for load balancers to read `/ready`."""
BACKGROUND_STOP = 3.0
"""Seconds in which work in the background may end by itself."""

logger = structlog.get_logger(__name__)


class Draining:
    """Whether this process has been told to stop; `/ready` answers 503 from then on."""

    started = False
    _to_tell: ClassVar[list[Callable[[], None]]] = []

    @classmethod
    def tell(cls, whom: Callable[[], None]) -> None:
        """Calls it as soon as the process is told: of answers that have no end the server would wait for theirs."""
        cls._to_tell.append(whom)

    @classmethod
    def begin(cls) -> None:
        for whom in cls._to_tell:
            whom()


def drain_before_stop() -> None:
    """Puts a pause before the server's own SIGTERM handler, in which `/ready` is already 503.

    The server stops listening the moment its handler runs, so a balancer that had no time to look would
    send requests to a closed port.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    stop = signal.getsignal(signal.SIGTERM)
    if not callable(stop):  # no server runs us: a test, a script
        return
    loop = asyncio.get_running_loop()

    def drain(_signum: int, frame: FrameType | None) -> None:
        if Draining.started:  # told twice, as by Ctrl-C and then by the reloader: the first still holds
            return
        Draining.started = True
        pause = DRAIN_SECONDS if settings.is_production else 0
        # As SIGINT: uvicorn raises the signal again when all is done, and SIGTERM would be a death by signal
        # where this is an orderly end, exit status 0. Once only: of a second one asyncio makes a traceback.
        loop.call_soon_threadsafe(Draining.begin)
        loop.call_soon_threadsafe(loop.call_later, pause, stop, signal.SIGINT, frame)
        logger.info("stopping", drain_seconds=pause)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, drain)


@asynccontextmanager
async def in_background(work: Callable[[asyncio.Event], Coroutine[None, None, None]]) -> AsyncGenerator[None]:
    """It runs meanwhile. At the end it is told by the event, and has `BACKGROUND_STOP` seconds before it is cancelled."""
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
