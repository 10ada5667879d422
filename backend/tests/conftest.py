"""Real servers for the tests: one PostgreSQL and one Valkey for the run, a database of each for every worker.

The controller starts the servers and migrates a template; a worker clones it. All of it happens before `app`
is imported, because `app` reads its settings then.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import ExitStack, chdir
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from hypothesis import settings as hypothesis_settings

from app.cli.embedded import EmbeddedPostgres, EmbeddedValkey, free_port
from tests.support.examples import DEEP, USUAL
from tests.support.run_cleanup import run_folder

_BACKEND = Path(__file__).parents[1]
_TEMPLATE = "zenspa_template"
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "500"}
_STOP_SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if sys.platform != "win32" else [])]
_servers = ExitStack()
_error_codes: dict[str, set[Any]] = {"met": set(), "listed": set()}
"""The codes of this process, or in the controller those of all workers."""

# No deadline: speed is the benchmark's business, and CI machines stumble.
hypothesis_settings.register_profile("usual", deadline=None, max_examples=USUAL)
hypothesis_settings.register_profile("deep", deadline=None, max_examples=DEEP, print_blob=True)
hypothesis_settings.load_profile("usual")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _start_servers()
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        _claim_database(os.environ.get("PYTEST_XDIST_WORKER", "gw0"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Compare the error codes that were met with those of the document; a worker hands them to the controller."""
    from tests.support import error_codes

    config = session.config
    if error_codes.met:
        _error_codes["met"] |= error_codes.met
        _error_codes["listed"] |= error_codes.listed_codes()
    if hasattr(config, "workeroutput"):
        config.workeroutput["error_codes"] = {
            name: [*map(tuple, codes)] for name, codes in _error_codes.items()
        }
    elif error_codes.unlisted(**_error_codes):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_testnodedown(node: Any) -> None:
    from tests.support.error_codes import ErrorCode

    for name, codes in getattr(node, "workeroutput", {}).get("error_codes", {}).items():
        _error_codes[name] |= {ErrorCode(*code) for code in codes}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    from tests.support.error_codes import never_met, unlisted

    if codes := unlisted(**_error_codes):
        terminalreporter.section("error codes that the OpenAPI document does not list", red=True)
        terminalreporter.write_line("\n".join(map(str, codes)))
    is_full_run = not (config.option.file_or_dir or config.option.keyword or config.option.markexpr)
    if is_full_run and (codes := never_met(**_error_codes)):
        terminalreporter.section("error codes of the OpenAPI document that no test has met")
        terminalreporter.write_line("\n".join(map(str, codes)))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        for number in _STOP_SIGNALS:  # a second Ctrl-C must not stop the stopping
            signal.signal(number, signal.SIG_IGN)
    _servers.close()


def _start_servers() -> None:
    # The tests ignore the settings of a developer. An import of the settings would already read them.
    config = (_BACKEND / "app/core/config.py").read_text(encoding="utf-8")
    for name in re.findall(r"^    ([A-Z][A-Z0-9_]+):", config, re.MULTILINE):
        os.environ.pop(name, None)
    for number in _STOP_SIGNALS:  # a run that a signal ends stops its servers too
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, signal.default_int_handler)
    folder = _servers.enter_context(run_folder())
    postgres = _servers.enter_context(
        EmbeddedPostgres(folder / "postgres", tcp_port=free_port(), settings=_FAST)
    )
    valkey = _servers.enter_context(EmbeddedValkey(folder / "valkey", port=free_port()))
    os.environ |= {
        "ZENSPA_TEST_DATABASE": postgres.url("{}"),
        "REDIS_HOST": valkey.host,
        "REDIS_PORT": str(valkey.port),
        "SECRET_KEY": "a key for tests only, as long as production's",
        "SMTP_HOST": "",  # wins over the .env of a developer: no test may send mail
        "JOB_INTERVAL_SECONDS": "0",  # no job in the middle of a test: tests of a job call it
        "RATE_LIMIT_PER_MINUTE": "1000000",  # counted as in production and never reached: all tests share an address
        # Seconds. Tests of a limit set it themselves; for the others the machine may be slow (see long_timeouts.py).
        "DB_LOCK_TIMEOUT": "60",
        "DB_STATEMENT_TIMEOUT": "60",
        "DB_POOL_TIMEOUT": "600",  # longer than any test waits, so that the limit of the request comes first
        "PYTHONPATH": str(_BACKEND),  # for processes in other folders
    }
    asyncio.run(create_database(_TEMPLATE, template="template0"))
    # In a process of its own: this one must not read its settings before it has a database of its own.
    migrate = [sys.executable, "-m", "app.cli.main", "migrate"]
    environment = os.environ | {"DATABASE_URL": database_url(_TEMPLATE), "LOG_LEVEL": "WARNING"}
    subprocess.run(migrate, cwd=folder, env=environment, check=True)


def _claim_database(worker: str) -> None:
    name = f"zenspa_{worker}"
    asyncio.run(create_database(name, template=_TEMPLATE))
    os.environ["DATABASE_URL"] = database_url(name)
    os.environ["REDIS_DB"] = worker.removeprefix("gw")
    folder = tempfile.mkdtemp(prefix="worker-")  # goes with the run's folder
    _servers.enter_context(chdir(folder))  # where no `.env` lies


def database_url(name: str) -> str:
    from urllib.parse import unquote

    return unquote(os.environ["ZENSPA_TEST_DATABASE"]).format(name)


async def create_database(name: str, *, template: str) -> None:
    connection = await asyncpg.connect(database_url("postgres").replace("+asyncpg", ""))
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {template}')
    await connection.close()


async def drop_database(name: str) -> None:
    connection = await asyncpg.connect(database_url("postgres").replace("+asyncpg", ""))
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture(scope="session", autouse=True)
def full_cost_hasher() -> object:
    """Return the hasher of the app, replaced by one of the lowest cost. Tests of the hasher put it back."""
    from tests.support.cheap_hashes import use_cheap_hashes

    return use_cheap_hashes()


@pytest.fixture(scope="session")
async def running_app() -> AsyncGenerator[object]:
    """The app, started and stopped once for all tests of a worker."""
    from app.main import app, lifespan
    from tests.support.database import close_worker_connection
    from tests.support.error_codes import RecordingApp, met
    from tests.support.long_timeouts import use_long_timeouts

    use_long_timeouts()
    async with lifespan(app):
        yield RecordingApp(app, met)
    await close_worker_connection()


@pytest.fixture
async def stranger(
    running_app: object, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of the app in this process, not signed in, with an empty database and an empty Redis."""
    from app.modules.board import stream
    from tests.support.database import empty_database
    from tests.support.stores import empty_redis

    await empty_database()
    await empty_redis()
    monkeypatch.setattr(stream, "MAX_STREAM_SECONDS", 0)  # in one process an answer is read when it has ended
    transport = httpx2.ASGITransport(app=running_app)  # type: ignore[arg-type]  # an ASGI app; its type is imported late
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
        yield http


@pytest.fixture
async def client(stranger: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """A client like `stranger`, signed in as an administrator."""
    from app.modules.identity.roles import Role
    from tests.builders.people import signed_in

    stranger.headers |= await signed_in(Role.ADMIN)
    return stranger
