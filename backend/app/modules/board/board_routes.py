"""The board over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.board import board_service as service
from app.modules.board.board_schemas import BoardQuery, BoardRead
from app.modules.board.stream import EventStream, TooManyStreams, open_stream
from app.modules.branch.branch_service import BranchNotFound
from app.modules.identity.access import Team

_EVENTS = {
    "type": "string",
    "description": "Events as text. `event` is `board` or `changed`, `data` is JSON.",
    "examples": ["event: changed\ndata: {}\n\n"],
}
"""OpenAPI 3.1 describes a body as a whole. What each event is (`itemSchema`) is of 3.2, which few tools read."""

router = ApiRouter(prefix=f"{API_V1}/branches", tags=["Board"])


@router.get("/{branch_id}/board", responses=error_responses(BranchNotFound))
async def get_board(
    user: Team, session: SessionDep, branch_id: UUID, query: Annotated[BoardQuery, Query()]
) -> BoardRead:
    """Everything on a branch's day: who works, beds and devices, visits, guests. A therapist sees their own day."""
    return await service.read_board(session, user, branch_id, query.day)


@router.get(
    "/{branch_id}/board/stream",
    response_class=StreamingResponse,
    responses=error_responses(BranchNotFound, TooManyStreams)
    | {200: {"content": {EventStream.media_type: {"schema": _EVENTS}}}},
)
async def stream_board(
    user: Team, session: SessionDep, branch_id: UUID, query: Annotated[BoardQuery, Query()]
) -> EventStream:
    """Tells a board what changes, as Server-Sent Events: first `board`, as `GET /board` gives it, then `changed`.

    The data of `changed` is an object: `visits` (new or changed, whole), `gone` (ids of visits that are not on the
    board any more), `guests` (new or changed), and `open`, `people` and `rooms`, whole, or null when unchanged.
    A change shows within a second, while Redis is away within a few. The stream ends after ten minutes, soon after its
    user may see something else, and at once when the server stops: connect again, and begin with the new `board`.
    """
    return await open_stream(session, user, branch_id, query.day)
