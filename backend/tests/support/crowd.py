"""Many clients that send a request at the same moment, each on a connection of its own.

async with crowd_of(200) as crowd:
    answers = await crowd.send([request("POST", VISITS, headers, body)] * 200)

The clients speak only the HTTP that the app's responses need: an httpx client uses more CPU than the app does.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, NamedTuple, Self, override
from urllib.parse import urlsplit

import httpx2
import psutil

from app.core.config import settings
from tests.support import SOON, eventually, long_timeouts
from tests.support.app_process import LONG_TIMEOUTS, AppProcess
from tests.support.database import run_sql

_UNAVAILABLE = 503


class Answer(NamedTuple):
    status: int
    body: Any

    @property
    def code(self) -> str:
        """The code of an error; '' for any other response."""
        return str(self.body["error"]["code"]) if self.status >= 400 else ""


def request(method: str, path: str, headers: Mapping[str, str], body: object = None) -> bytes:
    """Return an HTTP request with a JSON body, as bytes. Bytes are sent as they are."""
    return _as_bytes(method, path, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def _as_bytes(method: str, path: str, headers: Mapping[str, str], content: bytes) -> bytes:
    lines = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**lines, **headers}.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


@asynccontextmanager
async def crowd_of(
    clients: int, *, processes: int = 2, long_limits: bool = True, **environment: str
) -> AsyncIterator["Crowd"]:
    """Start `processes` processes of the app and yield `clients` connections to them.

    Without `long_limits` the app has the limits of production, and a busy machine gets some responses of 503.

    Raises:
        AssertionError: A response was a 5xx other than these 503, or PostgreSQL has met a deadlock.
    """
    usual = {"DATABASE_URL": settings.DATABASE_URL.get_secret_value(), "LOG_LEVEL": "WARNING"}
    command = LONG_TIMEOUTS if long_limits else None
    usual |= long_timeouts.SETTINGS if long_limits else {}
    allowed = set() if long_limits else {_UNAVAILABLE}
    before = await deadlocks()

    async with AsyncExitStack() as stack:
        apps = [
            await stack.enter_async_context(AppProcess(usual | environment, command=command))
            for _ in range(processes)
        ]
        try:
            async with Crowd([app.base_url for app in apps], clients=clients) as crowd:
                yield crowd
        except BaseException as error:
            error.add_note("".join(app.output() for app in apps))
            raise
        for app in apps:
            app.terminate()
        for app in apps:
            await app.wait(SOON)
        output = "".join(app.output() for app in apps)
    await eventually(_has_no_other_sessions)  # a session reports its deadlocks when it ends
    assert {status for status in crowd.statuses if status >= 500} <= allowed, output
    assert await deadlocks() == before


async def deadlocks() -> int:
    """Return the number of deadlocks in this database since it was created."""
    [(count,)] = await run_sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(count)


async def _has_no_other_sessions() -> bool:
    """Return whether no other process has a session in the database."""
    own = [connection.laddr.port for connection in psutil.Process().net_connections("tcp")]
    return not await run_sql(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND client_port <> ALL ($1)", own
    )


class Crowd:
    """Connections spread evenly over the processes."""

    def __init__(self, base_urls: Sequence[str], *, clients: int) -> None:
        self.statuses: Counter[int] = Counter()
        self._addresses = [(str(url.hostname), int(url.port or 80)) for url in map(urlsplit, base_urls)]
        self._clients = clients
        self._connections: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __aenter__(self) -> Self:
        for number in range(self._clients):
            address = self._addresses[number % len(self._addresses)]
            self._connections.append(await asyncio.open_connection(*address))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, writer in self._connections:
            writer.close()
            await writer.wait_closed()

    async def send(self, requests: Sequence[bytes]) -> list[Answer]:
        """Send one request per client, all at the same moment, and return the answers in the same order."""
        for (_, writer), content in zip(self._connections, requests, strict=False):
            writer.write(content)
        return await asyncio.gather(*(self._answer(*numbered) for numbered in enumerate(requests)))

    async def send_as(self, client: int, content: bytes) -> Answer:
        """Send the request of one client and return the answer."""
        _, writer = self._connections[client]
        writer.write(content)
        return await self._answer(client, content)

    async def _answer(self, client: int, content: bytes) -> Answer:
        """Return the final answer. After a 503 send the same request, with its key, again when Retry-After is over."""
        reader, writer = self._connections[client]
        give_up = time.monotonic() + SOON
        while True:
            async with asyncio.timeout(SOON):
                status, headers, body = await _read(reader)
            self.statuses[status] += 1
            if status != _UNAVAILABLE or time.monotonic() > give_up:
                return Answer(status, body)
            await asyncio.sleep(int(headers["retry-after"]))
            writer.write(content)


class CrowdClient(httpx2.AsyncClient):
    """A client with the methods of httpx, that sends by one connection of a crowd."""

    def __init__(self, crowd: Crowd, number: int, *, authorization: str) -> None:
        super().__init__(headers={"Authorization": authorization}, base_url="http://crowd")
        self._crowd, self._number = crowd, number

    @override
    async def send(self, request: httpx2.Request, **_: Any) -> httpx2.Response:
        own = {"host", "content-type", "content-length", "connection", "accept-encoding"}
        headers = {name: value for name, value in request.headers.items() if name not in own}
        path = request.url.raw_path.decode()
        answer = await self._crowd.send_as(
            self._number, _as_bytes(request.method, path, headers, request.content)
        )
        return httpx2.Response(answer.status, json=answer.body, request=request)


async def _read(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(status.split()[1]), headers, json.loads(content) if content else None
