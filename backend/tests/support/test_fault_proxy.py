"""FaultProxy breaks connections as its mode says: without that a fault test would pass for nothing."""

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support import SOON, free_port
from tests.support.fault_proxy import FaultProxy, Mode

type Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

SILENCE = 0.1
"""Seconds without a byte that count as silence; loopback forwards in well under a millisecond."""


class Echo:
    """A server that sends a greeting and then echoes; `ends` tells how every connection ended."""

    def __init__(self, greeting: bytes = b"") -> None:
        self.greeting = greeting
        self.ends: asyncio.Queue[str] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.greeting)
        try:
            while chunk := await reader.read(65536):
                writer.write(chunk)
                await writer.drain()
            self.ends.put_nowait("closed")
        except ConnectionError:
            self.ends.put_nowait("reset")
        await close(writer)


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)


@asynccontextmanager
async def listening(echo: Echo) -> AsyncIterator[int]:
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        await close(writer)


def reset(connection: Connection) -> None:
    _, writer = connection
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def echoed(connection: Connection, content: bytes) -> bytes:
    """Send the bytes and return as many bytes of the reply."""
    reader, writer = connection
    writer.write(content)
    async with asyncio.timeout(SOON):
        return await reader.readexactly(len(content))


async def stays_silent(connection: Connection) -> bool:
    try:
        async with asyncio.timeout(SILENCE):
            await connection[0].read(1)
    except TimeoutError:
        return True
    return False


async def is_reset(connection: Connection) -> bool:
    """Return whether the connection is reset, and not closed in order or readable."""
    try:
        async with asyncio.timeout(SOON):
            await connection[0].read(1)
    except ConnectionResetError:
        return True
    return False


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def proxy(echo: Echo) -> AsyncIterator[FaultProxy]:
    async with listening(echo) as port, FaultProxy("127.0.0.1", port) as proxy:
        yield proxy


class TestPass:
    async def test_carries_more_than_every_buffer_holds_in_order(self, proxy: FaultProxy) -> None:
        everything = os.urandom(8 * 1024 * 1024)
        async with connected(proxy.port) as connection:
            assert await echoed(connection, everything) == everything

    async def test_the_upstream_may_speak_first(self, proxy: FaultProxy, echo: Echo) -> None:
        echo.greeting = b"hello"
        async with connected(proxy.port) as (reader, _), asyncio.timeout(SOON):
            assert await reader.readexactly(5) == b"hello"

    async def test_a_half_close_goes_through_and_the_answer_still_comes(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as (reader, writer), asyncio.timeout(SOON):
            writer.write(b"last words")
            writer.write_eof()
            assert await reader.read() == b"last words"

    async def test_bytes_under_way_at_the_end_still_arrive(self, proxy: FaultProxy, echo: Echo) -> None:
        echo.greeting = os.urandom(256 * 1024)
        loop = asyncio.get_running_loop()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # the rest waits at the proxy
            client.setblocking(False)
            received = b""
            async with asyncio.timeout(SOON):
                await loop.sock_connect(client, ("127.0.0.1", proxy.port))
                client.shutdown(socket.SHUT_WR)
                await echo.ends.get()
                await asyncio.wait([connection.task for connection in proxy._connections])
                while chunk := await loop.sock_recv(client, 65536):
                    received += chunk
        assert received == echo.greeting

    async def test_a_reset_of_the_client_reaches_the_upstream(self, proxy: FaultProxy, echo: Echo) -> None:
        async with connected(proxy.port) as connection:
            await echoed(connection, b"x")
            reset(connection)
            async with asyncio.timeout(SOON):
                assert await echo.ends.get() == "reset"

    async def test_a_dead_upstream_resets_the_client(self, proxy: FaultProxy) -> None:
        proxy.upstream = ("127.0.0.1", free_port())
        async with connected(proxy.port) as connection:
            assert await is_reset(connection)

    async def test_new_connections_go_to_the_new_upstream(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as old, listening(Echo(b"new")) as port:
            await echoed(old, b"x")
            proxy.upstream = ("127.0.0.1", port)
            async with connected(proxy.port) as (reader, _), asyncio.timeout(SOON):
                assert await reader.readexactly(3) == b"new"
            assert await echoed(old, b"still there") == b"still there"

    async def test_latency_delays_each_direction(self, proxy: FaultProxy) -> None:
        proxy.latency = 0.05
        loop = asyncio.get_running_loop()
        async with connected(proxy.port) as connection:
            before = loop.time()
            await echoed(connection, b"x")
            assert loop.time() - before >= 2 * proxy.latency


class TestRefuse:
    async def test_connects_are_refused_until_it_passes_again_on_the_same_port(
        self, proxy: FaultProxy
    ) -> None:
        port = proxy.port
        for _ in range(3):
            proxy.mode = Mode.REFUSE
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
            proxy.mode = Mode.PASS
            async with connected(port) as connection:
                assert await echoed(connection, b"back") == b"back"

    async def test_open_connections_are_reset(self, proxy: FaultProxy, echo: Echo) -> None:
        async with connected(proxy.port) as connection:
            await echoed(connection, b"x")
            proxy.mode = Mode.REFUSE
            assert await is_reset(connection)
            async with asyncio.timeout(SOON):
                assert await echo.ends.get() == "reset"


class TestReset:
    async def test_open_connections_are_reset_and_so_are_new_ones(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as old:
            await echoed(old, b"x")
            proxy.mode = Mode.RESET
            assert await is_reset(old)
        with pytest.raises(ConnectionResetError):  # by the connect or by the read, as the two race
            async with connected(proxy.port) as (reader, _), asyncio.timeout(SOON):
                await reader.read(1)

    async def test_a_connection_accepted_in_the_same_instant_is_reset(self, proxy: FaultProxy) -> None:
        with socket.create_connection(("127.0.0.1", proxy.port)) as client:
            client.setblocking(False)
            assert proxy._listener is not None
            proxy._accept(proxy._listener)
            proxy.mode = Mode.RESET  # its task has not run yet
            with pytest.raises(ConnectionResetError):
                async with asyncio.timeout(SOON):
                    await asyncio.get_running_loop().sock_recv(client, 1)


class TestStall:
    async def test_bytes_sent_during_a_stall_are_delivered_in_order(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as old:
            await echoed(old, b"x")
            proxy.mode = Mode.STALL
            async with connected(proxy.port) as new:
                for _, writer in (old, new):
                    writer.write(b"one ")
                assert await stays_silent(old)
                assert await stays_silent(new)
                proxy.mode = Mode.PASS
                for connection in (old, new):
                    connection[1].write(b"two")
                    async with asyncio.timeout(SOON):
                        assert await connection[0].readexactly(7) == b"one two"

    async def test_a_new_connection_outlasts_an_upstream_that_is_down(self, proxy: FaultProxy) -> None:
        alive = proxy.upstream
        proxy.mode = Mode.STALL
        proxy.upstream = ("127.0.0.1", free_port())
        async with connected(proxy.port) as connection:
            assert await stays_silent(connection)
            proxy.upstream = alive
            proxy.mode = Mode.PASS
            assert await echoed(connection, b"x") == b"x"

    async def test_no_end_reaches_the_upstream(self, proxy: FaultProxy, echo: Echo) -> None:
        async with connected(proxy.port) as closed, connected(proxy.port) as broken:
            await echoed(closed, b"x")
            await echoed(broken, b"x")
            proxy.mode = Mode.STALL
            closed[1].close()
            reset(broken)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SILENCE):
                    await echo.ends.get()
            proxy.mode = Mode.PASS
            async with asyncio.timeout(SOON):
                assert {await echo.ends.get(), await echo.ends.get()} == {"closed", "reset"}


class TestBlackHole:
    async def test_old_and_new_connections_get_no_answer(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as old:
            await echoed(old, b"x")
            proxy.mode = Mode.BLACK_HOLE
            async with connected(proxy.port) as new:
                for _, writer in (old, new):
                    writer.write(bytes(8 * 1024 * 1024))
                    async with asyncio.timeout(SOON):
                        await writer.drain()  # all of it is swallowed
                assert await stays_silent(old)
                assert await stays_silent(new)

    async def test_a_connection_that_lost_bytes_is_reset_afterwards_and_an_idle_one_goes_on(
        self, proxy: FaultProxy
    ) -> None:
        async with connected(proxy.port) as busy, connected(proxy.port) as idle:
            await echoed(busy, b"x")
            await echoed(idle, b"x")
            proxy.mode = Mode.BLACK_HOLE
            busy[1].write(b"lost")
            assert await stays_silent(busy)
            proxy.mode = Mode.PASS
            assert await is_reset(busy)
            assert await echoed(idle, b"x") == b"x"


async def test_leaving_the_proxy_resets_open_connections() -> None:
    async with listening(Echo()) as port:
        async with FaultProxy("127.0.0.1", port) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            await echoed((reader, writer), b"x")
            tasks = [connection.task for connection in proxy._connections]
        assert [task.done() for task in tasks] == [True]
        assert await is_reset((reader, writer))
        await close(writer)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", proxy.port)
