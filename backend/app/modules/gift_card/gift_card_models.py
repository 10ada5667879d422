"""Gift cards (thẻ quà tặng), and the entries by which their balances change (migration 0034)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from app.db.models import Base, Entity
from app.modules.gift_card.kinds import GiftCardEntryKind


class GiftCard(Entity):
    """A card with money on it, for the holder of its code. A trigger keeps the balance at the sum of the entries."""

    __tablename__ = "gift_card"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    """The branch that sold it. It is valid in all branches."""
    sale_line_id: Mapped[UUID] = mapped_column(index=True)
    """The line of the bill by which it was sold."""
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    last4: Mapped[str | None] = mapped_column(Text(collation="C"), index=True)
    """The last characters of the code, by which people tell cards apart."""
    value: Mapped[int] = mapped_column(BigInteger)
    """The amount in đồng for which it was sold."""
    balance: Mapped[int] = mapped_column(BigInteger, server_default="0")
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    expires_on: Mapped[date | None]
    """The last business day on which it is valid."""
    locked_at: Mapped[datetime | None]
    """The time at which it was reported lost. Nothing can be paid with it."""

    __table_args__ = (
        CheckConstraint("value BETWEEN 1 AND 9999999999999", name="value"),
        CheckConstraint("balance BETWEEN 0 AND value", name="balance"),
        CheckConstraint("num_nulls(code_hash, last4) IN (0, 2)", name="code"),
        Index("gift_card_expiry_idx", "branch_id", "expires_on", postgresql_where=text("balance > 0")),
    )


class GiftCardEntry(Base):
    """A change of the balance of a gift card. It is never changed or deleted."""

    __tablename__ = "gift_card_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    gift_card_id: Mapped[UUID] = mapped_column(ForeignKey("gift_card.id"))
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    """The branch in whose ledger it is, which may be another than the one that sold the card."""
    business_day: Mapped[date]
    source_id: Mapped[UUID | None]
    """The line of the bill, the payment or the refund."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(map(str, GiftCardEntryKind))}", name="kind"),
        CheckConstraint(
            "CASE WHEN kind IN ('issued', 'refunded') THEN amount > 0 ELSE amount < 0 END", name="amount"
        ),
        CheckConstraint("(kind = 'expired') = (source_id IS NULL)", name="source"),
        UniqueConstraint("gift_card_id", "kind", "source_id", name="gift_card_entry_source_key"),
        Index("gift_card_entry_owed_idx", "branch_id", "business_day", postgresql_include=["amount"]),
    )
