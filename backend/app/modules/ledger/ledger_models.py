"""The ledger of money: double entries that no user can change (migration 0031), and the till of each branch."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from app.db.models import Base
from app.modules.ledger.accounts import Account


class Till(Base):
    """The till of a branch. Whatever moves money locks its row, and locks nothing after it."""

    __tablename__ = "till"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), primary_key=True)
    z_number: Mapped[int] = mapped_column(server_default="1")
    """The number of the next Z report. All that moves money until then belongs to it."""
    bill_year: Mapped[int] = mapped_column(server_default="0")
    bill_number: Mapped[int] = mapped_column(server_default="0")
    """The number of the last bill that was closed in `bill_year`."""


class LedgerTransaction(Base):
    """One fact about money, such as a payment. Its entries add up to 0."""

    __tablename__ = "ledger_transaction"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    business_day: Mapped[date]
    """The day of the branch to which it counts, which can begin after midnight."""
    z_number: Mapped[int]
    """The Z report of the branch that it belongs to."""
    source: Mapped[str] = mapped_column(Text)
    """The table with the fact."""
    source_id: Mapped[UUID]
    entries: Mapped[int]
    """The number of its entries."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("source", "source_id", name="ledger_transaction_source_key"),
        Index("ledger_transaction_z_idx", "branch_id", "z_number"),
        CheckConstraint("entries BETWEEN 2 AND 1000", name="entries"),
    )


class LedgerEntry(Base):
    """An amount on one account. Branch and day are those of its transaction."""

    __tablename__ = "ledger_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    transaction_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_transaction.id"), index=True)
    branch_id: Mapped[UUID]
    business_day: Mapped[date]
    account: Mapped[str] = mapped_column(Text(collation="C"))
    amount: Mapped[int] = mapped_column(BigInteger)
    """Whole đồng: a debit is positive, a credit negative."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """The person who is owed a tip or a commission."""

    __table_args__ = (
        CheckConstraint(f"account IN {tuple(map(str, Account))}", name="account"),
        CheckConstraint("amount <> 0 AND abs(amount) < 10000000000000", name="amount"),
        Index(
            "ledger_entry_report_idx",
            "branch_id",
            "business_day",
            "account",
            postgresql_include=["amount"],
        ),
        Index(
            "ledger_entry_person_idx",
            "staff_id",
            "business_day",
            postgresql_where=text("staff_id IS NOT NULL"),
        ),
    )
