"""Branches (chi nhánh), when they are open, and how they take bookings."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text, false, text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.wall_time import DAY
from app.db.models import Entity, KeyedEntity


class Branch(KeyedEntity):
    """A place where the spa works. Its rules are in wall-clock time, which its time zone makes instants of."""

    __tablename__ = "branch"

    name: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    """Of the IANA database."""
    country: Mapped[str] = mapped_column(Text)
    """ISO 3166; whose public holidays are suggested."""
    address: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str | None] = mapped_column(Text(collation="C"))
    """E.164."""
    closed_at: Mapped[datetime | None]
    """Since when it is closed for good; its past stays."""

    # How it takes bookings.
    grid_minutes: Mapped[int]
    """Treatments begin at multiples of it, from midnight on the wall clock."""
    notice_minutes: Mapped[int]
    """How long before its beginning a customer may still book."""
    horizon_days: Mapped[int]
    """How far ahead."""
    hold_minutes: Mapped[int]
    """How long a time is kept for somebody who has not confirmed."""
    free_cancel_minutes: Mapped[int]
    """Before the beginning; later it is a late cancellation."""
    no_show_minutes: Mapped[int]
    """After the beginning, before somebody who is not there is a no-show."""
    approve_online: Mapped[bool] = mapped_column(server_default=false())
    """What customers book themselves waits until the desk approves it."""

    __table_args__ = (
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
        CheckConstraint("grid_minutes IN (5, 10, 15, 20, 30, 60)", name="grid_minutes"),
        CheckConstraint("notice_minutes BETWEEN 0 AND 43200", name="notice_minutes"),
        CheckConstraint("horizon_days BETWEEN 1 AND 730", name="horizon_days"),
        CheckConstraint("hold_minutes BETWEEN 1 AND 1440", name="hold_minutes"),
        CheckConstraint("free_cancel_minutes BETWEEN 0 AND 43200", name="free_cancel_minutes"),
        CheckConstraint("no_show_minutes BETWEEN 1 AND 1440", name="no_show_minutes"),
    )


class OpeningHours(Entity):
    """From when to when a branch is open on a weekday; several a day, and past midnight."""

    __tablename__ = "opening_hours"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    weekday: Mapped[int]
    """ISO 8601: 1 is Monday."""
    opens: Mapped[int]
    """Minutes after midnight."""
    closes: Mapped[int]
    """The same; over 1440 it is on the next day."""

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint(f"opens BETWEEN 0 AND {DAY - 1}", name="opens"),
        CheckConstraint(f"closes > opens AND closes <= opens + {DAY}", name="closes"),
        ExcludeConstraint(
            ("branch_id", "="),
            ("weekday", "="),
            (text("int4range(opens, closes)"), "&&"),
            name="opening_hours_overlap",
        ),
    )


class HoursException(Entity):
    """Other hours on some days in a row, as over Tết; none at all is closed."""

    __tablename__ = "hours_exception"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    """`[)`, as PostgreSQL keeps ranges of days."""
    reason: Mapped[str] = mapped_column(Text)
    hours: Mapped[list[dict[str, int]]] = mapped_column(JSONB)
    """`[{"opens": 540, "closes": 1020}]`, on each of these days, in place of the weekday's."""

    __table_args__ = (
        CheckConstraint("NOT isempty(days) AND NOT lower_inf(days) AND NOT upper_inf(days)", name="days"),
        ExcludeConstraint(("branch_id", "="), ("days", "&&"), name="hours_exception_overlap"),
    )
