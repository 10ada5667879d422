"""The notice of a deposit and the end of its hold at the same moment: one of them is first, and the other sees it."""

import asyncio
from collections import Counter

import httpx2
import pytest

from app.modules.bank_transfer.bank_transfer_service import match_new_transfers
from app.modules.booking.status.jobs import expire_holds
from tests.builders.bills import balances
from tests.builders.deposits import AMOUNT, DepositSpa, deposit_spa, end_holds, set_branch
from tests.builders.notices import accept_notices
from tests.builders.online import OnlineGuest, new_mobile
from tests.support.database import run_sql
from tests.support.http import client_of

ROUNDS = 20
_OUTCOMES = """
SELECT guest.status, deposit.paid, transfer.status, transfer.reason FROM deposit
JOIN appointment AS guest ON guest.visit_id = deposit.visit_id
JOIN bank_transfer AS transfer ON transfer.content LIKE deposit.transfer_code || '%'
"""
BOOKED = ("confirmed", AMOUNT, "matched", "")
TOO_LATE = ("expired", 0, "review", "deposit_over")


async def test_a_deposit_either_books_its_visit_or_waits_for_a_person(
    client: httpx2.AsyncClient, running_app: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept_notices(monkeypatch)
    async with client_of(running_app, "203.0.113.7") as http:  # type: ignore[arg-type]  # an ASGI app; its type is imported late
        spa = await deposit_spa(client, lambda one: OnlineGuest(http, one))
        await set_branch(spa.desk, online_visits_per_phone=20, online_holds_per_address=50)
        for number in range(ROUNDS):
            start = spa.desk.spa.hour(9.5 + 1.5 * (number % 7), days=3 + number // 7)
            await _race(spa, await spa.ask(start, phone=new_mobile()), number)
    outcomes = Counter(tuple(row) for row in await run_sql(_OUTCOMES))
    assert outcomes.keys() <= {BOOKED, TOO_LATE}
    assert outcomes.total() == ROUNDS
    sums = await balances()
    assert sums["bank"] == ROUNDS * AMOUNT
    assert sums.get("deposit", 0) == -outcomes[BOOKED] * AMOUNT
    assert sums.get("unmatched", 0) == -outcomes[TOO_LATE] * AMOUNT
    assert await run_sql("SELECT FROM allocation WHERE state = 'held'") == []


async def _race(spa: DepositSpa, deposit: dict[str, object], number: int) -> None:
    async def expire() -> None:
        for _ in range(10 * number):  # the notice has a longer head start in each round
            await run_sql("SELECT 1")
        await end_holds()
        await expire_holds(asyncio.Event())

    await asyncio.gather(spa.transfer(deposit, AMOUNT), expire())
    # The jobs do what was left to them: a visit that the notice had locked, and a transfer whose hold ended meanwhile.
    await expire_holds(asyncio.Event())
    await match_new_transfers(asyncio.Event())
