"""A run for test_runs.py to end: its only test has started an app and never comes to its end."""

import asyncio

from tests.core import stores
from tests.support.app_process import AppProcess


async def test_hangs() -> None:
    async with AppProcess(stores()):
        await asyncio.Event().wait()
