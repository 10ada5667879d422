"""Streams of a board, over HTTP and in this process."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.transactions import run_in_transaction
from app.modules.board import stream as board_stream
from app.modules.board.board_service import Viewer
from app.modules.board.stream import stream_events
from app.redis.events import branch_events, publish_branch_change
from tests.api.board.test_board import DAY, board_path
from tests.builders.resources import at
from tests.builders.visits import add_visit
from tests.support import SOON
from tests.support.app_process import AppProcess

DESK = Viewer(at_the_desk=True, staff_id=None)


def stream_path(branch_id: UUID, day: object = DAY) -> str:
    return f"{board_path(branch_id)}/stream?day={day}"


def http_to(app: AppProcess, client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    return app.http(headers=client.headers)


async def publish_change(branch_id: UUID) -> None:
    async def change(session: AsyncSession) -> None:
        publish_branch_change(session, branch_id)

    await run_in_transaction(change)


async def add_visits(branch_id: UUID, *hours: int, **more: Any) -> list[str]:
    """Insert visits of an hour that begin at these hours, publish the change, and return their ids."""
    visits = [str((await add_visit(branch_id, at(hour), at(hour + 1), **more)).id) for hour in hours]
    await publish_change(branch_id)
    return visits


def visit_ids(data: dict[str, Any]) -> list[str]:
    return [visit["id"] for visit in data["visits"]]


async def open_board(branch_id: UUID, viewer: Viewer = DESK) -> tuple[AsyncGenerator[bytes], dict[str, Any]]:
    """Return a stream in this process, and the data of its first event."""
    stream = stream_of(branch_id, viewer)
    return stream, await first_data(stream)


async def first_data(stream: AsyncGenerator[bytes]) -> dict[str, Any]:
    """Return the data of the first event; a stream that waits for its board sends comments."""
    async with asyncio.timeout(SOON):
        while (event := await anext(stream)).startswith(b":"):
            pass
    return data_of(event)


def stream_of(branch_id: UUID, viewer: Viewer = DESK) -> AsyncGenerator[bytes]:
    """Return a stream in this process that has not begun, of a viewer who keeps access."""

    async def always() -> bool:
        return True

    return stream_events(viewer, branch_id, _day(), always)


def _day() -> Any:
    return at(0).date()


def data_of(event: bytes) -> dict[str, Any]:
    [line] = [line for line in event.decode().splitlines() if line.startswith("data: ")]
    data: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return data


async def next_data(stream: AsyncGenerator[bytes]) -> dict[str, Any]:
    async with asyncio.timeout(SOON):
        return data_of(await anext(stream))


async def no_watch_is_left() -> bool:
    return not board_stream._watches and branch_events._subscription is None
