"""The test helpers do what they say: a fault that is not there would make a fault test pass."""

import ast
import asyncio
import os
import re
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx2
import pytest
from sqlalchemy import make_url

from app.db.models import Base
from app.modules import import_models
from tests.support import SOON, DidNotStartError, free_port
from tests.support.app_process import AppProcess
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.pgbouncer import PgBouncer, pgbouncer_available

type Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

BACKEND = Path(__file__).resolve().parents[2]
NEVER = 0.1  # what is forwarded over loopback is there in well under a millisecond


class Echo:
    """Answers what it is sent, after a greeting of its own; `ends` has how each connection ended."""

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


async def ask(connection: Connection, question: bytes) -> bytes:
    reader, writer = connection
    writer.write(question)
    async with asyncio.timeout(SOON):
        return await reader.readexactly(len(question))


async def stays_silent(connection: Connection) -> bool:
    try:
        async with asyncio.timeout(NEVER):
            await connection[0].read(1)
    except TimeoutError:
        return True
    return False


async def is_reset(connection: Connection) -> bool:
    """Told apart from an orderly close and from bytes."""
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
            assert await ask(connection, everything) == everything

    async def test_the_upstream_may_speak_first(self, proxy: FaultProxy, echo: Echo) -> None:
        echo.greeting = b"hello"
        async with connected(proxy.port) as (reader, _), asyncio.timeout(SOON):
            assert await reader.readexactly(5) == b"hello"

    async def test_a_half_close_goes_through_and_the_answer_still_comes(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as (reader, writer), asyncio.timeout(SOON):
            writer.write(b"last words")
            writer.write_eof()
            assert await reader.read() == b"last words"

    async def test_what_is_under_way_at_the_end_still_arrives(self, proxy: FaultProxy, echo: Echo) -> None:
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
            await ask(connection, b"x")
            reset(connection)
            async with asyncio.timeout(SOON):
                assert await echo.ends.get() == "reset"

    async def test_a_dead_upstream_resets_the_client(self, proxy: FaultProxy) -> None:
        proxy.upstream = ("127.0.0.1", free_port())
        async with connected(proxy.port) as connection:
            assert await is_reset(connection)

    async def test_new_connections_go_to_the_new_upstream(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as old, listening(Echo(b"new")) as port:
            await ask(old, b"x")
            proxy.upstream = ("127.0.0.1", port)
            async with connected(proxy.port) as (reader, _), asyncio.timeout(SOON):
                assert await reader.readexactly(3) == b"new"
            assert await ask(old, b"still there") == b"still there"

    async def test_latency_delays_each_direction(self, proxy: FaultProxy) -> None:
        proxy.latency = 0.05
        loop = asyncio.get_running_loop()
        async with connected(proxy.port) as connection:
            before = loop.time()
            await ask(connection, b"x")
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
                assert await ask(connection, b"back") == b"back"

    async def test_open_connections_are_reset(self, proxy: FaultProxy, echo: Echo) -> None:
        async with connected(proxy.port) as connection:
            await ask(connection, b"x")
            proxy.mode = Mode.REFUSE
            assert await is_reset(connection)
            async with asyncio.timeout(SOON):
                assert await echo.ends.get() == "reset"


class TestReset:
    async def test_open_connections_are_reset_and_so_are_new_ones(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as old:
            await ask(old, b"x")
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
    async def test_what_was_sent_meanwhile_is_delivered_in_order(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as old:
            await ask(old, b"x")
            proxy.mode = Mode.STALL
            async with connected(proxy.port) as new:
                for reader_and_writer in (old, new):
                    reader_and_writer[1].write(b"one ")
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
            assert await ask(connection, b"x") == b"x"

    async def test_the_upstream_hears_of_no_end(self, proxy: FaultProxy, echo: Echo) -> None:
        async with connected(proxy.port) as closed, connected(proxy.port) as broken:
            await ask(closed, b"x")
            await ask(broken, b"x")
            proxy.mode = Mode.STALL
            closed[1].close()
            reset(broken)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(NEVER):
                    await echo.ends.get()
            proxy.mode = Mode.PASS
            async with asyncio.timeout(SOON):
                assert {await echo.ends.get(), await echo.ends.get()} == {"closed", "reset"}


class TestBlackHole:
    async def test_old_and_new_connections_get_no_answer(self, proxy: FaultProxy) -> None:
        async with connected(proxy.port) as old:
            await ask(old, b"x")
            proxy.mode = Mode.BLACK_HOLE
            async with connected(proxy.port) as new:
                for _, writer in (old, new):
                    writer.write(bytes(8 * 1024 * 1024))
                    async with asyncio.timeout(SOON):
                        await writer.drain()  # all of it is swallowed
                assert await stays_silent(old)
                assert await stays_silent(new)

    async def test_what_lost_bytes_is_reset_afterwards_and_what_did_not_goes_on(
        self, proxy: FaultProxy
    ) -> None:
        async with connected(proxy.port) as asked, connected(proxy.port) as idle:
            await ask(asked, b"x")
            await ask(idle, b"x")
            proxy.mode = Mode.BLACK_HOLE
            asked[1].write(b"lost")
            assert await stays_silent(asked)
            proxy.mode = Mode.PASS
            assert await is_reset(asked)
            assert await ask(idle, b"x") == b"x"


async def test_leaving_the_proxy_resets_what_is_open() -> None:
    async with listening(Echo()) as port:
        async with FaultProxy("127.0.0.1", port) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            await ask((reader, writer), b"x")
            tasks = [connection.task for connection in proxy._connections]
        assert [task.done() for task in tasks] == [True]
        assert await is_reset((reader, writer))
        await close(writer)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", proxy.port)


TINY_APP = """
import os, subprocess, sys

if child := os.environ.get("CHILD"):
    subprocess.Popen([sys.executable, "-c", child])

async def app(scope, receive, send):
    if scope["type"] == "http":
        print("asked for", scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": repr((dict(os.environ), os.listdir())).encode()})
"""


@pytest.fixture
def tiny_app(tmp_path: Path) -> list[str]:
    (tmp_path / "tiny.py").write_text(TINY_APP)
    return [sys.executable, "-m", "uvicorn", "--app-dir", str(tmp_path), "tiny:app", "--port", "{port}"]


class TestAppProcess:
    async def test_runs_with_what_it_is_given_and_nothing_of_the_developer(
        self, tiny_app: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://the-developers-own")
        async with AppProcess({"APP_NAME": "given"}, command=tiny_app) as app:
            body = httpx2.get(app.base_url, trust_env=False).text
            assert "asked for /api/v1/health/live" in app.output()
        variables, files = ast.literal_eval(body)
        assert variables["APP_NAME"] == "given"
        assert "DATABASE_URL" not in variables
        assert Path.home() != Path(variables["HOME"])
        assert files == []

    async def test_tells_how_it_ended(self, tiny_app: list[str]) -> None:
        async with AppProcess({}, command=tiny_app) as app:
            app.kill()
            assert await app.wait(SOON) == -signal.SIGKILL

    async def test_what_it_started_dies_with_it(self, tiny_app: list[str]) -> None:
        children: asyncio.Queue[Connection] = asyncio.Queue()
        server = await asyncio.start_server(lambda *child: children.put_nowait(child), "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        child = f"import socket; socket.create_connection({address}).recv(1)"
        async with server, asyncio.timeout(SOON):
            async with AppProcess({"CHILD": child}, command=tiny_app):
                reader, writer = await children.get()
            assert await reader.read() == b""
            await close(writer)

    async def test_one_that_does_not_answer_in_time_is_killed(self) -> None:
        app = AppProcess({}, command=[sys.executable, "-c", "import time; time.sleep(600)"])
        app.start_timeout = 0.1
        with pytest.raises(DidNotStartError, match=r"no answer in 0\.1 s") as failure:
            await app.__aenter__()
        assert failure.value.exit_status is None
        assert await app.wait(SOON) == -signal.SIGKILL

    async def test_says_what_one_wrote_that_does_not_start(self) -> None:
        command = [sys.executable, "-c", "import sys; sys.exit('DATABASE_URL is not set')"]
        with pytest.raises(DidNotStartError, match="status 1; it wrote:\nDATABASE_URL is not set") as failure:
            await AppProcess({}, command=command).__aenter__()
        assert failure.value.exit_status == 1


@pytest.mark.skipif(
    not pgbouncer_available(), reason="pgbouncer is not installed (apt-get install pgbouncer)"
)
async def test_pgbouncer_shares_one_server_connection_among_all_clients() -> None:
    url = make_url(os.environ["DATABASE_URL"])
    server = (url.host or "", url.port or 0, url.username or "", url.database or "")
    async with PgBouncer(*server, password=str(url.password), pool_size=1) as pgbouncer:
        address = f"postgresql://anyone@127.0.0.1:{pgbouncer.port}/any"
        clients = [await asyncpg.connect(address, statement_cache_size=0) for _ in range(2)]
        databases = {await client.fetchval("SELECT current_database()") for client in clients}
        servers = {await client.fetchval("SELECT pg_backend_pid()") for client in clients}
        for client in clients:
            await client.close()
    assert databases == {url.database}
    assert len(servers) == 1
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", pgbouncer.port)


async def test_a_developers_own_settings_are_none_of_the_tests_business(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=loud\n")
    run = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-c",
            BACKEND / "pyproject.toml",
            "-k",
            "test_of_a_lower_level",
        ),
        BACKEND / "tests/api/http/test_logging.py",
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": str(BACKEND),
            "DB_POOL_SIZE": "none",
        },
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await run.communicate()
    assert run.returncode == 0, output.decode()


def test_rows_are_built_from_the_models() -> None:
    """No test contains an INSERT for a table of the app: a new column is then a matter of the builders."""
    import_models()
    tables = "|".join(Base.metadata.tables)
    inserted = re.compile(rf"INSERT\s+INTO\s+(?:\w+\.)?({tables})\b\s*\S", re.IGNORECASE)
    found = [
        f"{file.relative_to(BACKEND)}:{node.lineno}: {node.value}"
        for file in (BACKEND / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and inserted.search(node.value)
    ]
    assert found == []
