"""Stopping without losing a request: first say so, then stop."""

import asyncio
import signal
import threading
from types import FrameType

import structlog

from app.core.config import settings

DRAIN_SECONDS = 2.0
"""Seconds between the SIGTERM and the end of listening, for load balancers to read `/ready`."""

logger = structlog.get_logger(__name__)


class Draining:
    """Whether this process has been told to stop; `/ready` answers 503 from then on."""

    started = False


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

    def drain(signum: int, frame: FrameType | None) -> None:
        if Draining.started or not settings.is_production:
            Draining.started = True
            stop(signum, frame)
            return
        Draining.started = True
        loop.call_soon_threadsafe(loop.call_later, DRAIN_SECONDS, stop, signum, frame)
        logger.info("stopping", drain_seconds=DRAIN_SECONDS)

    signal.signal(signal.SIGTERM, drain)
