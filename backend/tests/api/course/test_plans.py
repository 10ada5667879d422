"""Course plans over HTTP."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api.course.books import use
from tests.builders.branches import add_branch
from tests.builders.courses import sell_course
from tests.builders.taxes import add_tax_category
from tests.builders.visits import service_rows
from tests.support.database import insert_all
from tests.support.ledger import entries

PATH = "/api/v1/course-plans"
NAME = {"vi": "Liệu trình 10 buổi massage", "en": "Ten massages"}


@pytest.fixture
async def variant_id(stranger: httpx2.AsyncClient) -> str:
    variant, rows = service_rows()
    await insert_all(rows)
    return str(variant.id)


def refusal_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def create(client: httpx2.AsyncClient, variant_id: str, **fields: Any) -> httpx2.Response:
    new = {"key": "massage-10", "name": NAME, "price": 3_500_000, "sessions": 10}
    return await client.post(PATH, json=new | {"variant_ids": [variant_id]} | fields)


async def test_a_new_plan_is_listed_by_key(client: httpx2.AsyncClient, variant_id: str) -> None:
    agreed = {
        "valid_days": 180,
        "return_policy": "list_price",
        "list_price": 500_000,
        "tax_category_id": str(await add_tax_category()),
    }
    created = await create(client, variant_id, **agreed, no_show_uses_session=True)
    assert created.status_code == 201, created.text
    assert created.json() == agreed | {
        "id": created.json()["id"],
        "key": "massage-10",
        "name": NAME,
        "price": 3_500_000,
        "sessions": 10,
        "no_show_uses_session": True,
        "variant_ids": [variant_id],
        "retired_at": None,
    }
    other = await create(client, variant_id, key="facial-5")
    assert (await client.get(PATH)).json() == [other.json(), created.json()]


async def test_two_plans_cannot_share_a_key(client: httpx2.AsyncClient, variant_id: str) -> None:
    other = (await create(client, variant_id, key="facial-5")).json()
    await create(client, variant_id)
    assert refusal_of(await create(client, variant_id)) == (409, "COURSE_PLAN_KEY_TAKEN")
    renamed = await client.patch(f"{PATH}/{other['id']}", json={"key": "massage-10"})
    assert refusal_of(renamed) == (409, "COURSE_PLAN_KEY_TAKEN")


async def test_a_plan_pays_variants_that_exist(client: httpx2.AsyncClient, variant_id: str) -> None:
    unknown = "01a206a3-bc43-723f-b585-a474e03ee3c9"
    assert refusal_of(await create(client, unknown)) == (404, "SERVICE_VARIANT_NOT_FOUND")
    plan = (await create(client, variant_id)).json()
    changed = await client.patch(f"{PATH}/{plan['id']}", json={"variant_ids": [variant_id, unknown]})
    assert refusal_of(changed) == (404, "SERVICE_VARIANT_NOT_FOUND")


async def test_a_plan_has_a_tax_category_that_exists(client: httpx2.AsyncClient, variant_id: str) -> None:
    refused = await create(client, variant_id, tax_category_id=variant_id)
    assert refusal_of(refused) == (404, "TAX_CATEGORY_NOT_FOUND")


@pytest.mark.parametrize(
    "wrong",
    [
        {"sessions": 0},
        {"sessions": 201},
        {"price": -1},
        {"valid_days": 0},
        {"variant_ids": []},
        {"return_policy": "list_price"},
        {"list_price": 500_000},
    ],
)
async def test_a_plan_that_cannot_be_is_refused(
    client: httpx2.AsyncClient, variant_id: str, wrong: dict[str, Any]
) -> None:
    refused = await create(client, variant_id, **wrong)
    assert refusal_of(refused) == (422, "VALIDATION_ERROR")


async def test_only_the_fields_that_are_sent_change(client: httpx2.AsyncClient, variant_id: str) -> None:
    plan = (await create(client, variant_id, valid_days=90)).json()
    other, rows = service_rows()
    await insert_all(rows)
    seen = len(await entries(entity="course_plan_variant"))
    changes = {"price": 3_600_000, "variant_ids": [str(other.id), variant_id], "valid_days": None}
    changed = await client.patch(f"{PATH}/{plan['id']}", json=changes)
    assert changed.json() == plan | changes | {"variant_ids": [variant_id, str(other.id)]}
    assert len(await entries(entity="course_plan_variant")) == seen + 1, (
        "the variant that stays is not touched"
    )
    fewer = await client.patch(f"{PATH}/{plan['id']}", json={"variant_ids": [str(other.id)]})
    assert fewer.json()["variant_ids"] == [str(other.id)]


async def test_what_customers_have_bought_keeps_its_treatments(
    client: httpx2.AsyncClient, variant_id: str
) -> None:
    plan = (await create(client, variant_id)).json()
    other, rows = service_rows()
    await insert_all(rows)
    branch_id = await add_branch()
    course = await sell_course(branch_id, plan_id=UUID(plan["id"]), sessions=1)
    more = await client.patch(f"{PATH}/{plan['id']}", json={"variant_ids": [variant_id, str(other.id)]})
    assert more.json()["variant_ids"] == [variant_id, str(other.id)]
    fewer = {"variant_ids": [str(other.id)]}
    assert refusal_of(await client.patch(f"{PATH}/{plan['id']}", json=fewer)) == (409, "COURSE_PLAN_IN_USE")
    await use(branch_id, course.id)
    assert (await client.patch(f"{PATH}/{plan['id']}", json=fewer)).json()["variant_ids"] == [str(other.id)]


async def test_the_list_price_goes_with_its_policy(client: httpx2.AsyncClient, variant_id: str) -> None:
    plan = f"{PATH}/{(await create(client, variant_id)).json()['id']}"
    for incomplete in ({"return_policy": "list_price"}, {"list_price": 500_000}):
        refused = await client.patch(plan, json=incomplete)
        [detail] = refused.json()["error"]["details"]
        assert (refused.status_code, detail["field"], detail["type"]) == (
            422,
            "body.list_price",
            "list_price",
        )
    changed = await client.patch(plan, json={"return_policy": "list_price", "list_price": 500_000})
    assert changed.json()["list_price"] == 500_000
    changed = await client.patch(plan, json={"return_policy": "pro_rata"})
    assert (changed.json()["return_policy"], changed.json()["list_price"]) == ("pro_rata", None)


async def test_a_plan_is_retired_and_sold_again(client: httpx2.AsyncClient, variant_id: str) -> None:
    plan = f"{PATH}/{(await create(client, variant_id)).json()['id']}"
    retired = (await client.patch(plan, json={"retired": True})).json()["retired_at"]
    assert retired is not None
    assert (await client.patch(plan, json={"retired": True})).json()["retired_at"] == retired
    assert (await client.patch(plan, json={"retired": False})).json()["retired_at"] is None
