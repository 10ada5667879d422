"""Clients that create customers over HTTP, one after the other, and count the statuses of the responses.

async with DeskClients(app.base_url, await signed_in(Role.RECEPTIONIST), clients=8) as desk:
    ...  # break something
assert desk.statuses.keys() <= {201, 503}
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx2

from tests.support import SOON, eventually

CUSTOMERS = "/api/v1/customers"
_numbers = itertools.count()
_PAUSE = 0.02
"""Seconds between two requests of a client, so that the app is busy and the machine is not."""


def new_phone() -> str:
    """Return a phone number in E.164, another one at every call."""
    return f"+84912{next(_numbers):06}"


class DeskClients:
    """Clients that send requests until the end of the context. After a 5xx a client sends the same customer again.

    A broken connection ends the context with its error.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], *, clients: int) -> None:
        self.statuses: Counter[int] = Counter()
        self.acknowledged: set[str] = set()
        """The phones of customers whose creation returned 201."""
        self.slowest = 0.0
        """The longest time from a request to its response, in seconds."""
        self._clients = clients
        self._http = httpx2.AsyncClient(
            base_url=base_url, headers=headers, trust_env=False, verify=False, timeout=SOON
        )
        self._open = True

    async def __aenter__(self) -> Self:
        self._work = asyncio.gather(*(self._create_customers() for _ in range(self._clients)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False  # no new request; the open ones are awaited
        try:
            await self._work
        finally:
            await self._http.aclose()

    async def wait_until_created(self, more: int) -> None:
        """Wait until `more` customers more than now have been acknowledged."""
        goal = len(self.acknowledged) + more

        async def reached() -> bool:
            return self._work.done() or len(self.acknowledged) >= goal

        await eventually(reached)

    async def wait_for_status(self, status: int) -> None:
        """Wait until as many responses as there are clients have had this status, counted from now."""
        goal = self.statuses[status] + self._clients

        async def reached() -> bool:
            return self._work.done() or self.statuses[status] >= goal

        await eventually(reached)

    async def _create_customers(self) -> None:
        loop = asyncio.get_running_loop()
        phone = new_phone()
        while self._open:
            before = loop.time()
            response = await self._http.post(CUSTOMERS, json={"full_name": "Nguyễn Thị Lan", "phone": phone})
            self.slowest = max(self.slowest, loop.time() - before)
            self.statuses[response.status_code] += 1
            if response.status_code == httpx2.codes.CREATED:
                self.acknowledged.add(phone)
            if not response.is_server_error:
                phone = new_phone()
            await asyncio.sleep(_PAUSE)
