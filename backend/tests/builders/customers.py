"""People at the desk: they create customers over HTTP, one after the other, and note what they saw.

async with AtTheDesk(app.base_url, await signed_in(Role.RECEPTIONIST), clients=8) as desk:
    ...  # meanwhile something breaks
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
"""Seconds between two requests of a client: the app shall be busy, not the machine."""


def new_phone() -> str:
    """In E.164; each only once in a run."""
    return f"+84912{next(_numbers):06}"


class AtTheDesk:
    """Clients that work until the end of the context. After a 5xx each tries the same customer again.

    A broken connection ends the context with its error.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], *, clients: int) -> None:
        self.statuses: Counter[int] = Counter()
        self.acknowledged: set[str] = set()
        """Phones of the customers whose creation was answered with 201."""
        self.slowest = 0.0
        """Seconds from a request to its answer."""
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
        self._open = False  # nothing new is sent, what was sent is waited for
        try:
            await self._work
        finally:
            await self._http.aclose()

    async def have_created(self, more: int) -> None:
        """Returns when so many customers more than now have been acknowledged."""
        goal = len(self.acknowledged) + more

        async def they_have() -> bool:
            return self._work.done() or len(self.acknowledged) >= goal

        await eventually(they_have)

    async def have_seen(self, status: int) -> None:
        """Returns when it was answered so often as there are clients from now on."""
        goal = self.statuses[status] + self._clients

        async def they_have() -> bool:
            return self._work.done() or self.statuses[status] >= goal

        await eventually(they_have)

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
