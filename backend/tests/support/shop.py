"""A shop for random sequences: everything that a desk does with money, each in one call, by numbers instead of ids.

A request is answered with success or with one of the refusals that make sense for it; anything else is an error.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx2
import time_machine

from app.common.helpers import utc_now
from app.jobs import run_once
from app.modules.identity.roles import Role
from app.scheduling.timegrid import this_step
from tests.builders.bills import DRAWERS, RATES, SALES, Desk
from tests.builders.bookings import VISITS, bookable_spa
from tests.builders.commissions import add_rule
from tests.builders.courses import add_plan
from tests.builders.notices import ACCOUNT, add_bank_account, send_sepay, sepay_notice
from tests.builders.people import add_customer, signed_in
from tests.builders.products import add_product
from tests.builders.taxes import add_tax_category
from tests.builders.visits import add_visit
from tests.support.database import empty_database, run_sql

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
    GIFT_CARD_BALANCE_TOO_LOW
    """.split()  # noqa: SIM905 - as above
)
_REFUND = set(
    """
    SALE_NOT_OPEN SALE_NOT_CLOSED REFUND_TOO_LARGE REFUND_DOES_NOT_ADD_UP REFUNDED_WHOLE DRAWER_CLOSED NOT_ENOUGH_CASH
    GIFT_CARD_USED COURSE_RESERVED COURSE_USED_UP NOTHING_TO_REFUND
    """.split()  # noqa: SIM905 - as above
)
_VISIT = {"STATUS_CONFLICT", "SLOT_TAKEN", "COURSE_SESSION_BILLED", "TOO_EARLY_FOR_NO_SHOW"}
_FACTS = "SELECT (SELECT count(*) FROM ledger_transaction), (SELECT count(*) FROM payment), (SELECT count(*) FROM sale)"


class Request(NamedTuple):
    """A request that succeeded, and its response."""

    path: str
    body: dict[str, Any]
    key: str
    response: Any


@dataclass
class Shop:
    """A branch with a drawer, and what was made in it: bills and visits are named by their places in the lists."""

    desk: Desk
    answers: Counter[str]
    customers: list[UUID] = field(default_factory=list)
    products: list[UUID] = field(default_factory=list)
    plans: list[UUID] = field(default_factory=list)
    bills: list[dict[str, Any]] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)
    notices: list[int] = field(default_factory=list)
    """The numbers of the notices of SePay."""
    began: datetime = field(default_factory=this_step)
    is_alone: bool = True
    """Whether no other client uses the branch, so that answers can be foretold."""
    last: Request | None = None
    travel: time_machine.travel | None = None

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

    async def post(self, path: str, body: dict[str, Any], refusals: set[str]) -> Any:
        """Send a request with a key. Return the response, or None if it is refused by one of these errors."""
        key = str(uuid4())
        answer = await self.desk.send(path, body, **{"Idempotency-Key": key})
        result = self._result(path.rsplit("/", maxsplit=1)[-1], answer, refusals)
        if result is not None:
            self.last = Request(path, body, key, result)
        return result

    async def send_last_again(self) -> None:
        """A retry gets the same response, and nothing is done."""
        if self.last is None:
            return
        before = await run_sql(_FACTS)
        again = await self.desk.send(self.last.path, self.last.body, **{"Idempotency-Key": self.last.key})
        assert (again.is_success, again.json()) == (True, self.last.response), again.text
        assert not self.is_alone or await run_sql(_FACTS) == before

    async def open_bill(
        self, *, customer: int | None = None, visit: int | None = None, **content: Any
    ) -> None:
        visits = [self.visits[visit % len(self.visits)]] if visit is not None and self.visits else []
        body = {
            "branch_id": self._branch_id,
            "visit_ids": visits,
            "content": await self._content(customer, **content),
        }
        if (bill := await self.post(SALES, body, _CONTENT)) is not None:
            self.bills.append(bill)

    async def sell_courses(self) -> None:
        """Sell each customer both courses, one of them with a treatment that it pays at once."""
        for customer in (0, 1):
            lines = [("course", 0, 0, 0), ("course", 1, 10, 1), ("new session", 1, 0, 2)]
            await self.open_bill(customer=customer, lines=lines)
            await self.pay_last("card")

    async def edit_bill(
        self, number: int, *, keep: int, by_course: bool, customer: int | None = None, **content: Any
    ) -> None:
        """Keep the first lines of a bill, perhaps paid by a course, and change everything else."""
        if (bill := self._bill(number, "open")) is None:
            return
        body = await self._content(customer, **content)
        course_id = await self._course(body["customer_id"]) if by_course else None
        course = {"course_id": str(course_id)} if course_id else {}
        lines = [{"id": line["id"]} | (course if line["variant_id"] else {}) for line in bill["lines"][:keep]]
        answer = await self.desk.client.put(
            f"{SALES}/{bill['id']}", json=body | {"lines": lines + body["lines"]}
        )
        self._note(self._result("edit", answer, _CONTENT))

    async def pay(self, number: int, method: str, part: str) -> None:
        if (bill := self._bill(number, "open")) is None:
            return
        amount = _part(bill["due"], part)
        card = {}
        if method == "gift_card":
            rows = await run_sql("SELECT id, balance FROM gift_card ORDER BY balance DESC, id LIMIT 1")
            if not rows:
                return
            card = {"gift_card_id": str(rows[0]["id"])}
            amount = min(amount, rows[0]["balance"] + (part == "more"))
        payments = [{"method": method, "amount": amount, **card}] if amount > 0 else []
        paid = await self.post(f"{SALES}/{bill['id']}/payments", {"payments": payments}, _PAYMENT)
        is_sure = method in {"card", "transfer"} and bill["status"] == "open" and 0 < amount <= bill["due"]
        is_sure = is_sure and self.is_alone and all(line["kind"] != "course" for line in bill["lines"])
        assert paid is not None or not is_sure
        self._note(paid)

    async def pay_last(self, method: str) -> None:
        """Pay the newest bill."""
        await self.pay(-1, method, "all")

    async def notice(self, number: int, part: str, *, again: bool, text: str = "") -> None:
        """Let SePay notice a transfer, or the number of an earlier one with another bill: that changes nothing."""
        if (bill := self._bill(number, "open")) is None:
            return
        amount = _part(bill["due"] or bill["total"], part)
        is_known = again and bool(self.notices)
        changes = {"id": self.notices[-1]} if is_known else {}
        before = await run_sql(_FACTS)
        notice = sepay_notice(amount, text or bill["transfer_code"], accountNumber=ACCOUNT, **changes)
        answer = await send_sepay(self.desk.client, notice)
        self._result("notice", answer, set())
        if amount and not is_known:
            self.notices.append(json.loads(notice["content"])["id"])
        elif self.is_alone:
            assert await run_sql(_FACTS) == before
        self._note(await self.desk.read(bill))

    async def decide(self, transfer: int, number: int, decision: str) -> None:
        """Let a person decide about a transfer that waits."""
        rows = await run_sql("SELECT id FROM bank_transfer WHERE status IN ('new', 'review') ORDER BY id")
        bill = self._bill(number, "open")
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
        self._note(await self.desk.read(bill))

    async def refund(self, number: int, thing: str, part: str, *, by_last: bool = False) -> None:
        """Refund a part of something on a bill, by the last payment if that is wanted."""
        if (bill := self._bill(number, "open" if thing == "payment" else "closed")) is None:
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
        self._note(await self.post(f"{SALES}/{bill['id']}/refunds", body, _REFUND))

    async def void(self, number: int) -> None:
        if (bill := self._bill(number, "open")) is not None:
            path = f"{SALES}/{bill['id']}/void"
            self._note(await self.post(path, {"reason": "Nhầm"}, {"SALE_NOT_OPEN", "PAYMENTS_LEFT"}))

    async def open_drawer(self, counted: int) -> None:
        await self.post(DRAWERS, {"branch_id": self._branch_id, "counted": counted}, {"DRAWER_OPEN"})

    async def move_cash(self, kind: str, amount: int, person: int) -> None:
        is_to_person = kind in {"tip", "commission"}
        body = {"kind": kind, "amount": -abs(amount) if is_to_person else amount, "note": "x"}
        body |= {"staff_id": self._person(person)} if is_to_person else {}
        await self.post(f"{await self._drawer()}/movements", body, {"DRAWER_CLOSED", "NOT_ENOUGH_CASH"})

    async def close_drawer(self, off: int, to_safe: bool) -> None:
        """Close the drawer with so much more or less than what should be in it."""
        path = await self._drawer()
        counted = max(0, (await self.desk.client.get(path)).json()["expected"] + off)
        body = {"counted": counted, "to_safe": counted // 2 if to_safe else 0}
        await self.post(f"{path}/close", body, {"DRAWER_CLOSED"})

    async def add_visit(self, customer: int | None) -> None:
        """Let a guest come who is treated now, in the past of a free therapist."""
        number = len(self.visits)
        start = self.began - (1 + number // 3) * _HOUR
        therapist = self.desk.spa.therapists[number % 3]
        added = await add_visit(
            self.desk.spa.branch_id,
            start,
            start + _HOUR,
            status="in_service",
            variant_id=self.desk.spa.variant_id,
            customer_id=None if customer is None else self.customers[customer],
            allocations={therapist: (start, start + _HOUR)},
        )
        self.visits.append(str(added.id))

    async def set_status(self, visit: int, status: str) -> None:
        if self.visits:
            path = f"{VISITS}/{self.visits[visit % len(self.visits)]}/status"
            answer = await self.desk.client.put(path, json={"status": status, "reason": "Nhầm"})
            self._result(status, answer, _VISIT)

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
        self._result("choose course", await self.desk.client.put(path, json=body), refusals)

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

    @property
    def _branch_id(self) -> str:
        return str(self.desk.spa.branch_id)

    def _person(self, number: int) -> str:
        return str(self.desk.spa.therapists[number % 3])

    def _bill(self, number: int, *statuses: str) -> dict[str, Any] | None:
        """Return a bill: one with these statuses for most numbers, and any for the others; for -1 the newest."""
        if number < 0:
            return self.bills[-1] if self.bills else None
        bills = [bill for bill in self.bills if bill["status"] in statuses] if number % 4 else []
        bills = bills or self.bills
        return bills[number % len(bills)] if bills else None

    def _note(self, bill: Any) -> None:
        """Keep the newest answer about a bill; None: there is none."""
        for number, old in enumerate(self.bills):
            if bill is not None and old["id"] == bill["id"]:
                self.bills[number] = bill

    async def _drawer(self) -> str:
        [(drawer_id,)] = await run_sql("SELECT id FROM drawer_session ORDER BY id DESC LIMIT 1")
        return f"{DRAWERS}/{drawer_id}"

    def _result(self, action: str, answer: httpx2.Response, refusals: set[str]) -> Any:
        code = "" if answer.is_success else answer.json()["error"]["code"]
        self.answers[f"{action} {code}".strip()] += 1
        assert not code or code in refusals, (action, answer.status_code, answer.text)
        return None if code else answer.json()

    async def _course(self, customer_id: str | None) -> UUID | None:
        rows = await run_sql(
            "SELECT id FROM customer_course AS course WHERE customer_id = $1 ORDER BY (SELECT count(*) FROM course_session"
            " WHERE course_id = course.id AND state = 'free') DESC, id LIMIT 1",
            UUID(customer_id or str(uuid4())),
        )
        return rows[0]["id"] if rows else None

    async def _content(
        self, customer: int | None, lines: list[tuple[str, int, int, int]], **more: Any
    ) -> dict[str, Any]:
        """Return the content of a bill. Lines are their kinds, numbers, discounts in percent, and people."""
        customer_id = None if customer is None else str(self.customers[customer])
        course_id = await self._course(customer_id)
        variant = {"variant_id": str(self.desk.spa.variant_id)}
        content: list[dict[str, Any]] = []
        for kind, number, percent, person in lines:
            off = {"discount_percent": percent}
            things: dict[str, dict[str, Any]] = {
                "service": variant | off,
                "product": {"product_id": str(self.products[number % 2]), "quantity": number} | off,
                "gift_card": {"gift_card": 100_003 * number},
                "course": {"course_plan_id": str(self.plans[number % 2])} | off,
                "session": variant | ({"course_id": str(course_id)} if course_id else off),
                "new session": variant | {"by_new_course": True},
            }
            content.append(things[kind] | {"staff_id": self._person(person)})
        return {"customer_id": customer_id, "lines": content} | more


def _part(amount: int, part: str) -> int:
    return {"all": amount, "third": (amount + 2) // 3, "one": min(amount, 1), "more": amount + 1}[part]


def _tip_left(bill: dict[str, Any]) -> int:
    return sum(tip["amount"] - tip["refunded"] for tip in bill["tips"])
