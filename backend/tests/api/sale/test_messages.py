"""The number of messages to PostgreSQL that closing a bill takes: each may be some milliseconds away."""

from typing import Any
from uuid import uuid4

from tests.builders.bills import SALES, Desk, card, cash, therapist
from tests.builders.commissions import add_rule
from tests.support.messages import round_trips

MOST = 12


async def bill_of_three_lines(desk: Desk) -> dict[str, Any]:
    line = {"variant_id": str(desk.spa.variant_id)}
    lines = [line | {"staff_id": therapist(desk, number)} for number in range(3)]
    return await desk.open(lines=lines, discount_amount=10_000, tip=30_000)


async def test_a_bill_with_three_lines_is_closed_by_two_payments_in_twelve_messages(desk: Desk) -> None:
    await add_rule(rate=1000)
    bills = iter([await bill_of_three_lines(desk) for _ in range(3)])

    async def close() -> Any:
        bill = next(bills)
        payments = [cash(100_000), card(bill["due"] - 100_000)]
        headers = {"Idempotency-Key": str(uuid4())}
        return await desk.client.post(
            f"{SALES}/{bill['id']}/payments", json={"payments": payments}, headers=headers
        )

    assert await round_trips(close) <= MOST
