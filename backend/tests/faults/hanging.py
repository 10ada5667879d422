"""A run for test_runs.py to end: its only test has started an app and never comes to its end."""

import asyncio

from tests.support.app_process import AppProcess
from tests.support.http import stores


async def test_hangs() -> None:
    async with AppProcess(stores()):
        await asyncio.Event().wait()
