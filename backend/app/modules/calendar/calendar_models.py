"""Calendars to which phones subscribe."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity


class CalendarFeed(Entity):
    """A calendar of one therapist or one customer, open to everybody who has its address."""

    __tablename__ = "calendar_feed"

    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    revoked_at: Mapped[datetime | None]
    """The time at which the address stopped working."""

    __table_args__ = (CheckConstraint("num_nonnulls(staff_id, customer_id) = 1", name="of_one"),)
