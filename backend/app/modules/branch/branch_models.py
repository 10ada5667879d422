"""Branches (chi nhánh), their opening hours and their booking policies."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, false, text, true
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.wall_time import DAY
from app.db.models import Entity, KeyedEntity
from app.modules.branch.kinds import OnlineCheck
from app.scheduling.supply import TherapistOrder

_THERAPIST_ORDERS = ", ".join(f"'{order}'" for order in TherapistOrder)


class Branch(KeyedEntity):
    """A location of the spa. Its hours are wall-clock times; its time zone turns them into instants."""

    __tablename__ = "branch"

    name: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    """A name of the IANA database: `Asia/Ho_Chi_Minh`."""
    country: Mapped[str] = mapped_column(Text)
    """ISO 3166. Its public holidays are suggested as special hours."""
    address: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str | None] = mapped_column(Text(collation="C"))
    """E.164: `+842838221234`."""
    closed_at: Mapped[datetime | None]
    """The time at which the branch closed for good. Its past visits stay."""

    # The booking policy.
    grid_minutes: Mapped[int]
    """Treatments start at multiples of this, counted from midnight on the wall clock."""
    notice_minutes: Mapped[int]
    """The minimum time between booking and start, for customers."""
    horizon_days: Mapped[int]
    """The number of days ahead that a customer may book."""
    hold_minutes: Mapped[int]
    """The time after which an unconfirmed hold expires."""
    free_cancel_minutes: Mapped[int]
    """Cancelling is free until this long before the start; later it is a late cancellation."""
    no_show_minutes: Mapped[int]
    """The grace period after the start, before a guest who has not arrived is a no-show."""
    approve_online: Mapped[bool] = mapped_column(server_default=false())
    """Whether online bookings wait for the desk's approval."""
    therapist_order: Mapped[str] = mapped_column(Text, server_default=TherapistOrder.LEAST_NEEDED)
    """The order in which guests without a wish are given to therapists."""

    # The till.
    business_day_starts: Mapped[int] = mapped_column(server_default="4")
    """The hour at which a business day begins: money that is taken in the night counts to the day before."""
    legal_name: Mapped[str] = mapped_column(Text, server_default="")
    """The registered name of the seller, on invoices; empty: the name of the branch."""
    tax_code: Mapped[str | None] = mapped_column(Text(collation="C"))
    """Mã số thuế."""
    discount_limit: Mapped[int] = mapped_column(server_default="10")
    """The percentage of a bill that a receptionist may take off it."""

    late_cancel_fee: Mapped[int] = mapped_column(server_default="0")
    """The percentage of the price that a guest pays who cancels too late."""
    no_show_fee: Mapped[int] = mapped_column(server_default="0")

    # Online booking without an account.
    online_booking: Mapped[bool] = mapped_column(server_default=false())
    """Whether guests book by the public page of the branch."""
    online_check: Mapped[str] = mapped_column(Text, server_default=OnlineCheck.NONE)
    """The way in which a guest proves to be reachable before a booking."""
    online_visits_per_phone: Mapped[int] = mapped_column(server_default="3")
    """The most visits to come that guests may have booked with one phone number."""
    online_holds_per_address: Mapped[int] = mapped_column(server_default="5")
    """The most times that guests may hold at once from one network address."""
    deposit_percent: Mapped[int] = mapped_column(server_default="0")
    """The percentage of the price that such a guest pays in advance. Above 0 it needs a bank account, says a trigger."""
    deposit_minutes: Mapped[int] = mapped_column(server_default="60")
    """The time for which a visit is held for its deposit."""
    keep_deposit: Mapped[bool] = mapped_column(server_default=true())
    """Whether a guest loses it who cancels late or does not come. Otherwise only the fees are taken out of it."""

    __table_args__ = (
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
        CheckConstraint("grid_minutes IN (5, 10, 15, 20, 30, 60)", name="grid_minutes"),
        CheckConstraint("notice_minutes BETWEEN 0 AND 43200", name="notice_minutes"),
        CheckConstraint("horizon_days BETWEEN 1 AND 730", name="horizon_days"),
        CheckConstraint("hold_minutes BETWEEN 1 AND 1440", name="hold_minutes"),
        CheckConstraint("free_cancel_minutes BETWEEN 0 AND 43200", name="free_cancel_minutes"),
        CheckConstraint("no_show_minutes BETWEEN 1 AND 1440", name="no_show_minutes"),
        CheckConstraint(f"therapist_order IN ({_THERAPIST_ORDERS})", name="therapist_order"),
        CheckConstraint("business_day_starts BETWEEN 0 AND 11", name="business_day_starts"),
        CheckConstraint("late_cancel_fee BETWEEN 0 AND 100 AND no_show_fee BETWEEN 0 AND 100", name="fees"),
        CheckConstraint("tax_code ~ '^[0-9]{10}(-[0-9]{3})?$|^[0-9]{12}$'", name="tax_code"),
        CheckConstraint("discount_limit BETWEEN 0 AND 100", name="discount_limit"),
        CheckConstraint("online_check IN ('none', 'mail')", name="online_check"),
        CheckConstraint("online_visits_per_phone BETWEEN 1 AND 20", name="online_visits_per_phone"),
        CheckConstraint("online_holds_per_address BETWEEN 1 AND 50", name="online_holds_per_address"),
        CheckConstraint(
            "deposit_percent BETWEEN 0 AND 100 AND deposit_minutes BETWEEN 5 AND 1440", name="deposit"
        ),
    )


class OpeningHours(Entity):
    """One span of opening hours of a weekday. A weekday may have several, and a span may go past midnight."""

    __tablename__ = "opening_hours"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    weekday: Mapped[int]
    """ISO 8601: 1 is Monday."""
    opens: Mapped[int]
    """Minutes after midnight."""
    closes: Mapped[int]
    """Minutes after the same midnight. Above 1440 it is on the next day."""

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


class TravelTime(Entity):
    """The time that a therapist needs from one branch to another, either way. Without a row it is none."""

    __tablename__ = "travel_time"

    first_branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    """The branch with the smaller id: there is one row for both ways."""
    second_branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), index=True)
    minutes: Mapped[int]

    __table_args__ = (
        CheckConstraint("first_branch_id < second_branch_id", name="order"),
        CheckConstraint("minutes BETWEEN 1 AND 480", name="minutes"),
        UniqueConstraint("first_branch_id", "second_branch_id", name="travel_time_key"),
    )


class SpecialHours(Entity):
    """Special hours for consecutive days, for example over Tết. Without hours the branch is closed."""

    __tablename__ = "special_hours"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    """Half-open `[)`, as PostgreSQL stores date ranges."""
    reason: Mapped[str] = mapped_column(Text)
    hours: Mapped[list[dict[str, int]]] = mapped_column(JSONB)
    """`[{"opens": 540, "closes": 1020}]`, on each of these days, instead of the weekday's hours."""

    __table_args__ = (
        CheckConstraint("NOT isempty(days) AND NOT lower_inf(days) AND NOT upper_inf(days)", name="days"),
        ExcludeConstraint(("branch_id", "="), ("days", "&&"), name="special_hours_overlap"),
    )
