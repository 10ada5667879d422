"""What servers leave running, found by the folder they work in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    """A temporary folder; at the end, whatever still runs in it is killed.

    Not pytest's own: that is closed to the user that runs root's servers.
    """
    with tempfile.TemporaryDirectory(prefix="zenspa-test-") as name:
        folder = Path(name).resolve()
        try:
            yield folder
        finally:
            left = processes_under(folder)
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(left, timeout=5)


def processes_under(folder: Path) -> list[psutil.Process]:
    """The living processes whose working directory is `folder` or in it."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process)
    return found
