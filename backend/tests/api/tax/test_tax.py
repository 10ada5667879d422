"""Taxes over HTTP, and the rates of a day for other modules."""

import asyncio
from datetime import date
from typing import Any

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.db.transactions import run_in_transaction
from app.modules.tax import tax_service
from app.modules.tax.tax_errors import NoTaxCategory
from app.modules.tax.tax_schemas import TaxRates
from tests.builders.taxes import add_tax_category
from tests.support.database import run_sql
from tests.support.ledger import entries

PATH = "/api/v1/tax-categories"
NAME = {"vi": "Massage", "en": "Massage"}
TWO_RATES = [{"from_day": "2025-07-01", "rate": 800}, {"from_day": "2027-01-01", "rate": 1000}]
MASSAGE = {"key": "massage", "name": NAME, "rates": TWO_RATES}

type Item = dict[str, Any]


async def add(client: httpx2.AsyncClient, **fields: Any) -> Item:
    response = await client.post(PATH, json=MASSAGE | fields)
    assert response.status_code == 201, response.text
    added: Item = response.json()
    return added


async def listed(client: httpx2.AsyncClient) -> list[Item]:
    categories: list[Item] = (await client.get(PATH)).json()
    return categories


async def default_keys(client: httpx2.AsyncClient) -> list[str]:
    return [category["key"] for category in await listed(client) if category["is_default"]]


async def rates_on(day: date) -> TaxRates:
    return await run_in_transaction(lambda session: tax_service.rates_on(session, day))


def problem_of(response: httpx2.Response) -> tuple[int, str]:
    error = response.json()["error"]
    return response.status_code, error["details"][0]["type"] if "details" in error else error["code"]


class TestCategories:
    async def test_a_category_is_listed_with_its_rates_the_earliest_first(
        self, client: httpx2.AsyncClient
    ) -> None:
        added = await add(client, rates=TWO_RATES[::-1])
        assert added == {"id": added["id"], "is_default": True} | MASSAGE
        assert await listed(client) == [added]

    async def test_two_categories_cannot_share_a_key(self, client: httpx2.AsyncClient) -> None:
        await add(client)
        refused = await client.post(PATH, json=MASSAGE)
        assert problem_of(refused) == (409, "TAX_CATEGORY_KEY_TAKEN")
        other = await add(client, key="other")
        renamed = await client.patch(f"{PATH}/{other['id']}", json={"key": "massage"})
        assert problem_of(renamed) == (409, "TAX_CATEGORY_KEY_TAKEN")

    async def test_a_category_is_renamed_and_keeps_its_rates(self, client: httpx2.AsyncClient) -> None:
        added = await add(client)
        name = {"vi": "Xông hơi, massage", "en": "Sauna and massage"}
        changed = await client.patch(f"{PATH}/{added['id']}", json={"name": name})
        assert changed.json() == added | {"name": name}
        assert await listed(client) == [changed.json()]

    @pytest.mark.parametrize("path", ["", "/rates"])
    async def test_a_missing_category_is_not_found(self, client: httpx2.AsyncClient, path: str) -> None:
        method, body = ("PUT", {"rates": TWO_RATES}) if path else ("PATCH", {"name": NAME})
        response = await client.request(method, f"{PATH}/{uuid7()}{path}", json=body)
        assert problem_of(response) == (404, "TAX_CATEGORY_NOT_FOUND")


class TestDefault:
    async def test_the_first_category_is_the_default_and_a_later_one_becomes_it_on_request(
        self, client: httpx2.AsyncClient
    ) -> None:
        await add(client, key="first")
        second = await add(client, key="second")
        assert await default_keys(client) == ["first"]
        await add(client, key="third", is_default=True)
        assert await default_keys(client) == ["third"]
        changed = await client.patch(f"{PATH}/{second['id']}", json={"is_default": True})
        assert changed.json() == second | {"is_default": True}
        assert await default_keys(client) == ["second"]

    async def test_the_default_is_replaced_and_never_removed(self, client: httpx2.AsyncClient) -> None:
        added = await add(client)
        refused = await client.patch(f"{PATH}/{added['id']}", json={"is_default": False})
        assert problem_of(refused) == (422, "tax_default")

    async def test_changes_of_the_default_at_once_leave_one(self, client: httpx2.AsyncClient) -> None:
        paths = [f"{PATH}/{(await add(client, key=f'k{number}'))['id']}" for number in range(4)]
        responses = await asyncio.gather(
            *(client.patch(path, json={"is_default": True}) for path in paths * 3)
        )
        assert {response.status_code for response in responses} == {200}
        assert len(await default_keys(client)) == 1


class TestRates:
    async def test_the_whole_list_is_replaced_and_what_stays_is_no_change(
        self, client: httpx2.AsyncClient
    ) -> None:
        added = await add(client)
        rates = [{"from_day": "2026-01-01", "rate": 500}, TWO_RATES[1] | {"rate": 0}]
        changed = await client.put(f"{PATH}/{added['id']}/rates", json={"rates": rates})
        assert changed.json() == added | {"rates": rates}
        assert await listed(client) == [changed.json()]

        again = await client.put(f"{PATH}/{added['id']}/rates", json={"rates": rates[::-1]})
        assert again.json() == changed.json()
        assert await entries(request_id=again.headers["X-Request-ID"]) == []

    @pytest.mark.parametrize(
        ("rates", "problem"),
        [
            ([], "too_short"),
            ([TWO_RATES[0], TWO_RATES[0]], "tax_day_twice"),
            ([TWO_RATES[0] | {"rate": 10_001}], "less_than_equal"),
            ([TWO_RATES[0] | {"rate": -1}], "greater_than_equal"),
            ([TWO_RATES[0] | {"rate": 8.5}], "int_type"),
            ([TWO_RATES[0] | {"from_day": "1999-12-31"}], "tax_year"),
        ],
    )
    async def test_rates_that_mean_nothing_are_refused(
        self, client: httpx2.AsyncClient, rates: list[Item], problem: str
    ) -> None:
        added = await add(client)
        refused = await client.put(f"{PATH}/{added['id']}/rates", json={"rates": rates})
        assert problem_of(refused) == (422, problem)
        assert await listed(client) == [added]


@pytest.mark.usefixtures("stranger")
class TestRatesOfADay:
    @pytest.mark.parametrize(
        ("day", "rate"),
        [
            (date(2026, 12, 31), 800),
            (date(2027, 1, 1), 1000),
            (date(2030, 1, 1), 1000),
            (date(2020, 1, 1), 800),
        ],
    )
    async def test_the_newest_rate_that_has_begun_counts_and_before_all_of_them_the_first(
        self, day: date, rate: int
    ) -> None:
        rates = {date(2025, 7, 1): 800, date(2027, 1, 1): 1000}
        await add_tax_category(0, default=True)
        category_id = await add_tax_category(rates)
        assert (await rates_on(day)).rate_of(category_id) == rate

    async def test_what_has_no_category_is_taxed_as_the_default(self) -> None:
        await add_tax_category(1000)
        await add_tax_category(500, default=True)
        assert (await rates_on(date(2026, 12, 1))).rate_of(None) == 500

    async def test_nothing_is_taxed_by_guess_when_there_is_no_category(self) -> None:
        rates = await rates_on(date(2026, 12, 1))
        with pytest.raises(NoTaxCategory):
            rates.rate_of(None)


async def test_services_and_add_ons_have_a_category_or_none(client: httpx2.AsyncClient) -> None:
    tax_id = (await add(client))["id"]
    catalogue = "/api/v1/catalogue"
    group = await client.post(f"{catalogue}/categories", json={"key": "massage", "name": NAME})
    rest = {"key": "k", "name": NAME, "tax_category_id": tax_id}
    service = await client.post(f"{catalogue}/services", json=rest | {"category_id": group.json()["id"]})
    add_on = await client.post(f"{catalogue}/add-ons", json=rest | {"minutes": 15, "price": 1})
    for created, path in ((service, "services"), (add_on, "add-ons")):
        assert created.json()["tax_category_id"] == tax_id
        one = f"{catalogue}/{path}/{created.json()['id']}"
        missing = await client.patch(one, json={"tax_category_id": str(uuid7())})
        assert problem_of(missing) == (404, "TAX_CATEGORY_NOT_FOUND")
        cleared = await client.patch(one, json={"tax_category_id": None})
        assert cleared.json() == created.json() | {"tax_category_id": None}
    desk = (await client.get(f"{catalogue}/desk")).json()
    assert [row["tax_category_id"] for row in desk["services"] + desk["add_ons"]] == [None, None]


async def test_the_rates_of_a_category_have_its_name_in_the_audit_ledger(
    client: httpx2.AsyncClient,
) -> None:
    await add(client)
    page = (await client.get("/api/v1/audit", params={"entity": "tax_rate"})).json()
    assert {page["names"][entry["entity_id"]]["vi"] for entry in page["items"]} == {"Massage"}


async def test_postgresql_keeps_one_default_category() -> None:
    [(definition,)] = await run_sql(
        "SELECT indexdef FROM pg_indexes WHERE indexname = 'tax_category_default_key'"
    )
    assert "UNIQUE" in definition
    assert "WHERE is_default" in definition
