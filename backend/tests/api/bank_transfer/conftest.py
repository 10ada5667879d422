"""A spa with an open drawer and a bank account, which two services watch."""

from typing import TYPE_CHECKING

import httpx2
import pytest

if TYPE_CHECKING:  # `app` reads its settings when it is imported: not before they are set
    from tests.builders.bills import Desk


@pytest.fixture
async def desk(client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> "Desk":
    from tests.builders.bills import open_desk
    from tests.builders.notices import accept_notices, add_bank_account

    accept_notices(monkeypatch)
    desk = await open_desk(client)
    await add_bank_account(desk)
    return desk
