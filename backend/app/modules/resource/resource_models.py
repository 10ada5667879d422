"""Resources (tài nguyên): whatever one guest at a time can occupy, such as a therapist, a bed or a device."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.db.models import Entity, KeyedEntity, localized_columns

_BOUNDED = (
    "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)"
    " AND lower_inc(during) AND NOT upper_inc(during)"
)


class ResourceType(KeyedEntity):
    """Beds or devices that stand in for each other, as massage beds (giường massage) or laser devices."""

    __tablename__ = "resource_type"

    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[LocalizedText] = localized_columns("name")

    __table_args__ = (
        CheckConstraint("kind IN ('bed', 'device')", name="kind"),
        UniqueConstraint("id", "kind", name="resource_type_id_kind_key"),
    )


class Room(KeyedEntity):
    """A place for beds and devices. A room for a couple is one with two beds."""

    __tablename__ = "room"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), index=True)
    name: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("name <> ''", name="name"),
        UniqueConstraint("id", "branch_id", name="room_id_branch_id_key"),
    )


class Resource(Entity):
    """A row for each thing that can be booked: a bed, a device or a member of staff, who has a row in `staff` with the same id."""

    __tablename__ = "resource"

    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text(collation="C"), unique=True)
    """The key of a bed or a device. This and the columns below are null for staff, whose key and name are in `staff`."""
    name: Mapped[str | None] = mapped_column(Text)
    branch_id: Mapped[UUID | None] = mapped_column(ForeignKey("branch.id"), index=True)
    type_id: Mapped[UUID | None]
    room_id: Mapped[UUID | None]
    retired_at: Mapped[datetime | None]
    """The time from which it can no longer be booked. Its past appointments stay."""

    __table_args__ = (
        CheckConstraint("kind IN ('staff', 'bed', 'device')", name="kind"),
        CheckConstraint("key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="key"),
        CheckConstraint(
            "CASE kind WHEN 'staff' THEN num_nonnulls(key, name, branch_id, type_id, room_id, retired_at) = 0"
            " ELSE num_nulls(key, name, branch_id, type_id) = 0 END",
            name="of_its_kind",
        ),
        ForeignKeyConstraint(
            ["type_id", "kind"], ["resource_type.id", "resource_type.kind"], name="resource_type_id_kind_fkey"
        ),
        ForeignKeyConstraint(
            ["room_id", "branch_id"], ["room.id", "room.branch_id"], name="resource_room_id_branch_id_fkey"
        ),
    )


class Outage(Entity):
    """A time in which a bed or a device is out of order (báo hỏng)."""

    __tablename__ = "outage"

    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """The start belongs to it, the end does not."""
    reason: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint(_BOUNDED, name="during"),
        ExcludeConstraint(("resource_id", "="), ("during", "&&"), name="outage_overlap"),
    )
