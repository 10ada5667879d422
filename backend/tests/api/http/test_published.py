"""Lists that are kept ready: never out of date, in any process, with Redis or without."""

import asyncio
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import database
from app.modules.branch.branch_models import OpeningHours
from tests.builders.branches import add_branch
from tests.builders.rosters import close_on
from tests.support import eventually, free_port
from tests.support.app_process import AppProcess
from tests.support.database import another_connection, insert, run_sql
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
    """The id of its one variant."""
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


@contextmanager
def connections_taken() -> Iterator[list[object]]:
    """Those that are taken from the pool meanwhile: one for each question to the database."""
    taken: list[object] = []

    def note(connection: object, *_: object) -> None:
        taken.append(connection)

    event.listen(database.engine.sync_engine, "checkout", note)
    try:
        yield taken
    finally:
        event.remove(database.engine.sync_engine, "checkout", note)


def an_hour_of(branch_id: UUID) -> OpeningHours:
    return OpeningHours(branch_id=branch_id, weekday=1, opens=540, closes=600)


class TestNewest:
    async def test_a_change_is_in_the_next_answer(self, client: httpx2.AsyncClient) -> None:
        assert await names(client) == []
        branch_id = await add_branch(name="Sen Trắng")
        assert await names(client) == ["Sen Trắng"]
        await client.patch(f"{PATH}/{branch_id}", json={"name": "Sen Hồng"})
        assert await names(client) == ["Sen Hồng"]

    @pytest.mark.parametrize("table", ["opening_hours", "hours_exception"])
    async def test_so_is_one_of_what_is_listed_with_it(self, client: httpx2.AsyncClient, table: str) -> None:
        branch_id = await add_branch()
        await names(client)
        if table == "opening_hours":
            await insert(an_hour_of(branch_id))
        else:
            await close_on(branch_id, date(2027, 2, 6), date(2027, 2, 6))
        [branch] = (await client.get(PATH)).json()
        assert len([*branch["hours"], *branch["exceptions"]]) == 1
        await run_sql(f"DELETE FROM {table}")
        [branch] = (await client.get(PATH)).json()
        assert [*branch["hours"], *branch["exceptions"]] == []

    async def test_what_is_not_committed_is_not_shown(self, client: httpx2.AsyncClient) -> None:
        branch_id = await add_branch(name="Sen Trắng")
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql(
                "UPDATE branch SET name = 'Sen Hồng' WHERE id = $1", (branch_id,)
            )
            assert await names(client) == ["Sen Trắng"]
            await connection.commit()
        assert await names(client) == ["Sen Hồng"]

    async def test_unchanged_it_is_read_once(self, client: httpx2.AsyncClient) -> None:
        await add_branch()
        await names(client)
        with connections_taken() as taken:
            await asyncio.gather(*(names(client) for _ in range(20)))
        # For the version, and none for the list: one for who came first, one for all who came meanwhile.
        assert len(taken) <= 2

    @pytest.mark.parametrize("with_redis", [True, False])
    async def test_another_process_shows_a_price_that_was_changed_in_one(
        self, client: httpx2.AsyncClient, *, with_redis: bool
    ) -> None:
        variant_id = await add_massage(client)
        stores = {"DATABASE_URL": driver_url()} | ({} if with_redis else {"REDIS_PORT": str(free_port())})
        async with AppProcess(stores) as one, AppProcess(stores) as other:
            processes = [each.http() for each in (one, other)]
            for number in range(20):
                changer, reader = processes[number % 2], processes[(number + 1) % 2]
                changed = await changer.patch(
                    f"{CATALOGUE}/variants/{variant_id}",
                    json={"price": 450_000 + number},
                    headers=client.headers,
                )
                assert changed.status_code == 200
                assert await price(reader) == 450_000 + number
            for each in processes:
                await each.aclose()

    async def test_read_by_several_questions_it_is_still_of_one_moment(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A change that comes between two of them: it is read again."""
        branch_id = await add_branch(name="Sen Trắng")
        read = AsyncSession.scalars
        changes = ["UPDATE branch SET name = 'Sen Hồng' WHERE id = $1"]

        async def scalars(session: AsyncSession, *arguments: Any, **options: Any) -> Any:
            found = await read(session, *arguments, **options)
            if changes and "FROM branch" in str(arguments[0]):
                async with another_connection() as connection, connection.transaction():
                    await connection.execute(changes.pop(), branch_id)
                    await insert(an_hour_of(branch_id), connection=connection)
            return found

        monkeypatch.setattr(AsyncSession, "scalars", scalars)
        [branch] = (await client.get(PATH)).json()
        assert (branch["name"], len(branch["hours"])) == ("Sen Hồng", 1)

    async def test_two_who_change_it_at_once_do_not_deadlock(self, client: httpx2.AsyncClient) -> None:
        """One has changed it and wants a row; the other has that row, or would have, and changes the list."""
        rose, lotus = await add_branch(name="Hồng"), await add_branch(name="Sen")
        one, other = [await asyncpg.connect(driver_url()) for _ in range(2)]
        async with one.transaction():
            await one.execute("UPDATE branch SET name = 'Hồng Nhung' WHERE id = $1", rose)
            change = asyncio.create_task(
                other.execute("UPDATE branch SET key = 'sen-vang' WHERE id = $1", lotus)
            )

            async def it_waits() -> bool:
                waiting = "SELECT FROM pg_locks WHERE NOT granted AND pid = $1"
                return bool(await run_sql(waiting, other.get_server_pid()))

            await eventually(it_waits)
            await insert(an_hour_of(lotus), connection=one)
        await change
        for connection in (one, other):
            await connection.close()
        shown = (await client.get(PATH)).json()
        assert [(each["name"], len(each["hours"])) for each in shown] == [("Hồng Nhung", 0), ("Sen", 1)]
        assert shown[1]["key"] == "sen-vang"

    async def test_redis_is_not_asked(self, client: httpx2.AsyncClient) -> None:
        branch_id = await add_branch(name="Sen Trắng")
        async with app_redis(REDIS_PORT=free_port()):
            assert await names(client) == ["Sen Trắng"]
            await client.patch(f"{PATH}/{branch_id}", json={"name": "Sen Hồng"})
            assert await names(client) == ["Sen Hồng"]


class TestAnswer:
    async def test_whoever_has_the_newest_is_told_so_and_sent_nothing(
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

    async def test_it_may_be_kept_and_must_be_asked_about(self, client: httpx2.AsyncClient) -> None:
        for had in ("", (await client.get(PATH)).headers["ETag"]):
            answer = await client.get(PATH, headers={"If-None-Match": had})
            assert answer.headers.get_list("Cache-Control") == ["no-cache"]
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        ("accepted", "coding"),
        [
            ("gzip, deflate, br", "gzip"),
            ("br;q=1.0, gzip;q=0.5", "gzip"),
            ("*", "gzip"),
            ("identity", None),
            ("gzip;q=0", None),
            ("", None),
        ],
    )
    async def test_it_is_sent_as_the_client_takes_it(
        self, client: httpx2.AsyncClient, accepted: str, coding: str | None
    ) -> None:
        await add_branch(name="Sen Trắng")
        async with client.stream("GET", PATH, headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join([piece async for piece in answer.aiter_raw()])
        assert answer.headers.get("Content-Encoding") == coding
        assert answer.headers["Content-Length"] == str(len(raw))
        assert "Sen Trắng" in (gzip.decompress(raw) if coding else raw).decode()

    async def test_it_is_the_same_in_every_process(self, client: httpx2.AsyncClient) -> None:
        await add_branch()
        here = await client.get(PATH)
        async with (
            AppProcess({"DATABASE_URL": driver_url()}) as process,
            process.http() as http,
        ):
            there = await http.get(PATH)
        assert (there.content, there.headers["ETag"]) == (here.content, here.headers["ETag"])

    @pytest.mark.parametrize("fault", [Mode.REFUSE, Mode.RESET, Mode.BLACK_HOLE, Mode.STALL])
    async def test_without_the_database_it_is_503_and_comes_back(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, fault: Mode
    ) -> None:
        await add_branch(name="Sen Trắng")
        async with FaultProxy(*database_server()) as proxy, app_database(DATABASE_URL=through(proxy)):
            assert await names(client) == ["Sen Trắng"]
            proxy.mode = fault
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(database, "REQUEST_POOL_WAIT", 0.2)
                for _ in range(2):
                    refusal(await client.get(PATH), 503, "SERVICE_UNAVAILABLE")
            proxy.mode = Mode.PASS
            await proxy.until_it_passes()
            assert await names(client) == ["Sen Trắng"]
