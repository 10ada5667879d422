"""Add the rows of a report up to the figures of days, branches and the whole."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import DaySum
from app.modules.report.kinds import TIP, UNTAXED, SoldKind
from app.modules.report.reads import PartRow, PaymentRow
from app.modules.report.report_schemas import KindSold, PaymentSum, TaxSum
from app.modules.sale.kinds import Method

ACCOUNTS = (
    *(Account.REVENUE, Account.FEE, Account.FORFEITED, Account.VAT, Account.COMMISSION_COST),
    *(Account.GOODWILL, Account.EXPENSE, Account.CASH_OVER, Account.CASH_SHORT),
)
"""The accounts of the ledger that reports show."""
_OF_LINE = {Account.REVENUE: "revenue", Account.VAT: "tax"}
"""The accounts of which every line has the sum: what is earned is a credit."""
MONEY = (Method.CASH, Method.TRANSFER, Method.CARD)
"""The payments that bring money in. The others are paid by what came in before."""


@dataclass
class Rows:
    """The rows of a report, each of a branch and a day."""

    accounts: Sequence[DaySum]
    bills: Sequence[tuple[UUID, date, int]]
    parts: Sequence[PartRow]
    payments: Sequence[PaymentRow]


@dataclass(slots=True)
class _Sold:
    quantity: int = 0
    price: int = 0
    discount: int = 0
    refunded: int = 0
    gross: int = 0
    tax: int = 0

    def add(self, row: PartRow) -> None:
        self.quantity += row.quantity
        self.price += row.price
        self.discount += row.discount
        self.refunded += row.refunded
        self.gross += row.gross
        self.tax += row.tax


@dataclass(slots=True)
class Line:
    """The fields of a `ReportLine`."""

    bills: int = 0
    revenue: int = 0
    tax: int = 0
    tips: int = 0
    received: int = 0
    refunded: int = 0


@dataclass
class Sums:
    """The sums of a report: of the whole with all details, of each day and of each branch."""

    total: Line = field(default_factory=Line)
    days: dict[date, Line] = field(default_factory=lambda: defaultdict(Line))
    branches: dict[UUID, Line] = field(default_factory=lambda: defaultdict(Line))
    accounts: dict[Account, int] = field(default_factory=lambda: defaultdict(int))
    kinds: dict[str, _Sold] = field(default_factory=lambda: defaultdict(_Sold))
    taxes: dict[int, _Sold] = field(default_factory=lambda: defaultdict(_Sold))
    received: dict[Method, int] = field(default_factory=lambda: defaultdict(int))
    refunded: dict[Method, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, branch_id: UUID, day: date, **amounts: int) -> None:
        """Add what happened in a branch on a day to the fields of the lines that it belongs to."""
        for line in (self.total, self.days[day], self.branches[branch_id]):
            for name, amount in amounts.items():
                setattr(line, name, getattr(line, name) + amount)

    def figures(self) -> dict[str, Any]:
        """Return the fields of `Figures`."""
        accounts = self.accounts
        kinds = [
            KindSold(kind=kind, net=sold.gross - sold.tax, **asdict(sold))
            for kind in SoldKind
            if (sold := self.kinds.get(kind)) is not None
        ]
        return {
            **asdict(self.total),
            "fees": -accounts[Account.FEE],
            "forfeited": -accounts[Account.FORFEITED],
            "discounts": sum(kind.discount for kind in kinds),
            "commissions": accounts[Account.COMMISSION_COST],
            "goodwill": accounts[Account.GOODWILL],
            "expenses": accounts[Account.EXPENSE],
            "cash_difference": -accounts[Account.CASH_OVER] - accounts[Account.CASH_SHORT],
            "kinds": kinds,
            "taxes": [
                TaxSum(rate=rate, gross=sold.gross, tax=sold.tax) for rate, sold in sorted(self.taxes.items())
            ],
            "payments": [
                PaymentSum(method=method, received=self.received[method], refunded=self.refunded[method])
                for method in Method
                if method in self.received
            ],
        }


def add_up(rows: Rows) -> Sums:
    """Return the sums of all rows, by day and by branch."""
    sums = Sums()
    for branch_id, day, bills in rows.bills:
        sums.add(branch_id, day, bills=bills)
    for entry in rows.accounts:
        sums.accounts[entry.account] += entry.amount
        if (name := _OF_LINE.get(entry.account)) is not None:
            sums.add(entry.branch_id, entry.business_day, **{name: -entry.amount})
    for part in rows.parts:
        sums.kinds[part.kind].add(part)
        if part.kind not in UNTAXED:
            sums.taxes[part.tax_rate].add(part)
        if part.kind == TIP:
            sums.add(part.branch_id, part.business_day, tips=part.gross)
    for paid in rows.payments:
        sums.received[paid.method] += paid.received
        sums.refunded[paid.method] += paid.refunded
        if paid.method in MONEY:
            sums.add(paid.branch_id, paid.business_day, received=paid.received, refunded=paid.refunded)
    return sums
