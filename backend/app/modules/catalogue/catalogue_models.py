"""What the spa offers: services in categories, their variants, what each occupies, and add-ons."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.db.models import Entity, KeyedEntity, localized_columns


class ServiceCategory(KeyedEntity):
    """Nhóm dịch vụ."""

    __tablename__ = "service_category"

    name: Mapped[LocalizedText] = localized_columns("name")
    position: Mapped[int]
    """Where it stands in the list; equals are in the order of their keys."""


class Service(KeyedEntity):
    """Dịch vụ: a treatment, in one length or several."""

    __tablename__ = "service"

    category_id: Mapped[UUID] = mapped_column(ForeignKey("service_category.id"), index=True)
    name: Mapped[LocalizedText] = localized_columns("name")
    description: Mapped[LocalizedText] = localized_columns("description")
    position: Mapped[int]
    offered: Mapped[str] = mapped_column(Text)

    __table_args__ = (CheckConstraint("offered IN ('online', 'desk', 'no')", name="offered"),)


class ServiceVariant(Entity):
    """One length of a service and its price now. What was agreed earlier is kept where it was agreed."""

    __tablename__ = "service_variant"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    key: Mapped[str] = mapped_column(Text(collation="C"))
    """Within its service: `60`."""
    price: Mapped[int] = mapped_column(BigInteger)
    """Đồng."""
    position: Mapped[int]
    retired_at: Mapped[datetime | None]
    """Since when it is not offered; appointments made before keep it."""

    __table_args__ = (
        CheckConstraint("key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="key"),
        CheckConstraint("price >= 0", name="price"),
        UniqueConstraint("service_id", "key", name="service_variant_key"),
    )


class ServiceSegment(Entity):
    """Công đoạn: a stretch of a variant, and what it occupies. In a processing segment the bed is taken and the
    therapist is free; turnover is one in which nobody lies on it."""

    __tablename__ = "service_segment"

    variant_id: Mapped[UUID] = mapped_column(ForeignKey("service_variant.id"))
    position: Mapped[int]
    """From 0."""
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
    """What a service can have besides: longer by its minutes, dearer by its price."""

    __tablename__ = "add_on"

    name: Mapped[LocalizedText] = localized_columns("name")
    minutes: Mapped[int]
    """By which the longest segment with a therapist is longer."""
    price: Mapped[int] = mapped_column(BigInteger)
    """Đồng."""
    position: Mapped[int]
    offered: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("offered IN ('online', 'desk', 'no')", name="offered"),
    )


class ServiceAddOn(Entity):
    """An add-on that goes with a service."""

    __tablename__ = "service_add_on"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    add_on_id: Mapped[UUID] = mapped_column(ForeignKey("add_on.id"))

    __table_args__ = (UniqueConstraint("service_id", "add_on_id", name="service_add_on_key"),)
