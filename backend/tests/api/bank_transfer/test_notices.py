"""Notices over HTTP: the money of a transfer pays the bill that it names, once, and everything else waits for a person."""

import asyncio
import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest
import time_machine

from app.common.helpers import utc_now
from app.jobs import run_once
from app.modules.bank_transfer import bank_transfer_service
from app.modules.payment.transfer_code import new_transfer_code
from app.modules.payment.vietqr import read_vietqr
from tests.builders.bills import SALES, Desk, balances, card, cash, code_of, transfer
from tests.builders.courses import add_plan
from tests.builders.notices import send_payos, send_sepay, sepay_notice
from tests.builders.people import add_customer
from tests.support.database import run_sql

TRANSFERS = "/api/v1/bank-transfers"


async def queue(desk: Desk, **more: str) -> list[dict[str, Any]]:
    page = await desk.client.get(TRANSFERS, params={"branch_id": str(desk.spa.branch_id)} | more)
    items: list[dict[str, Any]] = page.json()["items"]
    return items


async def decide(desk: Desk, transfer_id: str, decision: str, **body: Any) -> httpx2.Response:
    return await desk.send(f"{TRANSFERS}/{transfer_id}/{decision}", body)


async def test_a_bill_turns_paid_when_its_transfer_is_noticed(desk: Desk) -> None:
    bill = await desk.sell(148_000)
    code = (await desk.client.get(f"{SALES}/{bill['id']}/vietqr")).json()
    wanted = read_vietqr(code["payload"])
    assert (wanted.bin, wanted.account, wanted.amount) == ("970436", "0123456789", 148_000)
    assert code["svg"].startswith("<svg")
    text = f"MBVCB.3278 {wanted.purpose[:4]} {wanted.purpose[4:].lower()} chuyen tien"
    answer = await send_sepay(desk.client, sepay_notice(148_000, text))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    paid = await desk.read(bill)
    assert (paid["status"], paid["number"], paid["payments"][0]["method"]) == ("closed", 1, "transfer")
    assert await balances() == {"bank": 148_000, "revenue": -137_037, "vat": -10_963}
    assert await queue(desk) == []
    assert (await queue(desk, open="false"))[0]["status"] == "matched"
    assert code_of(await desk.client.get(f"{SALES}/{bill['id']}/vietqr")) == (409, "SALE_NOT_OPEN")


async def test_payos_notices_are_matched_too(desk: Desk) -> None:
    bill = await desk.sell(1000)
    assert (await send_payos(desk.client, 1000, bill["transfer_code"])).status_code == 200
    assert (await desk.read(bill))["status"] == "closed"


async def test_a_notice_that_comes_again_pays_once(desk: Desk) -> None:
    bill = await desk.sell(100)
    notice = sepay_notice(60, bill["transfer_code"])
    answers = await asyncio.gather(*(send_sepay(desk.client, notice) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert ((await desk.read(bill))["paid"], await balances()) == (60, {"bank": 60, "receivable": -60})


async def test_a_notice_that_comes_again_an_hour_later_pays_once(desk: Desk) -> None:
    """The bill is paid, the notice is signed anew, and nothing waits for a person (money.md, 7)."""
    bill = await desk.sell(100)
    await send_sepay(desk.client, sepay_notice(100, bill["transfer_code"], id=7))
    with time_machine.travel(utc_now() + timedelta(hours=1), tick=True):
        again = await send_sepay(desk.client, sepay_notice(100, bill["transfer_code"], id=7))
    assert (again.status_code, again.json()) == (200, {"success": True})
    assert (len((await desk.read(bill))["payments"]), await queue(desk)) == (1, [])
    assert (await balances())["bank"] == 100


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE bank_transfer SET amount = amount + 1, applied = applied + 1",
        "UPDATE bank_transfer SET notice = 'x'",
        "UPDATE bank_transfer SET reference = 'x'",
        "DELETE FROM bank_transfer",
    ],
)
async def test_no_statement_changes_what_a_notice_says(desk: Desk, change: str) -> None:
    await send_sepay(desk.client, sepay_notice(100, "an trua"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await run_sql(change)


async def test_two_transfers_pay_a_bill_together(desk: Desk) -> None:
    """240 due and two transfers of 120 is paid (money.md, 5)."""
    bill = await desk.sell(240)
    notices = [sepay_notice(120, bill["transfer_code"]) for _ in range(2)]
    await asyncio.gather(*(send_sepay(desk.client, notice) for notice in notices))
    assert (await desk.read(bill))["status"] == "closed"


async def test_a_transfer_that_the_desk_has_taken_by_hand_pays_once(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(100), transfer(100))
    await send_sepay(desk.client, sepay_notice(100, bill["transfer_code"]))
    read = await desk.read(bill)
    assert len(read["payments"]) == 1
    assert read["payments"][0]["bank_transfer_id"] == (await queue(desk, open="false"))[0]["id"]
    assert (await balances())["bank"] == 100


@pytest.mark.parametrize("sent", ["forged", "none", "old", "other body"])
async def test_a_notice_without_a_right_signature_changes_nothing(desk: Desk, sent: str) -> None:
    bill = await desk.sell(100)
    notice = sepay_notice(100, bill["transfer_code"])
    if sent == "forged":
        notice["headers"]["X-SePay-Signature"] = "sha256=" + "0" * 64
    elif sent == "none":
        del notice["headers"]["X-SePay-Signature"]
    elif sent == "old":
        stamp = str(int(notice["headers"]["X-SePay-Timestamp"]) - 301)
        mac = hmac.new(b"whsec_test", stamp.encode() + b"." + notice["content"], sha256).hexdigest()
        notice["headers"] |= {"X-SePay-Timestamp": stamp, "X-SePay-Signature": f"sha256={mac}"}
    else:
        notice["content"] += b" "
    assert code_of(await send_sepay(desk.client, notice)) == (401, "WRONG_SIGNATURE")
    assert await run_sql("SELECT FROM bank_transfer") == []


@pytest.mark.parametrize("changes", [{"transferType": "out"}, {"transferAmount": 0}], ids=str)
async def test_money_that_goes_out_or_is_none_is_not_taken(desk: Desk, changes: dict[str, Any]) -> None:
    answer = await send_sepay(desk.client, sepay_notice(100, "x", **changes))
    assert (answer.status_code, await run_sql("SELECT FROM bank_transfer")) == (200, [])


async def test_a_signed_notice_of_another_form_is_an_error(desk: Desk) -> None:
    answer = await send_sepay(desk.client, sepay_notice(100, "x", transferAmount="100"))
    assert code_of(answer) == (422, "UNKNOWN_NOTICE")


async def test_without_keys_every_notice_is_refused(client: httpx2.AsyncClient) -> None:
    assert code_of(await send_sepay(client, sepay_notice(100, "x"))) == (401, "WRONG_SIGNATURE")
    assert code_of(await send_payos(client, 100, "x")) == (401, "WRONG_SIGNATURE")


async def test_what_is_not_matched_waits_for_a_person(desk: Desk) -> None:
    one, two, void, paid, small = [await desk.sell(100) for _ in range(5)]
    await desk.do(f"{SALES}/{void['id']}/void", {"reason": "Khách về"})
    await desk.pay(paid)
    for amount, text in (
        (100, "chuyen tien an trua"),
        (100, f"{one['transfer_code']} {two['transfer_code']}"),
        (100, new_transfer_code()),
        (100, void["transfer_code"]),
        (100, paid["transfer_code"]),
        (101, small["transfer_code"]),
    ):
        assert (await send_sepay(desk.client, sepay_notice(amount, text))).status_code == 200
    reasons = ["no_code", "several_codes", "unknown_code", "void", "paid", "too_much"]
    assert [item["reason"] for item in await queue(desk)] == reasons[::-1]
    assert (await balances())["unmatched"] == -601
    assert (await desk.read(one))["paid"] == 0


async def test_a_transfer_for_a_bill_that_cannot_be_closed_waits_for_a_person(desk: Desk) -> None:
    """A course needs a customer: once the bill has one, the transfer pays it."""
    plan_id = await add_plan(desk.spa.variant_id, price=108)
    bill = await desk.open(lines=[{"course_plan_id": str(plan_id)}])
    await send_sepay(desk.client, sepay_notice(108, bill["transfer_code"]))
    [item] = await queue(desk)
    assert (item["status"], item["reason"], (await desk.read(bill))["due"]) == ("review", "refused", 108)
    assert await balances() == {"bank": 108, "unmatched": -108}
    refused = await decide(desk, item["id"], "match", sale_id=bill["id"])
    assert code_of(refused) == (409, "CUSTOMER_NEEDED")
    content = {"lines": [{"id": bill["lines"][0]["id"]}], "customer_id": str(await add_customer())}
    await desk.client.put(f"{SALES}/{bill['id']}", json=content)
    assert (await decide(desk, item["id"], "match", sale_id=bill["id"])).json()["status"] == "matched"
    assert await balances() == {"bank": 108, "course": -100, "vat": -8}


async def test_a_transfer_to_another_account_does_not_pay_the_bill(desk: Desk) -> None:
    bill = await desk.sell(100)
    await send_sepay(desk.client, sepay_notice(100, bill["transfer_code"], accountNumber="999"))
    assert await queue(desk) == []
    [item] = (await desk.client.get(TRANSFERS)).json()["items"]
    assert (item["reason"], item["branch_id"]) == ("other_account", None)
    matched = await decide(desk, item["id"], "match", sale_id=bill["id"])
    assert (matched.status_code, matched.json()["status"]) == (200, "matched")
    assert ((await desk.read(bill))["status"], (await balances())["bank"]) == ("closed", 100)


async def test_a_person_pays_a_bill_with_a_transfer_and_sends_the_rest_back(desk: Desk) -> None:
    bill = await desk.sell(108)
    await send_sepay(desk.client, sepay_notice(150, bill["transfer_code"]))
    [item] = await queue(desk)
    rest = (await decide(desk, item["id"], "match", sale_id=bill["id"])).json()
    assert (rest["status"], rest["reason"], rest["applied"]) == ("review", "left_over", 108)
    assert (await desk.read(bill))["status"] == "closed"
    again = await decide(desk, item["id"], "match", sale_id=bill["id"])
    assert code_of(again) == (409, "NOTHING_DUE")
    back = (await decide(desk, item["id"], "return", note="Đã chuyển trả 42")).json()
    assert (back["status"], back["returned"]) == ("matched", 42)
    assert await balances() == {"bank": 108, "revenue": -100, "vat": -8}
    assert code_of(await decide(desk, item["id"], "return", note="x")) == (409, "BANK_TRANSFER_DONE")


async def test_a_transfer_that_is_ignored_is_not_counted(desk: Desk) -> None:
    await send_sepay(desk.client, sepay_notice(100, "tien nha"))
    [item] = await queue(desk)
    ignored = await decide(desk, item["id"], "ignore", note="Tiền của chủ")
    assert (ignored.json()["status"], await balances(), await queue(desk)) == ("ignored", {}, [])


async def test_one_transfer_pays_one_bill_when_two_desks_match_it(desk: Desk) -> None:
    bills = [await desk.sell(100) for _ in range(2)]
    await send_sepay(desk.client, sepay_notice(100, "khong co ma"))
    [item] = await queue(desk)
    answers = await asyncio.gather(*(decide(desk, item["id"], "match", sale_id=bill["id"]) for bill in bills))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await balances())["bank"] == 100


async def test_a_notice_is_kept_when_matching_fails_and_a_job_matches_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = await desk.sell(100)

    async def fail(*_: object, **__: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(bank_transfer_service, "settle", fail)
        assert (await send_sepay(desk.client, sepay_notice(100, bill["transfer_code"]))).status_code == 200
    assert [
        item["status"] for item in await queue(desk) or (await desk.client.get(TRANSFERS)).json()["items"]
    ] == ["new"]
    await run_once()
    assert (await desk.read(bill))["status"] == "closed"


async def test_a_refund_of_a_noticed_transfer_leaves_the_bank(desk: Desk) -> None:
    bill = await desk.sell(108)
    await send_sepay(desk.client, sepay_notice(108, bill["transfer_code"]))
    bill = await desk.read(bill)
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"]}])
    assert await balances() == {}


async def test_a_bill_is_paid_half_in_cash_and_half_by_a_noticed_transfer(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(400), cash(200))
    code = (await desk.client.get(f"{SALES}/{bill['id']}/vietqr")).json()
    assert code["amount"] == 200
    await send_sepay(desk.client, sepay_notice(200, code["purpose"]))
    assert [payment["method"] for payment in (await desk.read(bill))["payments"]] == ["cash", "transfer"]


async def test_without_a_bank_account_there_is_no_code(desk: Desk) -> None:
    bill = await desk.sell(100)
    await run_sql("DELETE FROM bank_account")
    assert code_of(await desk.client.get(f"{SALES}/{bill['id']}/vietqr")) == (409, "NO_BANK_ACCOUNT")


async def test_a_card_payment_is_no_transfer_of_the_notice(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(100), card(100))
    await send_sepay(desk.client, sepay_notice(100, bill["transfer_code"]))
    assert [item["reason"] for item in await queue(desk)] == ["paid"]


async def test_a_transfer_of_another_branch_is_not_matched(desk: Desk) -> None:
    await send_sepay(desk.client, sepay_notice(100, "khong co ma"))
    [item] = await queue(desk)
    assert code_of(await decide(desk, item["id"], "match", sale_id=str(uuid4()))) == (404, "SALE_NOT_FOUND")
