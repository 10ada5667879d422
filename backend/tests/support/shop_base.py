"""The part that random sequences in a shop share: its state, requests with a key, and the content of bills."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx2
import time_machine

from app.scheduling.timegrid import this_step
from tests.builders.bills import DRAWERS, Desk
from tests.support.database import run_sql

FACTS = "SELECT (SELECT count(*) FROM ledger_transaction), (SELECT count(*) FROM payment), (SELECT count(*) FROM sale)"


class Request(NamedTuple):
    """A request that succeeded, and its response."""

    path: str
    body: dict[str, Any]
    key: str
    response: Any


@dataclass
class ShopBase:
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

    async def post(self, path: str, body: dict[str, Any], refusals: set[str]) -> Any:
        """Send a request with a key. Return the response, or None if it is refused by one of these errors."""
        key = str(uuid4())
        answer = await self.desk.send(path, body, **{"Idempotency-Key": key})
        result = self.result(path.rsplit("/", maxsplit=1)[-1], answer, refusals)
        if result is not None:
            self.last = Request(path, body, key, result)
        return result

    async def send_last_again(self) -> None:
        """A retry gets the same response, and nothing is done."""
        if self.last is None:
            return
        before = await run_sql(FACTS)
        again = await self.desk.send(self.last.path, self.last.body, **{"Idempotency-Key": self.last.key})
        assert (again.is_success, again.json()) == (True, self.last.response), again.text
        assert not self.is_alone or await run_sql(FACTS) == before

    @property
    def branch_id(self) -> str:
        return str(self.desk.spa.branch_id)

    def person(self, number: int) -> str:
        return str(self.desk.spa.therapists[number % 3])

    def bill(self, number: int, *statuses: str) -> dict[str, Any] | None:
        """Return a bill: one with these statuses for most numbers, and any for the others; for -1 the newest."""
        if number < 0:
            return self.bills[-1] if self.bills else None
        bills = [bill for bill in self.bills if bill["status"] in statuses] if number % 4 else []
        bills = bills or self.bills
        return bills[number % len(bills)] if bills else None

    def note(self, bill: Any) -> None:
        """Keep the newest answer about a bill; None: there is none."""
        for number, old in enumerate(self.bills):
            if bill is not None and old["id"] == bill["id"]:
                self.bills[number] = bill

    async def drawer(self) -> str:
        [(drawer_id,)] = await run_sql("SELECT id FROM drawer_session ORDER BY id DESC LIMIT 1")
        return f"{DRAWERS}/{drawer_id}"

    def result(self, action: str, answer: httpx2.Response, refusals: set[str]) -> Any:
        code = "" if answer.is_success else answer.json()["error"]["code"]
        self.answers[f"{action} {code}".strip()] += 1
        assert not code or code in refusals, (action, answer.status_code, answer.text)
        return None if code else answer.json()

    async def course(self, customer_id: str | None) -> UUID | None:
        rows = await run_sql(
            "SELECT id FROM customer_course AS course WHERE customer_id = $1 ORDER BY (SELECT count(*) FROM course_session"
            " WHERE course_id = course.id AND state = 'free') DESC, id LIMIT 1",
            UUID(customer_id or str(uuid4())),
        )
        return rows[0]["id"] if rows else None

    async def content(
        self, customer: int | None, lines: list[tuple[str, int, int, int]], **more: Any
    ) -> dict[str, Any]:
        """Return the content of a bill. Lines are their kinds, numbers, discounts in percent, and people."""
        customer_id = None if customer is None else str(self.customers[customer])
        course_id = await self.course(customer_id)
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
            content.append(things[kind] | {"staff_id": self.person(person)})
        return {"customer_id": customer_id, "lines": content} | more
