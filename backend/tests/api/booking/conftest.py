"""Fixtures of the booking tests. They import the app late: when this file is read, there is no database yet."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest


@pytest.fixture
async def spa(stranger: httpx2.AsyncClient) -> AsyncGenerator[Any]:
    """Yield a `Spa`, on an empty database."""
    from tests.api.booking.spa import spa_for

    async with spa_for(stranger) as spa:
        yield spa
