"""Bills with products and gift cards."""

import asyncio
from typing import Any

from tests.builders.bills import SALES, Desk, balances, card, cash, code_of
from tests.builders.gift_cards import sell_card
from tests.builders.products import add_product
from tests.support.database import run_sql


async def stock(product_id: object) -> int:
    [row] = await run_sql("SELECT count FROM product_stock WHERE product_id = $1", product_id)
    count: int = row["count"]
    return count


async def balance_of(card_id: object) -> int:
    [row] = await run_sql("SELECT balance FROM gift_card WHERE id = $1", card_id)
    balance: int = row["balance"]
    return balance


async def gift_card(desk: Desk, value: int) -> str:
    """Sell a card and return its id."""
    bill = await desk.pay(await desk.open(lines=[{"gift_card": value}]))
    card_id: str = bill["lines"][0]["gift_card_id"]
    return card_id


async def test_products_leave_the_stock_when_their_bill_is_paid(desk: Desk) -> None:
    oil = await add_product(price=250_000)
    line = {"product_id": str(oil)}
    bill = await desk.open(lines=[line | {"quantity": 2}, line])
    assert (bill["total"], bill["lines"][0]["name"]["vi"]) == (750_000, "Dầu massage oải hương")
    assert await run_sql("SELECT FROM product_stock") == []
    bill = await desk.pay(bill)
    assert await stock(oil) == -3
    first, second = (line["id"] for line in bill["lines"])
    await desk.refund(bill, lines=[{"line_id": first}])
    await desk.refund(bill, lines=[{"line_id": second}], restock=False)
    assert (await stock(oil), await balances()) == (-1, {})


async def test_a_product_that_is_not_sold_any_more_is_refused(desk: Desk) -> None:
    oil = await add_product()
    await run_sql("UPDATE product SET retired_at = now()")
    refused = await desk.send(
        SALES, {"branch_id": str(desk.spa.branch_id), "content": {"lines": [{"product_id": str(oil)}]}}
    )
    assert code_of(refused) == (404, "ITEM_NOT_SOLD")


async def test_a_gift_card_is_a_debt_until_it_is_used(desk: Desk) -> None:
    card_id = await gift_card(desk, 500_000)
    assert await balances() == {"cash": 500_000, "gift_card": -500_000}
    bill = await desk.sell(350_000)
    by_card: dict[str, Any] = {"method": "gift_card", "amount": 350_000, "gift_card_id": card_id}
    bill = await desk.pay(bill, by_card)
    assert (bill["status"], await balance_of(card_id)) == ("closed", 150_000)
    sums = await balances()
    assert (sums["gift_card"], sums["revenue"] + sums["vat"]) == (-150_000, -350_000)
    # Refunded, the balance is fully back (money.md, 7).
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"]}])
    assert await balance_of(card_id) == 500_000
    assert await balances() == {"cash": 500_000, "gift_card": -500_000}


async def test_a_card_of_ten_pays_one_of_two_bills_at_once(desk: Desk) -> None:
    """One wins, and nothing is left on the card (money.md, 7)."""
    card_id = await gift_card(desk, 10)
    bills = [await desk.sell(10) for _ in range(2)]
    body = {"payments": [{"method": "gift_card", "amount": 10, "gift_card_id": card_id}]}
    answers = await asyncio.gather(*(desk.send(f"{SALES}/{bill['id']}/payments", body) for bill in bills))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert {code_of(answer)[1] for answer in answers if answer.is_error} == {"GIFT_CARD_BALANCE_TOO_LOW"}
    assert (await balance_of(card_id), (await balances()).get("gift_card")) == (0, None)
    lost = next(bill for bill, answer in zip(bills, answers, strict=True) if answer.is_error)
    assert (await desk.read(lost))["payments"] == []


async def test_a_card_that_was_used_is_not_refunded(desk: Desk) -> None:
    sold = await desk.pay(await desk.open(lines=[{"gift_card": 100}]))
    line = {"line_id": sold["lines"][0]["id"]}
    path = f"{SALES}/{sold['id']}/refunds"
    assert code_of(await desk.send(path, {"lines": [line | {"amount": 50}]})) == (422, "REFUNDED_WHOLE")
    by_card = {"method": "gift_card", "amount": 30, "gift_card_id": sold["lines"][0]["gift_card_id"]}
    other = await desk.pay(await desk.sell(100), by_card, cash(70))
    assert code_of(await desk.send(path, {"lines": [line]})) == (409, "GIFT_CARD_USED")
    await desk.refund(other, lines=[{"line_id": other["lines"][0]["id"]}])
    await desk.do(path, {"lines": [line]})
    assert await balances() == {}


async def test_a_card_that_is_locked_pays_nothing(desk: Desk) -> None:
    card_id = await sell_card(desk.spa.branch_id, 100)
    await run_sql("UPDATE gift_card SET locked_at = now()")
    bill = await desk.sell(100)
    body = {"payments": [{"method": "gift_card", "amount": 100, "gift_card_id": str(card_id)}]}
    refused = await desk.send(f"{SALES}/{bill['id']}/payments", body)
    assert (code_of(refused), (await desk.read(bill))["paid"]) == ((409, "GIFT_CARD_LOCKED"), 0)


async def test_a_discount_does_not_reach_a_gift_card(desk: Desk) -> None:
    lines = [{"gift_card": 100_000}, {"variant_id": str(desk.spa.variant_id)}]
    await run_sql("UPDATE service_variant SET price = 100000")
    bill = await desk.open(lines=lines, discount_percent=10)
    assert [line["gross"] for line in bill["lines"]] == [100_000, 90_000]
    assert bill["lines"][0]["tax"] == 0
    await desk.pay(bill, card(190_000))
