"""The board over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse

from app.common.constants import API_V1
from app.common.schemas import PageQuery
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.core.security import InvalidCursorException
from app.http.router import ApiRouter
from app.modules.board import board_service, stream
from app.modules.board.board_errors import TooManyStreams
from app.modules.board.board_schemas import BoardEvent, BoardQuery, BoardRead, ChangedEvent, DayUtilization
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.branch.branch_schemas import OpenQuery
from app.modules.coverage.coverage_schemas import StrandedPage
from app.modules.identity.access import SignedIn

_EVENTS = {
    "description": "Server-Sent Events: a schema for each `event`, with what its `data` is as JSON.",
    "oneOf": [{"$ref": f"#/components/schemas/{event.__name__}"} for event in (BoardEvent, ChangedEvent)],
}
"""The schema of one event, as generators of clients expect it. OpenAPI 3.1 has no other place; `itemSchema` is of 3.2."""

router = ApiRouter(prefix=f"{API_V1}/branches", tags=["Board"])


@router.get("/{branch_id}/board", responses=error_responses(BranchNotFound))
async def get_board(
    user: SignedIn, session: SessionDep, branch_id: UUID, query: Annotated[BoardQuery, Query()]
) -> BoardRead:
    """Return a branch's day: people, beds and devices, visits, guests. For its team; therapists see their own day."""
    return await board_service.read_board(session, user, branch_id, query.day)


@router.get("/{branch_id}/utilization", responses=error_responses(BranchNotFound))
async def get_utilization(
    user: SignedIn, session: SessionDep, branch_id: UUID, query: Annotated[OpenQuery, Query()]
) -> list[DayUtilization]:
    """Return how full each day of a branch is: guests, and minutes booked of the minutes on shift. For the desk."""
    return await board_service.read_utilization(session, user, branch_id, query)


@router.get(
    "/{branch_id}/stranded-appointments", responses=error_responses(BranchNotFound, InvalidCursorException)
)
async def list_stranded_appointments(
    user: SignedIn, session: SessionDep, branch_id: UUID, query: Annotated[PageQuery, Query()]
) -> StrandedPage:
    """List the upcoming appointments of a branch that cannot take place as booked, and why, the soonest first.

    They stay on the list until they are moved, reassigned or cancelled, or until the reason has gone. For the desk.
    """
    return await board_service.list_stranded(session, user, branch_id, query)


@router.get(
    "/{branch_id}/board/stream",
    response_class=StreamingResponse,
    responses=error_responses(BranchNotFound, TooManyStreams)
    | {200: {"content": {stream.EventStream.media_type: {"schema": _EVENTS}}}},
)
async def stream_board(
    user: SignedIn, session: SessionDep, branch_id: UUID, query: Annotated[BoardQuery, Query()]
) -> stream.EventStream:
    """Stream a branch's day as Server-Sent Events: first `board`, as `GET /board` returns it, then `changed`.

    The data of `changed` is an object: `visits` (new or changed, complete), `removed` (ids of visits that are no longer
    on the board), `guests` (new or changed), and `opening_hours`, `people`, `rooms` and `stranded`, complete, or null
    when unchanged.
    A change arrives within a second, or within a few while Redis is down. The stream ends after ten minutes, soon after
    the user's access changes, and when the server stops. Connect again and start from the new `board`.

    To a client that accepts `text/event-stream` alone, as EventSource does, 429 and 503 are an empty stream with the time
    to `retry`: EventSource never connects again after an error. An error of a proxy still ends it; then open a new one.
    """
    return await stream.open_stream(session, user, branch_id, query.day)
