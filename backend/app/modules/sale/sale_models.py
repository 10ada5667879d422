"""Bills (hóa đơn), their lines, tips, payments and refunds."""

from datetime import date, datetime
from typing import Any
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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.db.models import Entity, localized_columns
from app.modules.sale.kinds import LineKind, Method, SaleStatus

MOST = 9_999_999_999
"""The most that a bill, or anything on it, can amount to."""
_AMOUNT = f"BETWEEN 0 AND {MOST}"


class Sale(Entity):
    """A bill of a guest or a party. Once it is closed, it never changes."""

    __tablename__ = "sale"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """The customer who pays, if the spa knows them."""
    status: Mapped[str] = mapped_column(Text, server_default=SaleStatus.OPEN)
    buyer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """The person or the company that the invoice names: name, tax code, address and email."""
    note: Mapped[str] = mapped_column(Text, server_default="")
    transfer_code: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    """The code by which a bank transfer names the bill."""
    discount_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The discount on the whole bill, in đồng. The lines share it."""
    discount_percent: Mapped[int] = mapped_column(server_default="0")
    priced_on: Mapped[date]
    """The business day whose tax rates the lines have."""
    total: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The sum of the lines, in đồng, with tax and without tips."""
    tip: Mapped[int] = mapped_column(BigInteger, server_default="0")
    paid: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The payments less what was refunded while it was open."""
    year: Mapped[int | None]
    number: Mapped[int | None]
    """1, 2, 3… without gaps in each branch and year."""
    business_day: Mapped[date | None]
    z_number: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """The user who opened it."""
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """The user who closed it or gave it up; None if a transfer closed it."""
    void_reason: Mapped[str] = mapped_column(Text, server_default="")
    version: Mapped[int] = mapped_column(server_default="1")
    """The number of times that what is on it was written."""
    last_change: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A digest of the last request that changed what is on it, by which one that is sent again is recognized."""

    __table_args__ = (
        CheckConstraint(f"status IN {tuple(map(str, SaleStatus))}", name="status"),
        CheckConstraint(f"total {_AMOUNT} AND tip {_AMOUNT} AND paid {_AMOUNT}", name="amounts"),
        CheckConstraint(
            f"discount_amount {_AMOUNT} AND discount_percent BETWEEN 0 AND 100"
            " AND (discount_amount = 0 OR discount_percent = 0)",
            name="discount",
        ),
        CheckConstraint("num_nulls(year, number, business_day, z_number) IN (0, 4)", name="closing"),
        CheckConstraint("(status = 'closed') = (number IS NOT NULL)", name="number"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at"),
        CheckConstraint("status <> 'closed' OR paid = total + tip", name="paid"),
        CheckConstraint("status <> 'void' OR paid = 0", name="void"),
        UniqueConstraint("branch_id", "year", "number", name="sale_number_key"),
        Index("sale_day_idx", "branch_id", "business_day"),
        Index("sale_open_idx", "branch_id", postgresql_where=text("status = 'open'")),
    )


class SaleLine(Entity):
    """One line of a bill. Its price is as agreed, and its tax rate is that of the day on which the bill is closed."""

    __tablename__ = "sale_line"

    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"), index=True)
    position: Mapped[int]
    """The place on the bill, from 0."""
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[LocalizedText] = localized_columns("name")
    """The name on that day."""
    variant_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_variant.id"))
    add_on_id: Mapped[UUID | None] = mapped_column(ForeignKey("add_on.id"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id"))
    course_plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_plan.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    """The visit whose treatment, add-on or fee it is."""
    item_id: Mapped[UUID | None]
    """The treatment of a guest, the add-on of a treatment, or the appointment of a fee: billed at most once."""
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_course.id"))
    """The course of the customer that pays for it."""
    course_session_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_session.id"))
    """The session that pays for it."""
    course_line_id: Mapped[UUID | None]
    """The line of the same bill that sells the course which pays for it."""
    sessions: Mapped[int | None]
    """The number of sessions of the course that it sells."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """The person who did it or sold it."""
    quantity: Mapped[int] = mapped_column(server_default="1")
    unit_price: Mapped[int] = mapped_column(BigInteger)
    """The price of one. Of a treatment that a session pays, the session's share of the course."""
    agreed_price: Mapped[int] = mapped_column(BigInteger)
    """The price of one without a session."""
    discount_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The discount on this line alone, in đồng."""
    discount_percent: Mapped[int] = mapped_column(server_default="0")
    discount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The whole discount: its own and its share of the bill's."""
    gross: Mapped[int] = mapped_column(BigInteger)
    """The price for the guest, with tax: quantity times unit price, less the discount."""
    tax_category_id: Mapped[UUID | None] = mapped_column(ForeignKey("tax_category.id"))
    tax_rate: Mapped[int]
    """Hundredths of a percent."""
    tax: Mapped[int] = mapped_column(BigInteger)
    """The part of the gross that is tax."""
    refunded: Mapped[int] = mapped_column(BigInteger, server_default="0")
    is_live: Mapped[bool] = mapped_column(server_default=text("true"))
    """False when the bill was given up or the line was refunded whole: then it can be billed again."""

    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(map(str, LineKind))}", name="kind"),
        CheckConstraint(f"unit_price {_AMOUNT} AND quantity BETWEEN 1 AND 1000", name="price"),
        CheckConstraint(
            f"discount_amount {_AMOUNT} AND discount_percent BETWEEN 0 AND 100"
            " AND (discount_amount = 0 OR discount_percent = 0)",
            name="discounts",
        ),
        CheckConstraint(
            "gross = quantity * unit_price - discount AND discount >= 0 AND gross >= 0", name="gross"
        ),
        CheckConstraint("tax BETWEEN 0 AND gross AND tax_rate BETWEEN 0 AND 10000", name="tax"),
        CheckConstraint("refunded BETWEEN 0 AND gross", name="refunded"),
        CheckConstraint(
            "(kind = 'service') = (num_nonnulls(variant_id, add_on_id) = 1)"
            " AND (kind = 'product') = (product_id IS NOT NULL)"
            " AND (kind = 'course') = (course_plan_id IS NOT NULL)",
            name="of_kind",
        ),
        CheckConstraint(
            "num_nonnulls(course_session_id, course_line_id) = 0"
            " OR kind = 'service' AND quantity = 1 AND discount = 0 AND (course_id IS NULL OR course_line_id IS NULL)",
            name="covered",
        ),
        CheckConstraint(
            "(kind = 'course') = (sessions IS NOT NULL) AND (kind <> 'course' OR quantity = 1)", name="course"
        ),
        CheckConstraint("kind <> 'gift_card' OR tax = 0 AND discount = 0", name="gift_card"),
        CheckConstraint("item_id IS NULL OR visit_id IS NOT NULL", name="item"),
        Index("sale_line_item_key", "item_id", unique=True, postgresql_where=text("is_live")),
    )


class TipShare(Entity):
    """The part of a bill's tip that one person gets."""

    __tablename__ = "tip_share"

    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (
        CheckConstraint(f"amount BETWEEN 1 AND {MOST} AND refunded BETWEEN 0 AND amount", name="amount"),
        UniqueConstraint("sale_id", "staff_id", name="tip_share_key"),
    )


class Payment(Entity):
    """Money, or what stands for it, that a guest gave for a bill. Only what was refunded of it changes."""

    __tablename__ = "payment"

    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"), index=True)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    method: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    """The part of the bill that it pays, in đồng."""
    tendered: Mapped[int | None] = mapped_column(BigInteger)
    """The cash that the guest gave; what is over was handed back."""
    refunded: Mapped[int] = mapped_column(BigInteger, server_default="0")
    reference: Mapped[str] = mapped_column(Text, server_default="")
    """The number on the slip of a card terminal, or of a transfer."""
    gift_card_id: Mapped[UUID | None] = mapped_column(ForeignKey("gift_card.id"))
    course_session_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_session.id"))
    deposit_id: Mapped[UUID | None] = mapped_column(ForeignKey("deposit.id"))
    bank_transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("bank_transfer.id"), index=True)
    """The notice of the transfer, if it was noticed."""
    business_day: Mapped[date]
    z_number: Mapped[int]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """The user who took it; None for a transfer that was noticed."""

    __table_args__ = (
        CheckConstraint(f"method IN {tuple(map(str, Method))}", name="method"),
        CheckConstraint(f"amount BETWEEN 1 AND {MOST} AND refunded BETWEEN 0 AND amount", name="amount"),
        CheckConstraint("tendered >= amount AND (tendered IS NULL OR method = 'cash')", name="tendered"),
        CheckConstraint(
            "(method = 'gift_card') = (gift_card_id IS NOT NULL)"
            " AND (method = 'course') = (course_session_id IS NOT NULL)"
            " AND (method = 'deposit') = (deposit_id IS NOT NULL)"
            " AND (bank_transfer_id IS NULL OR method = 'transfer')",
            name="of_method",
        ),
        Index("payment_day_idx", "branch_id", "business_day"),
    )


class Refund(Entity):
    """Money given back: for lines and tips of a closed bill, out of goodwill, or of payments of an open one."""

    __tablename__ = "refund"

    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"), index=True)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    goodwill: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The part of it that is for no line and no tip."""
    reason: Mapped[str] = mapped_column(Text)
    business_day: Mapped[date]
    z_number: Mapped[int]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    __table_args__ = (
        CheckConstraint(f"amount BETWEEN 1 AND {MOST} AND goodwill BETWEEN 0 AND amount", name="amount"),
        CheckConstraint("goodwill = 0 OR reason <> ''", name="reason"),
        Index("refund_day_idx", "branch_id", "business_day"),
    )


class RefundPart(Entity):
    """A part of a refund: for a line, for the tip of a person, or by a payment that it goes back to."""

    __tablename__ = "refund_part"

    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refund.id"), index=True)
    sale_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("sale_line.id"))
    tip_share_id: Mapped[UUID | None] = mapped_column(ForeignKey("tip_share.id"))
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The tax in the part of a line."""

    __table_args__ = (
        CheckConstraint("num_nonnulls(sale_line_id, tip_share_id, payment_id) = 1", name="one"),
        CheckConstraint(f"amount BETWEEN 1 AND {MOST} AND tax BETWEEN 0 AND amount", name="amount"),
    )


class InvoiceDocument(Entity):
    """All that a provider of e-invoices needs about a bill or a refund, as it was on that day. It never changes."""

    __tablename__ = "invoice_document"

    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"), index=True)
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refund.id"), unique=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)

    __table_args__ = (
        Index(
            "invoice_document_sale_key", "sale_id", unique=True, postgresql_where=text("refund_id IS NULL")
        ),
    )
