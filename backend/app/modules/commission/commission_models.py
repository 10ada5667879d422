"""Rules of commissions (hoa hồng), and what people have earned by them (migration 0039)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.db.models import Base, Entity, localized_columns
from app.modules.commission.rules import CommissionScope, EarningKind

_NONE = "'00000000-0000-0000-0000-000000000000'::uuid"
THING_COLUMNS = {
    CommissionScope.CATEGORY: "category_id",
    CommissionScope.SERVICE: "service_id",
    CommissionScope.PRODUCT: "product_id",
    CommissionScope.COURSE: "course_plan_id",
}
"""The column with the thing of a rule, for a scope of one thing."""


class CommissionRule(Entity):
    """A promise of a commission from a day on, to one person or to everybody. No two for the same overlap."""

    __tablename__ = "commission_rule"

    branch_id: Mapped[UUID | None] = mapped_column(ForeignKey("branch.id"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    scope: Mapped[str] = mapped_column(Text)
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_category.id"))
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id"))
    course_plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_plan.id"))
    thing_id: Mapped[UUID | None] = mapped_column(
        Computed("coalesce(category_id, service_id, product_id, course_plan_id)", persisted=True)
    )
    rate: Mapped[int | None]
    """Hundredths of a percent of what the guest pays: 1000 is 10 %."""
    amount: Mapped[int | None] = mapped_column(BigInteger)
    """The đồng for each treatment, piece or course, instead of a rate."""
    first_day: Mapped[date]
    last_day: Mapped[date | None]

    __table_args__ = (
        CheckConstraint(f"scope IN {tuple(map(str, CommissionScope))}", name="scope"),
        CheckConstraint(
            " AND ".join(
                f"(scope = '{scope}') = ({column} IS NOT NULL)" for scope, column in THING_COLUMNS.items()
            ),
            name="thing",
        ),
        CheckConstraint("num_nonnulls(rate, amount) = 1", name="pay"),
        CheckConstraint("rate BETWEEN 0 AND 10000", name="rate"),
        CheckConstraint("amount BETWEEN 0 AND 1000000000", name="amount"),
        CheckConstraint("last_day >= first_day", name="days"),
        ExcludeConstraint(
            (text(f"coalesce(branch_id, {_NONE})"), "="),
            (text(f"coalesce(staff_id, {_NONE})"), "="),
            ("scope", "="),
            (text(f"coalesce(thing_id, {_NONE})"), "="),
            (text("daterange(first_day, last_day, '[]')"), "&&"),
            name="commission_rule_overlap",
        ),
    )


class CommissionEntry(Base):
    """A commission that a line of a bill earned, or that a refund took back. It is never changed."""

    __tablename__ = "commission_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    business_day: Mapped[date]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    sale_line_id: Mapped[UUID]
    refund_line_id: Mapped[UUID | None]
    """The line of a refund; None: it was earned."""
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("commission_rule.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[LocalizedText] = localized_columns("name")
    """The name of what was sold, as it was on the bill."""
    base: Mapped[int] = mapped_column(BigInteger)
    """The amount that the guest paid for the line, or that a refund gave back, then negative."""
    quantity: Mapped[int]
    rate: Mapped[int | None]
    unit_amount: Mapped[int | None] = mapped_column(BigInteger)
    """The rate or the amount of the rule when it was earned."""
    amount: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(map(str, EarningKind))}", name="kind"),
        CheckConstraint("num_nonnulls(rate, unit_amount) = 1", name="pay"),
        CheckConstraint(
            "CASE WHEN refund_line_id IS NULL THEN base >= 0 AND amount > 0 ELSE base <= 0 AND amount <= 0 END",
            name="sign",
        ),
        UniqueConstraint(
            "sale_line_id",
            "refund_line_id",
            "staff_id",
            name="commission_entry_line_key",
            postgresql_nulls_not_distinct=True,
        ),
        Index("commission_entry_statement_idx", "staff_id", "business_day"),
    )
