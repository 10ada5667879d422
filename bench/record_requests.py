"""Send requests to the app in this process and write the SQL of each to a file; started by `replay.record`."""

import asyncio
import json
import pickle
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asyncpg
import httpx2
from sqlalchemy import event

_statements: ContextVar[list[tuple[str, Any]] | None] = ContextVar("statements", default=None)
"""The list to record to; empty in the app's background jobs, whose SQL belongs to no request."""


async def _record(headers: dict[str, str], requests: list[dict[str, Any]]) -> list[tuple[list[Any], bytes]]:
    from app.core.database import engine
    from app.main import app, lifespan

    fetch = asyncpg.Connection.fetch

    def record_execute(*arguments: Any) -> None:
        if (statements := _statements.get()) is not None:
            statements.append((arguments[2], arguments[3]))

    async def record_fetch(driver: asyncpg.Connection, statement: str, *parameters: Any) -> Any:
        if (statements := _statements.get()) is not None:
            statements.append((statement, parameters))
        return await fetch(driver, statement, *parameters)

    recordings = []
    event.listen(engine.sync_engine, "before_cursor_execute", record_execute)
    async with lifespan(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            with patch.object(asyncpg.Connection, "fetch", record_fetch):
                for request in requests:
                    _statements.set([])
                    response = await http.request(
                        request["method"],
                        request["path"],
                        json=request["body"],
                        headers=headers | request["headers"],
                    )
                    response.raise_for_status()
                    recordings.append((_statements.get() or [], response.content))
            _statements.set(None)
    return recordings


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(pickle.dumps(asyncio.run(_record(*json.load(sys.stdin)))))
