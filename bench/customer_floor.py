"""The floor of a signed-in read: FastAPI and an asyncpg pool that run the recorded SQL of the app's request."""

import os
import pickle
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request

from app.core.config import Settings

_POOL_SIZE = sum(Settings.model_fields[name].default for name in ("DB_POOL_SIZE", "DB_MAX_OVERFLOW"))
_statements = pickle.loads(Path(os.environ["STATEMENTS"]).read_bytes())


async def _keep(_connection: asyncpg.Connection) -> None:
    """Send nothing when a connection goes back: the app sends nothing either, and asyncpg's default is a round trip."""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    settings = {"jit": "off", "timezone": "UTC"}  # as the app's connections
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"],
        min_size=_POOL_SIZE,
        max_size=_POOL_SIZE,
        reset=_keep,
        server_settings=settings,
    ) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_lifespan)


@app.get("/api/v1/health/live")
async def live() -> dict[str, str]:
    return {"status": "healthy"}


@app.get("/api/v1/customers/{customer_id}")
async def read_customer(request: Request, customer_id: UUID) -> dict[str, Any]:
    """Return the row of the last statement, which reads the customer of the recorded request."""
    assert customer_id in _statements[-1][1]
    rows: list[asyncpg.Record] = []
    async with request.app.state.pool.acquire() as connection:
        for sql, parameters in _statements:
            rows = await connection.fetch(sql, *parameters)
    return dict(rows[0])
