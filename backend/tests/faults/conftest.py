"""A PostgreSQL server for one test, which may kill it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import pytest

from app.cli.embedded import EmbeddedPostgres, free_port
from tests.support.run_cleanup import folder_for_servers


@pytest.fixture
async def postgres() -> AsyncIterator[EmbeddedPostgres]:
    """A migrated server that flushes to disk at commit, as in production."""
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
