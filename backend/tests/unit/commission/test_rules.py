"""The rule that pays a commission, its amount, and what a refund takes back of it."""

from itertools import combinations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.commission.rules import (
    CommissionScope,
    EarningKind,
    Rule,
    Thing,
    commission,
    find_rule,
    reversal,
)

BRANCH, OTHER_BRANCH = uuid4(), uuid4()
LAN, MAI = uuid4(), uuid4()
BODY, FACIAL, MASSAGE, SOAP, TEN_MASSAGES = (uuid4() for _ in range(5))
MASSAGE_BODY = Thing(EarningKind.SERVICE, BODY, MASSAGE)
HOT_STONES = Thing(EarningKind.ADD_ON, BODY, MASSAGE)


def rule(
    scope: CommissionScope,
    thing_id: UUID | None = None,
    *,
    staff_id: UUID | None = None,
    branch_id: UUID | None = None,
    rate: int | None = 1000,
    amount: int | None = None,
) -> Rule:
    return Rule(uuid4(), branch_id, staff_id, scope, thing_id, None if amount is not None else rate, amount)


def found(rules: list[Rule], thing: Thing = MASSAGE_BODY, *, staff_id: UUID = LAN) -> Rule | None:
    return find_rule(rules, branch_id=BRANCH, staff_id=staff_id, thing=thing)


# From the least to the most specific.
ORDER = [
    rule(scope, thing_id, staff_id=staff_id, branch_id=branch_id)
    for staff_id in (None, LAN)
    for scope, thing_id in (
        (CommissionScope.ALL, None),
        (CommissionScope.SERVICES, None),
        (CommissionScope.CATEGORY, MASSAGE),
        (CommissionScope.SERVICE, BODY),
    )
    for branch_id in (None, BRANCH)
]


@pytest.mark.parametrize(("less", "more"), list(combinations(range(len(ORDER)), 2)))
def test_the_more_specific_rule_pays(less: int, more: int) -> None:
    assert found([ORDER[more], ORDER[less]]) == found([ORDER[less], ORDER[more]]) == ORDER[more]


@pytest.mark.parametrize(
    ("other", "thing"),
    [
        (rule(CommissionScope.ALL, staff_id=MAI), MASSAGE_BODY),
        (rule(CommissionScope.ALL, branch_id=OTHER_BRANCH), MASSAGE_BODY),
        (rule(CommissionScope.SERVICE, FACIAL), MASSAGE_BODY),
        (rule(CommissionScope.CATEGORY, FACIAL), MASSAGE_BODY),
        (rule(CommissionScope.PRODUCTS), MASSAGE_BODY),
        (rule(CommissionScope.COURSES), MASSAGE_BODY),
        (rule(CommissionScope.SERVICES), Thing(EarningKind.PRODUCT, SOAP)),
        (rule(CommissionScope.CATEGORY, MASSAGE), Thing(EarningKind.PRODUCT, SOAP)),
        (rule(CommissionScope.SERVICES), Thing(EarningKind.COURSE, TEN_MASSAGES)),
        (rule(CommissionScope.SERVICE, BODY), Thing(EarningKind.ADD_ON, None)),
    ],
)
def test_a_rule_for_something_else_does_not_pay(other: Rule, thing: Thing) -> None:
    assert found([other], thing) is None


@pytest.mark.parametrize(
    ("own", "thing"),
    [
        (rule(CommissionScope.PRODUCTS), Thing(EarningKind.PRODUCT, SOAP)),
        (rule(CommissionScope.PRODUCT, SOAP), Thing(EarningKind.PRODUCT, SOAP)),
        (rule(CommissionScope.COURSES), Thing(EarningKind.COURSE, TEN_MASSAGES)),
        (rule(CommissionScope.COURSE, TEN_MASSAGES), Thing(EarningKind.COURSE, TEN_MASSAGES)),
        (rule(CommissionScope.SERVICES), HOT_STONES),
        (rule(CommissionScope.CATEGORY, MASSAGE), HOT_STONES),
        (rule(CommissionScope.SERVICE, BODY), HOT_STONES),
        (rule(CommissionScope.SERVICES), Thing(EarningKind.ADD_ON, None)),
    ],
)
def test_each_kind_of_thing_has_its_rules(own: Rule, thing: Thing) -> None:
    assert found([own, rule(CommissionScope.ALL)], thing) == own


def test_an_amount_a_treatment_is_not_paid_for_its_add_ons() -> None:
    a_treatment, of_all = rule(CommissionScope.SERVICE, BODY, amount=60_000), rule(CommissionScope.ALL)
    assert found([a_treatment, of_all]) == a_treatment
    assert found([a_treatment, of_all], HOT_STONES) == of_all
    assert found([a_treatment], HOT_STONES) is None


def test_a_rule_of_nothing_keeps_a_less_specific_one_from_paying() -> None:
    none = rule(CommissionScope.SERVICE, BODY, rate=0)
    assert found([none, rule(CommissionScope.ALL)]) == none
    assert commission(none, 500_000, 1) == 0


@pytest.mark.parametrize(
    ("rate", "base", "expected"),
    [(400, 1000, 40), (1000, 450_000, 45_000), (1, 4_999, 0), (1, 5_000, 1), (10_000, 7, 7), (1250, 0, 0)],
)
def test_a_percentage_is_rounded_to_the_dong(rate: int, base: int, expected: int) -> None:
    assert commission(rule(CommissionScope.ALL, rate=rate), base, 1) == expected


def test_an_amount_counts_for_each_piece_also_when_the_guest_pays_nothing() -> None:
    assert commission(rule(CommissionScope.ALL, amount=20_000), 0, 3) == 60_000


def test_four_percent_of_1000_less_a_credit_note_of_200_is_32() -> None:
    earned = commission(rule(CommissionScope.ALL, rate=400), 1000, 1)
    assert earned - reversal(earned, 1000, before=0, refunded=200) == 32


def test_a_line_that_cost_nothing_goes_back_whole() -> None:
    assert reversal(60_000, 0, before=0, refunded=0) == 60_000


AMOUNTS = st.integers(0, 10_000_000_000)


@given(AMOUNTS, st.lists(st.integers(1, 1_000_000_000), min_size=1, max_size=8))
def test_refunds_of_all_parts_take_back_exactly_what_was_earned(earned: int, parts: list[int]) -> None:
    reversals, before = [], 0
    for part in parts:
        reversals.append(reversal(earned, sum(parts), before=before, refunded=part))
        before += part
    assert sum(reversals) == earned
    assert min(reversals) >= 0


@given(AMOUNTS, st.integers(1, 1_000_000_000), st.data())
def test_a_part_takes_back_its_proportion_to_the_dong(earned: int, base: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, base))
    refunded = data.draw(st.integers(0, base - before))
    exact = earned * refunded / base
    assert abs(reversal(earned, base, before=before, refunded=refunded) - exact) <= 1 + exact * 1e-9


@given(st.integers(0, 10_000), st.lists(st.integers(0, 1_000_000_000), min_size=1, max_size=8))
def test_the_commissions_of_lines_differ_from_that_of_their_sum_by_less_than_a_dong_each(
    rate: int, bases: list[int]
) -> None:
    """A discount that is shared among lines loses or makes no commission but by rounding."""
    paid = rule(CommissionScope.ALL, rate=rate)
    difference = sum(commission(paid, base, 1) for base in bases) - commission(paid, sum(bases), 1)
    assert abs(difference) <= (len(bases) + 1) / 2
