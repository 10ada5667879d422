"""The rule that pays for a line of a bill, and its amount. Pure: no I/O.

The base is what the guest pays for the line: its price less its own discount and its share of the bill's, with tax. Spas in
Vietnam promise a percentage of the price on the menu, which has the tax in it; of a base without tax the same promise would
pay less after a new VAT rate. EasySalon lets a salon choose whether the discount of the whole bill lowers the base. Here it
does, like every discount: a refund can then take back what belongs to it to the đồng.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

_WHOLE = 10_000


class EarningKind(StrEnum):
    """A kind of thing on a bill that may earn a commission. Gift cards and fees earn none: what a card pays for does."""

    SERVICE = "service"
    ADD_ON = "add_on"
    PRODUCT = "product"
    COURSE = "course"


class CommissionScope(StrEnum):
    """The things for which a rule pays, from all to one."""

    ALL = "all"
    SERVICES = "services"
    PRODUCTS = "products"
    COURSES = "courses"
    CATEGORY = "category"
    """The services of a category."""
    SERVICE = "service"
    PRODUCT = "product"
    COURSE = "course"


_EVERYTHING_OF = {
    EarningKind.SERVICE: CommissionScope.SERVICES,
    EarningKind.ADD_ON: CommissionScope.SERVICES,
    EarningKind.PRODUCT: CommissionScope.PRODUCTS,
    EarningKind.COURSE: CommissionScope.COURSES,
}
_NARROWNESS = {
    CommissionScope.ALL: 0,
    **dict.fromkeys((CommissionScope.SERVICES, CommissionScope.PRODUCTS, CommissionScope.COURSES), 1),
    CommissionScope.CATEGORY: 2,
    **dict.fromkeys((CommissionScope.SERVICE, CommissionScope.PRODUCT, CommissionScope.COURSE), 3),
}


class Rule(NamedTuple):
    """A promise of a commission, in force on some days."""

    id: UUID
    branch_id: UUID | None
    """The branch; None for every branch."""
    staff_id: UUID | None
    """The person; None for everybody."""
    scope: CommissionScope
    thing_id: UUID | None
    """The category, service, product or course plan; None if the scope has many."""
    rate: int | None
    """Hundredths of a percent of the base: 1000 is 10 %."""
    amount: int | None
    """The đồng for each treatment, piece or course, instead of a rate."""


class Thing(NamedTuple):
    """A thing that is sold on a line, as far as rules tell things apart."""

    kind: EarningKind
    id: UUID | None
    """The service, product or course plan. Of an add-on the service that it was added to, if there is one."""
    category_id: UUID | None = None
    """The category of the service."""


def find_rule(rules: Iterable[Rule], *, branch_id: UUID, staff_id: UUID, thing: Thing) -> Rule | None:
    """Return the rule that pays: the most specific one that applies.

    A rule for the person comes before one for everybody, whatever they pay for; then one thing before its category, that
    before its kind, and that before all; then the branch before every branch. PostgreSQL lets no two rules for the same
    overlap, so no two are alike. An amount is for the treatment: for its add-ons the next rule with a percentage counts.

    Args:
        rules: Those in force on the day.
    """
    applying = [
        rule
        for rule in rules
        if rule.branch_id in {None, branch_id} and rule.staff_id in {None, staff_id} and _covers(rule, thing)
    ]
    return max(applying, key=_specificity, default=None)


def _covers(rule: Rule, thing: Thing) -> bool:
    if thing.kind is EarningKind.ADD_ON and rule.rate is None:
        return False
    if rule.scope is CommissionScope.ALL:
        return True
    if rule.thing_id is None:
        return rule.scope is _EVERYTHING_OF[thing.kind]
    if rule.scope is CommissionScope.CATEGORY:
        return rule.thing_id == thing.category_id
    return rule.thing_id == thing.id


def _specificity(rule: Rule) -> tuple[bool, int, bool]:
    return rule.staff_id is not None, _NARROWNESS[rule.scope], rule.branch_id is not None


def commission(rule: Rule, base: int, quantity: int) -> int:
    """Return what a rule pays for a line in đồng, half a đồng rounded up.

    Args:
        base: What the guest pays for the line.
        quantity: The number of treatments, pieces or courses.
    """
    if rule.rate is None:
        assert rule.amount is not None
        return rule.amount * quantity
    return _rounded(base * rule.rate, _WHOLE)


def reversal(earned: int, base: int, *, before: int, refunded: int) -> int:
    """Return what a refund takes back of a commission: as much of it as of the base, so that a full refund takes all.

    It is the difference of two rounded parts. So the reversals of several refunds never add up to more than was earned, and
    exactly to it when all is refunded. An amount a treatment goes back by the same proportion.

    Args:
        earned: What the line has earned.
        base: The base of that. If it is 0, any refund takes all.
        before: The part of the base that earlier refunds took.
        refunded: The part that this one takes.
    """
    if base == 0:
        return earned
    return _rounded(earned * (before + refunded), base) - _rounded(earned * before, base)


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
