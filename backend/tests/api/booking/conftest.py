"""Read before `app` may be imported: the database is not there yet."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest


@pytest.fixture
async def spa(stranger: httpx2.AsyncClient) -> AsyncGenerator[Any]:
    """A `Spa`, on an empty database."""
    from tests.api.booking.parties import spa_for

    async with spa_for(stranger) as spa:
        yield spa
