"""A spa with a bank account that asks for a deposit, and guests without an account."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, NamedTuple

import httpx2
import pytest

if TYPE_CHECKING:  # an import of the app would read its settings before the run has its servers
    from tests.builders.deposits import DepositSpa
    from tests.builders.pages import PageGuest


class Guests(NamedTuple):
    """The spa, and a guest with a browser that runs no script."""

    spa: "DepositSpa"
    visitor: "PageGuest"


@pytest.fixture
async def spa(
    client: httpx2.AsyncClient, running_app: object, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator["DepositSpa"]:
    from tests.builders.deposits import deposit_spa
    from tests.builders.notices import accept_notices
    from tests.builders.online import OnlineGuest
    from tests.support.http import client_of

    accept_notices(monkeypatch)
    async with client_of(running_app, "203.0.113.7") as http:  # type: ignore[arg-type]  # an ASGI app; its type is imported late
        yield await deposit_spa(client, lambda spa: OnlineGuest(http, spa))


@pytest.fixture
async def guests(running_app: object, spa: "DepositSpa") -> AsyncGenerator[Guests]:
    from tests.builders.pages import page_guest_at

    async with page_guest_at(running_app, spa.desk.spa) as visitor:
        yield Guests(spa, visitor)
