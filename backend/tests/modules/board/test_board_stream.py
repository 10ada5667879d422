"""The stream of a board: what changes anywhere shows on it, with Redis or without."""

import asyncio
import sys
from contextlib import aclosing

import httpx2
import pytest
from starlette.types import Message
from uuid_utils.compat import uuid7

from app.modules.board import board_stream
from app.modules.board.board_service import Viewer
from app.modules.board.board_stream import (
    EventStream,
    Seat,
)
from app.redis.branch_events import CHANNEL
from app.redis.client import get_redis_client
from tests.core import stores
from tests.modules.board.looking import (
    add_and_tell,
    http_to,
    ids,
    next_data,
    nobody_watches,
    open_board,
    stream_of,
    tell,
)
from tests.support import SOON, eventually, free_port
from tests.support.app_process import AppProcess
from tests.support.bookings import VISITS, bookable_spa
from tests.support.branches import add_branch
from tests.support.database import run_sql
from tests.support.event_streams import listening
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.people import add_customer
from tests.support.resources import add_bed, at
from tests.support.rosters import add_shift, add_therapist
from tests.support.stores import app_database, app_redis, database_server, redis_server, through
from tests.support.visits import add_visit

NEVER = 3600.0
"""Seconds; so that nothing comes by polling."""
_POLLS = "import app.modules.board.board_stream as s, uvicorn; s.POLL, s.POLL_WHILE_AWAY = {}, {}; "
_RUN = "uvicorn.run('app.main:app', host='127.0.0.1', port={port}, access_log=False)"


def app_that_polls(
    every: float, *, while_redis_is_away: float, environment: dict[str, str] | None = None
) -> AppProcess:
    command = _POLLS.format(every, while_redis_is_away) + _RUN
    return AppProcess(stores() | (environment or {}), command=[sys.executable, "-c", command])


async def tell_past_the_app(message: object) -> None:
    await (await get_redis_client()).publish(CHANNEL, str(message))


class TestBetweenProcesses:
    async def test_what_is_booked_in_one_shows_on_a_board_of_another(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        async with (
            AppProcess(stores()) as one,
            app_that_polls(NEVER, while_redis_is_away=NEVER) as other,
            http_to(one, client) as desk,
            http_to(other, client) as looker,
            listening(looker, stream_of(spa.branch_id, spa.day())) as events,
        ):
            await events.next()
            booked = await desk.post(VISITS, **spa.booking(spa.hour(10)))
            assert (booked.status_code, (await events.next())[1]["visits"]) == (201, [booked.json()])
            visit = f"{VISITS}/{booked.json()['id']}"
            moved = await desk.patch(visit, json={"start": spa.hour(14).isoformat()})
            assert (moved.status_code, (await events.next())[1]["visits"]) == (200, [moved.json()])
            cancelled = await desk.put(f"{visit}/status", json={"status": "cancelled"})
            assert (cancelled.status_code, (await events.next())[1]["visits"]) == (200, [cancelled.json()])

    async def test_what_changes_in_one_shows_on_a_board_of_another(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        lan, bed = await add_therapist(branch), await add_bed(branch)
        async with (
            AppProcess(stores()) as one,
            app_that_polls(NEVER, while_redis_is_away=NEVER) as other,
            http_to(one, client) as changer,
            http_to(other, client) as looker,
            listening(looker, stream_of(branch)) as events,
        ):
            assert (await events.next())[0] == "board"
            shift = {"staff_id": str(lan), "branch_id": str(branch)}
            shift |= {"start": at(1).isoformat(), "end": at(11).isoformat()}
            made = await changer.post("/api/v1/shifts", json=shift)
            assert made.status_code == 201
            name, data = await events.next()
            assert (name, [each["id"] for each in data["people"]]) == ("changed", [str(lan)])
            assert (data["visits"], data["gone"], data["rooms"], data["open"]) == ([], [], None, None)

            broken = {"start": at(3).isoformat(), "end": at(4).isoformat(), "reason": "Gãy chân"}
            await changer.post(f"/api/v1/resources/{bed}/outages", json=broken)
            _, data = await events.next()
            assert data["rooms"][0]["things"][0]["outages"][0]["reason"] == "Gãy chân"

            asked = {"staff_id": str(lan), "start": at(8).isoformat(), "end": at(9).isoformat()}
            leave = (await changer.post("/api/v1/time-off", json=asked)).json()
            await changer.post(f"/api/v1/time-off/{leave['id']}/approve", json={})
            _, data = await events.next()
            assert [each["id"] for each in data["people"][0]["leave"]] == [leave["id"]]

            await changer.delete(f"/api/v1/shifts/{made.json()['id']}", params={"force": "true"})
            _, data = await events.next()
            assert data["people"] == []

    async def test_without_redis_it_shows_by_polling(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        nowhere = {"REDIS_PORT": str(free_port())}
        async with (
            app_that_polls(NEVER, while_redis_is_away=0.2, environment=nowhere) as app,
            http_to(app, client) as http,
            listening(http, stream_of(branch)) as events,
        ):
            await events.next()
            [visit] = await add_and_tell(branch, 2)
            assert ids((await events.next())[1]) == [visit]

    @pytest.mark.parametrize("fault", [Mode.REFUSE, Mode.BLACK_HOLE])
    async def test_when_redis_goes_and_comes_back_no_board_is_left_behind(
        self, client: httpx2.AsyncClient, fault: Mode
    ) -> None:
        branch = await add_branch()
        async with FaultProxy(*redis_server()) as proxy:
            way = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(proxy.port)}
            async with (
                app_that_polls(NEVER, while_redis_is_away=0.2, environment=way) as app,
                http_to(app, client) as http,
                listening(http, stream_of(branch)) as events,
            ):
                await events.next()
                first, *_ = await add_and_tell(branch, 2)
                assert ids((await events.next())[1]) == [first]
                proxy.mode = fault
                [visit] = await add_and_tell(branch, 3)
                assert ids((await events.next())[1]) == [visit]
                proxy.mode = Mode.PASS

                async def it_is_heard_again() -> bool:
                    return (await (await get_redis_client()).pubsub_numsub(CHANNEL))[0][1] == 1

                await eventually(it_is_heard_again)
                [visit] = await add_and_tell(branch, 4)
                assert ids((await events.next())[1]) == [visit]

    async def test_while_it_waits_it_holds_no_connection(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        environment = {"DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "0"}
        async with (
            app_that_polls(NEVER, while_redis_is_away=NEVER, environment=environment) as app,
            http_to(app, client) as http,
            listening(http, stream_of(branch)) as events,
            listening(http, stream_of(branch)) as others,
        ):
            for each in (events, others):
                await each.next()
            assert (await http.get("/api/v1/customers")).status_code == 200

            async def none_is_in_use() -> bool:  # when the first reading of the watch is over
                return "db_pool_connections_in_use 0.0" in (await http.get("/metrics")).text

            await eventually(none_is_in_use)
            [visit] = await add_and_tell(branch, 2)
            for each in (events, others):
                assert ids((await each.next())[1]) == [visit]


class TestStream:
    @pytest.fixture(autouse=True)
    def _as_long_as_in_production(self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(board_stream, "LONGEST", 600.0)
        monkeypatch.setattr(board_stream, "POLL", NEVER)

    async def test_what_happened_since_the_board_was_read_comes_first(self) -> None:
        """Also when nobody told of it, and the day was watched already."""
        branch = await add_branch()
        first, _ = await open_board(branch)
        async with aclosing(first):
            told = await add_and_tell(branch, 2)
            assert ids(await next_data(first)) == told
            stream, board = await open_board(branch)
            visit = await add_visit(branch, at(3), at(4))
            async with aclosing(stream):
                assert ids(board) == told
                assert ids(await next_data(stream)) == [str(visit.id)]

    async def test_a_visit_that_changed_is_sent_whole_and_one_that_went_by_its_id(self) -> None:
        branch, hoa = await add_branch(), await add_customer("Hoa")
        stay, move = await add_and_tell(branch, 2, 4)
        stream, _ = await open_board(branch)
        async with aclosing(stream):
            await run_sql("UPDATE visit SET note = 'gần cửa sổ', customer_id = $1 WHERE id = $2", hoa, stay)
            await tell(branch)
            change = await next_data(stream)
            assert [(each["id"], each["note"]) for each in change["visits"]] == [(stay, "gần cửa sổ")]
            assert [guest["full_name"] for guest in change["guests"]] == ["Hoa"]
            assert (change["gone"], change["people"], change["rooms"], change["open"]) == (
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
            await tell(branch)
            change = await next_data(stream)
            assert (change["visits"], change["gone"]) == ([], [move])

    async def test_each_is_told_only_what_they_may_see(self) -> None:
        branch = await add_branch()
        lan, mai = await add_therapist(branch), await add_therapist(branch)
        stream, _ = await open_board(branch, Viewer(at_the_desk=False, staff_id=lan))
        async with aclosing(stream):
            await add_shift(mai, branch, at(1), at(11))
            await add_and_tell(branch, 2, takes={mai: (at(2), at(3))}, customer_id=await add_customer("Hoa"))
            [visit] = await add_and_tell(branch, 4, takes={lan: (at(4), at(5))})
            change = await next_data(stream)
            assert (ids(change), change["guests"]) == ([visit], [])
            assert [person["id"] for person in change["people"]] == [str(lan)]

    async def test_a_client_that_is_slow_gets_at_once_what_it_missed(self) -> None:
        branch = await add_branch()
        stream, _ = await open_board(branch)
        async with aclosing(stream):
            visits = await add_and_tell(branch, 2)
            assert ids(await next_data(stream)) == visits
            missed = [visit for hour in (3, 4, 5) for visit in await add_and_tell(branch, hour)]
            await eventually(lambda: watch_has(4))
            assert ids(await next_data(stream)) == missed

    async def test_two_who_look_at_the_same_day_share_one_watch(self) -> None:
        branch = await add_branch()
        streams = [(await open_board(branch))[0] for _ in range(2)]
        visits = await add_and_tell(branch, 2)
        for stream in streams:
            assert ids(await next_data(stream)) == visits
        assert len(board_stream._watches) == 1
        await streams[0].aclose()
        visits = await add_and_tell(branch, 3)
        assert ids(await next_data(streams[1])) == visits
        await streams[1].aclose()
        await eventually(nobody_watches)

    async def test_when_nothing_happens_it_says_that_it_is_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(board_stream, "HEARTBEAT", 0.05)
        stream, _ = await open_board(await add_branch())
        async with aclosing(stream), asyncio.timeout(SOON):
            assert [await anext(stream) for _ in range(2)] == [b": ping\n\n"] * 2

    async def test_it_ends_after_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(board_stream, "LONGEST", 0.1)
        stream, _ = await open_board(await add_branch())
        async with asyncio.timeout(SOON):
            assert [event async for event in stream] == []
        await eventually(nobody_watches)

    async def test_while_the_database_is_away_it_goes_on_and_then_catches_up(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(board_stream, "POLL_WHILE_AWAY", 0.05)
        branch = await add_branch()

        output: list[str] = []

        async def it_has_tried_often() -> bool:  # and not because it was told, which was once
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
                assert ids(await change) == [str(visit.id)]

    async def test_a_client_that_takes_nothing_is_let_go(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(board_stream, "SLOWEST", 0.05)
        stream, _ = await open_board(await add_branch())

        async def send(message: Message) -> None:
            await asyncio.Event().wait()

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        async with asyncio.timeout(SOON):
            await EventStream(stream, Seat(uuid7()))({"type": "http"}, receive, send)
        await eventually(nobody_watches)


async def watch_has(visits: int) -> bool:
    [watch] = board_stream._watches.values()
    return watch.newest is not None and len(watch.newest.visits) == visits


class TestAnnouncing:
    async def test_without_redis_it_is_no_error(
        self, client: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
    ) -> None:
        branch = await add_branch()
        lan = await add_therapist(branch)
        shift = {"staff_id": str(lan), "branch_id": str(branch)}
        shift |= {"start": at(1).isoformat(), "end": at(11).isoformat()}
        async with app_redis(REDIS_PORT=free_port()):
            assert (await client.post("/api/v1/shifts", json=shift)).status_code == 201
        assert "what follows a commit failed" not in capsys.readouterr().out

    async def test_what_is_no_message_of_ours_harms_nobody(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(board_stream, "LONGEST", 600.0)
        branch = await add_branch()
        stream, _ = await open_board(branch)
        async with aclosing(stream):
            visits = await add_and_tell(branch, 2)
            assert ids(await next_data(stream)) == visits
            await tell_past_the_app("ai đó")
            visits = await add_and_tell(branch, 3)
            assert ids(await next_data(stream)) == visits
