"""The bank account to which the guests of a branch transfer."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity


class BankAccount(Entity):
    """The account of a branch. Several branches may have the same one."""

    __tablename__ = "bank_account"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), unique=True)
    bin: Mapped[str] = mapped_column(Text(collation="C"))
    """The bank: the six digits that NAPAS gave it."""
    number: Mapped[str] = mapped_column(Text(collation="C"), index=True)
    holder: Mapped[str] = mapped_column(Text)
    """The name that the bank app of the guest shows."""

    __table_args__ = (
        CheckConstraint("bin ~ '^[0-9]{6}$'", name="bin"),
        CheckConstraint("number ~ '^[0-9A-Za-z]{1,19}$'", name="number"),
    )
