"""The bills that the queue offers for a transfer."""

from typing import Any

from app.modules.identity.roles import Role
from tests.builders.bills import Desk, cash, code_of
from tests.builders.notices import send_sepay, sepay_notice
from tests.builders.people import signed_in

TRANSFERS = "/api/v1/bank-transfers"


async def notice(desk: Desk, amount: int, text: str, **changes: Any) -> str:
    """Let the bank tell of a transfer, and return its id."""
    await send_sepay(desk.client, sepay_notice(amount, text, **changes))
    newest: str = (await desk.client.get(TRANSFERS)).json()["items"][0]["id"]
    return newest


async def bills_of(desk: Desk, transfer_id: str) -> list[dict[str, Any]]:
    answer = await desk.client.get(f"{TRANSFERS}/{transfer_id}/bills")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_named_bill_comes_first_then_those_of_the_amount_then_the_newest(desk: Desk) -> None:
    paid, equal, other, newest = [await desk.sell(amount) for amount in (100, 100, 70, 80)]
    await desk.pay(paid)
    found = await bills_of(desk, await notice(desk, 100, paid["transfer_code"]))
    assert [(bill["sale_id"], bill["due"], bill["is_named"]) for bill in found] == [
        (paid["id"], 0, True),
        (equal["id"], 100, False),
        (newest["id"], 80, False),
        (other["id"], 70, False),
    ]
    assert (found[0]["status"], found[0]["number"]) == ("closed", 1)


async def test_what_is_left_to_pay_counts(desk: Desk) -> None:
    """A bill of 150 of which 50 is paid is one of 100; of a transfer of 150, 50 was used."""
    half = await desk.pay(await desk.sell(150), cash(50))
    small = await desk.sell(50)
    transfer_id = await notice(desk, 150, "khong co ma")
    await desk.do(f"{TRANSFERS}/{transfer_id}/match", {"sale_id": small["id"]})
    exact = await desk.sell(30)
    assert [(bill["sale_id"], bill["due"]) for bill in await bills_of(desk, transfer_id)] == [
        (half["id"], 100),
        (exact["id"], 30),
    ]


async def test_a_transfer_in_no_branch_is_for_those_who_run_the_spa(desk: Desk) -> None:
    bill = await desk.sell(100)
    transfer_id = await notice(desk, 100, bill["transfer_code"], accountNumber="999")
    assert [found["sale_id"] for found in await bills_of(desk, transfer_id)] == [bill["id"]]
    receptionist = await signed_in(Role.RECEPTIONIST)
    refused = await desk.client.get(f"{TRANSFERS}/{transfer_id}/bills", headers=receptionist)
    assert code_of(refused) == (403, "FORBIDDEN")
