"""Patience for an app on a machine that is busy with something else.

What the app cuts off after a few seconds (a wait for a connection, for a lock, for Redis) would make a test depend on
the speed of the machine. Tests of these limits set them themselves.
"""

from app.core import database
from app.redis import client
from tests.support import SOON

SETTINGS = {"DB_LOCK_TIMEOUT": "60", "DB_STATEMENT_TIMEOUT": "60"}
"""Seconds; for the environment of an app."""


def be_patient() -> None:
    """Let this process wait for a connection and for Redis as long as a test does."""
    database.REQUEST_POOL_WAIT = database.HEALTH_TIMEOUT = SOON
    client.TIMEOUT = SOON
