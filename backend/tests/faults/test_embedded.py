"""The embedded servers: data survives every way of stopping, and no process outlives its owner."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from redis import Redis

from app.cli.embedded import EmbeddedPostgres, EmbeddedServer, EmbeddedServerError, EmbeddedValkey, free_port
from app.cli.system_user import RunAs
from tests.support import eventually
from tests.support.run_cleanup import folder_for_servers, processes_under

BACKEND = Path(__file__).resolve().parents[2]
FAST = {"fsync": "off"}


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_for_servers() as folder:
        yield folder


@pytest.fixture
def postgres(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder / "postgres", settings=FAST)


@pytest.fixture
def valkey(folder: Path) -> EmbeddedValkey:
    return EmbeddedValkey(folder / "valkey", port=free_port())


async def sql(postgres: EmbeddedPostgres, statement: str) -> object:
    connection = await asyncpg.connect(postgres.url("postgres").replace("+asyncpg", ""))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


class TestPostgres:
    @pytest.mark.parametrize("ending", ["stop", "kill"])
    async def test_committed_data_is_there_after_the_next_start(
        self, postgres: EmbeddedPostgres, ending: str
    ) -> None:
        with postgres:
            await sql(postgres, "CREATE TABLE guest AS SELECT 'Lan' AS name")
            getattr(postgres, ending)()
            postgres.start()
            assert await sql(postgres, "SELECT name FROM guest") == "Lan"

    @pytest.mark.parametrize("ending", ["stop", "kill"])
    def test_no_process_is_left(self, postgres: EmbeddedPostgres, folder: Path, ending: str) -> None:
        with postgres:
            assert len(processes_under(folder)) > 1
            getattr(postgres, ending)()
            assert processes_under(folder) == []

    async def test_kill_also_ends_a_session_too_busy_to_notice(
        self, postgres: EmbeddedPostgres, folder: Path
    ) -> None:
        async def is_busy() -> bool:
            busy = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO %')"
            return bool(await sql(postgres, busy))

        with postgres:
            endless = asyncio.create_task(sql(postgres, "DO 'BEGIN LOOP END LOOP; END'"))
            await eventually(is_busy)
            postgres.kill()
            assert processes_under(folder) == []
            with pytest.raises((asyncpg.PostgresError, OSError)):
                await endless

    def test_stop_ends_it_in_order(self, postgres: EmbeddedPostgres, folder: Path) -> None:
        with postgres:
            pass
        assert "database system is shut down" in (folder / "postgres" / "server.log").read_text()

    async def test_no_port_is_open_unless_asked_for(self, postgres: EmbeddedPostgres) -> None:
        with postgres:
            assert await sql(postgres, "SHOW listen_addresses") == ""

    async def test_a_port_asks_for_the_password(self, folder: Path) -> None:
        with EmbeddedPostgres(folder / "postgres", tcp_port=free_port(), settings=FAST) as postgres:
            assert await sql(postgres, "SELECT 1") == 1
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(
                    host=postgres.host, port=postgres.port, user=postgres.user, password="guess", ssl=False
                )

    async def test_text_behaves_the_same_on_every_machine(self, postgres: EmbeddedPostgres) -> None:
        with postgres:
            assert await sql(postgres, "SHOW server_encoding") == "UTF8"
            assert await sql(postgres, "SHOW timezone") == "UTC"
            assert await sql(postgres, "SELECT lower('ĐẶNG')") == "đặng"
            assert await sql(postgres, "SELECT 'Z' < 'a'") is True
            await sql(postgres, "CREATE EXTENSION pg_trgm")
            assert len(await sql(postgres, "SELECT show_trgm('Đặ')")) == 3  # type: ignore[arg-type]  # an array

    async def test_a_path_too_long_for_a_socket_is_no_obstacle(self, folder: Path) -> None:
        postgres = EmbeddedPostgres(folder / ("x" * 120) / "postgres", settings=FAST)
        with postgres:
            assert await sql(postgres, "SELECT 1") == 1
        assert not postgres.socket_dir.exists()

    async def test_a_creation_cut_short_is_begun_again(
        self, postgres: EmbeddedPostgres, folder: Path
    ) -> None:
        half = folder / "postgres" / "cluster.unfinished"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")
        with postgres:
            assert await sql(postgres, "SELECT 1") == 1

    async def test_a_stale_pid_file_that_names_a_living_stranger_is_no_obstacle(
        self, postgres: EmbeddedPostgres, folder: Path
    ) -> None:
        with postgres:
            postgres.kill()
            pid_file = folder / "postgres" / "cluster" / "postmaster.pid"
            _, *rest = pid_file.read_text().splitlines(keepends=True)
            with other_process(run_as=postgres._run_as) as stranger:
                pid_file.write_text("".join([f"{stranger.pid}\n", *rest]))
                postgres.start()
                assert await sql(postgres, "SELECT 1") == 1
                assert stranger.poll() is None

    def test_a_failed_start_shows_the_log_and_leaves_the_folder_free(self, folder: Path) -> None:
        broken = EmbeddedPostgres(folder / "postgres", settings=FAST | {"shared_buffers": "plenty"})
        with pytest.raises(
            EmbeddedServerError, match='invalid value for parameter "shared_buffers": "plenty"'
        ):
            broken.start()
        with EmbeddedPostgres(folder / "postgres", settings=FAST) as postgres:
            assert postgres.pid is not None

    @pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="about root only")
    def test_root_opens_parent_folders_no_further_than_needed(self, folder: Path) -> None:
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        with EmbeddedPostgres(closed / "postgres", settings=FAST):
            assert stat.S_IMODE(closed.stat().st_mode) == 0o701
            assert stat.S_IMODE((closed / "postgres").stat().st_mode) == 0o700


class TestValkey:
    def test_data_is_there_after_a_restart(self, valkey: EmbeddedValkey) -> None:
        with valkey:
            with Redis(valkey.host, valkey.port) as redis:
                redis.set("guest", "Lan")
            valkey.stop()
            valkey.start()
            with Redis(valkey.host, valkey.port) as redis:
                assert redis.get("guest") == b"Lan"

    @pytest.mark.parametrize("ending", ["stop", "kill"])
    def test_no_process_is_left(self, valkey: EmbeddedValkey, folder: Path, ending: str) -> None:
        with valkey:
            assert len(processes_under(folder)) == 1
            getattr(valkey, ending)()
            assert processes_under(folder) == []


class TestBoth:
    @pytest.mark.parametrize("kind", ["EmbeddedPostgres", "EmbeddedValkey"])
    def test_a_taken_port_is_an_error_that_says_so(self, folder: Path, kind: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            server: EmbeddedPostgres | EmbeddedValkey = (
                EmbeddedPostgres(folder, tcp_port=port, settings=FAST)
                if kind == "EmbeddedPostgres"
                else EmbeddedValkey(folder, port=port)
            )
            with pytest.raises(EmbeddedServerError, match="Address already in use"):
                server.start()
        assert processes_under(folder) == []

    def test_a_folder_in_use_is_refused_and_its_server_left_alone(
        self, valkey: EmbeddedValkey, folder: Path
    ) -> None:
        with valkey:
            with pytest.raises(EmbeddedServerError, match="in use by another running process"):
                EmbeddedValkey(folder / "valkey", port=free_port()).start()
            with Redis(valkey.host, valkey.port) as redis:
                assert redis.ping() is True

    @pytest.mark.parametrize("kind", ["postgres", "valkey"])
    async def test_a_killed_server_has_an_exit_status_and_can_be_started_again(
        self, request: pytest.FixtureRequest, kind: str
    ) -> None:
        server: EmbeddedServer = request.getfixturevalue(kind)
        with server:
            before, killed = server.exit_status, server.pid or 0
            os.kill(killed, signal.SIGKILL)
            await eventually(partial(has_ended, server))
            assert (before, server.exit_status) == (None, -signal.SIGKILL)
            server.restart()
            assert (server.exit_status, server.pid != killed) == (None, True)

    async def test_what_a_killed_owner_left_running_is_replaced(
        self, postgres: EmbeddedPostgres, valkey: EmbeddedValkey, folder: Path
    ) -> None:
        start_both_and_die(folder, valkey.port)
        left = processes_under(folder)
        assert {process.name() for process in left} == {"postgres", "valkey-server"}
        with postgres, valkey:
            assert not any(process.is_running() for process in left)
            assert await sql(postgres, "SELECT name FROM guest") == "Lan"
            with Redis(valkey.host, valkey.port) as redis:
                assert redis.ping() is True

    def test_a_stranger_that_works_in_the_folder_is_left_alone(
        self, valkey: EmbeddedValkey, folder: Path
    ) -> None:
        (folder / "valkey").mkdir()
        with other_process(cwd=folder / "valkey") as stranger:
            with valkey:
                valkey.kill()
            assert stranger.poll() is None


async def has_ended(server: EmbeddedServer) -> bool:
    return server.exit_status is not None


@contextmanager
def other_process(cwd: Path | None = None, run_as: RunAs | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that the embedded servers did not start."""
    with subprocess.Popen(["sleep", "60"], cwd=cwd, **(run_as or {})) as process:
        try:
            yield process
        finally:
            process.kill()


def start_both_and_die(folder: Path, valkey_port: int) -> None:
    """Start both servers in a process that then gets SIGKILL, which no handler sees."""
    program = f"""
import asyncio, os, signal
from pathlib import Path
from app.cli.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.faults.test_embedded import sql

postgres = EmbeddedPostgres(Path({str(folder)!r}) / "postgres", settings={FAST})
postgres.start()
EmbeddedValkey(Path({str(folder)!r}) / "valkey", port={valkey_port}).start()
asyncio.run(sql(postgres, "CREATE TABLE guest AS SELECT 'Lan' AS name"))
os.kill(os.getpid(), signal.SIGKILL)
"""
    died = subprocess.run([sys.executable, "-c", program], cwd=BACKEND, check=False, timeout=60)
    assert died.returncode == -9
