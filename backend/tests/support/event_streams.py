"""A client of Server-Sent Events.

async with listening(http, path) as events:
    name, data = await events.next()
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import httpx2

from tests.support import SOON


class Events:
    """The events of a stream that have not been read yet."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> tuple[str, Any]:
        """Return the name and data of the next event, comments left out; raise StopAsyncIteration at the end."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(SOON):
            while True:
                line = await anext(self._lines)
                if not line and "data" in fields:
                    return fields["event"], json.loads(fields["data"])
                name, _, value = line.partition(": ")
                fields[name] = value

    async def comment(self) -> None:
        """Wait for a comment, which a stream without news sends."""
        async with asyncio.timeout(SOON):
            while not (await anext(self._lines)).startswith(":"):
                pass

    async def end(self) -> None:
        """Read until the end of the stream."""
        async with asyncio.timeout(SOON):
            async for _ in self._lines:
                pass


@asynccontextmanager
async def listening(http: httpx2.AsyncClient, path: str) -> AsyncIterator[Events]:
    async with http.stream("GET", path, timeout=SOON) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["X-Accel-Buffering"] == "no"
        yield Events(response.aiter_lines())


class EventSource:
    """A client that connects again when a browser's EventSource does (WHATWG HTML §9.2.3), and not otherwise."""

    def __init__(self, http: httpx2.AsyncClient, path: str) -> None:
        self._http, self._path = http, path
        self.connections = 0
        """The number of responses that have begun."""
        self.events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._retry = 0.0

    async def run(self) -> None:
        """Connect until cancelled.

        Raises:
            AssertionError: The server has refused the stream, so that a browser would give up.
        """
        while True:
            with suppress(httpx2.TransportError):
                await self._connect()
            await asyncio.sleep(self._retry)

    async def _connect(self) -> None:
        headers = {"Accept": "text/event-stream"}
        async with self._http.stream("GET", self._path, headers=headers, timeout=SOON) as response:
            assert response.status_code == 200, await response.aread()
            assert response.headers["Content-Type"].startswith("text/event-stream")
            self.connections += 1
            fields: dict[str, str] = {}
            async with aclosing(response.aiter_lines()) as lines:  # type: ignore[type-var]  # an async generator
                async for line in lines:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                    if name == "retry":
                        self._retry = int(value) / 1000
                    elif not line and "data" in fields:
                        self.events.put_nowait((fields["event"], json.loads(fields["data"])))
                        fields.clear()
