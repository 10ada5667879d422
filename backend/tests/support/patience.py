"""Patience for an app on a machine that is busy with something else.

What the app cuts off after a few seconds (a wait for a connection, for a lock, for Redis) would make a test depend on
the speed of the machine. Tests of these limits set them themselves.
"""

from app.core import database
from app.redis import client
from tests.support import SOON

REDIS_TIMEOUT = client.TIMEOUT
"""Seconds, as in production."""


def be_patient() -> None:
    """Let this process wait for a connection and for Redis as long as a test does."""
    database.REQUEST_POOL_WAIT = SOON
    client.TIMEOUT = SOON
