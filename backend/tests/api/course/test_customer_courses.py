"""The courses of customers over HTTP: what is left and what happened, extended, transferred, expired."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.modules.course.jobs import expire_courses
from app.modules.identity.roles import Role
from app.modules.ledger.accounts import Account
from tests.api.course.books import balances, give_course_back, kinds, owed, states, use
from tests.builders.branches import add_branch
from tests.builders.courses import SoldCourse, sell_course
from tests.builders.people import add_customer, new_customer, new_user, signed_in
from tests.support.database import run_sql

COURSES = "/api/v1/customer-courses"
TODAY = utc_now().date()


@pytest.fixture
async def branch_id(stranger: object) -> UUID:
    return await add_branch()


@pytest.fixture
async def course(branch_id: UUID) -> SoldCourse:
    """A course of ten for 3,500,000 at 8 %, valid for 30 days."""
    return await sell_course(branch_id, valid_days=30)


def refusal_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def courses_of(client: httpx2.AsyncClient, customer_id: UUID) -> list[dict[str, Any]]:
    courses: list[dict[str, Any]] = (await client.get(f"/api/v1/customers/{customer_id}/courses")).json()
    return courses


async def extend(
    client: httpx2.AsyncClient, course: SoldCourse, day: date | None, *, key: object = None
) -> httpx2.Response:
    return await client.post(
        f"{COURSES}/{course.id}/extend",
        json={"expires_on": day.isoformat() if day else None, "reason": "Khách đi công tác"},
        headers={"Idempotency-Key": str(key or uuid7())},
    )


async def transfer(
    client: httpx2.AsyncClient, course_id: UUID, customer_id: UUID, *, key: object = None
) -> httpx2.Response:
    return await client.post(
        f"{COURSES}/{course_id}/transfer",
        json={"customer_id": str(customer_id), "reason": "Tặng chị gái"},
        headers={"Idempotency-Key": str(key or uuid7())},
    )


async def end_validity(course: SoldCourse, *, days_ago: int = 2) -> None:
    await run_sql(
        "UPDATE customer_course SET expires_on = $1 WHERE id = $2",
        TODAY - timedelta(days=days_ago),
        course.id,
    )


async def expire() -> int:
    return await expire_courses(asyncio.Event())


async def test_a_customers_courses_say_what_is_left(
    client: httpx2.AsyncClient, branch_id: UUID, course: SoldCourse
) -> None:
    await use(branch_id, course.id, 4)
    newer = await sell_course(branch_id, course.customer_id)
    newest, oldest = await courses_of(client, course.customer_id)
    assert newest["id"] == str(newer.id)
    counts = {"free": 6, "reserved": 0, "used": 4, "expired": 0, "moved": 0, "refunded": 0}
    assert {name: oldest[name] for name in counts} == counts
    assert (oldest["sessions"], oldest["price"], oldest["sale_line_id"]) == (
        10,
        3_500_000,
        str(course.sale_line_id),
    )
    assert oldest["name"] == {"vi": "Liệu trình 10 buổi", "en": "Ten sessions"}


async def test_customers_see_their_own_courses(stranger: httpx2.AsyncClient, branch_id: UUID) -> None:
    customer_id, headers = await new_customer()
    stranger.headers |= headers
    course = await sell_course(branch_id, customer_id)
    assert [seen["id"] for seen in await courses_of(stranger, customer_id)] == [str(course.id)]


async def test_the_history_names_who_did_what(
    stranger: httpx2.AsyncClient, branch_id: UUID, course: SoldCourse
) -> None:
    _, headers = await new_user(Role.RECEPTIONIST, branch_id=branch_id)
    stranger.headers |= headers
    [paid] = await use(branch_id, course.id)
    await extend(stranger, course, TODAY + timedelta(days=90))
    entries = (await stranger.get(f"{COURSES}/{course.id}/entries")).json()
    assert [(entry["kind"], entry["numbers"], entry["amount"], entry["user_name"]) for entry in entries] == [
        ("granted", [*range(1, 11)], 3_240_741, None),
        ("consumed", [1], -324_074, None),
        ("extended", [], 0, "Lan"),
    ]
    assert paid.number == 1
    assert {entry["visit_id"] for entry in entries} == {None}


class TestExpiring:
    async def test_free_sessions_are_lost_on_the_day_after_the_last(
        self, branch_id: UUID, course: SoldCourse
    ) -> None:
        await use(branch_id, course.id, 4)
        await run_sql("UPDATE customer_course SET expires_on = $1", TODAY + timedelta(days=1))
        assert await expire() == 0
        await end_validity(course)
        assert await expire() == 1
        assert await expire() == 0
        assert await states(course.id) == {"used": 4, "expired": 6}
        assert (await balances())[Account.FORFEITED] == -1_944_445
        assert await owed() == 0

    async def test_a_course_without_a_last_day_stays(self, branch_id: UUID) -> None:
        course = await sell_course(branch_id)
        assert await expire() == 0
        assert await states(course.id) == {"free": 10}


class TestExtending:
    async def test_what_had_expired_is_free_again(
        self, client: httpx2.AsyncClient, branch_id: UUID, course: SoldCourse
    ) -> None:
        before = await balances()
        await end_validity(course)
        await expire()
        extended = await extend(client, course, TODAY + timedelta(days=60))
        assert extended.status_code == 200, extended.text
        assert (extended.json()["free"], extended.json()["reason"]) == (10, "Khách đi công tác")
        assert extended.json()["expires_on"] == (TODAY + timedelta(days=60)).isoformat()
        assert await balances() == before
        assert await owed() == 3_240_741
        assert await kinds(course.id) == ["granted", "expired", "extended"]
        assert (await extend(client, course, None)).json()["expires_on"] is None

    async def test_a_repeat_extends_once(self, client: httpx2.AsyncClient, course: SoldCourse) -> None:
        key, day = uuid7(), TODAY + timedelta(days=60)
        first, second = [await extend(client, course, day, key=key) for _ in range(2)]
        assert first.json() == second.json()
        assert await kinds(course.id) == ["granted", "extended"]

    @pytest.mark.parametrize("days", [-1, 0, 30])
    async def test_the_new_day_is_later(
        self, client: httpx2.AsyncClient, course: SoldCourse, days: int
    ) -> None:
        sold = await courses_of(client, course.customer_id)
        last = date.fromisoformat(sold[0]["expires_on"])
        refused = await extend(client, course, last - timedelta(days=30 - days))
        assert refusal_of(refused) == (409, "COURSE_EXPIRY_NOT_LATER")
        await end_validity(course)
        assert refusal_of(await extend(client, course, TODAY - timedelta(days=2))) == (
            409,
            "COURSE_EXPIRY_NOT_LATER",
        )

    async def test_a_course_without_a_last_day_has_nothing_to_extend(
        self, client: httpx2.AsyncClient, branch_id: UUID
    ) -> None:
        course = await sell_course(branch_id)
        refused = await extend(client, course, TODAY + timedelta(days=60))
        assert refusal_of(refused) == (409, "COURSE_EXPIRY_NOT_LATER")

    async def test_an_extension_has_a_reason(self, client: httpx2.AsyncClient, course: SoldCourse) -> None:
        response = await client.post(
            f"{COURSES}/{course.id}/extend",
            json={"expires_on": "2100-01-01", "reason": " "},
            headers={"Idempotency-Key": "a"},
        )
        assert refusal_of(response) == (422, "VALIDATION_ERROR")

    async def test_the_desk_of_another_branch_cannot(
        self, stranger: httpx2.AsyncClient, course: SoldCourse
    ) -> None:
        stranger.headers |= await signed_in(Role.ADMIN, branch_id=uuid7())
        assert (await extend(stranger, course, TODAY + timedelta(days=60))).status_code == 403
        assert (await transfer(stranger, course.id, await add_customer("Hoa"))).status_code == 403


class TestTransferring:
    async def test_another_customer_gets_the_free_sessions(
        self, client: httpx2.AsyncClient, branch_id: UUID, course: SoldCourse
    ) -> None:
        await use(branch_id, course.id, 4)
        before, sister = await balances(), await add_customer("Hoa")
        moved = await transfer(client, course.id, sister)
        assert moved.status_code == 200, moved.text
        [old] = await courses_of(client, course.customer_id)
        assert await courses_of(client, sister) == [moved.json()]
        new = moved.json()
        assert (new["sessions"], new["free"], new["price"]) == (6, 6, 2_100_000)
        assert (new["transferred_from_id"], new["expires_on"]) == (str(course.id), old["expires_on"])
        assert (old["free"], old["used"], old["moved"]) == (0, 4, 6)
        assert await balances() == before
        assert await owed() == 1_944_445
        await use(branch_id, UUID(new["id"]), 6)
        assert await owed() == 0

    async def test_a_repeat_transfers_once(self, client: httpx2.AsyncClient, course: SoldCourse) -> None:
        key, sister = uuid7(), await add_customer("Hoa")
        first, second = [await transfer(client, course.id, sister, key=key) for _ in range(2)]
        assert first.json() == second.json()
        assert len(await courses_of(client, sister)) == 1

    async def test_giving_a_course_away_makes_it_worth_no_more(
        self, client: httpx2.AsyncClient, branch_id: UUID
    ) -> None:
        """A return by list price counts what was used before: 3,500,000 − 4 × 500,000, and not the 2,100,000 of six sessions."""
        course = await sell_course(branch_id, return_policy="list_price", list_price=500_000)
        await use(branch_id, course.id, 4)
        moved = await transfer(client, course.id, await add_customer("Hoa"))
        assert (await give_course_back(branch_id, UUID(moved.json()["id"]))).amount == 1_500_000

    async def test_it_is_refused_to_customers_who_cannot_have_it(
        self, client: httpx2.AsyncClient, branch_id: UUID, course: SoldCourse
    ) -> None:
        to_self = await transfer(client, course.id, course.customer_id)
        assert refusal_of(to_self) == (409, "COURSE_TRANSFER_TO_SELF")
        assert refusal_of(await transfer(client, course.id, uuid7())) == (404, "CUSTOMER_NOT_FOUND")
        archived = await add_customer("Hoa")
        await client.post(f"/api/v1/customers/{archived}/archive")
        assert refusal_of(await transfer(client, course.id, archived)) == (409, "CUSTOMER_ARCHIVED")
        await use(branch_id, course.id, 10)
        used_up = await transfer(client, course.id, await add_customer("Thu"))
        assert refusal_of(used_up) == (409, "COURSE_USED_UP")


class TestPersonalData:
    async def test_a_merged_customers_courses_move(
        self, client: httpx2.AsyncClient, course: SoldCourse
    ) -> None:
        survivor = await add_customer("Mai")
        merged = await client.post(
            f"/api/v1/customers/{survivor}/merge", json={"duplicate_id": str(course.customer_id)}
        )
        assert merged.status_code == 200, merged.text
        assert [seen["id"] for seen in await courses_of(client, survivor)] == [str(course.id)]

    async def test_a_person_gets_a_copy_of_their_courses(
        self, client: httpx2.AsyncClient, course: SoldCourse
    ) -> None:
        copy = (await client.get(f"/api/v1/customers/{course.customer_id}/personal-data")).json()
        assert copy["other_records"]["courses"] == await courses_of(client, course.customer_id)

    async def test_an_erasure_removes_what_the_desk_wrote(
        self, client: httpx2.AsyncClient, course: SoldCourse
    ) -> None:
        await extend(client, course, TODAY + timedelta(days=60))
        erased = await client.post(f"/api/v1/customers/{course.customer_id}/erase")
        assert erased.status_code == 200, erased.text
        [(reason,)] = await run_sql("SELECT reason FROM customer_course")
        assert reason == ""
        written = await run_sql("SELECT FROM audit_entry WHERE strpos(after::text, 'công tác') > 0")
        assert written == []
        assert await owed() == 3_240_741
