"""Staff (nhân viên): skills, shifts (ca làm) and leave (nghỉ phép)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.db.models import Entity, KeyedEntity, localized_columns


class Staff(KeyedEntity):
    """A person who works here. The id is also that of their resource."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    full_name: Mapped[str] = mapped_column(Text)
    gender: Mapped[str | None] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """ISO 639-1 codes, the best first."""
    phone: Mapped[str | None] = mapped_column(Text(collation="C"))
    """The number in E.164."""
    email: Mapped[str | None] = mapped_column(Text(collation="C"))
    """The address in lower case."""
    bio: Mapped[LocalizedText] = localized_columns("bio")
    """The text about them that guests read."""
    employed_from: Mapped[date]
    employed_until: Mapped[date | None]
    """The last day of work; None: still employed."""
    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL"), unique=True
    )
    """The account that signs in as this person."""

    __table_args__ = (
        CheckConstraint("full_name <> ''", name="full_name"),
        CheckConstraint("gender IN ('female', 'male', 'other')", name="gender"),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
        CheckConstraint("employed_until >= employed_from", name="employed"),
    )


class StaffBranch(Entity):
    """A branch where a person works."""

    __tablename__ = "staff_branch"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), index=True)

    __table_args__ = (UniqueConstraint("staff_id", "branch_id", name="staff_branch_key"),)


class StaffSkill(Entity):
    """A service that a person performs."""

    __tablename__ = "staff_skill"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)

    __table_args__ = (UniqueConstraint("staff_id", "service_id", name="staff_skill_key"),)


class WeeklyShift(Entity):
    """A shift of every week, from which shifts are made. Its times are in the time zone of the branch."""

    __tablename__ = "weekly_shift"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), index=True)
    weekday: Mapped[int]
    """ISO 8601: 1 is Monday."""
    starts: Mapped[int]
    """Minutes after midnight."""
    ends: Mapped[int]
    """Minutes after midnight; over 1440 is on the next day."""

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("starts BETWEEN 0 AND 1439", name="starts"),
        CheckConstraint("ends > starts AND ends <= starts + 1440", name="ends"),
        ExcludeConstraint(
            ("staff_id", "="),
            ("weekday", "="),
            (text("int4range(starts, ends)"), "&&"),
            name="weekly_shift_overlap",
        ),
    )


class Shift(Entity):
    """A person works in a branch from one instant to another. The gap between two shifts of a day is the break."""

    __tablename__ = "shift"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """Half-open: `[)`."""

    __table_args__ = (
        CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)"
            " AND lower_inc(during) AND NOT upper_inc(during)",
            name="during",
        ),
        CheckConstraint("upper(during) - lower(during) <= interval '2 days'", name="length"),
        ExcludeConstraint(("staff_id", "="), ("during", "&&"), name="shift_overlap"),
        Index("shift_branch_id_idx", "branch_id", text("lower(during)")),
    )


class TimeOffStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class TimeOff(Entity):
    """Leave that a person requested. Approved leave blocks the free time of the person."""

    __tablename__ = "time_off"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """Half-open: `[)`."""
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    """The text of the request."""
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, server_default="")
    """The message sent with the decision."""

    __table_args__ = (
        CheckConstraint("status IN ('requested', 'approved', 'refused', 'withdrawn')", name="status"),
        CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)"
            " AND lower_inc(during) AND NOT upper_inc(during)",
            name="during",
        ),
        ExcludeConstraint(
            ("staff_id", "="),
            ("during", "&&"),
            name="time_off_overlap",
            where=text("status = 'approved'"),
        ),
        Index("time_off_staff_id_idx", "staff_id", text("lower(during)")),
    )
