"""The stock of products: what the desk records, and what bills sell."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.db.transactions import run_in_transaction
from app.modules.identity.roles import Role
from app.modules.product import stock
from app.modules.product.product_errors import ProductNotFound
from tests.builders.branches import add_branch
from tests.builders.people import signed_in
from tests.builders.products import add_product
from tests.support.database import run_sql

PATH = "/api/v1/stock-entries"

type Item = dict[str, Any]


async def record(client: httpx2.AsyncClient, branch_id: UUID, product_id: UUID, **entry: Any) -> Item:
    ids = {"branch_id": str(branch_id), "product_id": str(product_id)}
    response = await client.post(PATH, json=ids | entry)
    assert response.status_code == 201, response.text
    recorded: Item = response.json()
    return recorded


async def sell(branch_id: UUID, pieces: dict[UUID, int], bill_id: UUID | None = None) -> None:
    await run_in_transaction(lambda session: stock.sell(session, branch_id, pieces, bill_id or uuid7()))


async def take_back(branch_id: UUID, pieces: dict[UUID, int]) -> None:
    await run_in_transaction(lambda session: stock.take_back(session, branch_id, pieces, uuid7()))


async def counts(client: httpx2.AsyncClient) -> dict[tuple[UUID, UUID], int]:
    """Return the stock by product and branch, which is the sum of the entries."""
    counted = {
        (UUID(product["id"]), UUID(row["branch_id"])): row["count"]
        for product in (await client.get("/api/v1/products")).json()
        for row in product["stock"]
    }
    sums = await run_sql("SELECT product_id, branch_id, sum(pieces) FROM stock_entry GROUP BY 1, 2")
    assert counted == {(product_id, branch_id): pieces for product_id, branch_id, pieces in sums}
    return counted


async def history(client: httpx2.AsyncClient, branch_id: UUID, **query: Any) -> list[tuple[str, int, int]]:
    response = await client.get(PATH, params={"branch_id": str(branch_id)} | query)
    assert response.status_code == 200, response.text
    return [(entry["kind"], entry["pieces"], entry["stock"]) for entry in response.json()["items"]]


async def test_the_stock_follows_what_is_received_damaged_and_counted(client: httpx2.AsyncClient) -> None:
    branch_id, oil = await add_branch(), await add_product()
    entry = await record(client, branch_id, oil, kind="received", pieces=12, note="Hóa đơn 118")
    me = (await client.get("/api/v1/auth/me")).json()
    assert entry == {
        "id": entry["id"],
        "branch_id": str(branch_id),
        "product_id": str(oil),
        "kind": "received",
        "pieces": 12,
        "stock": 12,
        "note": "Hóa đơn 118",
        "source_id": None,
        "user_name": me["full_name"],
        "created_at": entry["created_at"],
    }
    await record(client, branch_id, oil, kind="damaged", pieces=2)
    await record(client, branch_id, oil, kind="counted", pieces=9)
    await record(client, branch_id, oil, kind="counted", pieces=9)
    assert await counts(client) == {(oil, branch_id): 9}
    assert await history(client, branch_id) == [
        ("counted", 0, 9),
        ("counted", -1, 9),
        ("damaged", -2, 10),
        ("received", 12, 12),
    ]


async def test_a_product_that_is_counted_first_has_that_stock(client: httpx2.AsyncClient) -> None:
    branch_id, oil = await add_branch(), await add_product()
    assert (await record(client, branch_id, oil, kind="counted", pieces=7))["pieces"] == 7


async def test_more_can_be_sold_than_was_recorded_and_it_shows(client: httpx2.AsyncClient) -> None:
    branch_id, other, oil, tea = (
        await add_branch(),
        await add_branch(),
        await add_product(),
        await add_product(),
    )
    await record(client, other, oil, kind="received", pieces=5)
    bill_id = uuid7()
    await sell(branch_id, {oil: 2, tea: 1}, bill_id)
    assert await counts(client) == {(oil, branch_id): -2, (tea, branch_id): -1, (oil, other): 5}
    [entry] = (await client.get(PATH, params={"branch_id": str(branch_id), "product_id": str(tea)})).json()[
        "items"
    ]
    assert (entry["kind"], entry["source_id"], entry["user_name"]) == ("sold", str(bill_id), None)


async def test_what_is_brought_back_is_in_stock_again(client: httpx2.AsyncClient) -> None:
    branch_id, oil = await add_branch(), await add_product()
    await sell(branch_id, {oil: 3})
    await take_back(branch_id, {oil: 2})
    assert await history(client, branch_id) == [("returned", 2, -1), ("sold", -3, -3)]


async def test_bills_with_the_same_products_in_any_order_lose_nothing(client: httpx2.AsyncClient) -> None:
    branch_id, oil, tea = await add_branch(), await add_product(), await add_product()
    await asyncio.gather(
        *(sell(branch_id, {oil: 1, tea: 1} if number % 2 else {tea: 1, oil: 1}) for number in range(12)),
        *(record(client, branch_id, oil, kind="received", pieces=1) for _ in range(6)),
    )
    assert await counts(client) == {(oil, branch_id): -6, (tea, branch_id): -12}


async def test_a_sale_of_a_missing_product_is_refused_as_a_whole(client: httpx2.AsyncClient) -> None:
    branch_id, oil = await add_branch(), await add_product()
    with pytest.raises(ProductNotFound):
        await sell(branch_id, {oil: 1, uuid7(): 1})
    assert await counts(client) == {}


async def test_entries_are_paged_the_newest_first(client: httpx2.AsyncClient) -> None:
    branch_id, oil = await add_branch(), await add_product()
    for pieces in (1, 2, 3):
        await record(client, branch_id, oil, kind="received", pieces=pieces)
    page = (await client.get(PATH, params={"branch_id": str(branch_id), "limit": 2})).json()
    assert [entry["pieces"] for entry in page["items"]] == [3, 2]
    assert await history(client, branch_id, cursor=page["next_cursor"]) == [("received", 1, 1)]
    forged = await client.get(PATH, params={"branch_id": str(branch_id), "cursor": "x"})
    assert forged.status_code == 422


@pytest.mark.parametrize("kind", ["received", "damaged"])
async def test_an_entry_moves_at_least_one_piece(client: httpx2.AsyncClient, kind: str) -> None:
    ids = {"branch_id": str(await add_branch()), "product_id": str(await add_product())}
    refused = await client.post(PATH, json=ids | {"kind": kind, "pieces": 0})
    assert refused.status_code == 422


@pytest.mark.parametrize("missing", ["branch", "product"])
@pytest.mark.parametrize("kind", ["received", "counted"])
async def test_a_missing_branch_or_product_is_not_found(
    client: httpx2.AsyncClient, missing: str, kind: str
) -> None:
    ids = {"branch_id": str(await add_branch()), "product_id": str(await add_product())}
    refused = await client.post(PATH, json=ids | {f"{missing}_id": str(uuid7()), "kind": kind, "pieces": 1})
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, f"{missing.upper()}_NOT_FOUND")


async def test_the_desk_records_what_comes_and_not_what_is_missing(
    client: httpx2.AsyncClient,
) -> None:
    branch_id, oil = await add_branch(), await add_product()
    desk = await signed_in(Role.RECEPTIONIST, branch_id=branch_id)
    entry = {"branch_id": str(branch_id), "product_id": str(oil), "pieces": 4}
    statuses = [
        (await client.post(PATH, json=entry | {"kind": kind}, headers=desk)).status_code
        for kind in ("received", "counted", "damaged")
    ]
    assert statuses == [201, 403, 403]
    assert await counts(client) == {(oil, branch_id): 4}


@pytest.mark.parametrize("statement", ["UPDATE stock_entry SET pieces = 100", "DELETE FROM stock_entry"])
async def test_postgresql_refuses_to_change_an_entry(client: httpx2.AsyncClient, statement: str) -> None:
    await record(client, await add_branch(), await add_product(), kind="received", pieces=1)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await run_sql(statement)
