"""Many clients who ask at the same moment, each on a connection of their own.

async with crowd_of(200) as crowd:
    answers = await crowd.ask([request("POST", VISITS, headers, body)] * 200)

It speaks just as much HTTP as our own answers need: an httpx client costs more time than the app that is to be hurried.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import psutil

from app.core.config import settings
from tests.support import SOON, eventually, patience
from tests.support.app_process import PATIENT, AppProcess
from tests.support.database import run_sql

_UNAVAILABLE = 503


class Answer(NamedTuple):
    status: int
    body: Any

    @property
    def code(self) -> str:
        """Of an error; '' of anything else."""
        return str(self.body["error"]["code"]) if self.status >= 400 else ""


def request(method: str, path: str, headers: Mapping[str, str], body: object = None) -> bytes:
    """As it goes over the wire."""
    content = json.dumps(body).encode()
    lines = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**lines, **headers}.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


@asynccontextmanager
async def crowd_of(
    clients: int, *, processes: int = 2, patient: bool = True, **environment: str
) -> AsyncIterator["Crowd"]:
    """Start so many processes of the app and yield so many connections to them.

    An app that is not patient has the limits of production: on a busy machine it tells some to come back (503).

    Raises:
        AssertionError: an answer was a 5xx, but for those 503, or PostgreSQL has met a deadlock.
    """
    usual = {"DATABASE_URL": settings.DATABASE_URL.get_secret_value(), "LOG_LEVEL": "WARNING"}
    command = PATIENT if patient else None
    usual |= patience.SETTINGS if patient else {}
    allowed = set() if patient else {_UNAVAILABLE}
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
    await eventually(_has_no_other_sessions)  # a session says at its end what it met
    assert {status for status in crowd.statuses if status >= 500} <= allowed, output
    assert await deadlocks() == before


async def deadlocks() -> int:
    """In this database since it was made."""
    [(count,)] = await run_sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(count)


async def _has_no_other_sessions() -> bool:
    """Return whether nobody but this process has a session in the database."""
    own = [connection.laddr.port for connection in psutil.Process().net_connections("tcp")]
    return not await run_sql(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND client_port <> ALL ($1)", own
    )


class Crowd:
    """Connections spread over these processes."""

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

    async def ask(self, requests: Sequence[bytes]) -> list[Answer]:
        """Send the first client's request, the second's, and so on, all at once; return what each is answered."""
        for (_, writer), asked in zip(self._connections, requests, strict=False):
            writer.write(asked)
        return await asyncio.gather(*(self._answer(*each) for each in enumerate(requests)))

    async def ask_as(self, client: int, asked: bytes) -> Answer:
        """Send the request of one client alone and return what it is answered."""
        _, writer = self._connections[client]
        writer.write(asked)
        return await self._answer(client, asked)

    async def _answer(self, client: int, asked: bytes) -> Answer:
        """Return the answer that is no 503: who is told to come back sends the same again, when they were told to."""
        reader, writer = self._connections[client]
        give_up = time.monotonic() + SOON
        while True:
            async with asyncio.timeout(SOON):
                status, headers, body = await _read(reader)
            self.statuses[status] += 1
            if status != _UNAVAILABLE or time.monotonic() > give_up:
                return Answer(status, body)
            await asyncio.sleep(int(headers["retry-after"]))
            writer.write(asked)


async def _read(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(status.split()[1]), headers, json.loads(content) if content else None
