"""Cash drawers (két): a session from one count of the cash to the next, and what moved cash without a bill."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity
from app.modules.drawer.kinds import MovementKind

_COUNTED = "BETWEEN 0 AND 9999999999999"


class DrawerSession(Entity):
    """A drawer from its opening to its Z report. A branch has one drawer, and a closed session never changes."""

    __tablename__ = "drawer_session"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    opening: Mapped[int] = mapped_column(BigInteger)
    """The cash that was counted at the opening, in đồng."""
    opening_difference: Mapped[int] = mapped_column(BigInteger)
    """The counted cash less what the session before has left."""
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    closing: Mapped[int | None] = mapped_column(BigInteger)
    """The cash that was counted at the closing, before any of it went to the safe."""
    expected: Mapped[int | None] = mapped_column(BigInteger)
    """The opening and all that moved cash since."""
    to_safe: Mapped[int | None] = mapped_column(BigInteger)
    """The part of the counted cash that went to the safe. The rest is left for the next session."""
    note: Mapped[str] = mapped_column(Text, server_default="")
    z_number: Mapped[int | None]
    """The number of its Z report: 1, 2, 3… without gaps in each branch."""
    z: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The Z report as it was printed."""

    __table_args__ = (
        CheckConstraint(
            f"opening {_COUNTED} AND closing {_COUNTED} AND to_safe BETWEEN 0 AND closing", name="counted"
        ),
        CheckConstraint(
            "num_nulls(closed_at, closing, expected, to_safe, z_number, z) IN (0, 6)", name="closed"
        ),
        UniqueConstraint("branch_id", "z_number", name="drawer_session_z_number_key"),
        Index(
            "drawer_session_open_key", "branch_id", unique=True, postgresql_where=text("closed_at IS NULL")
        ),
    )


class DrawerMovement(Entity):
    """Cash that was put into a drawer or taken out of it without a bill. It is never changed."""

    __tablename__ = "drawer_movement"

    drawer_session_id: Mapped[UUID] = mapped_column(ForeignKey("drawer_session.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    """The cash that it moved, in đồng: positive into the drawer."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """The person who was paid a tip or a commission."""
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(Text, server_default="")

    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(map(str, MovementKind))}", name="kind"),
        CheckConstraint("amount <> 0 AND abs(amount) < 10000000000000", name="amount"),
        CheckConstraint("(kind IN ('tip', 'commission')) = (staff_id IS NOT NULL)", name="staff"),
    )
