"""A stream that tells a board what changed, whichever process changed it (Server-Sent Events, WHATWG HTML §9.2).

Each day of a branch that somebody here looks at is watched once, for all who do. Told that the branch has changed,
the watch reads the day again; each stream compares what it sent last with what there is now and sends the difference.
So a stream has no queue: a client that is slow is sent less often, and then all at once.

It waits without a connection to the database, and ends after `LONGEST`: the client comes back and shows who it is. It
ends before when they may see it no more, or something else of it, which it asks every `ASK`: that takes 2 ms of the
processor, and a client that comes back 40.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from contextvars import Context
from datetime import date
from functools import partial
from typing import ClassVar
from uuid import UUID
from weakref import WeakSet

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.common.types.localized import LocalizedText
from app.core.database import reason_of
from app.core.exceptions import (
    ForbiddenException,
    NotFoundException,
    RateLimitException,
    UnauthorizedException,
)
from app.core.lifecycle import Draining
from app.db.transactions import run_in_transaction
from app.modules.board.board_schemas import BoardChange, BoardRead
from app.modules.board.board_service import Viewer, read_day, seen_by, viewer_of
from app.modules.identity.access import CurrentUser, look_again
from app.redis.events import branch_events

POLL, POLL_WHILE_AWAY = 15.0, 2.0
"""Seconds after which a watch reads the day untold: what was told can be lost, and not everything is told. The second
while Redis is away."""
PAUSE = 0.2
"""Seconds between two readings, however much happens: one of a full day, 150 visits, takes 40 ms of the processor."""
HEARTBEAT = 15.0
"""Seconds after which a stream that has nothing to tell says so: proxies cut what is silent for a minute."""
LONGEST = 600.0
ASK = 30.0
"""Seconds after which a stream asks whether its user may still see it."""
MOST_STREAMS = 50
"""That one user may have open in a process: a tablet in each room, some tabs, and those whose network went away without
a word, which stay until `LONGEST`."""
RETRY = 2000
"""Milliseconds after which a client comes back."""
SLOWEST = 10.0
"""Seconds in which a client has to take what it is sent. Who does not would hold it for ever."""

logger = structlog.get_logger(__name__)


class TooManyStreams(RateLimitException):
    code = "TOO_MANY_STREAMS"
    text = LocalizedText(
        "Bạn đang mở quá nhiều bảng lịch; hãy đóng bớt.", "You have too many boards open; please close one."
    )


class StreamSlot:
    """Of one stream of somebody. It is free when the stream ends, and when it never began: then nothing refers to it."""

    _taken: ClassVar[WeakSet["StreamSlot"]] = WeakSet()

    def __init__(self, user_id: UUID) -> None:
        """Raises TooManyStreams."""
        if sum(seat.user_id == user_id for seat in self._taken) >= MOST_STREAMS:
            raise TooManyStreams
        self.user_id: UUID = user_id
        self._taken.add(self)

    def leave(self) -> None:
        self._taken.discard(self)


class EventStream(StreamingResponse):
    """Ends its events with the connection, and lets go of a client that takes nothing."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes], seat: StreamSlot) -> None:
        super().__init__(events, headers={"X-Accel-Buffering": "no"})  # or nginx collects the events
        self._seat = seat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["endless"] = True
        try:
            async with aclosing(self.body_iterator):  # type: ignore[type-var]  # always a generator of ours
                with suppress(TimeoutError):
                    await super().__call__(scope, receive, partial(_send_soon, send))
        finally:
            self._seat.leave()


async def _send_soon(send: Send, message: Message) -> None:
    async with asyncio.timeout(SLOWEST):
        await send(message)


async def open_stream(session: AsyncSession, user: CurrentUser, branch_id: UUID, day: date) -> EventStream:
    """First the event `board` with all of it, then `changed` with what is another.

    Raises:
        ForbiddenException: of a branch in which they have no role.
        BranchNotFound, TooManyStreams
    """
    seat = StreamSlot(user.id)
    viewer = await viewer_of(session, user, branch_id)
    board = await read_day(session, branch_id, day)
    return EventStream(follow(viewer, board, partial(_sees_the_same, viewer, user, branch_id)), seat)


async def _sees_the_same(viewer: Viewer, user: CurrentUser, branch_id: UUID) -> bool:
    async def ask(session: AsyncSession) -> Viewer:
        return await viewer_of(session, await look_again(session, user), branch_id)

    try:
        return await run_in_transaction(ask, in_request=True) == viewer
    except (UnauthorizedException, ForbiddenException, NotFoundException):
        return False
    except Exception as error:  # noqa: BLE001 - as when a board cannot be read: then there is nothing new to see, either
        logger.warning("who looks at a board could not be asked, trying again", reason=reason_of(error))
        return True


_NOTHING = BoardChange(visits=[], removed=[], guests=[], open=None, people=None, rooms=None)


async def follow(
    viewer: Viewer, board: BoardRead, sees_the_same: Callable[[], Awaitable[bool]]
) -> AsyncGenerator[bytes]:
    """The events of one stream. What happened since the board was read comes with the first change."""
    now = asyncio.get_running_loop().time
    end, seen = now() + LONGEST, seen_by(viewer, board)
    del board  # it is large, and this goes on for long
    yield format_sse_event(event="board", data_str=seen.model_dump_json(), retry=RETRY)
    beat, ask = now() + HEARTBEAT, now() + ASK
    with _watching(seen.branch_id, seen.day) as (watch, news):
        while now() < end and not Draining.started:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(beat, ask, end)):
                    await news.wait()
            if now() >= ask:
                if not await sees_the_same():
                    return
                ask = now() + ASK
            change = None
            if news.is_set() and watch.newest is not None:
                newest = seen_by(viewer, watch.newest)
                change, seen = difference(seen, newest), newest
            news.clear()
            if change is not None:
                yield format_sse_event(event="changed", data_str=change.model_dump_json())
                beat = now() + HEARTBEAT
            elif now() >= beat:
                yield KEEPALIVE_COMMENT
                beat = now() + HEARTBEAT


def difference(before: BoardRead, after: BoardRead) -> BoardChange | None:
    """None when there is none."""
    if before is after:
        return None
    visits = {visit.id: visit for visit in before.visits}
    guests = {guest.id: guest for guest in before.guests}
    change = BoardChange(
        visits=[visit for visit in after.visits if not _same(visit, visits.get(visit.id))],
        removed=sorted(visits.keys() - {visit.id for visit in after.visits}),
        guests=[guest for guest in after.guests if not _same(guest, guests.get(guest.id))],
        open=None if before.open == after.open else after.open,
        people=None if before.people == after.people else after.people,
        rooms=None if before.rooms == after.rooms else after.rooms,
    )
    return None if change == _NOTHING else change


def _same(one: object, other: object) -> bool:
    return one is other or one == other


class _Watch:
    """A day of a branch as it is now, for all streams of this process that show it."""

    def __init__(self, branch_id: UUID, day: date) -> None:
        self.newest: BoardRead | None = None
        self.streams: set[asyncio.Event] = set()
        """Each is set when there is something to compare."""
        self._branch_id, self._day = branch_id, day
        self._told = asyncio.Event()

    def look(self) -> None:
        """As soon as it can."""
        self._told.set()

    async def keep_up(self) -> None:
        """Until the last stream has gone. It is not cancelled: that would cost the connection with which it reads."""
        with branch_events.listen(self._hear):
            is_behind = False
            while self.streams:
                with suppress(TimeoutError):
                    async with asyncio.timeout(
                        POLL if branch_events.is_connected and not is_behind else POLL_WHILE_AWAY
                    ):
                        await self._told.wait()
                self._told.clear()
                if self.streams:
                    is_behind = not await self._read()
                    await asyncio.sleep(PAUSE)

    async def _read(self) -> bool:
        read = partial(read_day, branch_id=self._branch_id, day=self._day)
        try:
            found = await run_in_transaction(read, in_request=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, the streams go on, and the next one may go well
            logger.warning("a board could not be read, trying again", reason=reason_of(error))
            return False
        self.newest = found if self.newest is None else _sharing(self.newest, found)
        for news in self.streams:
            news.set()
        return True

    def _hear(self, branch_id: UUID | None) -> None:
        if branch_id in (None, self._branch_id):
            self.look()


def _sharing(old: BoardRead, new: BoardRead) -> BoardRead:
    """The new one, with the very objects of the old where nothing has changed: streams then compare them by a look."""
    known = {visit.id: visit for visit in old.visits}
    new.visits = [known[each.id] if each == known.get(each.id) else each for each in new.visits]
    return old if new == old else new


_watches: dict[tuple[UUID, date], _Watch] = {}
_tasks: set[asyncio.Task[None]] = set()


@contextmanager
def _watching(branch_id: UUID, day: date) -> Iterator[tuple[_Watch, asyncio.Event]]:
    """The watch of that day, and what is set when there is news."""
    watch = _watches.get((branch_id, day))
    if watch is None:
        watch = _watches[branch_id, day] = _Watch(branch_id, day)
    news = asyncio.Event()
    watch.streams.add(news)
    watch.look()
    if len(watch.streams) == 1:
        # In a context of its own: its log lines are not of the request that happens to be the first.
        task = asyncio.create_task(watch.keep_up(), context=Context())
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    try:
        yield watch, news
    finally:
        watch.streams.discard(news)
        if not watch.streams:
            del _watches[branch_id, day]
            watch.look()


def _end_all() -> None:
    for watch in _watches.values():
        for news in watch.streams:
            news.set()


Draining.on_start(_end_all)
