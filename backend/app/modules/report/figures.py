"""Add the rows of a report up to the figures of days, branches and the whole."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
MONEY = (Method.CASH, Method.TRANSFER, Method.CARD)
"""The payments that bring money in. The others are paid by what came in before."""


@dataclass
class Rows:
    """The rows of a report, each of a branch and a day."""

    accounts: Sequence[DaySum]
    bills: Sequence[tuple[UUID, date, int]]
    parts: Sequence[PartRow]
    payments: Sequence[PaymentRow]


@dataclass
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


@dataclass
class Tally:
    """The sums of some rows."""

    bills: int = 0
    accounts: dict[Account, int] = field(default_factory=lambda: defaultdict(int))
    kinds: dict[str, _Sold] = field(default_factory=lambda: defaultdict(_Sold))
    taxes: dict[int, _Sold] = field(default_factory=lambda: defaultdict(_Sold))
    received: dict[Method, int] = field(default_factory=lambda: defaultdict(int))
    refunded: dict[Method, int] = field(default_factory=lambda: defaultdict(int))

    def line(self) -> dict[str, Any]:
        """Return the fields of a `ReportLine`."""
        return {
            "bills": self.bills,
            "revenue": -self.accounts[Account.REVENUE],
            "tax": -self.accounts[Account.VAT],
            "tips": self.kinds[TIP].gross if TIP in self.kinds else 0,
            "received": sum(self.received[method] for method in MONEY),
            "refunded": sum(self.refunded[method] for method in MONEY),
        }

    def figures(self) -> dict[str, Any]:
        """Return the fields of `Figures`."""
        accounts = self.accounts
        kinds = [
            KindSold(kind=kind, net=sold.gross - sold.tax, **vars(sold))
            for kind in SoldKind
            if (sold := self.kinds.get(kind)) is not None
        ]
        methods = self.received.keys() | self.refunded.keys()
        return {
            **self.line(),
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
                if method in methods
            ],
        }


@dataclass
class Tallies:
    """The sums of a report: of the whole, of each day and of each branch."""

    total: Tally = field(default_factory=Tally)
    days: dict[date, Tally] = field(default_factory=lambda: defaultdict(Tally))
    branches: dict[UUID, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def of(self, branch_id: UUID, day: date) -> Iterable[Tally]:
        """Return the sums to which what happened in a branch on a day belongs."""
        return self.total, self.days[day], self.branches[branch_id]


def add_up(rows: Rows) -> Tallies:
    """Return the sums of all rows, by day and by branch."""
    tallies = Tallies()
    for branch_id, day, bills in rows.bills:
        for tally in tallies.of(branch_id, day):
            tally.bills += bills
    for entry in rows.accounts:
        for tally in tallies.of(entry.branch_id, entry.business_day):
            tally.accounts[entry.account] += entry.amount
    for part in rows.parts:
        for tally in tallies.of(part.branch_id, part.business_day):
            tally.kinds[part.kind].add(part)
            if part.kind not in UNTAXED:
                tally.taxes[part.tax_rate].add(part)
    for payment in rows.payments:
        for tally in tallies.of(payment.branch_id, payment.business_day):
            tally.received[payment.method] += payment.received
            tally.refunded[payment.method] += payment.refunded
    return tallies
