"""A PostgreSQL of one test's own, for it to kill."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import pytest

from app.cli.embedded import EmbeddedPostgres, free_port
from tests.support.leftovers import folder_for_servers


@pytest.fixture
async def postgres() -> AsyncIterator[EmbeddedPostgres]:
    """One that writes to the disk before it says so, as in production, with our tables."""
    with (
        folder_for_servers() as folder,
        EmbeddedPostgres(folder / "postgres", tcp_port=free_port()) as postgres,
    ):
        migration = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli.main", "migrate"),
            env={
                "DATABASE_URL": postgres.url("postgres"),
                "LANG": "C.UTF-8",
                "PYTHONPATH": os.environ["PYTHONPATH"],
            },
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await migration.wait() == 0
        yield postgres
