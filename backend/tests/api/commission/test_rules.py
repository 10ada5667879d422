"""Rules of commissions over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from app.modules.identity.roles import Role
from tests.builders.bookings import bookable_spa
from tests.builders.branches import add_branch
from tests.builders.commissions import add_rule, close_bill, line
from tests.builders.people import signed_in
from tests.builders.rosters import add_therapist
from tests.support.database import run_sql

RULES = "/api/v1/commission-rules"
EVERYTHING = {"scope": "all", "rate": 1000, "first_day": "2027-01-01"}


async def create(http: httpx2.AsyncClient, **values: Any) -> httpx2.Response:
    return await http.post(RULES, json=EVERYTHING | values)


async def code_of(response: httpx2.Response) -> str:
    return str(response.json()["error"]["code"])


async def test_a_new_rule_is_listed(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    lan = str(spa.therapists[0])
    created = await create(
        client,
        scope="service",
        thing_id=str(spa.service_of[spa.variant_id]),
        staff_id=lan,
        rate=None,
        amount=60_000,
    )
    assert created.status_code == 201, created.text
    assert (created.json()["amount"], created.json()["rate"], created.json()["last_day"]) == (
        60_000,
        None,
        None,
    )
    assert (await client.get(RULES)).json() == [created.json()]


async def test_a_new_rule_without_an_end_ends_the_one_before(client: httpx2.AsyncClient) -> None:
    first = (await create(client)).json()
    other = (await create(client, scope="services")).json()
    second = (await create(client, rate=1200, first_day="2027-03-01")).json()
    rules = {rule["id"]: rule["last_day"] for rule in (await client.get(RULES)).json()}
    assert rules == {first["id"]: "2027-02-28", other["id"]: None, second["id"]: None}


@pytest.mark.parametrize(
    "days",
    [
        {"first_day": "2027-01-01"},
        {"first_day": "2026-12-01"},
        {"first_day": "2027-02-01", "last_day": "2027-02-10"},
    ],
)
async def test_two_rules_for_the_same_do_not_overlap(
    client: httpx2.AsyncClient, days: dict[str, str]
) -> None:
    await create(client)
    refused = await create(client, rate=500, **days)
    assert (refused.status_code, await code_of(refused)) == (409, "COMMISSION_RULE_OVERLAPS")
    for other in ({"scope": "services"}, {"branch_id": str(await add_branch())}):
        assert (await create(client, **other, **days)).status_code == 201


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"thing_id": str(uuid4())}, "thing_needed"),
        ({"scope": "service"}, "thing_needed"),
        ({"amount": 1}, "rate_or_amount"),
        ({"rate": None}, "rate_or_amount"),
        ({"last_day": "2026-12-31"}, "date_range"),
        ({"rate": 10_001}, "less_than_equal"),
        ({"rate": -1}, "greater_than_equal"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, wrong: dict[str, Any], kind: str
) -> None:
    refused = await create(client, **wrong)
    assert refused.status_code == 422
    assert [detail["type"] for detail in refused.json()["error"]["details"]] == [kind]


@pytest.mark.parametrize(
    ("unknown", "code"),
    [
        ({"staff_id": str(uuid4())}, "STAFF_NOT_FOUND"),
        ({"branch_id": str(uuid4())}, "BRANCH_NOT_FOUND"),
        ({"scope": "category", "thing_id": str(uuid4())}, "SERVICE_CATEGORY_NOT_FOUND"),
        ({"scope": "service", "thing_id": str(uuid4())}, "SERVICE_NOT_FOUND"),
        ({"scope": "product", "thing_id": str(uuid4())}, "PRODUCT_NOT_FOUND"),
        ({"scope": "course", "thing_id": str(uuid4())}, "COURSE_PLAN_NOT_FOUND"),
    ],
)
async def test_what_a_rule_is_for_has_to_exist(
    client: httpx2.AsyncClient, unknown: dict[str, Any], code: str
) -> None:
    refused = await create(client, **unknown)
    assert (refused.status_code, await code_of(refused)) == (404, code)


async def test_a_rule_ends_and_goes_on(client: httpx2.AsyncClient) -> None:
    rule = (await create(client)).json()
    path = f"{RULES}/{rule['id']}"
    assert (await client.patch(path, json={"last_day": "2027-06-30"})).json()["last_day"] == "2027-06-30"
    assert (await client.patch(path, json={"last_day": "2026-06-30"})).status_code == 422
    await create(client, rate=500, first_day="2027-07-01")
    refused = await client.patch(path, json={"last_day": None})
    assert (refused.status_code, await code_of(refused)) == (409, "COMMISSION_RULE_OVERLAPS")


async def test_a_rule_is_deleted_unless_it_has_paid(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    unused = (await create(client, first_day="2030-01-01")).json()
    used = await add_rule("services")
    await close_bill(spa.branch_id, line(spa.therapists[0], spa.variant_id, 450_000))
    assert (await client.delete(f"{RULES}/{unused['id']}")).status_code == 204
    refused = await client.delete(f"{RULES}/{used}")
    assert (refused.status_code, await code_of(refused)) == (409, "COMMISSION_RULE_USED")
    missing = await client.delete(f"{RULES}/{unused['id']}")
    assert (missing.status_code, await code_of(missing)) == (404, "COMMISSION_RULE_NOT_FOUND")


class TestBranches:
    async def test_the_administrator_of_a_branch_makes_its_rules_and_no_others(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        own, other = await add_branch(), await add_branch()
        stranger.headers |= await signed_in(Role.ADMIN, branch_id=own)
        everywhere, elsewhere = await add_rule(), await add_rule(branch_id=other)
        assert (await create(stranger, branch_id=str(other))).status_code == 403
        assert (await create(stranger)).status_code == 403
        created = (await create(stranger, branch_id=str(own))).json()
        listed = {rule["id"] for rule in (await stranger.get(RULES)).json()}
        assert listed == {created["id"], str(everywhere)}
        for rule_id in (everywhere, elsewhere):
            assert (await stranger.delete(f"{RULES}/{rule_id}")).status_code == 403
            assert (await stranger.patch(f"{RULES}/{rule_id}", json={"last_day": None})).status_code == 403

    async def test_the_receptionist_sees_no_rules(self, stranger: httpx2.AsyncClient) -> None:
        stranger.headers |= await signed_in(Role.RECEPTIONIST)
        assert (await stranger.get(RULES)).status_code == 403


class TestCheck:
    async def check(self, http: httpx2.AsyncClient, branch_id: UUID, staff_id: UUID, **query: Any) -> Any:
        query = {"branch_id": str(branch_id), "staff_id": str(staff_id), "day": "2027-01-05"} | query
        response = await http.get(f"{RULES}/check", params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def test_the_earnings_of_a_sale_come_with_the_rule(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        sold = {"kind": "service", "thing_id": str(spa.variant_id), "price": 450_000}
        lan, mai = spa.therapists[0], await add_therapist(spa.branch_id)
        assert await self.check(client, spa.branch_id, lan, **sold) == {"rule": None, "amount": 0}
        await add_rule("category", await category_of(spa.variant_id), rate=1000)
        own = await add_rule(staff_id=lan, amount=60_000)
        of_lan = await self.check(client, spa.branch_id, lan, **sold)
        assert (of_lan["rule"]["id"], of_lan["amount"]) == (str(own), 60_000)
        of_mai = await self.check(client, spa.branch_id, mai, **sold)
        assert (of_mai["rule"]["scope"], of_mai["amount"]) == ("category", 45_000)
        soap = await self.check(client, spa.branch_id, mai, kind="product", thing_id=str(uuid4()), price=1000)
        assert soap == {"rule": None, "amount": 0}


async def category_of(variant_id: UUID) -> UUID:
    [(category_id,)] = await run_sql(
        "SELECT category_id FROM service_of_variant WHERE variant_id = $1", variant_id
    )
    assert isinstance(category_id, UUID)
    return category_id
