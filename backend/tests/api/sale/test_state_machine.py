"""Random sequences of all that a desk does with money, over HTTP: the rules of the till hold after each step."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.builders.notices import accept_notices
from tests.support import SOON
from tests.support.examples import examples
from tests.support.shop import Shop
from tests.support.till_rules import broken_rules

STEPS = 30
_numbers = st.integers(0, 5)
_customers = st.sampled_from([None, 0, 0, 1])
_parts = st.sampled_from(["all", "all", "third", "one", "more"])
_line = st.tuples(
    st.sampled_from(["service", "service", "product", "gift_card", "course", "session", "new session"]),
    st.integers(1, 3),
    st.sampled_from([0, 0, 0, 10, 33, 100]),
    _numbers,
)
_content = st.fixed_dictionaries(
    {"lines": st.lists(_line, max_size=3), "tip": st.sampled_from([0, 0, 1, 10_001])},
    optional={
        "discount_amount": st.integers(1, 30_000),
        "discount_percent": st.sampled_from([7, 100]),
    },
).filter(lambda content: not {"discount_amount", "discount_percent"} <= content.keys())


class Till(RuleBasedStateMachine):
    """A shop whose app runs on the loop of the test, while this runs in a thread beside it."""

    def __init__(
        self, client: httpx2.AsyncClient, loop: asyncio.AbstractEventLoop, answers: Counter[str]
    ) -> None:
        super().__init__()
        self._client, self._loop, self._answers = client, loop, answers
        self._shop: Shop | None = None

    @property
    def shop(self) -> Shop:
        assert self._shop is not None
        return self._shop

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SOON)

    @initialize(
        price=st.sampled_from([350_001, 0, 1, 7, 2_000_000]),
        bills=st.lists(
            st.tuples(_customers, st.sampled_from([False, False, True]), _content), min_size=3, max_size=5
        ),
    )
    def open_shop(self, price: int, bills: list[tuple[int | None, bool, dict[str, Any]]]) -> None:
        """Open a shop with some bills and guests: Hypothesis leaves some rules out of each sequence."""
        self._shop = self.run(Shop.opened(self._client, self._answers, price))
        self.run(self.shop.sell_courses())
        for number, (customer, is_paid, content) in enumerate(bills):
            self.run(self.shop.add_visit(customer, has_deposit=number == 0))
            self.run(self.shop.open_bill(customer=customer, visit=number, **content))
            if is_paid:
                self.run(self.shop.pay_last("cash"))

    @rule(customer=_customers, content=_content)
    def open_bill(self, customer: int | None, content: dict[str, Any]) -> None:
        self.run(self.shop.open_bill(customer=customer, **content))

    @rule(customer=_customers, visit=_numbers, content=_content)
    def open_bill_of_visit(self, customer: int | None, visit: int, content: dict[str, Any]) -> None:
        self.run(self.shop.open_bill(customer=customer, visit=visit, **content))

    @rule(
        number=_numbers,
        keep=st.integers(0, 3),
        customer=_customers,
        by_course=st.booleans(),
        content=_content,
    )
    def edit_bill(
        self, number: int, keep: int, customer: int | None, by_course: bool, content: dict[str, Any]
    ) -> None:
        self.run(self.shop.edit_bill(number, keep=keep, customer=customer, by_course=by_course, **content))

    @rule(
        number=_numbers,
        customer=st.integers(0, 1),
        by_course=st.booleans(),
        percent=st.sampled_from([0, 0, 10, 100]),
    )
    def change_lines(self, number: int, customer: int, by_course: bool, percent: int) -> None:
        """Keep what is on a bill, by a course or not, with another discount."""
        content: dict[str, Any] = {"lines": [], "discount_percent": percent}
        self.run(self.shop.edit_bill(number, keep=9, customer=customer, by_course=by_course, **content))

    @rule(
        number=_numbers,
        method=st.sampled_from(["cash", "cash", "card", "transfer", "gift_card", "gift_card", "deposit"]),
        part=_parts,
    )
    def pay(self, number: int, method: str, part: str) -> None:
        self.run(self.shop.pay(number, method, part))

    @rule(number=_numbers)
    def pay_all(self, number: int) -> None:
        self.run(self.shop.pay(number, "card", "all"))

    @rule(number=_numbers, part=_parts, again=st.booleans(), text=st.sampled_from(["", "", "", "an trua"]))
    def notice(self, number: int, part: str, again: bool, text: str) -> None:
        self.run(self.shop.notice(number, part, again=again, text=text))

    @rule(number=_numbers, part=st.sampled_from(["all", "more"]))
    def notice_of_all(self, number: int, part: str) -> None:
        self.run(self.shop.notice(number, part, again=False))

    @rule(
        transfer=_numbers, number=_numbers, decision=st.sampled_from(["match", "match", "return", "ignore"])
    )
    def decide(self, transfer: int, number: int, decision: str) -> None:
        self.run(self.shop.decide(transfer, number, decision))

    @rule(
        number=_numbers,
        thing=st.sampled_from(["line", "line", "all", "tip", "goodwill", "payment"]),
        part=_parts,
        by_last=st.booleans(),
    )
    def refund(self, number: int, thing: str, part: str, by_last: bool) -> None:
        self.run(self.shop.refund(number, thing, part, by_last=by_last))

    @rule(number=_numbers)
    def refund_all(self, number: int) -> None:
        self.run(self.shop.refund(number, "all", "all"))

    @rule(number=_numbers, part=_parts)
    def refund_line(self, number: int, part: str) -> None:
        self.run(self.shop.refund(number, "line", part))

    @rule(number=_numbers)
    def void(self, number: int) -> None:
        self.run(self.shop.void(number))

    @rule(counted=st.integers(0, 1_000_000))
    def open_drawer(self, counted: int) -> None:
        self.run(self.shop.open_drawer(counted))

    @rule(
        kind=st.sampled_from(["safe", "expense", "tip", "commission"]),
        amount=st.integers(-50_000, 1_000_000).filter(bool),
        person=_numbers,
    )
    def move_cash(self, kind: str, amount: int, person: int) -> None:
        self.run(self.shop.move_cash(kind, amount, person))

    @rule(off=st.integers(-3, 3), to_safe=st.booleans())
    def close_drawer(self, off: int, to_safe: bool) -> None:
        self.run(self.shop.close_drawer(off, to_safe))

    @rule(customer=_customers, has_deposit=st.booleans())
    def add_visit(self, customer: int | None, has_deposit: bool) -> None:
        self.run(self.shop.add_visit(customer, has_deposit=has_deposit))

    @rule(number=_numbers)
    def return_deposit(self, number: int) -> None:
        self.run(self.shop.return_deposit(number))

    @rule(
        visit=_numbers, status=st.sampled_from(["completed", "completed", "reopened", "no_show", "cancelled"])
    )
    def set_status(self, visit: int, status: str) -> None:
        self.run(self.shop.set_status(visit, status))

    @rule(visit=_numbers, is_wanted=st.booleans())
    def choose_course(self, visit: int, is_wanted: bool) -> None:
        self.run(self.shop.choose_course(visit, is_wanted))

    @rule(customer=st.integers(0, 1))
    def transfer_course(self, customer: int) -> None:
        self.run(self.shop.transfer_course(customer))

    @rule(days=st.sampled_from([1, 31]))
    def pass_days(self, days: int) -> None:
        self.run(self.shop.pass_days(days))

    @rule()
    def send_last_again(self) -> None:
        self.run(self.shop.send_last_again())

    @precondition(lambda machine: machine._shop is not None)
    @invariant()
    def rules_hold(self) -> None:
        broken = self.run(broken_rules())
        note(f"bills: {[(bill['status'], bill['due']) for bill in self.shop.bills]}")
        assert broken == {}

    def teardown(self) -> None:
        if self._shop is not None:
            self._shop.end()


@pytest.mark.hypothesis
async def test_the_rules_of_the_till_hold_whatever_happens(
    client: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    accept_notices(monkeypatch)
    answers: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(
        run_state_machine_as_test,
        lambda: Till(client, loop, answers),  # type: ignore[arg-type]  # any function without arguments
        settings=settings(
            max_examples=examples(8),
            stateful_step_count=STEPS,
            suppress_health_check=[*HealthCheck],
            deadline=None,
            phases=[
                Phase.reuse,
                Phase.generate,
            ],  # to shrink a sequence takes minutes: add `Phase.shrink` for that
        ),
    )
    record_property("answers", dict(answers.most_common()))
