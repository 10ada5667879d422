"""Payments over HTTP: any mix of them closes a bill once, and the ledger has every đồng."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine

from app.modules.identity.roles import Role
from tests.builders.bills import DRAWERS, SALES, Desk, balances, card, cash, code_of, therapist, transfer
from tests.builders.people import new_user
from tests.support.database import run_sql


async def test_a_bill_is_paid_in_cash_with_change(desk: Desk) -> None:
    """A sale of 75, 100 tendered, 25 back: 75 more are in the drawer (money.md, 7)."""
    bill = await desk.pay(await desk.sell(75), cash(75, tendered=100))
    assert (bill["status"], bill["payments"][0]["tendered"], bill["due"]) == ("closed", 100, 0)
    assert await balances() == {"cash": 75, "revenue": -69, "vat": -6}
    drawer = (await desk.client.get(f"{DRAWERS}/{desk.drawer_id}")).json()
    assert drawer["expected"] == 75


async def test_a_mix_of_payments_closes_a_bill_and_tips_are_owed_to_staff(desk: Desk) -> None:
    bill = await desk.sell(400_000, tips=[{"staff_id": therapist(desk), "amount": 50_000}])
    part = await desk.pay(bill, cash(200_000))
    assert (part["status"], part["due"]) == ("open", 250_000)
    assert await balances() == {"cash": 200_000, "receivable": -200_000}
    closed = await desk.pay(part, card(150_000), transfer(100_000))
    assert (closed["status"], closed["paid"]) == ("closed", 450_000)
    assert await balances() == {
        "cash": 200_000,
        "card": 150_000,
        "bank": 100_000,
        "tip": -50_000,
        "revenue": -370_370,
        "vat": -29_630,
    }
    assert await desk.read(closed) == closed
    [owed] = await run_sql("SELECT staff_id FROM ledger_entry WHERE account = 'tip'")
    assert str(owed["staff_id"]) == therapist(desk)


async def test_more_than_what_is_left_is_not_taken(desk: Desk) -> None:
    bill = await desk.sell(100)
    path = f"{SALES}/{bill['id']}/payments"
    assert code_of(await desk.send(path, {"payments": [cash(101)]})) == (409, "PAID_TOO_MUCH")
    assert code_of(await desk.send(path, {"payments": []})) == (409, "NOTHING_PAID")
    assert code_of(await desk.send(path, {"payments": [cash(-1)]})) == (422, "VALIDATION_ERROR")
    assert code_of(await desk.send(path, {"payments": [cash(100, tendered=99)]})) == (422, "VALIDATION_ERROR")
    assert await balances() == {}


async def test_cash_needs_an_open_drawer_and_a_card_does_not(desk: Desk) -> None:
    await desk.do(f"{DRAWERS}/{desk.drawer_id}/close", {"counted": 0})
    bill = await desk.sell(100)
    refused = await desk.send(f"{SALES}/{bill['id']}/payments", {"payments": [cash(100)]})
    assert code_of(refused) == (409, "DRAWER_CLOSED")
    assert (await desk.pay(bill, card(100)))["z_number"] == 2


async def test_a_bill_is_paid_once_by_many_who_try(desk: Desk) -> None:
    bill = await desk.sell(100)
    path = f"{SALES}/{bill['id']}/payments"
    answers = await asyncio.gather(*(desk.send(path, {"payments": [cash(100)]}) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert {code_of(answer)[1] for answer in answers if answer.is_error} == {"SALE_NOT_OPEN"}
    assert (await balances())["cash"] == 100


async def test_a_retry_with_the_same_key_takes_the_money_once(desk: Desk) -> None:
    bill = await desk.sell(100)
    key = str(uuid4())
    body = {"payments": [cash(60)]}
    answers = [
        await desk.send(f"{SALES}/{bill['id']}/payments", body, **{"Idempotency-Key": key}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert (await balances())["cash"] == 60


async def test_bills_are_numbered_without_gaps_also_when_many_close_at_once(desk: Desk) -> None:
    bills = [await desk.sell(100) for _ in range(6)]
    await desk.do(f"{SALES}/{bills[0]['id']}/void", {"reason": "Nhầm"})
    await asyncio.gather(*(desk.pay(bill) for bill in bills[1:]))
    numbers = await run_sql("SELECT number FROM sale WHERE number IS NOT NULL ORDER BY number")
    assert [row["number"] for row in numbers] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("at", "day", "year", "rate"),
    [
        (datetime(2026, 12, 31, 16, tzinfo=UTC), "2026-12-31", 2026, 800),
        (datetime(2026, 12, 31, 17, 30, tzinfo=UTC), "2026-12-31", 2026, 800),
        (datetime(2026, 12, 31, 21, 0, tzinfo=UTC), "2027-01-01", 2027, 1000),
    ],
    ids=["23:00", "00:30", "04:00"],
)
async def test_day_year_and_tax_are_those_of_the_closing(
    desk: Desk, at: datetime, day: str, year: int, rate: int
) -> None:
    with time_machine.travel(datetime(2026, 12, 31, 15, tzinfo=UTC), tick=False):
        desk.client.headers.update((await new_user(Role.ADMIN))[1])
        bill = await desk.sell(110_000)
    with time_machine.travel(at, tick=False):
        desk.client.headers.update((await new_user(Role.ADMIN))[1])
        closed = await desk.pay(bill, card(110_000))
        assert await desk.read(closed) == closed
    assert (closed["business_day"], closed["year"], closed["number"]) == (day, year, 1)
    [line] = closed["lines"]
    assert (line["tax_rate"], line["tax"]) == (rate, {800: 8_148, 1000: 10_000}[rate])
    assert (await balances())["vat"] == -line["tax"]


async def test_a_key_that_was_used_for_another_bill_takes_no_money(desk: Desk) -> None:
    bills = [await desk.sell(100) for _ in range(2)]
    key = {"Idempotency-Key": str(uuid4())}
    first, second = [
        await desk.send(f"{SALES}/{bill['id']}/payments", {"payments": [card(100)]}, **key) for bill in bills
    ]
    assert (first.status_code, code_of(second)) == (200, (422, "IDEMPOTENCY_KEY_REUSED"))
    assert await balances() == {"card": 100, "revenue": -93, "vat": -7}


async def test_a_bill_that_is_paid_in_part_is_not_closed_by_a_user(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(100), cash(60))
    assert bill["closed_by_id"] is None
    assert await desk.read(bill) == bill
    assert (await desk.pay(bill))["closed_by_id"] is not None
