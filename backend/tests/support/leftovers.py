"""What a run of the tests starts and writes, found by the folder it is in.

Each run has one folder; it is the temporary folder (TMPDIR) of everything the run starts. A process belongs to the run
when it works in that folder or has it as TMPDIR: PostgreSQL overwrites its environment, and an app may work elsewhere.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

if sys.platform != "win32":
    import fcntl

_PREFIX = "zenspa-tests-"
_LOCK = "lock"
_END_TIMEOUT = 5.0
"""Seconds to wait for killed processes."""


@contextmanager
def run_folder() -> Iterator[Path]:
    """Make the folder of a run, and at its end kill the run's processes and remove it.

    Removes first what killed runs have left. A living run holds a lock on a file of its folder, which the kernel
    releases at its death.
    """
    _remove_abandoned_runs()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    folder.chmod(0o711)  # root's servers run as another user
    lock = _lock(folder / f"{_LOCK}.new")
    (folder / f"{_LOCK}.new").replace(folder / _LOCK)  # seen by others once it is held
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        _remove_run(folder)
        os.close(lock)
        tempfile.tempdir = None
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    """Make a temporary folder, and at the end kill what still runs in it.

    Not pytest's own: that is closed to the user that runs root's servers.
    """
    with tempfile.TemporaryDirectory(prefix="zenspa-test-") as name:
        folder = Path(name).resolve()
        try:
            yield folder
        finally:
            _kill_all(folder)


def processes_under(folder: Path) -> list[psutil.Process]:
    """Return the living processes that work in `folder` or have it, or a folder in it, as TMPDIR."""
    return [process for process in psutil.process_iter() if _is_of(process, folder)]


def programs_under(folder: Path) -> list[str]:
    """Return the command lines of these processes."""
    commands = []
    for process in processes_under(folder):
        with suppress(psutil.NoSuchProcess):
            commands.append(" ".join(process.cmdline()))
    return commands


def _remove_abandoned_runs() -> None:
    if sys.platform == "win32":
        return
    for lock_file in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):  # another user's, a living run's, or another run removes it now
            lock = _lock(lock_file)
            try:
                _remove_run(lock_file.parent.resolve())
            finally:
                os.close(lock)


def _remove_run(folder: Path) -> None:
    _kill_all(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _kill_all(folder: Path) -> None:
    while processes := processes_under(folder):
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=_END_TIMEOUT)


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
