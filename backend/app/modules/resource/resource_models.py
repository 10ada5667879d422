"""What one guest at a time can occupy (tài nguyên): a therapist, a bed, a device; and when it is taken."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.db.models import Entity, KeyedEntity, in_two_languages

_BOUNDED = (
    "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)"
    " AND lower_inc(during) AND NOT upper_inc(during)"
)


class ResourceType(KeyedEntity):
    """Beds or devices that stand in for each other, as massage beds (giường massage) or laser devices."""

    __tablename__ = "resource_type"

    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[LocalizedText] = in_two_languages("name")

    __table_args__ = (
        CheckConstraint("kind IN ('bed', 'device')", name="kind"),
        UniqueConstraint("id", "kind", name="resource_type_id_kind_key"),
    )


class Room(KeyedEntity):
    """Where beds and devices are. A room for a couple is one with two beds."""

    __tablename__ = "room"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), index=True)
    name: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("name <> ''", name="name"),
        UniqueConstraint("id", "branch_id", name="room_id_branch_id_key"),
    )


class Resource(Entity):
    """One id for whatever can be booked. What a therapist is beyond that is in `staff`, under the same id."""

    __tablename__ = "resource"

    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text(collation="C"), unique=True)
    """Of beds and devices, as are the columns below; staff have theirs in `staff`, and no one branch."""
    name: Mapped[str | None] = mapped_column(Text)
    branch_id: Mapped[UUID | None] = mapped_column(ForeignKey("branch.id"), index=True)
    type_id: Mapped[UUID | None]
    room_id: Mapped[UUID | None]
    retired_at: Mapped[datetime | None]
    """Since when it is not there any more; its past stays."""

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
    """The whole time in which a bed or a device is out of order (báo hỏng).

    Its allocations block what is free of that time; when an appointment in the way frees more of it, there is one more.
    """

    __tablename__ = "outage"

    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """`[)`."""
    reason: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint(_BOUNDED, name="during"),
        ExcludeConstraint(("resource_id", "="), ("during", "&&"), name="outage_overlap"),
    )


class Allocation(Entity):
    """A resource is taken from one instant to another. PostgreSQL itself refuses two at once."""

    __tablename__ = "allocation"

    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """`[)`."""
    state: Mapped[str] = mapped_column(Text)
    hold_expires_at: Mapped[datetime | None]
    appointment_id: Mapped[UUID | None] = mapped_column(index=True)
    """Whose it is, unless it is blocked."""
    appointment_treatment_id: Mapped[UUID | None]
    """And for which of their treatments."""
    time_off_id: Mapped[UUID | None] = mapped_column(ForeignKey("time_off.id"), index=True)
    outage_id: Mapped[UUID | None] = mapped_column(ForeignKey("outage.id", ondelete="CASCADE"), index=True)
    """What blocks it is one of these two."""

    __table_args__ = (
        CheckConstraint("state IN ('held', 'booked', 'blocked')", name="state"),
        CheckConstraint("(state = 'held') = (hold_expires_at IS NOT NULL)", name="hold"),
        CheckConstraint("(state = 'blocked') = (appointment_id IS NULL)", name="appointment"),
        CheckConstraint(
            "num_nonnulls(appointment_id, appointment_treatment_id) <> 1", name="appointment_treatment"
        ),
        ForeignKeyConstraint(
            ["appointment_treatment_id", "appointment_id"],
            ["appointment_treatment.id", "appointment_treatment.appointment_id"],
            name="allocation_appointment_treatment_id_fkey",
        ),
        CheckConstraint(
            "num_nonnulls(time_off_id, outage_id) = CASE state WHEN 'blocked' THEN 1 ELSE 0 END",
            name="blocked",
        ),
        CheckConstraint(_BOUNDED, name="during"),
        ExcludeConstraint(("resource_id", "="), ("during", "&&"), name="allocation_overlap"),
        Index("allocation_resource_id_idx", "resource_id", text("lower(during)")),
    )
