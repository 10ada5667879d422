"""A change in one process shows on the boards of another, with and without Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from app.core.config import settings
from app.redis.client import get_redis_client
from tests.api.board.streams import add_visits, http_to, stream_path, visit_ids
from tests.builders.bookings import VISITS, bookable_spa
from tests.builders.branches import add_branch
from tests.builders.resources import add_bed, at
from tests.builders.rosters import add_therapist
from tests.support import SOON, eventually, free_port
from tests.support.app_process import LONG_TIMEOUTS, AppProcess, app_after
from tests.support.event_streams import EventSource, listening
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.http import stores
from tests.support.stores import database_server, redis_server, through

NEVER = 3600.0
"""An interval in seconds that keeps polling out of a test."""


def app_that_polls(
    every: float, *, while_redis_is_away: float, environment: dict[str, str] | None = None
) -> AppProcess:
    """Serve the app with these intervals in seconds, and with long timeouts unless it has a Redis of its own."""
    environment = environment or {}
    polls = f"import app.modules.board.stream as s; s.POLL_SECONDS, s.POLL_SECONDS_WITHOUT_REDIS = {every}, {while_redis_is_away}"
    if "REDIS_PORT" not in environment:
        polls = f"from tests.support.long_timeouts import use_long_timeouts; use_long_timeouts(); {polls}"
    return AppProcess(stores() | environment, command=app_after(polls))


async def test_a_booking_in_one_process_shows_on_a_board_of_another(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    async with (
        AppProcess(stores(), command=LONG_TIMEOUTS) as one,
        app_that_polls(NEVER, while_redis_is_away=NEVER) as other,
        http_to(one, client) as desk,
        http_to(other, client) as viewer,
        listening(viewer, stream_path(spa.branch_id, spa.day())) as events,
    ):
        await events.next()
        created = await desk.post(VISITS, **spa.booking(spa.hour(10)))
        assert (created.status_code, (await events.next())[1]["visits"]) == (201, [created.json()])
        visit = f"{VISITS}/{created.json()['id']}"
        moved = await desk.patch(visit, json={"start": spa.hour(14).isoformat()})
        moved_visit = moved.json()
        assert (
            moved_visit.pop("edit_id") is not None
        )  # for the undo of the user who moved it: no event has it
        assert (moved.status_code, (await events.next())[1]["visits"]) == (200, [moved_visit])
        cancelled = await desk.put(f"{visit}/status", json={"status": "cancelled"})
        assert (cancelled.status_code, (await events.next())[1]["visits"]) == (200, [cancelled.json()])


async def test_a_roster_change_in_one_process_shows_on_a_board_of_another(client: httpx2.AsyncClient) -> None:
    branch = await add_branch()
    lan, bed = await add_therapist(branch), await add_bed(branch)
    async with (
        AppProcess(stores(), command=LONG_TIMEOUTS) as one,
        app_that_polls(NEVER, while_redis_is_away=NEVER) as other,
        http_to(one, client) as desk,
        http_to(other, client) as viewer,
        listening(viewer, stream_path(branch)) as events,
    ):
        assert (await events.next())[0] == "board"
        shift = {"staff_id": str(lan), "branch_id": str(branch)}
        shift |= {"start": at(1).isoformat(), "end": at(11).isoformat()}
        made = await desk.post("/api/v1/shifts", json=shift)
        assert made.status_code == 201
        name, data = await events.next()
        assert (name, [person["id"] for person in data["people"]]) == ("changed", [str(lan)])
        assert (data["visits"], data["removed"], data["rooms"], data["opening_hours"]) == ([], [], None, None)

        broken = {"start": at(3).isoformat(), "end": at(4).isoformat(), "reason": "Gãy chân"}
        await desk.post(f"/api/v1/resources/{bed}/outages", json=broken)
        _, data = await events.next()
        assert data["rooms"][0]["equipment"][0]["outages"][0]["reason"] == "Gãy chân"

        request = {"staff_id": str(lan), "start": at(8).isoformat(), "end": at(9).isoformat()}
        leave = (await desk.post("/api/v1/time-off", json=request)).json()
        await desk.post(f"/api/v1/time-off/{leave['id']}/approve", json={})
        _, data = await events.next()
        assert [entry["id"] for entry in data["people"][0]["leave"]] == [leave["id"]]

        await desk.delete(f"/api/v1/shifts/{made.json()['id']}", params={"force": "true"})
        _, data = await events.next()
        assert data["people"] == []


async def test_without_redis_a_change_shows_by_polling(client: httpx2.AsyncClient) -> None:
    branch = await add_branch()
    nowhere = {"REDIS_PORT": str(free_port())}
    async with (
        app_that_polls(NEVER, while_redis_is_away=0.2, environment=nowhere) as app,
        http_to(app, client) as http,
        listening(http, stream_path(branch)) as events,
    ):
        await events.next()
        [visit] = await add_visits(branch, 2)
        assert visit_ids((await events.next())[1]) == [visit]


@pytest.mark.parametrize("fault", [Mode.REFUSE, Mode.BLACK_HOLE])
async def test_when_redis_goes_and_comes_back_no_board_is_left_behind(
    client: httpx2.AsyncClient, fault: Mode
) -> None:
    branch = await add_branch()
    async with FaultProxy(*redis_server()) as proxy:
        way = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(proxy.port)}
        async with (
            app_that_polls(NEVER, while_redis_is_away=0.2, environment=way) as app,
            http_to(app, client) as http,
            listening(http, stream_path(branch)) as events,
        ):
            await events.next()
            first, *_ = await add_visits(branch, 2)
            assert visit_ids((await events.next())[1]) == [first]
            proxy.mode = fault
            [visit] = await add_visits(branch, 3)
            assert visit_ids((await events.next())[1]) == [visit]
            proxy.mode = Mode.PASS

            async def has_subscribed_again() -> bool:
                listeners = await (await get_redis_client()).client_list(_type="pubsub")
                return settings.REDIS_DB in {int(listener["db"]) for listener in listeners}

            await eventually(has_subscribed_again)
            [visit] = await add_visits(branch, 4)
            assert visit_ids((await events.next())[1]) == [visit]


async def test_a_waiting_stream_holds_no_connection(client: httpx2.AsyncClient) -> None:
    branch = await add_branch()
    environment = {"DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "0"}
    async with (
        app_that_polls(NEVER, while_redis_is_away=NEVER, environment=environment) as app,
        http_to(app, client) as http,
        listening(http, stream_path(branch)) as events,
        listening(http, stream_path(branch)) as other_events,
    ):
        for stream in (events, other_events):
            await stream.next()
        assert (await http.get("/api/v1/customers")).status_code == 200

        async def no_connection_is_in_use() -> bool:  # after the first read of the watch
            return "db_pool_connections_in_use 0.0" in (await http.get("/metrics")).text

        await eventually(no_connection_is_in_use)
        [visit] = await add_visits(branch, 2)
        for stream in (events, other_events):
            assert visit_ids((await stream.next())[1]) == [visit]


BOARDS = 50


@asynccontextmanager
async def boards_of(http: httpx2.AsyncClient, path: str) -> AsyncIterator[list[EventSource]]:
    """Keep fifty boards open in browsers; fail if one of them is refused so that its browser gives up."""
    boards = [EventSource(http, path) for _ in range(BOARDS)]
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(board.run()) for board in boards]
        yield boards
        for task in running:
            task.cancel()


async def show_the_day(boards: list[EventSource]) -> None:
    """Wait until each board has been sent a whole day."""
    async with asyncio.timeout(SOON):
        for board in boards:
            while (await board.events.get())[0] != "board":
                pass


async def test_fifty_boards_come_back_by_themselves_after_a_restart(client: httpx2.AsyncClient) -> None:
    """The app has one connection to the database."""
    branch = await add_branch()
    environment = stores() | {"DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "0"}
    async with AppProcess(environment) as old, FaultProxy("127.0.0.1", old.port) as proxy:
        http = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{proxy.port}",
            headers=client.headers,
            trust_env=False,
            limits=httpx2.Limits(max_connections=None),
        )
        async with http, boards_of(http, stream_path(branch)) as boards:
            await show_the_day(boards)
            old.kill()
            await old.wait(SOON)
            async with AppProcess(environment) as new:
                proxy.upstream = ("127.0.0.1", new.port)
                await show_the_day(boards)
                [visit] = await add_visits(branch, 2)
                for board in boards:
                    assert visit_ids((await board.events.get())[1]) == [visit]


async def test_boards_that_come_while_the_database_is_away_get_their_day_when_it_is_back(
    client: httpx2.AsyncClient,
) -> None:
    branch = await add_branch()
    async with (
        FaultProxy(*database_server()) as proxy,
        AppProcess(stores() | {"DATABASE_URL": through(proxy)}) as app,
        http_to(app, client) as http,
    ):
        proxy.mode = Mode.REFUSE
        async with boards_of(http, stream_path(branch)) as boards:

            async def all_have_an_answer() -> bool:
                return all(board.connections for board in boards)

            await eventually(all_have_an_answer)
            assert all(board.events.empty() for board in boards)
            proxy.mode = Mode.PASS
            await show_the_day(boards)
