"""Invoice documents: frozen when the bill closes, whatever changes later."""

from typing import Any

import asyncpg
import pytest

from tests.builders.bills import SALES, Desk, card, cash, therapist
from tests.builders.people import new_customer
from tests.support.database import run_sql


async def invoices(desk: Desk, bill: dict[str, Any]) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = (await desk.client.get(f"{SALES}/{bill['id']}/invoices")).json()
    return read


async def test_a_closed_bill_has_everything_that_an_invoice_needs(desk: Desk) -> None:
    await desk.client.patch(
        f"/api/v1/branches/{desk.spa.branch_id}",
        json={"legal_name": "CÔNG TY SEN TRẮNG", "tax_code": "0312345678", "address": "1 Lê Lợi"},
    )
    buyer = {"name": "Công ty An Phú", "tax_code": "0398765432-001", "address": "2 Lê Lợi", "email": "a@b.vn"}
    tips = [{"staff_id": therapist(desk), "amount": 20_000}]
    bill = await desk.sell(350_000, discount_amount=30_000, buyer=buyer, tips=tips)
    assert await invoices(desk, bill) == []
    bill = await desk.pay(bill, cash(300_000), card(40_000))
    [invoice] = await invoices(desk, bill)
    document = invoice["document"]
    assert invoice["is_sent"] is False
    assert (document["kind"], document["number"], document["buyer"]) == ("sale", 1, buyer)
    assert document["seller"]["name"] == "CÔNG TY SEN TRẮNG"
    assert document["seller"]["tax_code"] == "0312345678"
    [line] = document["lines"]
    assert (line["gross"], line["tax"], line["net"], line["discount"]) == (320_000, 23_704, 296_296, 30_000)
    assert document["taxes"] == [{"rate": 800, "net": 296_296, "tax": 23_704, "gross": 320_000}]
    assert document["in_words"] == "Ba trăm hai mươi nghìn đồng"
    assert document["tenders"] == [
        {"method": "cash", "amount": 300_000},
        {"method": "card", "amount": 40_000},
    ]

    await desk.client.patch(f"/api/v1/branches/{desk.spa.branch_id}", json={"legal_name": "KHÁC"})
    assert await invoices(desk, bill) == [invoice]
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await run_sql("UPDATE invoice_document SET document = '{}'")


async def test_a_buyer_who_says_nothing_is_the_consumer(desk: Desk) -> None:
    [invoice] = await invoices(desk, await desk.pay(await desk.sell()))
    assert invoice["document"]["buyer"]["name"] == "Bán cho người tiêu dùng"
    customer_id, _ = await new_customer()
    [named] = await invoices(desk, await desk.pay(await desk.sell(customer_id=str(customer_id))))
    assert named["document"]["buyer"]["name"] != "Bán cho người tiêu dùng"


async def test_a_refund_adjusts_the_invoice(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(108_000))
    line = {"line_id": bill["lines"][0]["id"], "amount": 54_000}
    await desk.refund(bill, lines=[line], reason="Khách không hài lòng")
    await desk.refund(bill, goodwill=1_000, reason="Xin lỗi khách")
    _, adjustment = await invoices(desk, bill)
    document = adjustment["document"]
    assert (document["kind"], document["gross"], document["tax"]) == ("adjustment", -54_000, -4_000)
    assert (document["reason"], document["in_words"]) == (
        "Khách không hài lòng",
        "Âm năm mươi bốn nghìn đồng",
    )


async def test_a_gift_card_is_not_invoiced_when_it_is_sold(desk: Desk) -> None:
    assert await invoices(desk, await desk.pay(await desk.open(lines=[{"gift_card": 100_000}]))) == []


@pytest.mark.parametrize("tax_code", ["123", "031234567", "0312345678-1", "03123456789"])
async def test_a_tax_code_has_ten_twelve_or_thirteen_digits(desk: Desk, tax_code: str) -> None:
    path = f"/api/v1/branches/{desk.spa.branch_id}"
    assert (await desk.client.patch(path, json={"tax_code": tax_code})).status_code == 422
