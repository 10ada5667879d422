"""Products over HTTP, and their offers for other modules."""

from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.db.transactions import run_in_transaction
from app.modules.product import product_service
from app.modules.product.product_errors import ProductNotFound, ProductRetired
from app.modules.product.product_schemas import ProductOffer
from tests.builders.products import OIL, add_product
from tests.builders.taxes import add_tax_category

PATH = "/api/v1/products"
NEW = {
    "key": "dau-oai-huong",
    "name": {"vi": "Dầu massage oải hương", "en": "Lavender massage oil"},
    "price": 250_000,
    "sku": "8936012345678",
}

type Item = dict[str, Any]


async def add(client: httpx2.AsyncClient, **fields: Any) -> Item:
    response = await client.post(PATH, json=NEW | fields)
    assert response.status_code == 201, response.text
    added: Item = response.json()
    return added


async def listed(client: httpx2.AsyncClient, **query: Any) -> list[str]:
    response = await client.get(PATH, params=query)
    assert response.status_code == 200, response.text
    return [product["key"] for product in response.json()]


def refusal_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def offer(*ids: UUID) -> dict[UUID, ProductOffer]:
    return await run_in_transaction(lambda session: product_service.offer(session, ids))


async def test_products_are_listed_in_order(client: httpx2.AsyncClient) -> None:
    tax_category_id = str(await add_tax_category())
    added = await add(client, tax_category_id=tax_category_id, position=2)
    assert added == NEW | {
        "id": added["id"],
        "tax_category_id": tax_category_id,
        "position": 2,
        "retired_at": None,
        "stock": [],
    }
    await add(client, key="b", sku=None)
    await add(client, key="a", sku=None)
    assert await listed(client) == ["a", "b", "dau-oai-huong"]


@pytest.mark.parametrize("searched", ["OAI huong", "oải", "lavender", "345678"])
async def test_a_product_is_found_by_a_part_of_its_names_or_its_number(
    client: httpx2.AsyncClient, searched: str
) -> None:
    await add(client)
    await add(client, key="tra", name={"vi": "Trà gừng", "en": "Ginger tea"}, sku=None)
    assert await listed(client, q=searched) == ["dau-oai-huong"]


async def test_a_retired_product_is_listed_apart_until_it_is_sold_again(client: httpx2.AsyncClient) -> None:
    one = f"{PATH}/{(await add(client))['id']}"
    retired = (await client.patch(one, json={"retired": True})).json()
    assert retired["retired_at"] is not None
    again = (await client.patch(one, json={"retired": True})).json()
    assert again["retired_at"] == retired["retired_at"]
    assert (await listed(client), await listed(client, retired=True)) == ([], ["dau-oai-huong"])
    await client.patch(one, json={"retired": False})
    assert (await listed(client), await listed(client, retired=True)) == (["dau-oai-huong"], [])


async def test_what_is_sent_changes_and_the_rest_stays(client: httpx2.AsyncClient) -> None:
    added = await add(client)
    changed = await client.patch(f"{PATH}/{added['id']}", json={"price": 300_000, "sku": None})
    assert changed.json() == added | {"price": 300_000, "sku": None}


@pytest.mark.parametrize(("field", "code"), [("key", "PRODUCT_KEY_TAKEN"), ("sku", "PRODUCT_SKU_TAKEN")])
async def test_two_products_share_neither_key_nor_number(
    client: httpx2.AsyncClient, field: str, code: str
) -> None:
    await add(client)
    other = {"key": "other", "sku": "1"} | {field: NEW[field]}
    assert refusal_of(await client.post(PATH, json=NEW | other)) == (409, code)
    second = await add(client, key="second", sku="2")
    renamed = await client.patch(f"{PATH}/{second['id']}", json={field: NEW[field]})
    assert refusal_of(renamed) == (409, code)


async def test_an_unknown_tax_category_is_refused(client: httpx2.AsyncClient) -> None:
    missing = {"tax_category_id": str(uuid7())}
    assert refusal_of(await client.post(PATH, json=NEW | missing)) == (404, "TAX_CATEGORY_NOT_FOUND")
    one = f"{PATH}/{(await add(client))['id']}"
    assert refusal_of(await client.patch(one, json=missing)) == (404, "TAX_CATEGORY_NOT_FOUND")


async def test_a_missing_product_is_not_found(client: httpx2.AsyncClient) -> None:
    refused = await client.patch(f"{PATH}/{uuid7()}", json={"price": 1})
    assert refusal_of(refused) == (404, "PRODUCT_NOT_FOUND")


@pytest.mark.usefixtures("stranger")
class TestOffer:
    async def test_an_offer_has_name_price_and_tax_category(self) -> None:
        tax_category_id = await add_tax_category()
        oil = await add_product(price=250_000, tax_category_id=tax_category_id)
        tea = await add_product(price=0, name=LocalizedText("Trà", "Tea"))
        assert await offer(oil, tea, oil) == {
            oil: ProductOffer(OIL, 250_000, tax_category_id),
            tea: ProductOffer(LocalizedText("Trà", "Tea"), 0, None),
        }

    async def test_what_is_missing_or_no_longer_sold_is_not_offered(self, client: httpx2.AsyncClient) -> None:
        oil = await add_product()
        with pytest.raises(ProductNotFound):
            await offer(oil, uuid7())
        await client.patch(f"{PATH}/{oil}", json={"retired": True})
        with pytest.raises(ProductRetired):
            await offer(oil)
