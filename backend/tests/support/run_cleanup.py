"""The processes and files of a test run, found and removed by the folder of the run.

Every run has one folder, which is the temporary folder (TMPDIR) of all its processes. A process belongs to the run when
its working directory is in that folder or TMPDIR names it: PostgreSQL overwrites its environment, and an app may work
elsewhere.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

if sys.platform != "win32":
    import fcntl

_PREFIX = "zenspa-tests-"
_END_TIMEOUT = 5.0
"""Seconds to wait for killed processes."""
_ROUNDS = 5
"""The number of attempts to kill all processes: one may start another while it is killed."""


@contextmanager
def run_folder() -> Iterator[Path]:
    """Make the folder of a run; at the end kill the processes of the run and remove the folder.

    A second process does the same when this one ends in any other way, such as by SIGKILL: it waits for the end of a pipe.
    If both are killed, the next run does it. A run holds a lock on the file beside its folder, and the kernel releases the
    lock when the run ends.
    """
    _remove_abandoned_runs()
    temporary = Path(tempfile.gettempdir()).resolve()
    lock_file = temporary / f"{_PREFIX}{secrets.token_hex(4)}.lock"
    lock = _lock(lock_file)
    folder = lock_file.with_suffix("")
    folder.mkdir(mode=0o711)  # root's servers run as another user
    before = os.environ.get("TMPDIR")
    janitor = _start_janitor(lock_file)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = None
        os.environ.pop("TMPDIR")
        os.environ |= {} if before is None else {"TMPDIR": before}
        _remove_run(lock_file)
        os.close(lock)
        janitor.communicate()


def _start_janitor(lock_file: Path) -> subprocess.Popen[bytes]:
    """Start the process that removes the run when this process is gone. It is not of the run, nor of its terminal."""
    return subprocess.Popen(
        [sys.executable, "-m", __spec__.name, str(lock_file)],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    """Make a temporary folder, and at the end kill the processes in it.

    The folder of pytest would not do: it is closed to the user under which root starts servers.
    """
    with tempfile.TemporaryDirectory(prefix="zenspa-test-") as name:
        folder = Path(name).resolve()
        try:
            yield folder
        finally:
            _kill_all(folder)


def processes_under(folder: Path) -> list[psutil.Process]:
    """Return the processes whose working directory or TMPDIR is in `folder`."""
    return [process for process in psutil.process_iter() if _is_of(process, folder)]


def programs_under(folder: Path) -> list[str]:
    """Return the command lines of `processes_under(folder)`."""
    commands = []
    for process in processes_under(folder):
        with suppress(psutil.NoSuchProcess):
            commands.append(" ".join(process.cmdline()))
    return commands


def _remove_abandoned_runs() -> None:
    if sys.platform == "win32":
        return
    for lock_file in Path(tempfile.gettempdir()).resolve().glob(f"{_PREFIX}*.lock"):
        with suppress(OSError):  # a run that goes on, or another user's
            lock = _lock(lock_file)
            try:
                _remove_run(lock_file)
            finally:
                os.close(lock)


def _remove_run(lock_file: Path) -> None:
    folder = lock_file.with_suffix("")
    _kill_all(folder)
    shutil.rmtree(folder, ignore_errors=True)
    lock_file.unlink(missing_ok=True)


def _kill_all(folder: Path) -> None:
    for _ in range(_ROUNDS):
        if not (processes := processes_under(folder)):
            return
        for process in processes:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(processes, timeout=_END_TIMEOUT)
    print("still running:", *programs_under(folder), sep="\n  ", file=sys.stderr)  # noqa: T201 - there is no log yet


def _is_of(process: psutil.Process, folder: Path) -> bool:
    if process.pid == os.getpid():
        return False
    with suppress(psutil.Error):
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if _is_in(process.cwd(), folder):
            return True
    with suppress(psutil.Error):
        return _is_in(process.environ().get("TMPDIR"), folder)
    return False


def _is_in(path: str | None, folder: Path) -> bool:
    return path is not None and Path(path).is_relative_to(folder)


def _lock(file: Path) -> int:
    """Open and lock a file; raise OSError when another process holds the lock."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    if sys.platform != "win32":
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise
    return lock


if __name__ == "__main__":
    sys.stdin.read()  # ends with the process that started this one
    _remove_run(Path(sys.argv[1]))
