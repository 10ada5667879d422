"""Commissions that bills earn, and refunds take back."""

from tests.builders.bills import Desk, balances, therapist
from tests.builders.commissions import add_rule
from tests.support.database import run_sql


async def test_a_bill_earns_and_a_refund_takes_back_at_the_rate_of_the_day(desk: Desk) -> None:
    """4 %: bills of 1000, a refund of 200: 32 are owed (money.md, 7)."""
    rule_id = await add_rule(rate=400)
    await run_sql("UPDATE service_variant SET price = 1000")
    line = {"variant_id": str(desk.spa.variant_id), "staff_id": therapist(desk)}
    bill = await desk.pay(await desk.open(lines=[line]))
    sums = await balances()
    assert (sums["commission"], sums["commission_cost"]) == (-40, 40)
    await run_sql("UPDATE commission_rule SET last_day = first_day WHERE id = $1", rule_id)
    bill = await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"], "amount": 200}])
    assert (await balances())["commission"] == -32
    [owed, back] = await run_sql(
        "SELECT staff_id FROM ledger_entry WHERE account = 'commission' ORDER BY amount"
    )
    assert {str(owed["staff_id"]), str(back["staff_id"])} == {therapist(desk)}
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"]}])
    assert await balances() == {}


async def test_a_gift_card_earns_nothing(desk: Desk) -> None:
    await add_rule()
    await desk.pay(await desk.open(lines=[{"gift_card": 100_000, "staff_id": therapist(desk)}]))
    assert "commission" not in await balances()
