"""A guest without an account, in a spa that can be booked online."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import httpx2
import pytest

if TYPE_CHECKING:  # an import of the app would read its settings before the run has its servers
    from tests.builders.bookings import BookableSpa
    from tests.builders.online import OnlineGuest
    from tests.builders.pages import PageGuest


@pytest.fixture
async def spa(stranger: httpx2.AsyncClient) -> "BookableSpa":
    from tests.builders.online import online_spa

    return await online_spa(therapists=3, beds=3)


@pytest.fixture
async def guest(running_app: object, spa: "BookableSpa") -> AsyncGenerator["OnlineGuest"]:
    from tests.builders.online import guest_at

    async with guest_at(running_app, spa) as guest:
        yield guest


@pytest.fixture
async def visitor(running_app: object, spa: "BookableSpa") -> AsyncGenerator["PageGuest"]:
    """A guest with a browser that runs no script."""
    from tests.builders.pages import page_guest_at

    async with page_guest_at(running_app, spa) as visitor:
        yield visitor
