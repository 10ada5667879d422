"""Z reports: bills, payments, sales, taxes and the cash of the drawer."""

from typing import Any, get_args

import httpx2
import pytest

from app.modules.drawer.drawer_schemas import ZKind, ZPayment
from app.modules.report.kinds import SoldKind
from app.modules.sale.kinds import Method
from tests.builders.bills import DRAWERS, Desk, card, cash, open_desk, therapist, transfer
from tests.builders.courses import add_plan
from tests.builders.people import add_customer
from tests.builders.products import add_product
from tests.builders.taxes import add_tax_category

type Z = dict[str, Any]


@pytest.fixture
async def desk(client: httpx2.AsyncClient) -> Desk:
    return await open_desk(client)


async def close(desk: Desk, counted: int, to_safe: int = 0) -> dict[str, Any]:
    path = f"{DRAWERS}/{desk.drawer_id}/close"
    return await desk.do(path, {"counted": counted, "to_safe": to_safe})


async def open_next(desk: Desk, counted: int) -> None:
    opened = await desk.do(DRAWERS, {"branch_id": str(desk.spa.branch_id), "counted": counted})
    desk.drawer_id = opened["id"]


async def sell_all_kinds(desk: Desk) -> list[dict[str, Any]]:
    """Sell a bill of every kind for cash, by card and by a transfer, and an oil that a gift card pays in part."""
    oil = await add_product(price=105_000, tax_category_id=await add_tax_category(500))
    plan = await add_plan(desk.spa.variant_id, price=1_080_000, sessions=10)
    treatment = {"variant_id": str(desk.spa.variant_id), "staff_id": therapist(desk)}
    lines = [
        {"course_plan_id": str(plan)},
        treatment | {"by_new_course": True},
        {"gift_card": 50_000},
        {"product_id": str(oil), "quantity": 2, "discount_amount": 105_000},
    ]
    tips = [{"staff_id": therapist(desk), "amount": 30_000}]
    bill = await desk.open(lines=lines, tips=tips, customer_id=str(await add_customer()))
    assert bill["due"] == 1_080_000 + 50_000 + 105_000 + 30_000
    first = await desk.pay(bill, cash(265_000, 300_000), card(500_000), transfer(500_000))
    card_id = first["lines"][2]["gift_card_id"]
    second = await desk.open(lines=[{"product_id": str(oil)}])
    by_card = {"method": "gift_card", "amount": 50_000, "gift_card_id": card_id}
    return [first, await desk.pay(second, by_card, cash(55_000))]


async def test_a_z_report_has_payments_sales_tax_tips_and_bills(desk: Desk) -> None:
    first, second = await sell_all_kinds(desk)
    await desk.refund(second, lines=[{"line_id": second["lines"][0]["id"], "amount": 21_000}])
    z = (await close(desk, 320_000))["z"]
    assert z["payments"] == [
        {"method": "cash", "received": 320_000, "refunded": 0},
        {"method": "transfer", "received": 500_000, "refunded": 0},
        {"method": "card", "received": 500_000, "refunded": 0},
        {"method": "gift_card", "received": 50_000, "refunded": 21_000},
        {"method": "course", "received": 108_000, "refunded": 0},
    ]
    assert z["kinds"] == [
        {"kind": "session", "quantity": 1, "gross": 100_000, "tax": 0},
        {"kind": "product", "quantity": 3, "gross": 189_000, "tax": 9_000},
        {"kind": "course", "quantity": 1, "gross": 1_080_000, "tax": 80_000},
        {"kind": "gift_card", "quantity": 1, "gross": 50_000, "tax": 0},
    ]
    assert z["taxes"] == [
        {"rate": 500, "gross": 189_000, "tax": 9_000},
        {"rate": 800, "gross": 1_080_000, "tax": 80_000},
    ]
    assert (z["tips"], z["discounts"], z["bills"]) == (30_000, 105_000, 2)
    assert [z["first_bill"], z["last_bill"]] == [
        {"year": bill["year"], "number": bill["number"]} for bill in (first, second)
    ]
    assert (z["accounts"]["revenue"], z["accounts"]["vat"]) == (-280_000, -89_000)


async def test_the_expected_cash_is_explained_by_the_z_report(desk: Desk) -> None:
    await close(desk, 5_000)
    await open_next(desk, 4_000)
    bill = await desk.pay(await desk.sell(100_000))
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"], "amount": 30_000}])
    for amount, kind, more in (
        (20_000, "safe", {}),
        (-1_000, "safe", {}),
        (-7_000, "expense", {"note": "Đá"}),
        (-2_000, "tip", {"staff_id": therapist(desk)}),
    ):
        await desk.do(f"{DRAWERS}/{desk.drawer_id}/movements", {"amount": amount, "kind": kind, **more})
    closed = await close(desk, 80_000, to_safe=70_000)
    z = closed["z"]
    [by_cash] = z["payments"]
    assert (z["paid_in"], z["paid_out"]) == (20_000, 10_000)
    assert closed["expected"] == (
        closed["opening"] + by_cash["received"] - by_cash["refunded"] + z["paid_in"] - z["paid_out"]
    )


async def test_what_happens_later_is_in_the_next_z_report(desk: Desk) -> None:
    """Sold in session A, refunded in B: A's Z is unchanged (money.md, 7)."""
    bill = await desk.pay(await desk.sell(108_000))
    closed = await close(desk, 108_000)
    await open_next(desk, 108_000)
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"]}])
    z = (await close(desk, 0))["z"]
    assert z["payments"] == [{"method": "cash", "received": 0, "refunded": 108_000}]
    assert z["kinds"] == [{"kind": "service", "quantity": 0, "gross": -108_000, "tax": -8_000}]
    assert (z["bills"], z["first_bill"], z["last_bill"]) == (0, None, None)
    assert (await desk.client.get(f"{DRAWERS}/{closed['id']}")).json()["z"] == closed["z"]


async def test_a_z_report_has_what_was_paid_while_the_drawer_was_closed(desk: Desk) -> None:
    await close(desk, 0)
    bill = await desk.pay(await desk.sell(108_000), card(108_000))
    await open_next(desk, 0)
    z = (await close(desk, 0))["z"]
    assert z["payments"] == [{"method": "card", "received": 108_000, "refunded": 0}]
    assert z["last_bill"] == {"year": bill["year"], "number": bill["number"]}


def test_a_z_report_knows_every_way_to_pay_and_every_kind() -> None:
    assert get_args(ZPayment.model_fields["method"].annotation) == tuple(Method)
    assert get_args(ZKind.model_fields["kind"].annotation) == tuple(SoldKind)
