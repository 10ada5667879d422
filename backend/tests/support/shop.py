"""A shop for random sequences: everything that a desk does with money, each in one call, by numbers instead of ids.

A request is answered with success or with one of the refusals that make sense for it; anything else is an error.
"""

import json
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import time_machine

from app.common.helpers import utc_now
from app.jobs import run_once
from app.modules.deposit.deposit_models import Deposit
from app.modules.identity.roles import Role
from app.modules.payment.transfer_code import new_transfer_code
from tests.builders.bills import DRAWERS, RATES, SALES, Desk
from tests.builders.bookings import VISITS, bookable_spa
from tests.builders.commissions import add_rule
from tests.builders.courses import add_plan
from tests.builders.deposits import DEPOSITS
from tests.builders.notices import ACCOUNT, add_bank_account, send_sepay, sepay_notice
from tests.builders.people import add_customer, signed_in
from tests.builders.products import add_product
from tests.builders.taxes import add_tax_category
from tests.builders.visits import add_visit
from tests.support.database import empty_database, insert, run_sql
from tests.support.shop_base import FACTS, ShopBase

TRANSFERS = "/api/v1/bank-transfers"
_HOUR = timedelta(hours=1)
_CONTENT = set(
    """
    SOLD_AT_ITS_PRICE DISCOUNT_TOO_LARGE STAFF_NOT_FOUND PAID_TOO_MUCH SALE_NOT_OPEN ALREADY_BILLED NOTHING_TO_BILL
    COURSE_USED_UP COURSE_DOES_NOT_FIT COURSE_EXPIRED COURSE_SESSION_BILLED COURSE_SESSION_GONE LINE_NOT_FOUND
    """.split()  # noqa: SIM905 - a literal would take a line for each
)
_PAYMENT = set(
    """
    SALE_NOT_OPEN PAID_TOO_MUCH NOTHING_PAID DRAWER_CLOSED CUSTOMER_NEEDED COURSE_USED_UP COURSE_SESSION_GONE
    GIFT_CARD_BALANCE_TOO_LOW DEPOSIT_TOO_SMALL
    """.split()  # noqa: SIM905 - as above
)
_REFUND = set(
    """
    SALE_NOT_OPEN SALE_NOT_CLOSED REFUND_TOO_LARGE REFUND_DOES_NOT_ADD_UP REFUNDED_WHOLE DRAWER_CLOSED NOT_ENOUGH_CASH
    GIFT_CARD_USED COURSE_RESERVED COURSE_USED_UP NOTHING_TO_REFUND
    """.split()  # noqa: SIM905 - as above
)
_VISIT = {"STATUS_CONFLICT", "SLOT_TAKEN", "COURSE_SESSION_BILLED", "TOO_EARLY_FOR_NO_SHOW"}


class Shop(ShopBase):
    """A branch with a drawer, and all that its desk does."""

    @classmethod
    async def opened(cls, client: httpx2.AsyncClient, answers: Counter[str], price: int) -> "Shop":
        """Empty the database and open a shop in it, with a float in the drawer."""
        await empty_database()
        client.headers |= await signed_in(Role.ADMIN)
        await add_tax_category(RATES, default=True)
        low_tax = await add_tax_category(500)
        desk = Desk(client, await bookable_spa(therapists=3, beds=3, days=range(1), no_show_fee=30))
        await run_sql("UPDATE service_variant SET price = $1", price)
        await add_bank_account(desk)
        await add_rule(rate=777)
        await add_rule("products", amount=1_001)
        variant_id, terms = desk.spa.variant_id, {"return_policy": "list_price", "list_price": price}
        shop = cls(desk, answers)
        shop.customers = [await add_customer() for _ in range(2)]
        shop.products = [
            await add_product(price=price + 1),
            await add_product(price=7, tax_category_id=low_tax),
        ]
        shop.plans = [
            await add_plan(variant_id, price=2 * price + 1, sessions=3, valid_days=20),
            await add_plan(variant_id, price=price + 2, sessions=2, **terms),
        ]
        await shop.open_drawer(price)
        return shop

    async def open_bill(
        self, *, customer: int | None = None, visit: int | None = None, **content: Any
    ) -> None:
        visits = [self.visits[visit % len(self.visits)]] if visit is not None and self.visits else []
        body = {
            "branch_id": self.branch_id,
            "visit_ids": visits,
            "content": await self.content(customer, **content),
        }
        if (bill := await self.post(SALES, body, _CONTENT)) is not None:
            self.bills.append(bill)

    async def sell_courses(self) -> None:
        """Sell each customer both courses, one of them with a treatment that it pays at once, and a gift card."""
        for customer in (0, 1):
            lines = [
                ("course", 0, 0, 0),
                ("course", 1, 10, 1),
                ("new session", 1, 0, 2),
                ("gift_card", 9, 0, 0),
            ]
            await self.open_bill(customer=customer, lines=lines)
            await self.pay_last("card")

    async def edit_bill(
        self, number: int, *, keep: int, by_course: bool, customer: int | None = None, **content: Any
    ) -> None:
        """Keep the first lines of a bill, perhaps paid by a course, and change everything else."""
        if (bill := self.bill(number, "open")) is None:
            return
        body = await self.content(customer, **content)
        course_id = await self.course(body["customer_id"]) if by_course else None
        course = {"course_id": str(course_id)} if course_id else {}
        lines = [{"id": line["id"]} | (course if line["variant_id"] else {}) for line in bill["lines"][:keep]]
        answer = await self.desk.client.put(
            f"{SALES}/{bill['id']}", json=body | {"lines": lines + body["lines"]}
        )
        self.note(self.result("edit", answer, _CONTENT))

    async def pay(self, number: int, method: str, part: str) -> None:
        """Pay a part of a bill: with the fullest gift card, or the first deposit that is left, if it is one of these."""
        if (bill := self.bill(number, "open")) is None:
            return
        amount, paid_before = _part(bill["due"], part), {}
        if method in {"gift_card", "deposit"}:
            rows = await run_sql(f"SELECT id, balance FROM {method} ORDER BY balance DESC, id LIMIT 1")
            if not rows:
                return
            paid_before = {f"{method}_id": str(rows[0]["id"])}
            amount = min(amount, rows[0]["balance"] + (part == "more"))
        payments = [{"method": method, "amount": amount, **paid_before}] if amount > 0 else []
        paid = await self.post(f"{SALES}/{bill['id']}/payments", {"payments": payments}, _PAYMENT)
        is_sure = method in {"card", "transfer"} and bill["status"] == "open" and 0 < amount <= bill["due"]
        is_sure = is_sure and self.is_alone and all(line["kind"] != "course" for line in bill["lines"])
        assert paid is not None or not is_sure
        self.note(paid)

    async def pay_last(self, method: str) -> None:
        """Pay the newest bill."""
        await self.pay(-1, method, "all")

    async def notice(self, number: int, part: str, *, again: bool, text: str = "") -> None:
        """Let SePay notice a transfer, or the number of an earlier one with another bill: that changes nothing."""
        if (bill := self.bill(number, "open")) is None:
            return
        amount = _part(bill["due"] or bill["total"], part)
        is_known = again and bool(self.notices)
        changes = {"id": self.notices[-1]} if is_known else {}
        before = await run_sql(FACTS)
        notice = sepay_notice(amount, text or bill["transfer_code"], accountNumber=ACCOUNT, **changes)
        answer = await send_sepay(self.desk.client, notice)
        self.result("notice", answer, set())
        if amount and not is_known:
            self.notices.append(json.loads(notice["content"])["id"])
        elif self.is_alone:
            assert await run_sql(FACTS) == before
        self.note(await self.desk.read(bill))

    async def decide(self, transfer: int, number: int, decision: str) -> None:
        """Let a person decide about a transfer that waits."""
        rows = await run_sql("SELECT id FROM bank_transfer WHERE status IN ('new', 'review') ORDER BY id")
        bill = self.bill(number, "open")
        if not rows or bill is None:
            return
        body = {"sale_id": bill["id"]} if decision == "match" else {"note": "x"}
        refusals = {
            "NOTHING_DUE",
            "BANK_TRANSFER_DONE",
            "CUSTOMER_NEEDED",
            "COURSE_USED_UP",
            "COURSE_SESSION_GONE",
        }
        await self.post(f"{TRANSFERS}/{rows[transfer % len(rows)]['id']}/{decision}", body, refusals)
        self.note(await self.desk.read(bill))

    async def refund(self, number: int, thing: str, part: str, *, by_last: bool = False) -> None:
        """Refund a part of something on a bill, by the last payment if that is wanted."""
        if (bill := self.bill(number, "open" if thing == "payment" else "closed")) is None:
            return
        body: dict[str, Any] = {"reason": "Khách không hài lòng"}
        lines = [line for line in bill["lines"] if line["refunded"] < line["gross"]]
        left = [payment for payment in bill["payments"] if payment["refunded"] < payment["amount"]]
        amount = 0
        if thing == "all":
            body |= {"lines": [{"line_id": line["id"]} for line in lines], "tip": _tip_left(bill)}
        elif thing == "line" and lines:
            line = lines[-1]
            amount = _part(line["gross"] - line["refunded"], part)
            body["lines"] = [{"line_id": line["id"]} | ({} if part == "all" else {"amount": amount})]
        elif thing in {"tip", "goodwill"}:
            amount = _part(_tip_left(bill) if thing == "tip" else bill["paid"], part)
            body[thing] = amount
        elif thing == "payment" and left:
            amount, by_last = _part(left[-1]["amount"] - left[-1]["refunded"], part), True
        if by_last and left and amount > 0:
            body["payments"] = [{"payment_id": left[-1]["id"], "amount": amount}]
        if not any(body.get(name) for name in ("lines", "tip", "goodwill", "payments")):
            return
        self.note(await self.post(f"{SALES}/{bill['id']}/refunds", body, _REFUND))

    async def void(self, number: int) -> None:
        if (bill := self.bill(number, "open")) is not None:
            path = f"{SALES}/{bill['id']}/void"
            self.note(await self.post(path, {"reason": "Nhầm"}, {"SALE_NOT_OPEN", "PAYMENTS_LEFT"}))

    async def open_drawer(self, counted: int) -> None:
        await self.post(DRAWERS, {"branch_id": self.branch_id, "counted": counted}, {"DRAWER_OPEN"})

    async def move_cash(self, kind: str, amount: int, person: int) -> None:
        is_to_person = kind in {"tip", "commission"}
        body = {"kind": kind, "amount": -abs(amount) if is_to_person else amount, "note": "x"}
        body |= {"staff_id": self.person(person)} if is_to_person else {}
        await self.post(f"{await self.drawer()}/movements", body, {"DRAWER_CLOSED", "NOT_ENOUGH_CASH"})

    async def close_drawer(self, off: int, to_safe: bool) -> None:
        """Close the drawer with so much more or less than what should be in it."""
        path = await self.drawer()
        counted = max(0, (await self.desk.client.get(path)).json()["expected"] + off)
        body = {"counted": counted, "to_safe": counted // 2 if to_safe else 0}
        await self.post(f"{path}/close", body, {"DRAWER_CLOSED"})

    async def add_visit(self, customer: int | None, *, has_deposit: bool = False) -> None:
        """Let a guest come who is treated now, in the past of a free therapist; perhaps one who has paid a deposit before."""
        number = len(self.visits)
        start = self.began - (1 + number // 3) * _HOUR
        therapist = self.desk.spa.therapists[number % 3]
        added = await add_visit(
            self.desk.spa.branch_id,
            start,
            start + _HOUR,
            status="confirmed" if has_deposit else "in_service",
            variant_id=self.desk.spa.variant_id,
            customer_id=None if customer is None else self.customers[customer],
            allocations={therapist: (start, start + _HOUR)},
        )
        if has_deposit:
            await self._pay_deposit(added.id)
            await run_sql("UPDATE appointment SET status = 'in_service' WHERE visit_id = $1", added.id)
        self.visits.append(str(added.id))

    async def return_deposit(self, number: int) -> None:
        """Send what is left of a deposit back to its guest."""
        rows = await run_sql("SELECT id FROM deposit ORDER BY id")
        if rows:
            path = f"{DEPOSITS}/{rows[number % len(rows)]['id']}/return"
            await self.post(path, {"note": "x"}, {"DEPOSIT_KEPT", "DEPOSIT_SETTLED"})

    async def set_status(self, visit: int, status: str) -> None:
        if self.visits:
            path = f"{VISITS}/{self.visits[visit % len(self.visits)]}/status"
            answer = await self.desk.client.put(path, json={"status": status, "reason": "Nhầm"})
            self.result(status, answer, _VISIT)

    async def choose_course(self, visit: int, is_wanted: bool) -> None:
        """Let a course of the guest pay a visit, or none."""
        if not self.visits:
            return
        path = f"{VISITS}/{self.visits[visit % len(self.visits)]}/courses"
        [treatment] = (await self.desk.client.get(path)).json()["treatments"]
        course = treatment["courses"][0]["course_id"] if is_wanted and treatment["courses"] else None
        body = {"treatments": [{"treatment_id": treatment["treatment_id"], "course_id": course}]}
        refusals = {
            "STATUS_CONFLICT",
            "TREATMENT_ON_BILL",
            "COURSE_SESSION_BILLED",
            "COURSE_USED_UP",
            "COURSE_EXPIRED",
        }
        self.result("choose course", await self.desk.client.put(path, json=body), refusals)

    async def transfer_course(self, customer: int) -> None:
        """Give the first course of a customer to the other one."""
        rows = await run_sql(
            "SELECT id FROM customer_course WHERE customer_id = $1 ORDER BY id", self.customers[customer]
        )
        if rows:
            body = {"customer_id": str(self.customers[1 - customer]), "reason": "Tặng"}
            await self.post(f"/api/v1/customer-courses/{rows[0]['id']}/transfer", body, {"COURSE_USED_UP"})

    async def pass_days(self, days: int) -> None:
        """Let days go by, and run the jobs: courses expire, and the tax changes with the year."""
        later = utc_now() + timedelta(days=days)
        self.end()
        self.travel = time_machine.travel(later, tick=True)
        self.travel.start()
        self.desk.client.headers |= await signed_in(Role.ADMIN)
        self.last = None  # the keys of another user are other keys
        await run_once()

    def end(self) -> None:
        """Return to the present."""
        if self.travel is not None:
            self.travel.stop()
            self.travel = None

    async def _pay_deposit(self, visit_id: UUID) -> None:
        """Ask for a deposit, and let it arrive in two transfers."""
        deposit = Deposit(
            branch_id=self.desk.spa.branch_id,
            visit_id=visit_id,
            amount=150_003,
            transfer_code=new_transfer_code(),
        )
        await insert(deposit)
        for part in (100_000, 50_003):
            notice = sepay_notice(part, deposit.transfer_code, accountNumber=ACCOUNT)
            self.result("deposit", await send_sepay(self.desk.client, notice), set())


def _part(amount: int, part: str) -> int:
    return {"all": amount, "third": (amount + 2) // 3, "one": min(amount, 1), "more": amount + 1}[part]


def _tip_left(bill: dict[str, Any]) -> int:
    return sum(tip["amount"] - tip["refunded"] for tip in bill["tips"])
