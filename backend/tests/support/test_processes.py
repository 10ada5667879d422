"""Server processes of the tests start, answer and end as their classes say, and see no settings of a developer."""

import ast
import asyncio
import os
import signal
import sys
from pathlib import Path

import asyncpg
import httpx2
import pytest
from sqlalchemy import make_url

from tests.support import SOON, DidNotStartError
from tests.support.app_process import AppProcess
from tests.support.pgbouncer import PgBouncer, pgbouncer_available

BACKEND = Path(__file__).resolve().parents[2]
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
    async def test_runs_with_the_given_environment_and_nothing_of_the_developer(
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

    async def test_returns_the_exit_status(self, tiny_app: list[str]) -> None:
        async with AppProcess({}, command=tiny_app) as app:
            app.kill()
            assert await app.wait(SOON) == -signal.SIGKILL

    async def test_its_child_processes_are_killed_with_it(self, tiny_app: list[str]) -> None:
        children: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        server = await asyncio.start_server(lambda *child: children.put_nowait(child), "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        child = f"import socket; socket.create_connection({address}).recv(1)"
        async with server, asyncio.timeout(SOON):
            async with AppProcess({"CHILD": child}, command=tiny_app):
                reader, writer = await children.get()
            assert await reader.read() == b""
            writer.close()

    async def test_an_app_that_does_not_answer_in_time_is_killed(self) -> None:
        app = AppProcess({}, command=[sys.executable, "-c", "import time; time.sleep(600)"])
        app.start_timeout = 0.1
        with pytest.raises(DidNotStartError, match=r"no answer in 0\.1 s") as failure:
            await app.__aenter__()
        assert failure.value.exit_status is None
        assert await app.wait(SOON) == -signal.SIGKILL

    async def test_an_app_that_does_not_start_is_an_error_with_its_output(self) -> None:
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


async def test_the_settings_of_a_developer_do_not_reach_the_tests(tmp_path: Path) -> None:
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
