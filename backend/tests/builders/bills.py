"""A spa with an open drawer, and bills over HTTP, each in one line."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx2

from tests.builders.bookings import BookableSpa, bookable_spa, create_booking
from tests.builders.taxes import add_tax_category
from tests.support.database import run_sql

SALES = "/api/v1/sales"
DRAWERS = "/api/v1/drawer-sessions"
RATES = {date(2025, 7, 1): 800, date(2027, 1, 1): 1000}


@dataclass
class Desk:
    """The desk of a spa: what a receptionist does with bills, as an administrator unless other headers are tendered."""

    client: httpx2.AsyncClient
    spa: BookableSpa
    drawer_id: str = ""

    async def send(self, path: str, body: dict[str, Any], **headers: str) -> httpx2.Response:
        return await self.client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())} | headers)

    async def do(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        answer = await self.send(path, body, **headers)
        assert answer.is_success, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def visit(self, hour: float = 10, **more: Any) -> dict[str, Any]:
        return await create_booking(self.client, self.spa, hour, **more)

    async def open(self, *visits: dict[str, Any], **content: Any) -> dict[str, Any]:
        """Open a bill of visits with this content."""
        ids = [visit["id"] for visit in visits]
        body = {"branch_id": str(self.spa.branch_id), "visit_ids": ids, "content": content}
        return await self.do(SALES, body)

    async def pay(self, bill: dict[str, Any], *payments: dict[str, Any]) -> dict[str, Any]:
        """Take these payments, or what is due in cash."""
        all_payments = [*payments] or ([cash(bill["due"])] if bill["due"] else [])
        return await self.do(f"{SALES}/{bill['id']}/payments", {"payments": all_payments})

    async def refund(self, bill: dict[str, Any], **refund: Any) -> dict[str, Any]:
        return await self.do(f"{SALES}/{bill['id']}/refunds", refund)

    async def sell(self, price: int = 350_000, **content: Any) -> dict[str, Any]:
        """Open a bill for one treatment without a visit, at another price than the menu's."""
        await run_sql("UPDATE service_variant SET price = $1", price)
        return await self.open(lines=[{"variant_id": str(self.spa.variant_id)}], **content)

    async def read(self, bill: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.client.get(f"{SALES}/{bill['id']}")).json()
        return answer


def cash(amount: int, tendered: int | None = None) -> dict[str, Any]:
    return {"method": "cash", "amount": amount, "tendered": tendered}


def card(amount: int, reference: str = "123456") -> dict[str, Any]:
    return {"method": "card", "amount": amount, "reference": reference}


def transfer(amount: int) -> dict[str, Any]:
    return {"method": "transfer", "amount": amount}


async def balances() -> dict[str, int]:
    """Return the sums of the accounts of the whole ledger that are not 0."""
    rows = await run_sql(
        "SELECT account, sum(amount)::bigint AS amount FROM ledger_entry GROUP BY account HAVING sum(amount) <> 0"
    )
    return {row["account"]: row["amount"] for row in rows}


async def open_desk(client: httpx2.AsyncClient, **branch: Any) -> Desk:
    """Add a spa with three therapists and beds and the tax rates of Vietnam, and open its drawer without cash."""
    await add_tax_category(RATES, default=True)
    desk = Desk(client, await bookable_spa(therapists=3, beds=3, **branch))
    opened = await desk.do(DRAWERS, {"branch_id": str(desk.spa.branch_id), "counted": 0})
    desk.drawer_id = opened["id"]
    return desk


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def therapist(desk: Desk, number: int = 0) -> str:
    staff_id: UUID = desk.spa.therapists[number]
    return str(staff_id)
