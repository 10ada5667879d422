"""Public lists with an ETag: never out of date, in any process, with Redis or without."""

from datetime import date
from uuid import UUID

import httpx2
import pytest

from app.core import database
from app.modules.branch.branch_models import OpeningHours
from tests.builders.branches import add_branch
from tests.builders.rosters import close_on
from tests.support import free_port
from tests.support.app_process import AppProcess
from tests.support.database import insert, run_sql
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.http import refusal
from tests.support.stores import app_database, app_redis, database_server, driver_url, through

PATH = "/api/v1/branches"
CATALOGUE = "/api/v1/catalogue"


async def names(http: httpx2.AsyncClient) -> list[str]:
    response = await http.get(PATH)
    assert response.status_code == 200, response.text
    return [branch["name"] for branch in response.json()]


async def add_massage(client: httpx2.AsyncClient) -> str:
    """Add a service with one variant and return the variant's id."""
    massage = {"vi": "Massage", "en": "Massage"}
    category = await client.post(f"{CATALOGUE}/categories", json={"key": "massage", "name": massage})
    hour = {"key": "60", "price": 400_000, "segments": [{"minutes": 60, "needs_staff": True}]}
    service = {
        "key": "massage",
        "category_id": category.json()["id"],
        "name": massage,
        "variants": [hour],
    }
    variant_id: str = (await client.post(f"{CATALOGUE}/services", json=service)).json()["variants"][0]["id"]
    return variant_id


async def price(http: httpx2.AsyncClient) -> int:
    [category] = (await http.get(CATALOGUE)).json()
    found: int = category["services"][0]["variants"][0]["price"]
    return found


def an_hour_of(branch_id: UUID) -> OpeningHours:
    return OpeningHours(branch_id=branch_id, weekday=1, opens=540, closes=600)


class TestFreshness:
    async def test_a_change_is_in_the_next_response(self, client: httpx2.AsyncClient) -> None:
        assert await names(client) == []
        branch_id = await add_branch(name="Sen Trắng")
        assert await names(client) == ["Sen Trắng"]
        await client.patch(f"{PATH}/{branch_id}", json={"name": "Sen Hồng"})
        assert await names(client) == ["Sen Hồng"]

    @pytest.mark.parametrize("table", ["opening_hours", "special_hours"])
    async def test_a_change_of_hours_is_in_the_next_response(
        self, client: httpx2.AsyncClient, table: str
    ) -> None:
        branch_id = await add_branch()
        await names(client)
        if table == "opening_hours":
            await insert(an_hour_of(branch_id))
        else:
            await close_on(branch_id, date(2027, 2, 6), date(2027, 2, 6))
        [branch] = (await client.get(PATH)).json()
        assert len([*branch["hours"], *branch["special_hours"]]) == 1
        await run_sql(f"DELETE FROM {table}")
        [branch] = (await client.get(PATH)).json()
        assert [*branch["hours"], *branch["special_hours"]] == []

    async def test_an_uncommitted_change_is_not_shown(self, client: httpx2.AsyncClient) -> None:
        branch_id = await add_branch(name="Sen Trắng")
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql(
                "UPDATE branch SET name = 'Sen Hồng' WHERE id = $1", (branch_id,)
            )
            assert await names(client) == ["Sen Trắng"]
            await connection.commit()
        assert await names(client) == ["Sen Hồng"]

    @pytest.mark.parametrize("with_redis", [True, False])
    async def test_a_price_changed_in_one_process_is_seen_by_the_next_request_in_another(
        self, client: httpx2.AsyncClient, *, with_redis: bool
    ) -> None:
        variant_id = await add_massage(client)
        stores = {"DATABASE_URL": driver_url()} | ({} if with_redis else {"REDIS_PORT": str(free_port())})
        async with AppProcess(stores) as one, AppProcess(stores) as other:
            processes = [process.http() for process in (one, other)]
            for number in range(20):
                changer, reader = processes[number % 2], processes[(number + 1) % 2]
                changed = await changer.patch(
                    f"{CATALOGUE}/variants/{variant_id}",
                    json={"price": 450_000 + number},
                    headers=client.headers,
                )
                assert changed.status_code == 200
                assert await price(reader) == 450_000 + number
            for process in processes:
                await process.aclose()

    async def test_lists_do_not_need_redis(self, client: httpx2.AsyncClient) -> None:
        branch_id = await add_branch(name="Sen Trắng")
        async with app_redis(REDIS_PORT=free_port()):
            assert await names(client) == ["Sen Trắng"]
            await client.patch(f"{PATH}/{branch_id}", json={"name": "Sen Hồng"})
            assert await names(client) == ["Sen Hồng"]


class TestResponse:
    async def test_a_client_with_the_current_version_gets_304_without_a_body(
        self, client: httpx2.AsyncClient
    ) -> None:
        branch_id = await add_branch()
        first = await client.get(PATH)
        etag = first.headers["ETag"]
        for had in (etag, f'"x", {etag}', etag[2:], "*"):
            again = await client.get(PATH, headers={"If-None-Match": had})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["ETag"] == first.headers["ETag"]
        await client.patch(f"{PATH}/{branch_id}", json={"name": "Sen Hồng"})
        changed = await client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
        assert (changed.status_code, changed.json()[0]["name"]) == (200, "Sen Hồng")

    async def test_a_client_may_keep_it_and_must_revalidate(self, client: httpx2.AsyncClient) -> None:
        for had in ("", (await client.get(PATH)).headers["ETag"]):
            answer = await client.get(PATH, headers={"If-None-Match": had})
            assert answer.headers.get_list("Cache-Control") == ["no-cache"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    async def test_every_process_sends_the_same_body_and_etag(self, client: httpx2.AsyncClient) -> None:
        await add_branch()
        here = await client.get(PATH)
        async with (
            AppProcess({"DATABASE_URL": driver_url()}) as process,
            process.http() as http,
        ):
            there = await http.get(PATH)
        assert (there.content, there.headers["ETag"]) == (here.content, here.headers["ETag"])

    @pytest.mark.parametrize("fault", [Mode.REFUSE, Mode.RESET, Mode.BLACK_HOLE, Mode.STALL])
    async def test_a_list_is_503_while_the_database_is_away(
        self, client: httpx2.AsyncClient, fault: Mode
    ) -> None:
        await add_branch(name="Sen Trắng")
        async with (
            FaultProxy(*database_server()) as proxy,
            app_database(DATABASE_URL=through(proxy), DB_STATEMENT_TIMEOUT=0.1),
        ):
            assert await names(client) == ["Sen Trắng"]
            proxy.mode = fault
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(database, "REQUEST_POOL_WAIT", 0.2)
                for _ in range(2):
                    refusal(await client.get(PATH), 503, "SERVICE_UNAVAILABLE")
            proxy.mode = Mode.PASS
            await proxy.until_it_passes()
            assert await names(client) == ["Sen Trắng"]
