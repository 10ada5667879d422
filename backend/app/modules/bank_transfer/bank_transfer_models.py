"""Transfers that the bank has noticed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity
from app.modules.bank_transfer.kinds import ReviewReason, TransferStatus
from app.modules.payment.bank_notice import Provider


class BankTransfer(Entity):
    """Money that has arrived on an account of the spa, as the notice says. Only its treatment changes."""

    __tablename__ = "bank_transfer"

    provider: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text(collation="C"))
    """The transfer, by which a notice that comes again is recognized."""
    account: Mapped[str] = mapped_column(Text(collation="C"))
    """The number of the account that received it."""
    amount: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str] = mapped_column(Text)
    """The text of the payer, as the bank passed it on."""
    received_at: Mapped[datetime]
    notice: Mapped[bytes] = mapped_column(LargeBinary)
    """The notice as it came."""
    status: Mapped[str] = mapped_column(Text, server_default=TransferStatus.NEW)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    """The reason why a person has to look at it."""
    branch_id: Mapped[UUID | None] = mapped_column(ForeignKey("branch.id"), index=True)
    """The branch in whose ledger it is; None while it is in none."""
    applied: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The part that has paid bills and deposits."""
    returned: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The part that the spa has sent back."""
    note: Mapped[str] = mapped_column(Text, server_default="")
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """The user who decided; None: it was matched by itself."""

    __table_args__ = (
        UniqueConstraint("provider", "reference", name="bank_transfer_key"),
        CheckConstraint(f"provider IN {tuple(map(str, Provider))}", name="provider"),
        CheckConstraint(f"status IN {tuple(map(str, TransferStatus))}", name="status"),
        CheckConstraint(f"reason IN {('', *map(str, ReviewReason))}", name="reason"),
        CheckConstraint("(status = 'review') = (reason <> '')", name="review"),
        CheckConstraint("applied >= 0 AND returned >= 0 AND applied + returned <= amount", name="parts"),
        CheckConstraint("status <> 'matched' OR applied + returned = amount", name="matched"),
        Index(
            "bank_transfer_queue_idx", "branch_id", "id", postgresql_where=text("status IN ('new', 'review')")
        ),
    )
