"""A test run leaves no process and no folder behind, however it ends."""

import asyncio
import os
import signal
import sys
from enum import Enum
from pathlib import Path

import psutil
import pytest

from tests.support import SOON, eventually
from tests.support.run_cleanup import folder_for_servers, processes_under, programs_under

BACKEND = Path(__file__).resolve().parents[2]
HANGING = str(Path(__file__).with_name("hanging.py"))


AS_IN_A_TERMINAL = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""A program that runs Python with default signals: a background script ignores SIGINT, and so do its children."""


async def run_tests(folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Start a test run with one worker and its files below `folder`."""
    pytest = ("-m", "pytest", "-q", "-n", "1", "-c", str(BACKEND / "pyproject.toml"), *arguments)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", AS_IN_A_TERMINAL, *pytest),
        cwd=BACKEND,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder)},
        start_new_session=True,  # as a terminal gives it: Ctrl-C reaches the workers as well
    )


class Ending(Enum):
    """A way in which a run ends."""

    CTRL_C = "ctrl-c"
    CTRL_C_TWICE = "ctrl-c twice"
    TERMINATED = "terminated"
    KILLED = "killed"
    WORKER_KILLED = "a worker killed, then the run"
    JANITOR_KILLED = "killed with the process that cleans up"


@pytest.mark.parametrize("ending", Ending, ids=lambda ending: ending.value)
async def test_a_run_that_is_ended_leaves_nothing_behind(ending: Ending) -> None:
    with folder_for_servers() as folder:
        run = await run_tests(folder, HANGING)
        await eventually(lambda: is_testing(run, folder))
        await end(run, folder, ending)
        async with asyncio.timeout(SOON):
            await run.wait()
        if ending is Ending.JANITOR_KILLED:
            assert programs_under(folder)
            next_run = await run_tests(folder, "--collect-only", HANGING)
            async with asyncio.timeout(SOON):
                assert await next_run.wait() == 0
        await eventually(lambda: is_empty(folder))


async def is_testing(run: asyncio.subprocess.Process, folder: Path) -> bool:
    assert run.returncode is None
    return any("uvicorn" in program for program in programs_under(folder))


async def is_empty(folder: Path) -> bool:
    return not left_in(folder)


def left_in(folder: Path) -> list[str]:
    """Return the processes of a run, and its files."""
    return [*programs_under(folder), *map(str, folder.iterdir())]


async def end(run: asyncio.subprocess.Process, folder: Path, ending: Ending) -> None:
    match ending:
        case Ending.CTRL_C:
            os.killpg(run.pid, signal.SIGINT)
        case Ending.CTRL_C_TWICE:
            os.killpg(run.pid, signal.SIGINT)
            os.killpg(run.pid, signal.SIGINT)
        case Ending.TERMINATED:
            run.terminate()
        case Ending.KILLED:
            run.kill()
        case Ending.WORKER_KILLED:
            worker = find_process(folder, "exec(eval(")
            worker.kill()
            psutil.wait_procs([worker], timeout=SOON)
            run.kill()
        case Ending.JANITOR_KILLED:
            find_process(folder, "run_cleanup").kill()
            run.kill()


def find_process(folder: Path, word: str) -> psutil.Process:
    """Return the process of a run whose command contains the word."""
    [found] = [process for process in processes_under(folder) if word in " ".join(process.cmdline())]
    return found
