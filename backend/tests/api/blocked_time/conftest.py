"""Fixtures of the tests of blocked time. They import the app late: when this file is read, there is no database yet."""

from typing import Any

import httpx2
import pytest


@pytest.fixture
async def spa(client: httpx2.AsyncClient) -> Any:
    """Return a `BookableSpa` with one therapist and one bed, open from 9 to 21."""
    from tests.builders.bookings import bookable_spa

    return await bookable_spa()
