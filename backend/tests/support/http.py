"""Requests that no HTTP client would send, and checks of error responses."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from starlette.types import ASGIApp, Message, Scope

from tests.support import SOON

type Receive = Callable[[], Awaitable[Message]]
type Headers = Sequence[tuple[bytes, bytes]]

_BACKEND = str(Path(__file__).resolve().parents[2])
HOST = (b"host", b"testserver")


def client_of(app: ASGIApp, address: str = "127.0.0.1") -> httpx2.AsyncClient:
    """Return a client of an app in this process that is not the shared one, with this network address."""
    transport = httpx2.ASGITransport(app=app, client=(address, 50_000))
    return httpx2.AsyncClient(transport=transport, base_url="http://testserver")


def refusal(response: httpx2.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """Return the `error` of a response; fail when it is no error envelope, or has another status or code."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"status", "error", "timestamp", "request_id"}
    assert body["status"] == "error"
    assert body["request_id"] == response.headers["x-request-id"]
    assert datetime.fromisoformat(body["timestamp"]).utcoffset() is not None
    error: dict[str, Any] = body["error"]
    assert {"code", "message"} <= set(error) <= {"code", "message", "details"}
    assert re.fullmatch("[A-Z_]+", error["code"])
    assert error["message"]
    assert code in {None, error["code"]}
    for detail in error.get("details", []):
        assert set(detail) == {"field", "message", "type"}
    return error


class Answer(NamedTuple):
    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def error_code(self) -> str:
        return str(json.loads(self.body)["error"]["code"])


async def ask_raw(
    app: ASGIApp,
    *,
    path: str = "/api/v1/health/live",
    method: str = "GET",
    query: bytes = b"",
    headers: Headers = (HOST,),
    receive: Receive | None = None,
) -> Answer:
    """Call the app as an ASGI server would, also with what no HTTP client sends."""
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async with asyncio.timeout(SOON):
        await app(scope, receive or _no_body, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], dict(sent[0]["headers"]), body)


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """Read the next response on a connection of HTTP/1.1."""
    async with asyncio.timeout(SOON):
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[:-2]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        body = await reader.readexactly(int(headers.get(b"content-length", 0)))
    return Answer(int(status.split()[1]), headers, body)


async def imported_by(module: str) -> list[str]:
    """Return the names of all modules that an import of `module` loads, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": _BACKEND} | stores(),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return out.decode().split()


def stores() -> dict[str, str]:
    """Return the settings of this worker's database and Redis, for an app in a process of its own."""
    return {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_DB")}


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
