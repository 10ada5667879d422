"""Refunds over HTTP: by line, tip, goodwill and payment, never more than was paid."""

import asyncio
from typing import Any

import asyncpg
import httpx2
import pytest

from app.modules.identity.roles import Role
from tests.builders.bills import DRAWERS, SALES, Desk, balances, card, cash, code_of, therapist
from tests.builders.people import new_user
from tests.support.database import run_sql
from tests.support.till_rules import broken_rules


async def two_lines(desk: Desk, **content: Any) -> dict[str, Any]:
    variant = str(desk.spa.variant_id)
    await run_sql("UPDATE service_variant SET price = 200000")
    lines = [{"variant_id": variant, "staff_id": therapist(desk, number)} for number in (0, 1)]
    return await desk.open(lines=lines, **content)


async def test_a_line_of_a_discounted_bill_is_refunded_with_its_own_share(desk: Desk) -> None:
    bill = await desk.pay(await two_lines(desk, discount_percent=10))
    first, second = bill["lines"]
    refunded = await desk.refund(bill, lines=[{"line_id": first["id"]}])
    assert (refunded["refunds"][0]["amount"], refunded["lines"][0]["refunded"]) == (180_000, 180_000)
    assert await balances() == {"cash": 180_000, "revenue": -(180_000 - second["tax"]), "vat": -second["tax"]}


async def test_a_full_refund_brings_everything_to_nothing(desk: Desk) -> None:
    tips = [{"staff_id": therapist(desk, number), "amount": amount} for number, amount in ((0, 7), (1, 10))]
    bill = await two_lines(desk, tips=tips, discount_amount=33_333)
    bill = await desk.pay(await desk.pay(bill, card(100_000)))
    first, second = (line["id"] for line in bill["lines"])
    for part in (1, 77_777):
        bill = await desk.refund(bill, lines=[{"line_id": first, "amount": part}], tip=4)
    bill = await desk.refund(bill, lines=[{"line_id": first}, {"line_id": second}], tip=9)
    assert await balances() == {}
    assert [payment["refunded"] == payment["amount"] for payment in bill["payments"]] == [True, True]
    assert sum(refund["amount"] for refund in bill["refunds"]) == bill["paid"]
    path = f"{SALES}/{bill['id']}/refunds"
    for more in ({"lines": [{"line_id": first}]}, {"tip": 1}, {"goodwill": 1, "reason": "Quà"}):
        assert code_of(await desk.send(path, more)) == (409, "REFUND_TOO_LARGE")


async def test_a_refund_of_a_tip_keeps_the_ratio_of_the_shares(desk: Desk) -> None:
    """A tip of 30,000 for two by price, then refunded in part: to the đồng (money.md, 7)."""
    bill = await desk.pay(await two_lines(desk, tip=30_001))
    refunded = await desk.refund(bill, tip=10_001)
    parts = [tip["refunded"] for tip in refunded["tips"]]
    assert sum(parts) == 10_001
    assert max(parts) - min(parts) <= 1
    assert (await balances())["tip"] == -20_000


async def test_two_refunds_at_once_do_not_give_back_more_than_was_paid(desk: Desk) -> None:
    """Two of 60 on 100: one is accepted (money.md, 7)."""
    bill = await desk.pay(await desk.sell(100))
    body = {"lines": [{"line_id": bill["lines"][0]["id"], "amount": 60}]}
    answers = await asyncio.gather(*(desk.send(f"{SALES}/{bill['id']}/refunds", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert (await balances())["cash"] == 40


@pytest.mark.parametrize("amount", [0, -50])
async def test_nothing_or_less_is_not_refunded(desk: Desk, amount: int) -> None:
    bill = await desk.pay(await desk.sell(100))
    body = {"lines": [{"line_id": bill["lines"][0]["id"], "amount": amount}]}
    refused = await desk.send(f"{SALES}/{bill['id']}/refunds", body)
    assert code_of(refused) == (422, "VALIDATION_ERROR")


async def test_money_goes_back_by_the_payments_that_are_named(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(300), cash(200), card(100))
    by_card = {"payment_id": bill["payments"][1]["id"], "amount": 100}
    line = {"line_id": bill["lines"][0]["id"], "amount": 150}
    wrong = await desk.send(f"{SALES}/{bill['id']}/refunds", {"lines": [line], "payments": [by_card]})
    assert code_of(wrong) == (422, "REFUND_DOES_NOT_ADD_UP")
    by_cash = {"payment_id": bill["payments"][0]["id"], "amount": 50}
    await desk.refund(bill, lines=[line], payments=[by_card, by_cash])
    sums = await balances()
    assert (sums["cash"], sums.get("card")) == (150, None)


async def test_goodwill_needs_a_reason_and_takes_nothing_off_the_lines(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(108))
    path = f"{SALES}/{bill['id']}/refunds"
    assert code_of(await desk.send(path, {"goodwill": 50})) == (422, "VALIDATION_ERROR")
    refunded = await desk.refund(bill, goodwill=50, reason="Khách chờ lâu")
    assert refunded["lines"][0]["refunded"] == 0
    assert await balances() == {"cash": 58, "goodwill": 50, "revenue": -100, "vat": -8}
    assert code_of(await desk.send(path, {"goodwill": 59, "reason": "Nữa"})) == (409, "REFUND_TOO_LARGE")


async def test_payments_of_an_open_bill_are_given_back(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(100), cash(60))
    path = f"{SALES}/{bill['id']}/refunds"
    line = {"lines": [{"line_id": bill["lines"][0]["id"]}]}
    assert code_of(await desk.send(path, line)) == (409, "SALE_NOT_CLOSED")
    payment = {"payment_id": bill["payments"][0]["id"], "amount": 60}
    bill = await desk.refund(bill, payments=[payment])
    assert (bill["paid"], bill["due"]) == (0, 100)
    assert await balances() == {}
    await desk.do(f"{SALES}/{bill['id']}/void", {"reason": "Khách về"})
    assert code_of(await desk.send(path, {"payments": [payment]})) == (409, "SALE_NOT_OPEN")


async def test_a_bill_that_is_cancelled_twice_is_credited_once(desk: Desk) -> None:
    """The payment goes back to the gift card once, and the bill is given up once (money.md, 7)."""
    sold = await desk.pay(await desk.open(lines=[{"gift_card": 100}]))
    by_card = {"method": "gift_card", "amount": 60, "gift_card_id": sold["lines"][0]["gift_card_id"]}
    bill = await desk.pay(await desk.sell(200), by_card)
    back = {"payments": [{"payment_id": bill["payments"][0]["id"], "amount": 60}]}
    path = f"{SALES}/{bill['id']}"
    for action, body in (("refunds", back), ("void", {"reason": "Khách về"})):
        answers = await asyncio.gather(*(desk.send(f"{path}/{action}", body) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await balances() == {"cash": 100, "gift_card": -100}
    [gift_card] = await run_sql("SELECT balance FROM gift_card")
    assert gift_card["balance"] == 100
    assert await broken_rules() == {}


async def test_cash_is_refunded_in_the_session_that_pays_it(desk: Desk) -> None:
    """Sold in session A, refunded in B: the Z of A stays as it is (money.md, 7)."""
    bill = await desk.pay(await desk.sell(100))
    closed = await desk.do(f"{DRAWERS}/{desk.drawer_id}/close", {"counted": 100})
    body = {"lines": [{"line_id": bill["lines"][0]["id"]}]}
    path = f"{SALES}/{bill['id']}/refunds"
    assert code_of(await desk.send(path, body)) == (409, "DRAWER_CLOSED")
    opened = await desk.do(DRAWERS, {"branch_id": str(desk.spa.branch_id), "counted": 100})
    await desk.do(path, body)
    second = await desk.do(f"{DRAWERS}/{opened['id']}/close", {"counted": 0})
    assert second["z"]["accounts"]["cash"] == -100
    assert (await desk.client.get(f"{DRAWERS}/{desk.drawer_id}")).json() == closed


async def test_cash_that_is_not_in_the_drawer_is_not_refunded(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(100))
    await desk.do(f"{DRAWERS}/{desk.drawer_id}/movements", {"kind": "safe", "amount": -1})
    body = {"lines": [{"line_id": bill["lines"][0]["id"]}]}
    assert code_of(await desk.send(f"{SALES}/{bill['id']}/refunds", body)) == (409, "NOT_ENOUGH_CASH")


async def test_a_receptionist_does_not_refund(desk: Desk, client: httpx2.AsyncClient) -> None:
    bill = await desk.pay(await desk.sell(100))
    _, headers = await new_user(Role.RECEPTIONIST)
    body = {"lines": [{"line_id": bill["lines"][0]["id"]}]}
    refused = await desk.send(f"{SALES}/{bill['id']}/refunds", body, **headers)
    assert code_of(refused) == (403, "FORBIDDEN")


async def test_a_line_that_was_refunded_whole_can_be_billed_again(desk: Desk) -> None:
    visit = await desk.visit()
    bill = await desk.pay(await desk.open(visit))
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"]}])
    again = await desk.open(visit)
    assert again["lines"][0]["item_id"] == bill["lines"][0]["item_id"]


@pytest.mark.parametrize("change", ["UPDATE {} SET amount = amount + 1", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["refund", "refund_part"])
async def test_no_statement_changes_a_refund(desk: Desk, table: str, change: str) -> None:
    bill = await desk.pay(await desk.sell(100))
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"]}])
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await run_sql(change.format(table))
