"""Long timeouts for an app on a busy machine.

The app gives up after a few seconds of waiting for a connection, a lock or Redis. With these limits a test would depend
on the speed of the machine. Tests of the limits set them themselves.
"""

from app.core import database
from app.modules.booking.allocation import contention
from app.redis import client
from tests.support import SOON

SETTINGS = {"DB_LOCK_TIMEOUT": "60", "DB_STATEMENT_TIMEOUT": "60"}
"""Settings in seconds, for the environment of an app."""


def use_long_timeouts() -> None:
    """Let this process wait for a connection, for its admission and for Redis as long as a test does."""
    database.REQUEST_POOL_WAIT = database.HEALTH_TIMEOUT = contention.ADMISSION_WAIT = SOON
    client.TIMEOUT = SOON
