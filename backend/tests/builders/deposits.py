"""A spa that asks for a deposit, and what its guests and its desk do with it, each in one line.

deposit = await spa.ask(spa.hour(10))
await spa.transfer(deposit, 150_000)
assert await spa.status() == "confirmed"
"""

from datetime import datetime
from typing import Any

import httpx2

from app.jobs import run_once
from app.modules.booking.booking_models import AppointmentTransition
from tests.builders.bills import Desk, open_desk
from tests.builders.notices import add_bank_account, send_sepay, sepay_notice
from tests.builders.online import OnlineGuest
from tests.support.database import insert, run_sql

DEPOSITS = "/api/v1/deposits"
PRICE, AMOUNT = 500_000, 150_000
"""The price of the treatment, and 30 % of it."""


class DepositSpa:
    """A spa that asks for 30 %, its desk, and one guest."""

    def __init__(self, desk: Desk, guest: OnlineGuest) -> None:
        self.desk, self.guest = desk, guest

    async def ask(self, start: datetime | None = None, *, guests: int = 1, **contact: Any) -> dict[str, Any]:
        """Let the guest book, and return what the desk reads of the deposit."""
        answer = await self.guest.hold(start or self.desk.spa.hour(10), guests=guests)
        assert answer.status_code == 201, answer.text
        confirmed = await self.guest.confirm(**contact)
        assert confirmed.status_code == 200, confirmed.text
        return await self.deposit()

    async def paid(self, start: datetime | None = None, **more: Any) -> dict[str, Any]:
        """Let the guest book and pay, and return the deposit."""
        deposit = await self.ask(start, **more)
        await self.transfer(deposit, deposit["amount"])
        return await self.deposit()

    async def transfer(self, deposit: dict[str, Any], amount: int, **more: Any) -> dict[str, Any]:
        """Send the notice of a transfer with the code of a deposit, and return the notice."""
        notice = sepay_notice(amount, f"{deposit['transfer_code']} chuyen tien", **more)
        assert (await send_sepay(self.desk.client, notice)).status_code == 200
        return notice

    async def deposit(self, **query: Any) -> dict[str, Any]:
        """Return the newest deposit, whatever its state."""
        [newest, *_] = await self.deposits(open="false", **query)
        return newest

    async def deposits(self, **query: Any) -> list[dict[str, Any]]:
        params = {"branch_id": str(self.desk.spa.branch_id)} | query
        answer = await self.desk.client.get(DEPOSITS, params=params)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def visit(self) -> dict[str, Any]:
        """Return the visit as the guest reads it."""
        visit: dict[str, Any] = (await self.guest.read()).json()
        return visit

    async def give_back(self, deposit: dict[str, Any], **headers: str) -> httpx2.Response:
        return await self.desk.send(
            f"{DEPOSITS}/{deposit['id']}/return", {"note": "Vietcombank, 10:30"}, **headers
        )

    async def queue(self) -> list[tuple[int, str]]:
        """Return the amounts and reasons of the transfers that wait for a person."""
        page = await self.desk.client.get(
            "/api/v1/bank-transfers", params={"branch_id": str(self.desk.spa.branch_id)}
        )
        return [(item["amount"], item["reason"]) for item in page.json()["items"]]


async def deposit_spa(client: httpx2.AsyncClient, guest_of: Any) -> DepositSpa:
    """Add the spa. `guest_of` makes a guest of a spa."""
    desk = await open_desk(client, online_booking=True, key="quan-1")
    await add_bank_account(desk)
    await run_sql("UPDATE service_variant SET price = $1", PRICE)
    await set_branch(desk, deposit_percent=30)
    return DepositSpa(desk, guest_of(desk.spa))


async def set_branch(desk: Desk, **changes: Any) -> None:
    answer = await desk.client.patch(f"/api/v1/branches/{desk.spa.branch_id}", json=changes)
    assert answer.status_code == 200, answer.text


async def set_status(status: str) -> None:
    """Let every confirmed appointment have another status, as if days had passed."""
    await run_sql("DELETE FROM allocation")
    for row in await run_sql(
        "UPDATE appointment SET status = $1 WHERE status = 'confirmed' RETURNING id", status
    ):
        await insert(
            AppointmentTransition(appointment_id=row["id"], old_status="confirmed", new_status=status)
        )


async def end_holds() -> None:
    """Let the time of all holds be over, before the job has run."""
    for table in ("appointment", "allocation"):
        await run_sql(
            f"UPDATE {table} SET hold_expires_at = now() - interval '1 s' WHERE hold_expires_at IS NOT NULL"
        )


async def let_a_day_pass() -> None:
    """Let the desk be too late to undo anything, and run the jobs."""
    await run_sql("UPDATE appointment_transition SET created_at = created_at - interval '25 hours'")
    await run_once()
