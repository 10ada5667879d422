"""Blocked time (giờ khóa lịch): when a therapist, a bed or a device is kept free of guests."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity

_ENDS = "ends > starts AND ends <= starts + 1440"
_STARTS = "starts BETWEEN 0 AND 1439"


class BlockedTime(Entity):
    """A time in which a resource cannot be booked, once or every week, on the wall clock of the branch."""

    __tablename__ = "blocked_time"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), index=True)
    """The branch whose clock counts and whose desk decides. A therapist is blocked in every branch."""
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id"))
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    """The last day on which it may begin; None: it repeats without an end."""
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """The weekdays on which it repeats every week (ISO 8601: 1 is Monday). Empty: it is once, on `first_day`."""
    starts: Mapped[int]
    """Minutes after midnight."""
    ends: Mapped[int]
    """Minutes after midnight; over 1440 is on the next day."""

    __table_args__ = (
        CheckConstraint("reason IN ('break', 'meeting', 'training', 'cleaning', 'other')", name="reason"),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint(
            "weekdays <@ '{1, 2, 3, 4, 5, 6, 7}' AND (weekdays <> '{}' OR last_day IS NOT NULL)",
            name="weekdays",
        ),
        CheckConstraint(_STARTS, name="starts"),
        CheckConstraint(_ENDS, name="ends"),
        Index(
            "blocked_time_days_idx",
            "resource_id",
            text("daterange(first_day, last_day, '[]')"),
            postgresql_using="gist",
        ),
    )


class BlockedTimeException(Entity):
    """One occurrence of a blocked time that is skipped or has other times."""

    __tablename__ = "blocked_time_exception"

    blocked_time_id: Mapped[UUID] = mapped_column(ForeignKey("blocked_time.id", ondelete="CASCADE"))
    day: Mapped[date]
    """The day on which the occurrence begins."""
    starts: Mapped[int | None]
    """Minutes after midnight, instead of those of the blocked time; None: the occurrence is skipped."""
    ends: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("num_nulls(starts, ends) IN (0, 2)", name="skipped"),
        CheckConstraint(_STARTS, name="starts"),
        CheckConstraint(_ENDS, name="ends"),
        UniqueConstraint("blocked_time_id", "day", name="blocked_time_exception_key"),
    )
