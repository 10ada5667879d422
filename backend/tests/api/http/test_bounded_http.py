"""The limits of `zenspa serve` on what the app does not see: headers that grow, and clients that do nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import APIRouter, Response

from app.cli import bounded_http
from app.cli.serve import BOUNDED_HTTP
from app.core.config import settings
from app.main import create_app
from tests.support import SOON, eventually
from tests.support.http import read_answer

BLOCK = b"a" * 64 * 1024
GET = b"GET /api/v1/health/live HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = (
    b"POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)

router = APIRouter()


@router.get("/large")
async def large() -> Response:
    return Response(b"a" * 8_000_000)


app = create_app(settings)
app.include_router(router)


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, uvicorn.Server]]:
    """Yield a connection to the app behind a real server in this process, and that server."""
    config = uvicorn.Config(app, http=BOUNDED_HTTP, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        try:
            async with asyncio.timeout(SOON):
                yield reader, writer, server
        finally:
            writer.transport.abort()
            server.should_exit = True
            await task


async def send_until_closed(writer: asyncio.StreamWriter, start: bytes) -> int:
    """Send `start` and then blocks until the server closes, and return how many."""
    writer.write(start)
    for count in range(1_000):
        try:
            writer.write(BLOCK)
            await writer.drain()
        except OSError:
            return count
        await asyncio.sleep(0)
    return 1_000


@pytest.mark.parametrize(
    "start",
    [
        b"GET /",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
        CHUNKED + b"2;",  # an extension of a chunk
        CHUNKED + b"2\r\n{}\r\n0\r\nX: ",  # a trailer
    ],
)
async def test_a_line_without_an_end_ends_the_connection(start: bytes) -> None:
    async with connection() as (_, writer, _):
        assert await send_until_closed(writer, start) < 200  # most of them wait in buffers of the system


async def test_headers_that_the_app_takes_pass() -> None:
    async with connection() as (reader, writer, _):
        for _ in range(3):
            writer.write(GET[:-2] + b"Cookie: " + b"a" * 30_000 + b"\r\n\r\n")
            assert (await read_answer(reader)).status == 200


async def test_many_requests_in_one_packet_are_answered() -> None:
    async with connection() as (reader, writer, _):
        writer.write(GET * 3_000)
        assert {(await read_answer(reader)).status for _ in range(3_000)} == {200}


async def test_a_body_in_very_small_chunks_is_read() -> None:
    body = b'{"login": 1, "password": "a"}'.ljust(16_000)
    async with connection() as (reader, writer, _):
        writer.write(CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")
        assert (await read_answer(reader)).status == 422


@pytest.mark.parametrize("first", [b"", GET])
@pytest.mark.parametrize("drip", [b"", b"GET / HTTP/1.1\r\nHost: ", b"\r\n"])
async def test_headers_that_do_not_end_in_time_end_the_connection(
    monkeypatch: pytest.MonkeyPatch, first: bytes, drip: bytes
) -> None:
    monkeypatch.setattr(bounded_http, "HEADER_TIMEOUT", 0.05)
    async with connection() as (reader, writer, _):
        writer.write(first)
        if first:
            await read_answer(reader)

        async def send() -> None:
            writer.write(drip)
            while drip:
                writer.write(drip[-1:])
                await asyncio.sleep(0.01)

        sending = asyncio.create_task(send())
        await ended(reader)
        sending.cancel()


async def test_a_slow_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for headers is not the time for the work."""
    monkeypatch.setattr(bounded_http, "HEADER_TIMEOUT", 0.05)
    async with connection() as (reader, writer, _):
        writer.write(CHUNKED + b"2\r\n{}\r\n")
        await asyncio.sleep(0.1)  # longer than the headers may take
        writer.write(b"0\r\n\r\n")
        assert (await read_answer(reader)).status == 422


async def test_a_client_that_does_not_read_is_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_http, "WRITE_TIMEOUT", 0.05)
    async with connection() as (_, writer, server):
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # the transport of a socket has it
        writer.write(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")

        async def is_disconnected() -> bool:
            return server.server_state.total_requests == 1 and not server.server_state.connections

        await eventually(is_disconnected)


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Read until the server closes the connection, in whatever way."""
    received = bytearray()
    try:
        while piece := await reader.read(1 << 20):
            received += piece
    except ConnectionError:
        pass
    return bytes(received)
