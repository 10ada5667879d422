"""Customers (khách hàng) and their consents."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity

NAME_BEGINNINGS = 5
"""The number of words at which a name can begin (migration 0001). Each has an ordered index."""


class Customer(Entity):
    """A person the spa serves. An archived customer keeps its history; a merged one names the customer it became.

    `columns.CUSTOMER_COLUMNS` says how each column is imported, exported, merged and erased.
    """

    __tablename__ = "customer"

    full_name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text(collation="C"))
    """E.164; unique among active customers."""
    email: Mapped[str | None] = mapped_column(Text(collation="C"))
    """The address in lower case."""
    birthday: Mapped[str | None] = mapped_column(Text(collation="C"))
    """The day in ISO 8601; `--12-31` without the year."""
    gender: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(Text, default="", server_default="")
    contraindications: Mapped[str] = mapped_column(Text, default="", server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'::text[]"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"))
    """The customer whose phone reaches this one: the mother of a child. It has no contact of its own."""
    archived_at: Mapped[datetime | None]
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL"), unique=True
    )
    """The account that signs in as this customer."""
    erased_at: Mapped[datetime | None]
    """The time at which the personal data was removed. The row stays, so that visits and sums still add up."""
    name_keys: Mapped[list[str]] = mapped_column(
        ARRAY(Text(collation="C")), Computed("zenspa_name_keys(full_name)", persisted=True), deferred=True
    )

    __table_args__ = (
        CheckConstraint("full_name <> ''", name="full_name"),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
        CheckConstraint("birthday ~ '^([0-9]{4}|-)-[0-9]{2}-[0-9]{2}$'", name="birthday"),
        CheckConstraint("contact_id <> id", name="contact"),
        CheckConstraint("gender IN ('female', 'male', 'other')", name="gender"),
        CheckConstraint(
            "merged_into_id IS NULL OR (archived_at IS NOT NULL AND merged_into_id <> id)", name="merged"
        ),
        Index(
            "customer_phone_living_key", "phone", unique=True, postgresql_where=text("archived_at IS NULL")
        ),
        Index(
            "customer_phone_reversed_idx",
            text("reverse(phone)"),
            postgresql_where=text("archived_at IS NULL"),
        ),
        # A search for a phone number also returns customers who are reached by it; few rows have a contact.
        Index("customer_contact_id_idx", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
        Index("customer_email_idx", "email", postgresql_where=text("archived_at IS NULL")),
        Index("customer_tags_idx", "tags", postgresql_using="gin"),
        Index("customer_archived_idx", "id", postgresql_where=text("archived_at IS NOT NULL")),
        *(
            Index(
                f"customer_name_{beginning}_idx",
                text(f"(name_keys[{beginning}])"),
                "id",
                postgresql_where=text("archived_at IS NULL"),
            )
            for beginning in range(1, NAME_BEGINNINGS + 1)
        ),
        *(
            Index(
                f"customer_name_order_{state}_idx",
                text("zenspa_name_order(full_name)"),
                "id",
                postgresql_where=text(f"archived_at IS {condition}"),
            )
            for state, condition in (("active", "NULL"), ("archived", "NOT NULL"))
        ),
        Index(
            "customer_name_words_idx",
            text("to_tsvector('simple'::regconfig, name_keys[1])"),
            postgresql_using="gin",
            postgresql_where=text("archived_at IS NULL"),
        ),
    )


class ConsentPurpose(StrEnum):
    """A use of personal data beyond what a visit needs."""

    HEALTH_DATA = "health_data"
    """Tình trạng sức khỏe: the spa may keep contraindications."""
    MARKETING = "marketing"
    PHOTOS = "photos"


class ConsentChannel(StrEnum):
    """The way in which a customer agreed or refused."""

    DESK = "desk"
    PAPER = "paper"
    PHONE = "phone"
    APP = "app"


class Consent(Entity):
    """A customer agreed to a purpose or refused it. Never changed: a change of mind is one more row."""

    __tablename__ = "consent"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"))
    purpose: Mapped[str] = mapped_column(Text)
    granted: Mapped[bool]
    version: Mapped[str] = mapped_column(Text)
    """The version of the text that the customer was shown."""
    channel: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("purpose IN ('health_data', 'marketing', 'photos')", name="purpose"),
        CheckConstraint("channel IN ('desk', 'paper', 'phone', 'app')", name="channel"),
        Index("consent_customer_id_idx", "customer_id", "purpose", "created_at"),
    )
