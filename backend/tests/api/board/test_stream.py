"""The stream of a board: every change arrives, with Redis or without."""

import asyncio
import re
from contextlib import aclosing
from typing import Any

import httpx2
import pytest
from starlette.types import Message
from uuid_utils.compat import uuid7

from app.modules.board import stream as board_stream
from app.modules.board.board_schemas import BoardRead
from app.modules.board.board_service import Viewer, load_board
from app.modules.board.stream import EventStream, StreamSlot
from app.redis.client import get_redis_client
from app.redis.events import CHANNEL
from tests.api.board.streams import (
    add_visits,
    first_data,
    next_data,
    no_watch_is_left,
    open_board,
    publish_change,
    stream_of,
    visit_ids,
)
from tests.builders.branches import add_branch
from tests.builders.people import add_customer
from tests.builders.resources import at
from tests.builders.rosters import add_shift, add_therapist, open_every_day
from tests.builders.visits import add_visit
from tests.support import SOON, eventually, free_port
from tests.support.database import run_sql
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.stores import app_database, app_redis, database_server, through

NEVER = 3600.0
"""Seconds: an interval that no test sees the end of."""


@pytest.fixture(autouse=True)
def _no_polls_and_no_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a stream send only what was published."""
    monkeypatch.setattr(board_stream, "POLL_SECONDS", NEVER)
    monkeypatch.setattr(board_stream, "HEARTBEAT_SECONDS", NEVER)


async def publish(message: object) -> None:
    await (await get_redis_client()).publish(CHANNEL, str(message))


class TestStream:
    @pytest.fixture(autouse=True)
    def _streams_as_long_as_in_production(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(board_stream, "MAX_STREAM_SECONDS", 600.0)

    async def test_a_stream_begins_with_changes_that_were_never_published(self) -> None:
        """The day is already watched, and the watch does not know of the change."""
        branch = await add_branch()
        first, _ = await open_board(branch)
        async with aclosing(first):
            visit = await add_visit(branch, at(3), at(4))
            stream, board = await open_board(branch)
            async with aclosing(stream):
                assert visit_ids(board) == [str(visit.id)]

    async def test_fifty_boards_that_open_at_once_share_the_reading(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        readings = []

        async def count(*arguments: Any, **options: Any) -> BoardRead:
            readings.append(options)
            return await load_board(*arguments, **options)

        monkeypatch.setattr(board_stream, "load_board", count)
        branch = await add_branch()
        boards = await asyncio.gather(*(open_board(branch) for _ in range(50)))
        for stream, board in boards:
            assert board["branch_id"] == str(branch)
            await stream.aclose()
        assert 1 <= len(readings) <= 2
        await eventually(no_watch_is_left)

    async def test_a_stream_that_opens_during_a_reading_begins_with_the_next_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        has_read, may_end = asyncio.Event(), asyncio.Event()

        async def slowly(*arguments: Any, **options: Any) -> BoardRead:
            board = await load_board(*arguments, **options)
            has_read.set()
            await may_end.wait()
            return board

        async def both_watch() -> bool:
            return [len(watch.streams) for watch in board_stream._watches.values()] == [2]

        monkeypatch.setattr(board_stream, "load_board", slowly)
        branch = await add_branch()
        first = asyncio.create_task(open_board(branch))
        await has_read.wait()
        visit = await add_visit(branch, at(3), at(4))
        second = asyncio.create_task(open_board(branch))
        await eventually(both_watch)
        may_end.set()
        (one, _), (other, board) = await first, await second
        assert visit_ids(board) == [str(visit.id)]
        await one.aclose()
        await other.aclose()

    async def test_clients_get_different_times_to_come_back(self) -> None:
        branch = await add_branch()
        times = set()
        for _ in range(5):
            stream = stream_of(branch)
            async with aclosing(stream):
                [retry] = re.findall(rb"^retry: ([0-9]+)$", await anext(stream), re.MULTILINE)
            times.add(int(retry))
        assert len(times) > 1
        assert all(1000 <= time <= 4000 for time in times)

    async def test_while_the_database_is_away_a_stream_stays_open_and_waits_for_its_board(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(board_stream, "POLL_SECONDS_WITHOUT_REDIS", 0.05)
        monkeypatch.setattr(board_stream, "POLL_SECONDS", 0.05)
        monkeypatch.setattr(board_stream, "HEARTBEAT_SECONDS", 0.05)
        branch = await add_branch()
        async with FaultProxy(*database_server()) as proxy, app_database(DATABASE_URL=through(proxy)):
            proxy.mode = Mode.REFUSE
            stream = stream_of(branch)
            async with aclosing(stream), asyncio.timeout(SOON):
                assert await anext(stream) == b": ping\n\n"
                proxy.mode = Mode.PASS
                assert (await first_data(stream))["branch_id"] == str(branch)

    async def test_a_changed_visit_is_sent_complete_and_a_removed_one_by_its_id(self) -> None:
        branch, hoa = await add_branch(), await add_customer("Hoa")
        stay, move = await add_visits(branch, 2, 4)
        stream, _ = await open_board(branch)
        async with aclosing(stream):
            await run_sql("UPDATE visit SET note = 'gần cửa sổ', customer_id = $1 WHERE id = $2", hoa, stay)
            await publish_change(branch)
            change = await next_data(stream)
            assert [(visit["id"], visit["note"]) for visit in change["visits"]] == [(stay, "gần cửa sổ")]
            assert [guest["full_name"] for guest in change["guests"]] == ["Hoa"]
            assert (change["removed"], change["people"], change["rooms"], change["opening_hours"]) == (
                [],
                None,
                None,
                None,
            )
            await run_sql(
                "UPDATE appointment SET starts_at = starts_at + interval '1 day', ends_at = ends_at + interval '1 day'"
                " WHERE visit_id = $1",
                move,
            )
            await publish_change(branch)
            change = await next_data(stream)
            assert (change["visits"], change["removed"]) == ([], [move])

    async def test_a_change_sends_the_appointments_that_it_strands(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        await open_every_day(branch)
        stream, _ = await open_board(branch)
        async with aclosing(stream):
            await add_visits(branch, 2, segments=[])
            [visit] = (await next_data(stream))["visits"]
            closed = {"closed": True, "force": True}
            assert (await client.patch(f"/api/v1/branches/{branch}", json=closed)).status_code == 200
            change = await next_data(stream)
            [stranded] = change["stranded"]
            assert stranded["appointment_id"] == visit["appointments"][0]["id"]
            assert (change["opening_hours"], change["visits"], change["people"]) == ([], [], None)

    async def test_a_therapist_gets_only_their_own_part(self) -> None:
        branch = await add_branch()
        lan, mai = await add_therapist(branch), await add_therapist(branch)
        stream, _ = await open_board(branch, Viewer(at_the_desk=False, staff_id=lan))
        async with aclosing(stream):
            await add_shift(mai, branch, at(1), at(11))
            await add_visits(
                branch, 2, allocations={mai: (at(2), at(3))}, customer_id=await add_customer("Hoa")
            )
            [visit] = await add_visits(branch, 4, allocations={lan: (at(4), at(5))})
            change = await next_data(stream)
            assert (visit_ids(change), change["guests"]) == ([visit], [])
            assert [person["id"] for person in change["people"]] == [str(lan)]

    async def test_a_slow_client_gets_missed_changes_in_one_event(self) -> None:
        branch = await add_branch()
        stream, _ = await open_board(branch)
        async with aclosing(stream):
            visits = await add_visits(branch, 2)
            assert visit_ids(await next_data(stream)) == visits
            missed = [visit for hour in (3, 4, 5) for visit in await add_visits(branch, hour)]
            await eventually(lambda: watch_has(4))
            assert visit_ids(await next_data(stream)) == missed

    async def test_two_streams_of_the_same_day_share_one_watch(self) -> None:
        branch = await add_branch()
        streams = [(await open_board(branch))[0] for _ in range(2)]
        visits = await add_visits(branch, 2)
        for stream in streams:
            assert visit_ids(await next_data(stream)) == visits
        assert len(board_stream._watches) == 1
        await streams[0].aclose()
        visits = await add_visits(branch, 3)
        assert visit_ids(await next_data(streams[1])) == visits
        await streams[1].aclose()
        await eventually(no_watch_is_left)

    async def test_without_news_a_stream_sends_heartbeats(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(board_stream, "HEARTBEAT_SECONDS", 0.05)
        stream, _ = await open_board(await add_branch())
        async with aclosing(stream), asyncio.timeout(SOON):
            assert [await anext(stream) for _ in range(2)] == [b": ping\n\n"] * 2

    async def test_a_stream_ends_after_its_longest_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(board_stream, "MAX_STREAM_SECONDS", 0.1)
        stream, _ = await open_board(await add_branch())
        async with asyncio.timeout(SOON):
            assert [event async for event in stream] == []
        await eventually(no_watch_is_left)

    async def test_a_stream_survives_an_outage_of_the_database_and_catches_up(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(board_stream, "POLL_SECONDS_WITHOUT_REDIS", 0.05)
        branch = await add_branch()

        output: list[str] = []

        async def it_has_tried_often() -> bool:  # by polling: the change was published once
            output.append(capsys.readouterr().out)
            return "".join(output).count("a board could not be read, trying again") > 5

        async with FaultProxy(*database_server()) as proxy, app_database(DATABASE_URL=through(proxy)):
            stream, _ = await open_board(branch)
            async with aclosing(stream):
                change = asyncio.create_task(next_data(stream))
                proxy.mode = Mode.REFUSE
                visit = await add_visit(branch, at(2), at(3))
                await eventually(it_has_tried_often)
                proxy.mode = Mode.PASS
                assert visit_ids(await change) == [str(visit.id)]

    async def test_a_client_that_takes_nothing_is_dropped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(board_stream, "SEND_TIMEOUT", 0.05)
        stream, _ = await open_board(await add_branch())

        async def send(message: Message) -> None:
            await asyncio.Event().wait()

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        async with asyncio.timeout(SOON):
            await EventStream(stream, StreamSlot(uuid7()))({"type": "http"}, receive, send)
        await eventually(no_watch_is_left)


async def watch_has(visits: int) -> bool:
    [watch] = board_stream._watches.values()
    return watch.newest is not None and len(watch.newest.visits) == visits


class TestAnnouncing:
    async def test_without_redis_announcing_is_no_error(
        self, client: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
    ) -> None:
        branch = await add_branch()
        lan = await add_therapist(branch)
        shift = {"staff_id": str(lan), "branch_id": str(branch)}
        shift |= {"start": at(1).isoformat(), "end": at(11).isoformat()}
        async with app_redis(REDIS_PORT=free_port()):
            assert (await client.post("/api/v1/shifts", json=shift)).status_code == 201
        assert "a follow-up of a commit failed" not in capsys.readouterr().out

    async def test_a_foreign_message_on_the_channel_is_ignored(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(board_stream, "MAX_STREAM_SECONDS", NEVER)
        branch = await add_branch()
        stream, _ = await open_board(branch)
        async with aclosing(stream):
            visits = await add_visits(branch, 2)
            assert visit_ids(await next_data(stream)) == visits
            await publish("ai đó")
            visits = await add_visits(branch, 3)
            assert visit_ids(await next_data(stream)) == visits
