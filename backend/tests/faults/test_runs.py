"""A test run leaves no process and no folder behind, however it ends."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support import SOON, eventually
from tests.support.run_cleanup import folder_for_servers, programs_under

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


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_a_run_that_is_ended_leaves_nothing_behind(ended_by: signal.Signals) -> None:
    with folder_for_servers() as folder:
        run = await run_tests(folder, HANGING)

        async def test_is_running() -> bool:
            assert run.returncode is None
            return any("uvicorn" in program for program in programs_under(folder))

        await eventually(test_is_running)
        if ended_by is signal.SIGINT:
            os.killpg(run.pid, ended_by)
        else:
            run.send_signal(ended_by)
        async with asyncio.timeout(SOON):
            await run.wait()
        if ended_by is signal.SIGKILL:
            assert programs_under(folder)
            next_run = await run_tests(folder, "--collect-only", HANGING)
            async with asyncio.timeout(SOON):
                assert await next_run.wait() == 0
        assert programs_under(folder) == []
        assert list(folder.iterdir()) == []
