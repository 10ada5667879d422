"""`zenspa dev`: from nothing to a running API with real servers, by one command.

The app gets a DATABASE_URL and a REDIS_HOST; it does not know who runs the servers.
"""

import asyncio
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import asyncpg
import psutil
from dotenv import dotenv_values
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli import screens
from app.cli.database import explain_database_errors, run_with_database
from app.cli.embedded import EmbeddedPostgres, EmbeddedServer, EmbeddedServerError, EmbeddedValkey, free_port

if TYPE_CHECKING:
    from app.cli.seed import DemoAccount

BACKEND = Path(__file__).resolve().parents[2]
STATE = BACKEND / ".data"
DATABASE = "zenspa"
DEMO_CUSTOMERS = 200
API_STOP_TIMEOUT = 10.0
"""Seconds; the API itself gives its requests five."""
MAX_RESTARTS = 3
"""The number of times within a minute that servers are started again. One that ends more often will not stay."""
_CHECK_INTERVAL = 0.5
_MINUTE = 60.0
_OWNER = "ZENSPA_DEV_PID"  # in the API's environment: which process has to end it
_STOP_SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if sys.platform != "win32" else [])]

console = Console(highlight=False, soft_wrap=True)


class _DevError(Exception):
    """The reason why the command cannot run, in one line."""


class _Stopped(SystemExit):
    """The end by a signal. Not KeyboardInterrupt, which gives CPython another exit status when an import raises it."""


def run_dev() -> int:
    """Run until Ctrl-C, SIGTERM or a closed terminal, leave nothing running, and return the exit status."""
    os.chdir(BACKEND)  # where `.env` is
    for number in _STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGINT:  # nohup stays nohup
            signal.signal(number, _interrupt)
    try:
        with ExitStack() as servers:
            return _run(servers)
    except (_DevError, EmbeddedServerError) as reason:
        Console(stderr=True).print(Text(f"zenspa: {reason}"), soft_wrap=True)
        return 1
    except _Stopped:
        console.print("Đã dừng tất cả · Everything has stopped")
        return 0


def _run(servers: ExitStack) -> int:
    values = _configured_values()
    if values.get("ENVIRONMENT") == "production":
        raise _DevError(
            "ENVIRONMENT=production needs `zenspa serve`. This command is for development: it reloads code,"
            " starts its own servers and adds demo data"
        )
    missing = [name for name in ("DATABASE_URL", "REDIS_HOST") if name not in values]
    postgres = _start_postgres(servers) if "DATABASE_URL" in missing else None
    valkey = _start_valkey(servers) if "REDIS_HOST" in missing else None
    if "SECRET_KEY" not in values:
        os.environ["SECRET_KEY"] = _secret_key()
    if postgres is not None and "SEPAY_WEBHOOK_KEY" not in values:
        os.environ["SEPAY_WEBHOOK_KEY"] = (
            "whsec_demo"  # transfers to the demo spa are noticed by hand (docs/till.md)
        )

    from app.core.config import settings  # reads what was set above

    _end_api(owner_is_dead=True)
    _refuse_taken_port(settings.HOST, settings.PORT)
    _build_screens()  # before the passwords of the accounts, which are shown once
    _migrate()
    accounts = _seed_missing(postgres) if postgres is not None else []
    port = settings.PORT or free_port()
    _print_addresses(settings.HOST, port, postgres)
    if postgres is not None and accounts:
        _print_accounts(accounts, postgres)
    return _serve(settings.HOST, port, [server for server in (postgres, valkey) if server is not None])


def _configured_values() -> Mapping[str, str]:
    """Return what the environment or `.env` sets. Empty means unset, as in the app."""
    from_file = {name: value for name, value in dotenv_values(".env").items() if value}
    return from_file | {name: value for name, value in os.environ.items() if value}


def _start_postgres(servers: ExitStack) -> EmbeddedPostgres:
    # asyncpg has no Unix sockets on Windows.
    postgres = EmbeddedPostgres(STATE / "postgres", tcp_port=free_port() if sys.platform == "win32" else None)
    with _step("PostgreSQL"):
        servers.enter_context(postgres)
        asyncio.run(_create_database(postgres))
    os.environ |= {"DATABASE_URL": postgres.url(DATABASE), "ZENSPA_EMBEDDED": "1"}
    return postgres


async def _create_database(postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(_libpq_url(postgres, "postgres"))
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()


def _libpq_url(postgres: EmbeddedPostgres, database: str) -> str:
    return postgres.url(database).replace("+asyncpg", "", 1)


def _start_valkey(servers: ExitStack) -> EmbeddedValkey | None:
    if not EmbeddedValkey.is_available():
        console.print(
            "[yellow]![/] Máy này không có Redis, chạy không cần Redis · No Redis for this system, running without it"
        )
        return None
    with _step("Valkey (Redis)"):
        valkey = servers.enter_context(EmbeddedValkey(STATE / "valkey", port=free_port()))
    os.environ |= {"REDIS_HOST": valkey.host, "REDIS_PORT": str(valkey.port)}
    return valkey


def _secret_key() -> str:
    """Return a key that is created once and kept, so that cursors and tokens survive a restart."""
    STATE.mkdir(exist_ok=True)
    file = STATE / "secret_key"
    file.touch(mode=0o600)
    if not file.read_text():
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _DevError(
                f"cannot listen on {host}:{port} ({error.strerror}). Choose another port: PORT={port + 1} make run"
            ) from error


def _migrate() -> None:
    from app.cli.migrate import migrate

    with explain_database_errors("the migration"), _step("Cấu trúc dữ liệu · Migrations"):
        migrate()


def _build_screens() -> None:
    """Build the screens unless they are up to date. The API works without them."""
    if not screens.needs_build():
        return
    try:
        with _step("Màn hình · Screens"):
            screens.build()
    except screens.ScreensError as error:
        console.print("[yellow]![/] Chưa có màn hình · The screens are missing:", Text(str(error)))


def _seed_missing(postgres: EmbeddedPostgres) -> "list[DemoAccount]":
    """Add a demo spa and customers at the first start, and demo accounts while there is no user. Return new accounts.

    A database from before ZenSpa had accounts has customers and no user who may see them.
    """
    seeded = STATE / "seeded"
    if not seeded.exists():
        with _step("Spa mẫu · Demo spa"):
            run_with_database("the seeding", _seed_spa)
        customers = DEMO_CUSTOMERS
        task = f"{customers} khách hàng mẫu và tài khoản thử · demo customers and accounts"
    elif not asyncio.run(_has_users(postgres)):
        customers, task = 0, "Tài khoản thử · Demo accounts"
    else:
        return []
    with _step(task):
        accounts = run_with_database("the seeding", lambda: _seed(customers))
    if customers and accounts:
        with _step("Lịch hẹn mẫu · Demo appointments"):
            run_with_database("the seeding", lambda: _seed_visits(accounts[0].email))
        with _step("Hóa đơn mẫu · Demo bills"):
            admin, desk, *_ = accounts
            run_with_database("the seeding", lambda: _seed_till(desk.email, admin.email))
    seeded.touch()
    return accounts


async def _has_users(postgres: EmbeddedPostgres) -> bool:
    """Return whether there is a user. By the driver: importing the application for it would slow down every start."""
    connection = await asyncpg.connect(_libpq_url(postgres, DATABASE))
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM user_account)"))
    finally:
        await connection.close()


async def _seed_spa() -> bool:
    from app.cli.seed import seed_spa

    return await seed_spa()


async def _seed_visits(booked_by: str) -> int:
    from app.cli.seed_visits import seed_visits

    return await seed_visits(booked_by)


async def _seed_till(desk: str, admin: str) -> int:
    from app.cli.seed_till import seed_till

    return await seed_till(desk, admin)


async def _seed(customers: int) -> "list[DemoAccount]":
    from app.cli.seed import seed_accounts, seed_customers

    await seed_customers(customers)
    return await seed_accounts()


def _print_addresses(host: str, port: int, postgres: EmbeddedPostgres | None) -> None:
    address = f"http://{'localhost' if host in {'0.0.0.0', '::'} else host}:{port}"  # noqa: S104 - compared, not bound
    lines = {
        "Quầy lễ tân · Front desk": f"{address}/desk",
        "Kỹ thuật viên · Therapist": f"{address}/me",
        "Cài đặt spa · Set-up": f"{address}/setup",
        "Khách đặt lịch · Booking page": f"{address}/book",
        "API": f"{address}/api/v1",
        "Tài liệu · Docs": f"{address}/docs",
        "Tình trạng hệ thống · Health": f"{address}/api/v1/health/",
    }
    if postgres is not None:
        lines["psql"] = shlex.join([str(postgres.binaries / "psql"), _libpq_url(postgres, DATABASE)])
    console.print("\n[bold]ZenSpa[/]")
    for name, value in lines.items():
        console.print(f"  {name:<29} ", Text(value, style="cyan"), sep="")
    console.print(f"  {'Ctrl-C':<29} dừng tất cả · stops everything\n")


def _print_accounts(accounts: "Sequence[DemoAccount]", postgres: EmbeddedPostgres) -> None:
    table = Table("Tài khoản thử · Demo account", "Mật khẩu · Password", "Vai trò · Role")
    for account in accounts:
        table.add_row(account.email, Text(account.password, style="cyan"), account.role)
    console.print(table)
    zenspa = str(Path(sys.executable).with_name("zenspa"))
    reset = shlex.join([zenspa, "user", "reset-password", accounts[0].email])
    database = shlex.quote(_libpq_url(postgres, DATABASE))
    console.print("  Chỉ hiện lần này · Shown only now. Đặt lại · To reset it:")
    console.print(Text(f"  DATABASE_URL={database} {reset}\n", style="cyan"))


def _serve(host: str, port: int, servers: Sequence[EmbeddedServer]) -> int:
    restarts: deque[float] = deque(maxlen=MAX_RESTARTS)
    api = _start_api(host, port)
    try:
        while (status := api.poll()) is None:
            for server in servers:
                if (ended := server.exit_status) is not None:
                    _announce_end(server.name, f"status {ended}", f"Its log: {server.log}", restarts)
                    with _step(f"{server.name}: khởi động lại · started again"):
                        server.restart()
            if _worker_was_killed(api):
                _announce_end("API", "killed", "Its last lines are above.", restarts)
                _stop_api(api)
                api = _start_api(host, port)
            time.sleep(_CHECK_INTERVAL)
        return abs(status)
    finally:
        _stop_api(api)


def _start_api(host: str, port: int) -> "subprocess.Popen[bytes]":
    from app.cli.serve import BOUNDED_HTTP

    return subprocess.Popen(  # noqa: S603 - our own server
        [
            *(sys.executable, "-m", "uvicorn", "app.main:app", "--host", host, "--port", str(port)),
            *("--reload", "--reload-dir", "app", "--timeout-graceful-shutdown", "5"),
            *("--http", BOUNDED_HTTP, "--no-access-log", "--no-server-header"),
        ],
        env={**os.environ, _OWNER: str(os.getpid())},
    )


def _stop_api(api: "subprocess.Popen[bytes]") -> None:
    api.terminate()
    with suppress(subprocess.TimeoutExpired):
        api.wait(API_STOP_TIMEOUT)
    _end_api(owner_is_dead=False)
    api.wait()


def _worker_was_killed(api: "subprocess.Popen[bytes]") -> bool:
    """Return whether the process that answers requests has been killed. `uvicorn --reload` waits for a change of the code
    then, with the listening socket open, so every request hangs."""
    with suppress(psutil.Error):
        children = psutil.Process(api.pid).children()
        return any(child.status() == psutil.STATUS_ZOMBIE for child in children)
    return False


def _announce_end(name: str, how: str, hint: str, restarts: deque[float]) -> None:
    """Say that a server has ended, such as by the kernel when memory was short.

    Args:
        hint: Where to find the reason.
        restarts: The times of the last restarts of all servers.

    Raises:
        _DevError: Servers have ended too often.
    """
    now = time.monotonic()
    if len(restarts) == MAX_RESTARTS and now - restarts[0] < _MINUTE:
        raise _DevError(f"{name} has ended again and again ({how}). {hint}")
    restarts.append(now)
    console.print(f"[yellow]![/] {name} đã dừng đột ngột · {name} has ended ({how})")


def _end_api(*, owner_is_dead: bool) -> None:
    """Kill what is left of our API, or of the API of a `zenspa dev` that was killed."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it ended meanwhile, or is another user's
            owner = int(process.environ().get(_OWNER, "0"))
            belongs_to_us = owner != 0 and process.cwd() == str(BACKEND)
            if belongs_to_us and (not psutil.pid_exists(owner) if owner_is_dead else owner == os.getpid()):
                process.kill()
                process.wait()


def _interrupt(_signum: int, _frame: FrameType | None) -> NoReturn:
    for number in _STOP_SIGNALS:  # a second Ctrl-C must not interrupt the stop, which has its own time limits
        signal.signal(number, signal.SIG_IGN)
    raise _Stopped


@contextmanager
def _step(task: str) -> Iterator[None]:
    started = time.perf_counter()
    with console.status(f"{task} …"):
        yield
    console.print(f"[green]✓[/] {task} [dim]{time.perf_counter() - started:.1f} s[/]")
