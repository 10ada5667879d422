"""Bills that sell courses, and lines that their sessions pay."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
import time_machine

from app.common.helpers import utc_now
from app.modules.booking.status.status import AppointmentStatus
from tests.builders.bills import SALES, Desk, balances, cash, code_of, therapist
from tests.builders.courses import add_plan
from tests.builders.people import new_customer
from tests.builders.products import add_product
from tests.support.database import run_sql

COURSE = {"cash": 3_500_000, "course": -3_240_741, "vat": -259_259}


async def states(course_id: object) -> dict[str, int]:
    rows = await run_sql(
        "SELECT state, count(*) FROM course_session WHERE course_id = $1 GROUP BY state", course_id
    )
    return {row["state"]: row["count"] for row in rows}


async def course_of(bill: dict[str, Any]) -> UUID:
    line = next(line for line in bill["lines"] if line["kind"] == "course")
    [row] = await run_sql("SELECT id FROM customer_course WHERE sale_line_id = $1", UUID(line["id"]))
    course_id: UUID = row["id"]
    return course_id


async def sell(desk: Desk, **plan: Any) -> tuple[str, UUID, dict[str, Any]]:
    """Sell a course of ten to a customer. Return the ids of the customer and the course, and the bill."""
    customer_id, _ = await new_customer()
    plan_id = await add_plan(desk.spa.variant_id, **plan)
    bill = await desk.open(lines=[{"course_plan_id": str(plan_id)}], customer_id=str(customer_id))
    bill = await desk.pay(bill)
    return str(customer_id), await course_of(bill), bill


async def use(desk: Desk, customer_id: str, course_id: UUID) -> dict[str, Any]:
    line = {"variant_id": str(desk.spa.variant_id), "course_id": str(course_id)}
    return await desk.open(lines=[line], customer_id=customer_id)


async def quote_of(desk: Desk, course_id: UUID) -> httpx2.Response:
    return await desk.client.get(f"/api/v1/customer-courses/{course_id}/return")


async def test_a_course_is_a_debt_and_its_vat_is_due_when_it_is_sold(desk: Desk) -> None:
    """A course of ten for 3,500,000 with 8 % (money.md, 2.4)."""
    _, course_id, _ = await sell(desk)
    assert await balances() == COURSE
    assert await states(course_id) == {"free": 10}


async def test_a_session_pays_a_treatment_and_releases_its_share(desk: Desk) -> None:
    customer_id, course_id, _ = await sell(desk)
    bill = await use(desk, customer_id, course_id)
    assert (bill["total"], bill["covered"], bill["due"]) == (350_000, 350_000, 0)
    assert await states(course_id) == {"free": 9, "reserved": 1}
    bill = await desk.pay(bill)
    assert (bill["status"], bill["payments"][0]["method"], bill["paid"]) == ("closed", "course", 350_000)
    assert await states(course_id) == {"free": 9, "used": 1}
    assert await balances() == COURSE | {"course": -3_240_741 + 324_074, "revenue": -324_074}
    assert await desk.read(bill) == bill


async def test_a_session_is_free_again_when_the_line_or_the_bill_goes(desk: Desk) -> None:
    customer_id, course_id, _ = await sell(desk)
    bill = await use(desk, customer_id, course_id)
    price = bill["lines"][0]["gross"]
    content = {"customer_id": customer_id, "lines": [{"id": bill["lines"][0]["id"]}]}
    await run_sql("UPDATE service_variant SET price = price + 1")
    changed = (await desk.client.put(f"{SALES}/{bill['id']}", json=content)).json()
    assert (changed["covered"], changed["due"] != price) == (0, True)
    assert await states(course_id) == {"free": 10}
    other = await use(desk, customer_id, course_id)
    await desk.do(f"{SALES}/{other['id']}/void", {"reason": "Nhầm"})
    assert await states(course_id) == {"free": 10}


async def test_one_change_gives_lines_courses_and_other_prices(desk: Desk) -> None:
    """A discount goes, a course pays and a quantity changes: they are checked together, not half-way."""
    customer_id, course_id, _ = await sell(desk)
    variant, product = {"variant_id": str(desk.spa.variant_id)}, {"product_id": str(await add_product())}
    bill = await desk.open(lines=[variant, variant, product], customer_id=customer_id, discount_percent=10)
    first, second, oil = ({"id": line["id"]} for line in bill["lines"])
    course = {"course_id": str(course_id)}
    lines = [first | course, second | course, oil | {"quantity": 3}]
    path, content = f"{SALES}/{bill['id']}", {"customer_id": customer_id}
    answer = await desk.client.put(path, json=content | {"lines": lines})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["covered"], answer.json()["due"]) == (700_000, 750_000)
    answer = await desk.client.put(path, json=content | {"lines": [first, oil], "discount_amount": 1})
    assert (answer.json()["covered"], answer.json()["total"]) == (0, 749_999)
    assert await states(course_id) == {"free": 10}


async def test_a_course_and_its_first_session_are_refunded_together(desk: Desk) -> None:
    """A full refund leaves nothing (money.md, 3), also of a session that was used on the same bill."""
    customer_id, _ = await new_customer()
    plan_id = await add_plan(desk.spa.variant_id)
    variant = {"variant_id": str(desk.spa.variant_id), "by_new_course": True}
    lines = [{"course_plan_id": str(plan_id)}, variant]
    bill = await desk.pay(await desk.open(lines=lines, customer_id=str(customer_id)))
    bill = await desk.refund(bill, lines=[{"line_id": line["id"]} for line in bill["lines"]])
    assert (await balances(), await states(await course_of(bill))) == ({}, {"refunded": 10})
    assert all(payment["refunded"] == payment["amount"] for payment in bill["payments"])


async def posted() -> list[tuple[str, dict[str, int]]]:
    """Return what the ledger has of each fact, in order: its source and the amounts by account."""
    rows = await run_sql(
        "SELECT posted.id, posted.source, entry.account, entry.amount FROM ledger_transaction AS posted"
        " JOIN ledger_entry AS entry ON entry.transaction_id = posted.id ORDER BY posted.id, entry.id"
    )
    facts: dict[UUID, tuple[str, dict[str, int]]] = {}
    for fact_id, source, account, amount in rows:
        facts.setdefault(fact_id, (source, {}))[1][account] = amount
    return [*facts.values()]


async def test_a_course_is_sold_and_used_on_one_bill_and_half_of_it_returned_six_weeks_later(
    desk: Desk,
) -> None:
    customer_id, _ = await new_customer()
    plan_id = await add_plan(desk.spa.variant_id)
    lines = [
        {"course_plan_id": str(plan_id)},
        {"variant_id": str(desk.spa.variant_id), "by_new_course": True, "staff_id": therapist(desk)},
    ]
    with time_machine.travel(utc_now() - timedelta(weeks=6)):
        bill = await desk.open(lines=lines, customer_id=str(customer_id))
        assert (bill["total"], bill["due"]) == (3_850_000, 3_500_000)
        bill = await desk.pay(bill)
        course_id = await course_of(bill)
        assert await states(course_id) == {"free": 9, "used": 1}
        assert await balances() == COURSE | {"course": -3_240_741 + 324_074, "revenue": -324_074}
        for _ in range(4):
            await desk.pay(await use(desk, str(customer_id), course_id))
    line = {"line_id": bill["lines"][0]["id"]}
    refunded = await desk.refund(bill, lines=[line])
    assert refunded["refunds"][0]["amount"] == 1_750_000
    assert await states(course_id) == {"used": 5, "refunded": 5}
    used = ("course_entry", {"course": 324_074, "revenue": -324_074})
    assert await posted() == [
        used,
        ("payment", {"cash": 3_500_000, "receivable": -3_500_000}),
        ("sale", {"receivable": 3_500_000, "course": -3_240_741, "vat": -259_259}),
        *[used] * 4,
        ("course_entry", {"course": 1_620_371, "vat": 129_629, "receivable": -1_750_000}),
        ("refund", {"cash": -1_750_000, "receivable": 1_750_000}),
    ]
    assert await balances() == {"cash": 1_750_000, "revenue": -5 * 324_074, "vat": -129_630}
    [row] = await run_sql("SELECT max(business_day) - min(business_day) AS days FROM ledger_transaction")
    assert row["days"] == 42
    again = await desk.send(f"{SALES}/{bill['id']}/refunds", {"lines": [line]})
    assert code_of(again) == (409, "COURSE_USED_UP")


async def test_a_course_that_was_given_away_pays_with_sessions_that_are_worth_nothing(desk: Desk) -> None:
    customer_id, course_id, _ = await sell(desk, price=0)
    bill = await desk.pay(await use(desk, customer_id, course_id))
    assert (bill["status"], bill["total"], bill["payments"]) == ("closed", 0, [])
    assert await states(course_id) == {"free": 9, "used": 1}
    assert await balances() == {}


@pytest.mark.parametrize(
    ("policy", "used", "amount"),
    [("pro_rata", 4, 2_100_000), ("list_price", 4, 1_500_000), ("list_price", 8, 0)],
)
async def test_a_course_is_returned_by_its_policy(desk: Desk, policy: str, used: int, amount: int) -> None:
    """Half used and returned (money.md, 2.5)."""
    terms = {"list_price": 500_000} if policy == "list_price" else {}
    customer_id, course_id, bill = await sell(desk, return_policy=policy, **terms)
    for _ in range(used):
        await desk.pay(await use(desk, customer_id, course_id))
    line_id = bill["lines"][0]["id"]
    quote = await quote_of(desk, course_id)
    assert quote.json() == {
        "sale_id": bill["id"],
        "line_id": line_id,
        "amount": amount,
        "sessions": 10 - used,
    }
    path, body = f"{SALES}/{bill['id']}/refunds", {"lines": [{"line_id": line_id}]}
    answer = await desk.send(path, body)
    if not amount:
        assert code_of(answer) == (409, "NOTHING_TO_REFUND")
        return
    assert answer.json()["refunds"][0]["amount"] == amount
    sums = await balances()
    assert (sums.get("course"), sums.get("receivable"), sums["cash"]) == (None, None, 3_500_000 - amount)


async def test_a_course_with_reserved_sessions_is_not_returned(desk: Desk) -> None:
    customer_id, course_id, _ = await sell(desk)
    await use(desk, customer_id, course_id)
    assert code_of(await quote_of(desk, course_id)) == (409, "COURSE_RESERVED")


async def test_a_course_from_another_customer_has_no_bill_that_refunds_it(desk: Desk) -> None:
    _, course_id, _ = await sell(desk)
    friend, _ = await new_customer()
    body = {"customer_id": str(friend), "reason": "Tặng bạn"}
    friends_course = await desk.do(f"/api/v1/customer-courses/{course_id}/transfer", body)
    quote = (await quote_of(desk, UUID(friends_course["id"]))).json()
    assert quote == {"sale_id": None, "line_id": None, "amount": 3_500_000, "sessions": 10}
    assert code_of(await quote_of(desk, course_id)) == (409, "COURSE_USED_UP")


async def test_a_refund_of_a_treatment_gives_its_session_back(desk: Desk) -> None:
    customer_id, course_id, _ = await sell(desk)
    bill = await desk.pay(await use(desk, customer_id, course_id))
    line = {"line_id": bill["lines"][0]["id"]}
    half = await desk.send(f"{SALES}/{bill['id']}/refunds", {"lines": [line | {"amount": 1}]})
    assert code_of(half) == (422, "REFUNDED_WHOLE")
    bill = await desk.refund(bill, lines=[line])
    assert (bill["payments"][0]["refunded"], await states(course_id)) == (350_000, {"free": 10})
    assert await balances() == COURSE


async def test_the_last_session_is_used_once_by_two_bills_at_once(desk: Desk) -> None:
    """One wins (money.md, 7)."""
    customer_id, course_id, _ = await sell(desk, sessions=1)
    line = {"variant_id": str(desk.spa.variant_id), "course_id": str(course_id)}
    body = {
        "branch_id": str(desk.spa.branch_id),
        "content": {"lines": [line], "customer_id": customer_id},
    }
    answers = await asyncio.gather(*(desk.send(SALES, body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {code_of(answer)[1] for answer in answers if answer.is_error} == {"COURSE_USED_UP"}


async def test_a_course_belongs_to_a_customer(desk: Desk) -> None:
    plan_id = await add_plan(desk.spa.variant_id)
    bill = await desk.open(lines=[{"course_plan_id": str(plan_id)}])
    refused = await desk.send(f"{SALES}/{bill['id']}/payments", {"payments": [cash(3_500_000)]})
    assert (code_of(refused), await balances()) == ((409, "CUSTOMER_NEEDED"), {})


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"discount_percent": 10}, "SOLD_AT_ITS_PRICE"),
        ({"quantity": 2}, "SOLD_AT_ITS_PRICE"),
        ({"by_new_course": True}, "VALIDATION_ERROR"),
    ],
)
async def test_what_a_session_pays_takes_no_discount(desk: Desk, more: dict[str, Any], code: str) -> None:
    customer_id, course_id, _ = await sell(desk)
    line = {"variant_id": str(desk.spa.variant_id), "course_id": str(course_id)} | more
    content = {"lines": [line], "customer_id": customer_id}
    refused = await desk.send(SALES, {"branch_id": str(desk.spa.branch_id), "content": content})
    assert refused.json()["error"]["code"] == code
    assert await states(course_id) == {"free": 10}


async def test_a_course_of_another_customer_pays_nothing(desk: Desk) -> None:
    _, course_id, _ = await sell(desk)
    other, _ = await new_customer()
    line = {"variant_id": str(desk.spa.variant_id), "course_id": str(course_id)}
    content = {"lines": [line], "customer_id": str(other)}
    refused = await desk.send(SALES, {"branch_id": str(desk.spa.branch_id), "content": content})
    assert code_of(refused) == (409, "COURSE_DOES_NOT_FIT")


@pytest.mark.parametrize(
    ("status", "percent", "price"),
    [
        (AppointmentStatus.NO_SHOW, 50, 50_001),
        (AppointmentStatus.LATE_CANCELLED, 30, 30_000),
        (AppointmentStatus.NO_SHOW, 0, None),
        (AppointmentStatus.CANCELLED, 50, None),
    ],
)
async def test_a_guest_who_missed_a_visit_pays_the_fee_of_the_branch(
    desk: Desk, status: str, percent: int, price: int | None
) -> None:
    await run_sql("UPDATE service_variant SET price = 100001")
    visit = await desk.visit()
    await run_sql("UPDATE appointment SET status = $1", status)
    await run_sql("UPDATE branch SET no_show_fee = $1, late_cancel_fee = $1", percent)
    body = {"branch_id": str(desk.spa.branch_id), "visit_ids": [visit["id"]]}
    answer = await desk.send(SALES, body)
    if price is None:
        assert code_of(answer) == (409, "NOTHING_TO_BILL")
        return
    bill = await desk.pay(answer.json())
    assert (bill["lines"][0]["kind"], bill["total"]) == ("fee", price)
    assert await balances() == {"cash": price, "fee": -price}


async def test_a_bill_does_not_become_cheaper_than_what_is_paid(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(100), cash(60))
    path, line = f"{SALES}/{bill['id']}", {"id": bill["lines"][0]["id"]}
    refused = await desk.client.put(path, json={"lines": [line | {"discount_amount": 41}]})
    assert code_of(refused) == (409, "PAID_TOO_MUCH")
    changed = await desk.client.put(path, json={"lines": [line | {"discount_amount": 40}]})
    assert changed.json()["due"] == 0
    assert (await desk.pay(changed.json()))["status"] == "closed"
