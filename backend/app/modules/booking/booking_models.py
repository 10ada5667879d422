"""Who comes, when, and for what: visits (lượt khách), appointments (lịch hẹn), their treatments.

What they occupy is in `allocation`, whose constraint refuses two at once.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity
from app.modules.booking.status.status import AppointmentStatus, VisitSource

_STATUSES = ", ".join(f"'{status}'" for status in AppointmentStatus)
_SOURCES = ", ".join(f"'{source}'" for source in VisitSource)


class Visit(Entity):
    """A party: guests who come together, and who booked for them."""

    __tablename__ = "visit"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), index=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """Who booked, and whom to ring; none: somebody at the door."""
    source: Mapped[str] = mapped_column(Text)
    same_room: Mapped[bool]
    """Their beds are in one room while they overlap."""
    note: Mapped[str] = mapped_column(Text, server_default="")

    __table_args__ = (
        CheckConstraint(f"source IN ({_SOURCES})", name="source"),
        UniqueConstraint("id", "branch_id", name="visit_id_branch_id_key"),
    )


class Appointment(Entity):
    """One guest of a party, from when they are asked to be there until they can go."""

    __tablename__ = "appointment"

    visit_id: Mapped[UUID] = mapped_column(index=True)
    branch_id: Mapped[UUID]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """The guest; none: only their name is known, or not even that."""
    guest_name: Mapped[str] = mapped_column(Text, server_default="")
    status: Mapped[str] = mapped_column(Text)
    hold_expires_at: Mapped[datetime | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """Preparation before it and turnover after it are the house's own."""
    reason: Mapped[str] = mapped_column(Text, server_default="")
    """Why it was declined, cancelled or reopened."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["visit_id", "branch_id"], ["visit.id", "visit.branch_id"], name="appointment_visit_id_fkey"
        ),
        CheckConstraint(f"status IN ({_STATUSES})", name="status"),
        CheckConstraint("(status = 'held') = (hold_expires_at IS NOT NULL)", name="hold"),
        CheckConstraint("ends_at > starts_at", name="times"),
        Index("appointment_branch_id_idx", "branch_id", "starts_at"),
        Index("appointment_held_idx", "hold_expires_at", postgresql_where=text("status = 'held'")),
        Index("appointment_confirmed_idx", "starts_at", postgresql_where=text("status = 'confirmed'")),
    )


class AppointmentTreatment(Entity):
    """One treatment of a guest, as it was agreed: whatever the catalogue says later."""

    __tablename__ = "appointment_treatment"

    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    position: Mapped[int]
    """From 0."""
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("service_variant.id"), index=True)
    price: Mapped[int] = mapped_column(BigInteger)
    """Đồng, without its add-ons."""
    therapist_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """Whom the guest asked for; who does it is in `allocation`."""
    gender: Mapped[str | None] = mapped_column(Text)
    """Of the therapist that the guest asked for."""
    segments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Those of the variant, with the minutes of add-ons and extensions in them."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """Of the guest's time."""

    __table_args__ = (
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("gender IN ('female', 'male', 'other')", name="gender"),
        CheckConstraint("ends_at > starts_at", name="times"),
        UniqueConstraint(
            "appointment_id",
            "position",
            name="appointment_treatment_key",
            deferrable=True,
            initially="DEFERRED",  # two may change places
        ),
        UniqueConstraint("id", "appointment_id", name="appointment_treatment_id_appointment_id_key"),
    )


class AppointmentAddOn(Entity):
    """What a treatment has besides, at the price agreed."""

    __tablename__ = "appointment_add_on"

    appointment_treatment_id: Mapped[UUID] = mapped_column(
        ForeignKey("appointment_treatment.id", ondelete="CASCADE")
    )
    add_on_id: Mapped[UUID] = mapped_column(ForeignKey("add_on.id"))
    price: Mapped[int] = mapped_column(BigInteger)
    """Đồng."""

    __table_args__ = (
        CheckConstraint("price >= 0", name="price"),
        UniqueConstraint("appointment_treatment_id", "add_on_id", name="appointment_add_on_key"),
    )
