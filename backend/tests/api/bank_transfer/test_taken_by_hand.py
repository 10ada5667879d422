"""Transfers that the desk has taken by hand before the bank noticed them."""

from tests.builders.bills import Desk, balances, transfer
from tests.builders.notices import send_sepay, sepay_notice
from tests.support.database import run_sql


async def test_a_transfer_that_was_taken_by_hand_does_not_pay_the_rest_as_well(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(200), transfer(100))
    await send_sepay(desk.client, sepay_notice(100, bill["transfer_code"]))
    read = await desk.read(bill)
    assert (read["status"], read["paid"], len(read["payments"])) == ("open", 100, 1)
    assert (await balances())["bank"] == 100


async def test_a_payment_that_was_given_back_is_not_the_transfer_that_comes(desk: Desk) -> None:
    """A payment is taken by mistake and given back, then the money comes: it is on the account, and waits for a person."""
    bill = await desk.pay(await desk.sell(100), transfer(100))
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"]}])
    await send_sepay(desk.client, sepay_notice(100, bill["transfer_code"]))
    [row] = await run_sql("SELECT status FROM bank_transfer")
    assert row["status"] == "review"
    assert await balances() == {"bank": 100, "unmatched": -100}
