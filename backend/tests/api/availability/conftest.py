"""A day in December, and a signed-in guest."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
import time_machine

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def december() -> Iterator[None]:
    """Set the time to 1 December, 07:00 in Saigon."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
async def guest(december: None, stranger: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """Return a client that is signed in without a role."""
    from tests.builders.people import signed_in

    stranger.headers |= await signed_in()
    return stranger
