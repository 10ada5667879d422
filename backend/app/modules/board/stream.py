"""A stream that tells a board what changed, whichever process changed it (Server-Sent Events, WHATWG HTML §9.2).

All streams of this process for the same day of a branch share one watch. When the branch changes, the watch reads the
day again. Each stream compares what it sent last with what there is now, and sends the difference. So a stream has no
queue: a slow client gets fewer and larger events. The first event is the whole day as the watch reads it next: fifty
boards that connect again at once, after a restart, are served by one or two readings.

A stream waits without a connection to the database, and ends after `MAX_STREAM_SECONDS`: the client connects again and
shows who it is. It ends earlier when the user may no longer see the board, or sees another part of it. It checks that
every `RECHECK_SECONDS`, which takes 2 ms of the processor.

A browser's EventSource connects again after the end of a stream, and never after another status than 200. So only what is
final is refused with a status (who may not see the board, a branch that does not exist); what passes is an empty stream
that ends (`respond_to` in `core/exceptions.py`), and while the database is away an open stream waits for its first board.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from contextvars import Context
from datetime import date
from functools import partial
from math import inf
from typing import ClassVar
from uuid import UUID
from weakref import WeakSet

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.core.database import reason_of
from app.core.exceptions import EVENT_STREAM, ForbiddenException, NotFoundException, UnauthorizedException
from app.core.lifecycle import Draining
from app.db.transactions import run_in_transaction
from app.modules.board.board_errors import TooManyStreams
from app.modules.board.board_schemas import BoardChange, BoardRead
from app.modules.board.board_service import Viewer, authorize_viewer, filter_board, load_board
from app.modules.identity.access import CurrentUser, reload_user
from app.redis.events import branch_events

POLL_SECONDS, POLL_SECONDS_WITHOUT_REDIS = 15.0, 2.0
"""The longest time between two readings of a day: messages can be lost, and some changes send none."""
MIN_READ_INTERVAL = 0.2
"""Seconds between two readings of a day, however much happens. A full day, 150 visits, takes 40 ms of the processor."""
HEARTBEAT_SECONDS = 15.0
"""The time after which a stream without news sends a comment: proxies cut connections that are silent for a minute."""
MAX_STREAM_SECONDS = 600.0
RECHECK_SECONDS = 30.0
"""The time between two checks that the user of a stream may still see the board."""
MAX_STREAMS = 50
"""The most open streams of a user in a process: a tablet in each room, some tabs, and streams whose network went away
silently, which stay until `MAX_STREAM_SECONDS`."""
RETRY_MILLISECONDS = 1000, 4000
"""The shortest and the longest time that a client waits before it connects again, drawn for each client: all of them lose
their streams at the same moment when the server restarts."""
SEND_TIMEOUT = 10.0
"""Seconds in which a client has to take what is sent. A client that takes nothing would hold its stream for ever."""

logger = structlog.get_logger(__name__)


class StreamSlot:
    """One of the streams that a user may have open.

    It is free again when the stream ends, and when the stream never began: then nothing refers to the slot.
    """

    _all: ClassVar[WeakSet["StreamSlot"]] = WeakSet()

    def __init__(self, user_id: UUID) -> None:
        """Take a slot. Raises TooManyStreams."""
        if sum(slot.user_id == user_id for slot in self._all) >= MAX_STREAMS:
            raise TooManyStreams
        self.user_id: UUID = user_id
        self._all.add(self)

    def release(self) -> None:
        """Make the slot free."""
        self._all.discard(self)


class EventStream(StreamingResponse):
    """A response that ends its events with the connection, and drops a client that takes nothing."""

    media_type = EVENT_STREAM

    def __init__(self, events: AsyncGenerator[bytes], slot: StreamSlot) -> None:
        super().__init__(events, headers={"X-Accel-Buffering": "no"})  # or nginx collects the events
        self._slot = slot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["endless"] = True
        try:
            async with aclosing(self.body_iterator):  # type: ignore[type-var]  # always an async generator
                with suppress(TimeoutError):
                    await super().__call__(scope, receive, partial(_send_in_time, send))
        finally:
            self._slot.release()


async def _send_in_time(send: Send, message: Message) -> None:
    async with asyncio.timeout(SEND_TIMEOUT):
        await send(message)


async def open_stream(session: AsyncSession, user: CurrentUser, branch_id: UUID, day: date) -> EventStream:
    """Open a stream: first the event `board` with everything, then `changed` with the differences.

    Raises:
        ForbiddenException: The user does not work in the branch.
        BranchNotFound, TooManyStreams
    """
    slot = StreamSlot(user.id)
    viewer = await authorize_viewer(session, user, branch_id)
    sees_the_same = partial(_sees_the_same, viewer, user, branch_id)
    return EventStream(stream_events(viewer, branch_id, day, sees_the_same), slot)


async def _sees_the_same(viewer: Viewer, user: CurrentUser, branch_id: UUID) -> bool:
    """Return whether the user may still see the board, and the same part of it."""

    async def authorize_again(session: AsyncSession) -> Viewer:
        return await authorize_viewer(session, await reload_user(session, user), branch_id)

    try:
        return await run_in_transaction(authorize_again, in_request=True) == viewer
    except (UnauthorizedException, ForbiddenException, NotFoundException):
        return False
    except Exception as error:  # noqa: BLE001 - while the database is down nothing new can be seen, either
        logger.warning("could not check who looks at a board, trying again", reason=reason_of(error))
        return True


_NO_CHANGE = BoardChange(
    visits=[],
    removed=[],
    guests=[],
    opening_hours=None,
    people=None,
    rooms=None,
    stranded=None,
    released=None,
    bills=None,
)


async def stream_events(
    viewer: Viewer, branch_id: UUID, day: date, sees_the_same: Callable[[], Awaitable[bool]]
) -> AsyncGenerator[bytes]:
    """Yield the events of one stream. The board is read after the stream has begun."""
    now = asyncio.get_running_loop().time
    end, sent = inf, None
    heartbeat, recheck = now() + HEARTBEAT_SECONDS, now() + RECHECK_SECONDS
    with _watching(branch_id, day) as (watch, news):
        while now() < end and not Draining.started:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(heartbeat, recheck, end)):
                    await news.wait()
            if now() >= recheck:
                if not await sees_the_same():
                    return
                recheck = now() + RECHECK_SECONDS
            event = None
            if news.is_set() and watch.newest is not None:
                newest = filter_board(viewer, watch.newest)
                if sent is None:
                    event, end = _first_event(newest), now() + MAX_STREAM_SECONDS
                elif (change := difference(sent, newest)) is not None:
                    event = format_sse_event(event="changed", data_str=change.model_dump_json())
                sent = newest
            news.clear()
            if event is not None:
                yield event
                heartbeat = now() + HEARTBEAT_SECONDS
            elif now() >= heartbeat:
                yield KEEPALIVE_COMMENT
                heartbeat = now() + HEARTBEAT_SECONDS


def _first_event(board: BoardRead) -> bytes:
    retry = random.randint(*RETRY_MILLISECONDS)  # noqa: S311 - no secret
    return format_sse_event(event="board", data_str=board.model_dump_json(), retry=retry)


def difference(before: BoardRead, after: BoardRead) -> BoardChange | None:
    """Return what has changed; None when nothing has."""
    if before is after:
        return None
    visits = {visit.id: visit for visit in before.visits}
    guests = {guest.id: guest for guest in before.guests}
    change = BoardChange(
        visits=[visit for visit in after.visits if not _same(visit, visits.get(visit.id))],
        removed=sorted(visits.keys() - {visit.id for visit in after.visits}),
        guests=[guest for guest in after.guests if not _same(guest, guests.get(guest.id))],
        opening_hours=None if before.opening_hours == after.opening_hours else after.opening_hours,
        people=None if before.people == after.people else after.people,
        rooms=None if before.rooms == after.rooms else after.rooms,
        stranded=None if before.stranded == after.stranded else after.stranded,
        released=None if before.released == after.released else after.released,
        bills=None if before.bills == after.bills else after.bills,
    )
    return None if change == _NO_CHANGE else change


def _same(first: object, second: object) -> bool:
    return first is second or first == second


class _Watch:
    """A day of a branch as it is now, for all streams of this process that show it."""

    def __init__(self, branch_id: UUID, day: date) -> None:
        self.newest: BoardRead | None = None
        self.streams: set[asyncio.Event] = set()
        """One event for each stream, set when there is something to compare."""
        self._branch_id, self._day = branch_id, day
        self._wake_up = asyncio.Event()

    def request_read(self) -> None:
        """Have the day read again as soon as possible."""
        self._wake_up.set()

    async def run(self) -> None:
        """Read the day again and again until the last stream has gone.

        It is not cancelled, because that would cost the connection with which it reads.
        """
        with branch_events.listen(self._on_change):
            is_behind = False
            while self.streams:
                with suppress(TimeoutError):
                    async with asyncio.timeout(
                        POLL_SECONDS
                        if branch_events.is_connected and not is_behind
                        else POLL_SECONDS_WITHOUT_REDIS
                    ):
                        await self._wake_up.wait()
                self._wake_up.clear()
                if self.streams:
                    is_behind = not await self._read()
                    await asyncio.sleep(MIN_READ_INTERVAL)

    async def _read(self) -> bool:
        """Read the day for the present streams, and return whether that succeeded.

        A stream that comes meanwhile has requested the next reading: this one may be older than the stream.
        """
        streams = [*self.streams]
        load = partial(load_board, branch_id=self._branch_id, day=self._day)
        try:
            board = await run_in_transaction(load, in_request=True)
        except Exception as error:  # noqa: BLE001 - the streams go on whatever it is, and the next reading may succeed
            logger.warning("a board could not be read, trying again", reason=reason_of(error))
            return False
        self.newest = board if self.newest is None else _reuse_objects(self.newest, board)
        for news in streams:
            news.set()
        return True

    def _on_change(self, branch_id: UUID | None) -> None:
        if branch_id in (None, self._branch_id):
            self.request_read()


def _reuse_objects(old: BoardRead, new: BoardRead) -> BoardRead:
    """Return the new board with the objects of the old one where nothing changed, so that streams compare them fast."""
    known = {visit.id: visit for visit in old.visits}
    new.visits = [known[visit.id] if visit == known.get(visit.id) else visit for visit in new.visits]
    return old if new == old else new


_watches: dict[tuple[UUID, date], _Watch] = {}
_tasks: set[asyncio.Task[None]] = set()


@contextmanager
def _watching(branch_id: UUID, day: date) -> Iterator[tuple[_Watch, asyncio.Event]]:
    """Yield the watch of that day, and an event that it sets when there is news."""
    watch = _watches.get((branch_id, day))
    if watch is None:
        watch = _watches[branch_id, day] = _Watch(branch_id, day)
    news = asyncio.Event()
    watch.streams.add(news)
    watch.request_read()
    if len(watch.streams) == 1:
        # In a context of its own, so that its log lines do not name the request that happened to come first.
        task = asyncio.create_task(watch.run(), context=Context())
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    try:
        yield watch, news
    finally:
        watch.streams.discard(news)
        if not watch.streams:
            del _watches[branch_id, day]
            watch.request_read()


def _end_all() -> None:
    for watch in _watches.values():
        for news in watch.streams:
            news.set()


Draining.on_start(_end_all)
