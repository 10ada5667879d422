"""A change in one process shows on the boards of another, with and without Redis."""

import httpx2
import pytest

from app.core.config import settings
from app.redis.client import get_redis_client
from tests.api.board.streams import add_visits, http_to, stream_path, visit_ids
from tests.builders.bookings import VISITS, bookable_spa
from tests.builders.branches import add_branch
from tests.builders.resources import add_bed, at
from tests.builders.rosters import add_therapist
from tests.support import eventually, free_port
from tests.support.app_process import LONG_TIMEOUTS, AppProcess, app_after
from tests.support.event_streams import listening
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.http import stores
from tests.support.stores import redis_server

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
        assert (moved.status_code, (await events.next())[1]["visits"]) == (200, [moved.json()])
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
