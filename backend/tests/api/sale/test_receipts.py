"""Receipts: pages that a printer and a guest open by a signed link."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
import time_machine

from app.common.helpers import utc_now
from app.modules.sale.documents.receipt import VALID_FOR
from tests.builders.bills import SALES, Desk, cash, therapist
from tests.builders.notices import ACCOUNT


async def receipt(desk: Desk, bill: dict[str, Any], **query: str) -> httpx2.Response:
    path = (await desk.client.get(f"{SALES}/{bill['id']}/receipt")).json()["path"]
    return await desk.client.get(path, params=query, headers={"Authorization": ""})


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("vi", ["Phiếu thanh toán", "Tiền thối lại", "50.000đ", "Giá đã gồm thuế GTGT 8%: 25.926đ"]),
        ("en", ["Receipt", "Change", "50.000đ", "VAT included 8%: 25.926đ"]),
    ],
)
async def test_a_receipt_says_what_was_paid_and_handed_back(
    desk: Desk, lang: str, expected: list[str]
) -> None:
    tips = [{"staff_id": therapist(desk), "amount": 20_000}]
    bill = await desk.sell(400_000, discount_amount=50_000, tips=tips)
    bill = await desk.pay(bill, cash(370_000, tendered=420_000))
    page = await receipt(desk, bill, lang=lang, paper="58")
    assert page.headers["content-type"].startswith("text/html")
    assert "style-src 'self'" in page.headers["content-security-policy"]
    for word in [
        *expected,
        "350.000đ",
        "370.000đ",
        "420.000đ",
        "Lan 1",
        'class="paper-58"',
        f"{bill['year']}-000001",
    ]:
        assert word in page.text, word
    assert "<svg" not in page.text


async def test_an_open_bill_asks_for_a_transfer(desk: Desk) -> None:
    account = {"bin": "970436", "number": ACCOUNT, "holder": "SEN TRANG"}
    await desk.client.put(f"/api/v1/branches/{desk.spa.branch_id}/bank-account", json=account)
    bill = await desk.pay(await desk.sell(350_000), cash(100_000))
    page = await receipt(desk, bill, lang="vi")
    assert "Phiếu tạm tính" in page.text
    assert "<svg" in page.text
    assert bill["transfer_code"] in page.text


async def test_a_name_of_a_guest_is_no_markup(desk: Desk) -> None:
    bill = await desk.sell(buyer={"name": "<script>alert(1)</script>"})
    page = await receipt(desk, bill)
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text


async def test_only_a_signed_link_that_has_not_ended_opens_a_receipt(desk: Desk) -> None:
    bill = await desk.sell()
    path = (await desk.client.get(f"{SALES}/{bill['id']}/receipt")).json()["path"]
    forged = path[:-1] + ("A" if path[-1] != "A" else "B")
    assert [(await desk.client.get(address)).status_code for address in (path, forged)] == [200, 404]
    with time_machine.travel(utc_now() + VALID_FOR + timedelta(minutes=1)):
        assert (await desk.client.get(path)).status_code == 404


async def test_the_style_of_a_receipt_is_kept_by_browsers(desk: Desk) -> None:
    page = await receipt(desk, await desk.sell())
    address = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    style = await desk.client.get(address)
    assert (style.status_code, "immutable" in style.headers["cache-control"]) == (200, True)
    assert (await desk.client.get(address.replace("receipt.css", "x.css"))).status_code == 404
