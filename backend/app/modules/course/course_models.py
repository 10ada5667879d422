"""Courses (liệu trình): the plans that the spa sells, what customers have bought, and what happened to each session.

Triggers keep them consistent: the shares of the sessions add up to the price, a session changes its state by
an entry and in no other way, and entries are never changed.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.db.models import Base, Entity, KeyedEntity, localized_columns
from app.modules.course.kinds import CourseEntryKind, CourseSessionState, ReturnPolicy

MOST_SESSIONS = 200


class CoursePlan(KeyedEntity):
    """A course that the spa sells: so many sessions at one price. A customer's course keeps what was agreed."""

    __tablename__ = "course_plan"

    name: Mapped[LocalizedText] = localized_columns("name")
    price: Mapped[int] = mapped_column(BigInteger)
    """The price of all sessions in đồng, with tax."""
    sessions: Mapped[int]
    valid_days: Mapped[int | None]
    """The number of days after the sale on which sessions can be used; None: for ever."""
    return_policy: Mapped[str] = mapped_column(Text)
    list_price: Mapped[int | None] = mapped_column(BigInteger)
    """The price of a used session in đồng when a course is returned by list price."""
    no_show_uses_session: Mapped[bool] = mapped_column(server_default=false())
    """Whether a no-show or a late cancellation uses the session that was reserved."""
    tax_category_id: Mapped[UUID | None] = mapped_column(ForeignKey("tax_category.id"))
    """The default category where it is null."""
    retired_at: Mapped[datetime | None]
    """The time at which it stopped being sold. Customers keep the courses that they have bought."""

    __table_args__ = (
        CheckConstraint("price BETWEEN 0 AND 1000000000", name="price"),
        CheckConstraint(f"sessions BETWEEN 1 AND {MOST_SESSIONS}", name="sessions"),
        CheckConstraint("valid_days BETWEEN 1 AND 3650", name="valid_days"),
        CheckConstraint(f"return_policy IN {tuple(map(str, ReturnPolicy))}", name="return_policy"),
        CheckConstraint(
            "(return_policy = 'list_price') = (list_price IS NOT NULL) AND list_price BETWEEN 0 AND 1000000000",
            name="list_price",
        ),
    )


class CoursePlanVariant(Entity):
    """A variant of a service that a session of a plan pays."""

    __tablename__ = "course_plan_variant"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("course_plan.id"))
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("service_variant.id"), index=True)

    __table_args__ = (UniqueConstraint("plan_id", "variant_id", name="course_plan_variant_key"),)


class CustomerCourse(Entity):
    """A course that a customer has bought, or got from another customer. What was agreed never changes."""

    __tablename__ = "customer_course"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("course_plan.id"), index=True)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    """The branch that sold it. Its sessions are good in every branch."""
    sale_line_id: Mapped[UUID | None] = mapped_column(index=True)
    """The line of the bill by which it was sold."""
    transferred_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_course.id"), index=True)
    """The course whose sessions it got."""
    price: Mapped[int] = mapped_column(BigInteger)
    """The price of all sessions in đồng, with tax."""
    tax_rate: Mapped[int]
    """Hundredths of a percent."""
    net: Mapped[int] = mapped_column(BigInteger)
    """The price without tax."""
    sessions: Mapped[int]
    return_policy: Mapped[str] = mapped_column(Text)
    list_price: Mapped[int | None] = mapped_column(BigInteger)
    return_base: Mapped[int] = mapped_column(BigInteger)
    """The amount from which a return takes the list price of used sessions: the price, less the sessions that were used
    before the course was transferred."""
    no_show_uses_session: Mapped[bool]
    expires_on: Mapped[date | None]
    """The last business day on which a session can be used; None: there is none."""
    reason: Mapped[str] = mapped_column(Text, server_default="")
    """The reason why it was extended or transferred last."""

    __table_args__ = (
        CheckConstraint("price BETWEEN 0 AND 1000000000 AND net BETWEEN 0 AND price", name="price"),
        CheckConstraint("tax_rate BETWEEN 0 AND 10000", name="tax_rate"),
        CheckConstraint(f"sessions BETWEEN 1 AND {MOST_SESSIONS}", name="sessions"),
        CheckConstraint(f"return_policy IN {tuple(map(str, ReturnPolicy))}", name="return_policy"),
        CheckConstraint("(return_policy = 'list_price') = (list_price IS NOT NULL)", name="list_price"),
        Index("customer_course_expiry_idx", "expires_on", postgresql_where=text("expires_on IS NOT NULL")),
    )


class CourseEntry(Base):
    """A fact about some sessions of a course. It is never changed or deleted."""

    __tablename__ = "course_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("customer_course.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    numbers: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """The numbers of the sessions."""
    amount: Mapped[int] = mapped_column(BigInteger)
    """The change of what is owed to the customer, in đồng without tax."""
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    """The branch in whose ledger it is, which may be another than the one that sold the course."""
    business_day: Mapped[date | None]
    """The day to which it counts; None if nothing moves."""
    user_id: Mapped[UUID | None]
    """The user who did it; None: a job, or a guest without an account. No foreign key: an account may be deleted."""
    appointment_treatment_id: Mapped[UUID | None]
    """The treatment, which may have been dropped since."""
    sale_line_id: Mapped[UUID | None]
    """The line of a bill."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(map(str, CourseEntryKind))}", name="kind"),
        CheckConstraint("kind = 'extended' OR cardinality(numbers) > 0", name="numbers"),
        CheckConstraint(
            "CASE WHEN kind IN ('granted', 'restored', 'extended') THEN amount >= 0"
            " WHEN kind IN ('consumed', 'forfeited', 'expired', 'refunded') THEN amount <= 0"
            " WHEN kind = 'transferred' THEN true ELSE amount = 0 END",
            name="amount",
        ),
        CheckConstraint("amount = 0 OR business_day IS NOT NULL", name="business_day"),
        Index("course_entry_owed_idx", "branch_id", "business_day", postgresql_include=["amount"]),
        Index(
            "course_entry_treatment_idx",
            "appointment_treatment_id",
            postgresql_where=text("appointment_treatment_id IS NOT NULL"),
        ),
    )


class CourseSession(Base):
    """One session (buổi) of a course, with its share of the price."""

    __tablename__ = "course_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("customer_course.id"))
    number: Mapped[int]
    """The place in the course, from 1. Sessions are used in this order, so that the last one used takes the rest of the price."""
    gross: Mapped[int] = mapped_column(BigInteger)
    net: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("course_entry.id"))
    """The entry that made the state."""
    appointment_treatment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("appointment_treatment.id", deferrable=True, initially="DEFERRED")
    )
    """The treatment that it pays."""
    sale_line_id: Mapped[UUID | None]
    """The line of a bill that it pays."""
    is_billed: Mapped[bool] = mapped_column(server_default=false())
    """Whether that bill is closed: then only a refund takes the use back."""

    __table_args__ = (
        UniqueConstraint("course_id", "number", name="course_session_number_key"),
        CheckConstraint("number >= 1 AND gross >= 0 AND net BETWEEN 0 AND gross", name="shares"),
        CheckConstraint(f"state IN {tuple(map(str, CourseSessionState))}", name="state"),
        CheckConstraint(
            "(state IN ('reserved', 'used')) = (num_nonnulls(appointment_treatment_id, sale_line_id) > 0)",
            name="use",
        ),
        CheckConstraint("NOT is_billed OR (state = 'used' AND sale_line_id IS NOT NULL)", name="billed"),
        # One live use of a treatment, and of a line of a bill.
        Index(
            "course_session_treatment_key",
            "appointment_treatment_id",
            unique=True,
            postgresql_where=text("appointment_treatment_id IS NOT NULL"),
        ),
        Index(
            "course_session_sale_line_key",
            "sale_line_id",
            unique=True,
            postgresql_where=text("sale_line_id IS NOT NULL"),
        ),
        Index("course_session_free_idx", "course_id", postgresql_where=text("state = 'free'")),
    )
