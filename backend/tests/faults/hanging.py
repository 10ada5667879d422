"""A test that never ends, with an app that it has started; test_runs.py ends the run."""

import asyncio

from tests.support.app_process import AppProcess
from tests.support.http import stores


async def test_hangs() -> None:
    async with AppProcess(stores()):
        await asyncio.Event().wait()
