"""`zenspa dev`: one command starts everything, and no process is left, however it ends."""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.conftest import create_database, database_url
from tests.support import SOON, eventually
from tests.support.app_process import AppProcess
from tests.support.run_cleanup import folder_for_servers, processes_under

BACKEND = Path(__file__).resolve().parents[2]
DEV = (sys.executable, "-m", "app.cli.main", "dev")


@pytest.fixture
def backend() -> Iterator[Path]:
    """A copy of the project, so that the `.env` and `.data` of a developer stay as they are."""
    with folder_for_servers() as folder:
        for part in ("app", "migrations"):
            shutil.copytree(BACKEND / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        yield folder


def dev(backend: Path, **variables: str) -> AppProcess:
    process = AppProcess(
        {"PYTHONPATH": str(backend), "HOST": "127.0.0.1", "SECRET_KEY": ""} | variables,
        command=["env", "PORT={port}", *DEV],
    )
    process.start_timeout = 2 * SOON  # several servers start
    return process


def refused_dev(backend: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(backend), "HOST": "127.0.0.1"}
    return subprocess.run(
        DEV,
        cwd="/",
        env=environment | variables,
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=SOON,
    )


async def get(process: AppProcess, path: str, **headers: str) -> httpx2.Response:
    async with process.http() as http:
        return await http.get(path, headers=headers)


async def sign_in(process: AppProcess, email: str, password: str) -> httpx2.Response:
    async with process.http() as http:
        return await http.post("/api/v1/auth/sign-in", json={"login": email, "password": password})


def downgrade(backend: Path, revision: str) -> None:
    """Downgrade the schema of the running embedded database."""
    script = (
        "from alembic import command; from app.cli.migrate import configuration; "
        f"command.downgrade(configuration(), '{revision}')"
    )
    environment = {
        "PYTHONPATH": str(backend),
        "DATABASE_URL": f"postgresql://postgres@/zenspa?host={backend}/.data/postgres",
    }
    subprocess.run([sys.executable, "-c", script], cwd=backend, env=environment, check=True)


def run_in_shell(command: str, backend: Path) -> str:
    """Return the output of a command in a new shell; `zenspa` finds its code in the copy."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(backend)}
    return subprocess.check_output(["sh", "-c", command], cwd="/", env=environment, encoding="utf-8")


def demo_accounts(shown: str) -> dict[str, str]:
    """Parse the printed passwords, by email."""
    return dict(re.findall(r"(\w+@example\.com) +│ +(\S+)", shown))


async def test_a_second_run_goes_on_where_the_first_stopped(backend: Path) -> None:
    async with dev(backend) as first:
        assert (await get(first, "/api/v1/health/redis")).json()["connected"] is True
        accounts = demo_accounts(first.output())
        assert set(accounts) == {f"{name}@example.com" for name in ("admin", "letan", "kythuatvien", "khach")}
        signed_in = await sign_in(first, "letan@example.com", accounts["letan@example.com"])
        token = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
        page = (await get(first, "/api/v1/customers?limit=3", **token)).json()
        assert len(page["items"]) == 3
        first.terminate()
        assert await first.wait(SOON) == 0
        assert "Application shutdown complete" in first.output()
    assert processes_under(backend) == []
    async with dev(backend) as second:
        assert (await get(second, "/api/v1/customers?limit=3", **token)).json()["items"] == page["items"]
        cursor = page["next_cursor"]
        assert (await get(second, f"/api/v1/customers?limit=3&cursor={cursor}", **token)).status_code == 200
        assert demo_accounts(second.output()) == {}
    assert stat.S_IMODE((backend / ".data" / "secret_key").stat().st_mode) == 0o600


async def test_a_database_from_before_accounts_gets_them_once(backend: Path) -> None:
    async with dev(backend) as first:
        downgrade(backend, "0001")
        first.terminate()
        await first.wait(SOON)
    async with dev(backend) as second:
        accounts = demo_accounts(second.output())
        assert (await sign_in(second, "letan@example.com", accounts["letan@example.com"])).status_code == 200
        second.terminate()
        await second.wait(SOON)
    async with dev(backend) as third:
        assert demo_accounts(third.output()) == {}


async def test_the_shown_command_sets_another_password(backend: Path) -> None:
    async with dev(backend) as process:
        [command] = re.findall(
            r"^ *(DATABASE_URL=.* user reset-password .*)$", process.output(), re.MULTILINE
        )
        output = run_in_shell(command, backend)
        email, password = output.split()[0], output.split()[-1]
        assert (await sign_in(process, email, password)).status_code == 200


async def test_a_start_shows_the_addresses(backend: Path) -> None:
    async with dev(backend) as process:
        shown = process.output()
    assert f"{process.base_url}/docs" in shown
    assert f"psql 'postgresql://postgres@/zenspa?host={backend}" in shown


async def test_what_a_killed_run_left_running_is_replaced(backend: Path) -> None:
    async with dev(backend) as killed:
        os.kill(killed.pid, 9)
        assert await killed.wait(SOON) == -9
        left = processes_under(backend)
        assert {"postgres", "valkey-server"} < {process.name() for process in left}
        assert any("uvicorn" in process.cmdline() for process in left)
        async with dev(backend):
            assert psutil.wait_procs(left, timeout=SOON)[1] == []


async def test_the_end_of_the_api_ends_all_of_it(backend: Path) -> None:
    async with dev(backend) as process:
        [api] = [child for child in psutil.Process(process.pid).children() if "uvicorn" in child.cmdline()]
        api.kill()  # its child, the reloaded worker, outlives it
        assert await process.wait(SOON) == 9
        assert processes_under(backend) == []


async def test_an_api_that_is_killed_is_announced_and_started_again(backend: Path) -> None:
    async with dev(backend) as process:
        [api] = [child for child in psutil.Process(process.pid).children() if "uvicorn" in child.cmdline()]
        [worker] = [child for child in api.children() if "--multiprocessing-fork" in child.cmdline()]
        worker.kill()

        async def is_announced() -> bool:
            return "API has ended (killed)" in process.output()

        async def is_well() -> bool:
            try:
                return (await get(process, "/api/v1/health/live")).status_code == 200
            except httpx2.TransportError:
                return False

        await eventually(is_announced)
        await eventually(is_well)
        process.terminate()
        assert await process.wait(SOON) == 0
    assert processes_under(backend) == []


@pytest.mark.parametrize(("name", "path"), [("postgres", "db"), ("valkey-server", "redis")])
async def test_a_server_that_is_killed_is_announced_and_started_again(
    backend: Path, name: str, path: str
) -> None:
    async with dev(backend) as process:

        async def is_well() -> bool:
            return (await get(process, f"/api/v1/health/{path}")).status_code == 200

        for times in (1, 2):
            server = server_of(process, name)
            server.kill()
            await eventually(partial(is_gone, server))
            await eventually(is_well)
            assert process.output().count("has ended (status -9)") == times
        process.terminate()
        assert await process.wait(SOON) == 0
    assert processes_under(backend) == []


async def test_a_server_that_ends_again_and_again_stops_all_of_it_with_one_line(backend: Path) -> None:
    async with dev(backend) as process:
        for times in (1, 2, 3):
            server_of(process, "valkey-server").kill()
            await eventually(partial(has_started_again, process, times))
        server_of(process, "valkey-server").kill()
        assert await process.wait(SOON) == 1
        [line] = [line for line in process.output().splitlines() if line.startswith("zenspa: ")]
    assert line.startswith("zenspa: Valkey has ended again and again (status -9). Its log: ")
    assert processes_under(backend) == []


async def test_a_server_that_cannot_start_again_stops_all_of_it(backend: Path) -> None:
    async with dev(backend) as process:
        shutil.rmtree(backend / ".data" / "postgres" / "cluster" / "global")
        server_of(process, "postgres").kill()
        assert await process.wait(SOON) == 1
        assert "zenspa: PostgreSQL did not start:" in process.output()
    assert processes_under(backend) == []


def server_of(process: AppProcess, name: str) -> psutil.Process:
    """Return the running server that `zenspa dev` has started."""
    [server] = [child for child in psutil.Process(process.pid).children() if child.name() == name]
    return server


async def is_gone(server: psutil.Process) -> bool:
    """Return whether the process has ended and its parent has taken notice."""
    return not psutil.pid_exists(server.pid)


async def has_started_again(process: AppProcess, times: int) -> bool:
    return process.output().count("started again") == times


async def test_configured_servers_are_used_and_none_is_started(backend: Path) -> None:
    database = f"dev_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    await create_database(database, template="template0")
    redis = {name: os.environ[name] for name in ("REDIS_HOST", "REDIS_PORT")}
    async with dev(backend, DATABASE_URL=database_url(database), **redis) as process:
        assert (await get(process, "/api/v1/health/ready")).status_code == 200
        assert demo_accounts(process.output()) == {}
    assert not (backend / ".data" / "postgres").exists()
    assert not (backend / ".data" / "valkey").exists()


def test_a_taken_port_is_one_clear_line(backend: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        refused = refused_dev(backend, PORT=str(port))
    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert line.startswith(f"zenspa: cannot listen on 127.0.0.1:{port}")
    assert f"PORT={port + 1}" in line
    assert processes_under(backend) == []


@pytest.mark.parametrize(
    "variables", [{}, {"DATABASE_URL": "postgresql://localhost/zenspa", "REDIS_HOST": "localhost"}]
)
def test_production_is_not_served_for_development(backend: Path, variables: dict[str, str]) -> None:
    refused = refused_dev(backend, ENVIRONMENT="production", **variables)
    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert "zenspa serve" in line
    assert not (backend / ".data").exists()
