"""A day in December, and somebody who asks."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
import time_machine

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def december() -> Iterator[None]:
    """It is the first, 07:00 in Saigon."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
async def guest(december: None, stranger: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """Signed in, and nobody."""
    from tests.builders.people import signed_in

    stranger.headers |= await signed_in()
    return stranger
