"""A spa with an open drawer."""

from typing import TYPE_CHECKING

import httpx2
import pytest

if TYPE_CHECKING:  # `app` reads its settings when it is imported: not before they are set
    from tests.builders.bills import Desk


@pytest.fixture
async def desk(client: httpx2.AsyncClient) -> "Desk":
    from tests.builders.bills import open_desk

    return await open_desk(client)
