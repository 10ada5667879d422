"""The catalogue: categories, services, their variants and segments, and add-ons."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.db.models import Entity, KeyedEntity, localized_columns


class ServiceCategory(KeyedEntity):
    """A group of services (nhóm dịch vụ)."""

    __tablename__ = "service_category"

    name: Mapped[LocalizedText] = localized_columns("name")
    position: Mapped[int]
    """Display order. Equal positions are ordered by key."""


class Service(KeyedEntity):
    """A treatment (dịch vụ) in one or several variants."""

    __tablename__ = "service"

    category_id: Mapped[UUID] = mapped_column(ForeignKey("service_category.id"), index=True)
    name: Mapped[LocalizedText] = localized_columns("name")
    description: Mapped[LocalizedText] = localized_columns("description")
    position: Mapped[int]
    offered: Mapped[str] = mapped_column(Text)
    tax_category_id: Mapped[UUID | None] = mapped_column(ForeignKey("tax_category.id"))
    """The default category where it is null."""

    __table_args__ = (CheckConstraint("offered IN ('online', 'desk', 'no')", name="offered"),)


class ServiceVariant(Entity):
    """A variant of a service (tùy chọn) with its current price. Appointments keep the price that was agreed."""

    __tablename__ = "service_variant"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    key: Mapped[str] = mapped_column(Text(collation="C"))
    """Unique within its service: `60`."""
    name: Mapped[LocalizedText] = localized_columns("name", default="")
    """The difference from the other variants (nách, nửa chân); empty where the minutes say it."""
    price: Mapped[int] = mapped_column(BigInteger)
    """The price in đồng."""
    position: Mapped[int]
    retired_at: Mapped[datetime | None]
    """The time at which it stopped being sold. Appointments booked before keep it."""

    __table_args__ = (
        CheckConstraint("key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="key"),
        CheckConstraint("(name_vi = '') = (name_en = '')", name="name"),
        CheckConstraint("price >= 0", name="price"),
        UniqueConstraint("service_id", "key", name="service_variant_key"),
    )


class ServiceSegment(Entity):
    """A part of a variant (công đoạn), and what it occupies.

    A processing segment occupies the bed and leaves the therapist free; a turnover segment is without the guest.
    """

    __tablename__ = "service_segment"

    variant_id: Mapped[UUID] = mapped_column(ForeignKey("service_variant.id"))
    position: Mapped[int]
    """Order within the variant, from 0."""
    minutes: Mapped[int]
    needs_staff: Mapped[bool]
    with_guest: Mapped[bool]
    """False for preparation and turnover."""
    bed_type_id: Mapped[UUID | None] = mapped_column(ForeignKey("resource_type.id"))
    device_type_id: Mapped[UUID | None] = mapped_column(ForeignKey("resource_type.id"))

    __table_args__ = (
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        UniqueConstraint("variant_id", "position", name="service_segment_key"),
    )


class AddOn(KeyedEntity):
    """An extra for a service (dịch vụ cộng thêm) that adds its minutes and its price."""

    __tablename__ = "add_on"

    name: Mapped[LocalizedText] = localized_columns("name")
    minutes: Mapped[int]
    """Added to the longest segment with a therapist."""
    price: Mapped[int] = mapped_column(BigInteger)
    """The price in đồng."""
    position: Mapped[int]
    offered: Mapped[str] = mapped_column(Text)
    tax_category_id: Mapped[UUID | None] = mapped_column(ForeignKey("tax_category.id"))
    """The category of the service to which it is added where it is null."""

    __table_args__ = (
        CheckConstraint("minutes BETWEEN 0 AND 1440 AND minutes % 5 = 0", name="minutes"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("offered IN ('online', 'desk', 'no')", name="offered"),
    )


class ServiceAddOn(Entity):
    """An add-on that a service can have."""

    __tablename__ = "service_add_on"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    add_on_id: Mapped[UUID] = mapped_column(ForeignKey("add_on.id"))

    __table_args__ = (UniqueConstraint("service_id", "add_on_id", name="service_add_on_key"),)
