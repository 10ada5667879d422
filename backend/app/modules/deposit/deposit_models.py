"""Deposits (tiền cọc), and the entries by which their balances change (migration 0050)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from app.db.models import Base, Entity
from app.modules.deposit.kinds import DepositEntryKind


class Deposit(Entity):
    """The deposit of a visit that was booked online. A trigger keeps `paid` and `balance` at the sums of the entries.

    Its state is in no column: the view `deposit_of_visit` reads it from the visit and its bills.
    """

    __tablename__ = "deposit"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), unique=True)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    """The amount in đồng that the spa asks for."""
    transfer_code: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    """The code by which a bank transfer names it."""
    paid: Mapped[int] = mapped_column(BigInteger, server_default="0")
    balance: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The part that is owed to the guest: neither used on a bill nor returned."""

    __table_args__ = (
        CheckConstraint("amount BETWEEN 1 AND 9999999999", name="amount"),
        CheckConstraint("paid BETWEEN 0 AND amount", name="paid"),
        CheckConstraint("balance BETWEEN 0 AND paid", name="balance"),
        Index("deposit_branch_id_idx", "branch_id", "id"),
        Index("deposit_owed_idx", "id", postgresql_where=text("balance > 0")),
    )


class DepositEntry(Base):
    """A change of the balance of a deposit. It is never changed or deleted."""

    __tablename__ = "deposit_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    deposit_id: Mapped[UUID] = mapped_column(ForeignKey("deposit.id"))
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    business_day: Mapped[date]
    source_id: Mapped[UUID | None]
    """The bank transfer, the payment, or the part of a refund. None for what was returned."""
    note: Mapped[str] = mapped_column(Text, server_default="")
    """The way in which it was returned."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(map(str, DepositEntryKind))}", name="kind"),
        CheckConstraint(
            "CASE WHEN kind IN ('paid', 'restored') THEN amount > 0 ELSE amount < 0 END", name="amount"
        ),
        CheckConstraint("(kind = 'returned') = (source_id IS NULL)", name="source"),
        UniqueConstraint("deposit_id", "kind", "source_id", name="deposit_entry_source_key"),
    )
