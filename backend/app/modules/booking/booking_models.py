"""Visits (lịch hẹn), the appointments of their guests with treatments, and the resources that these occupy.

The exclusion constraint of `allocation` refuses a double booking, whatever the code does.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.db.models import Entity
from app.modules.booking.series.occurrences import FEWEST_OCCURRENCES, MOST_OCCURRENCES, MOST_WEEKS
from app.modules.booking.status.status import AppointmentStatus, VisitSource

_STATUSES = ", ".join(f"'{status}'" for status in AppointmentStatus)
_SOURCES = ", ".join(f"'{source}'" for source in VisitSource)


class VisitSeries(Entity):
    """Visits that repeat every few weeks on the same weekday at the same time. What is booked stands in the visits."""

    __tablename__ = "visit_series"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), index=True)
    starts_at: Mapped[datetime]
    """The start of the first occurrence. The others begin at the same local time."""
    every_weeks: Mapped[int]
    count: Mapped[int]
    """The number of occurrences, booked or not."""
    completed_at: Mapped[datetime | None]
    """The time at which every occurrence had its answer, or the series was cancelled: a retry books nothing more."""

    __table_args__ = (
        CheckConstraint(f"every_weeks BETWEEN 1 AND {MOST_WEEKS}", name="every_weeks"),
        CheckConstraint(f"count BETWEEN {FEWEST_OCCURRENCES} AND {MOST_OCCURRENCES}", name="count"),
        UniqueConstraint("id", "branch_id", name="visit_series_id_branch_id_key"),
    )


class Visit(Entity):
    """A party: guests who come together."""

    __tablename__ = "visit"

    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"), index=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """The customer who books or is named by the desk; None if the desk names none."""
    source: Mapped[str] = mapped_column(Text)
    same_room: Mapped[bool]
    """The guests' beds are in one room while their treatments overlap."""
    note: Mapped[str] = mapped_column(Text, server_default="")
    series_id: Mapped[UUID | None]
    series_number: Mapped[int | None]
    """The number of the occurrence in its series, from 1. A series has one visit for each, also when it was cancelled."""

    __table_args__ = (
        CheckConstraint(f"source IN ({_SOURCES})", name="source"),
        CheckConstraint("(series_id IS NULL) = (series_number IS NULL)", name="series"),
        ForeignKeyConstraint(
            ["series_id", "branch_id"],
            ["visit_series.id", "visit_series.branch_id"],
            name="visit_series_id_fkey",
        ),
        UniqueConstraint("id", "branch_id", name="visit_id_branch_id_key"),
        UniqueConstraint("series_id", "series_number", name="visit_series_id_series_number_key"),
    )


class Appointment(Entity):
    """One guest of a party."""

    __tablename__ = "appointment"

    visit_id: Mapped[UUID] = mapped_column(index=True)
    branch_id: Mapped[UUID]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """The guest, if the spa knows them."""
    guest_name: Mapped[str] = mapped_column(Text, server_default="")
    status: Mapped[str] = mapped_column(Text)
    hold_expires_at: Mapped[datetime | None] = mapped_column()
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """The instant at which the guest can go. Preparation and turnover lie before `starts_at` and after `ends_at`."""
    reason: Mapped[str] = mapped_column(Text, server_default="")
    """The reason why it was declined, cancelled or reopened."""
    overruled: Mapped[bool] = mapped_column(server_default=false())
    """The desk overruled opening hours, shifts or blocked time for this time."""
    hold_has_expired: Mapped[bool] = column_property(func.zenspa_hold_expired(hold_expires_at, type_=Boolean))
    """Whether a hold has expired by the database's clock, when the row was read: the only clock for holds."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["visit_id", "branch_id"], ["visit.id", "visit.branch_id"], name="appointment_visit_id_fkey"
        ),
        CheckConstraint(f"status IN ({_STATUSES})", name="status"),
        CheckConstraint("(status = 'held') = (hold_expires_at IS NOT NULL)", name="hold"),
        CheckConstraint("ends_at > starts_at", name="times"),
        Index("appointment_branch_id_idx", "branch_id", "starts_at"),
        Index("appointment_held_idx", "hold_expires_at", postgresql_where=text("status = 'held'")),
        Index("appointment_pending_idx", "starts_at", postgresql_where=text("status = 'pending'")),
        Index("appointment_in_service_idx", "ends_at", postgresql_where=text("status = 'in_service'")),
        Index("appointment_confirmed_idx", "starts_at", postgresql_where=text("status = 'confirmed'")),
    )


class AppointmentTransition(Entity):
    """A transition that an appointment has made, so that it can be undone. `created_at` is its time."""

    __tablename__ = "appointment_transition"

    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"), index=True)
    old_status: Mapped[str] = mapped_column(Text)
    new_status: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """The user who made it; None for a job."""
    released: Mapped[list[list[str]]] = mapped_column(JSONB, server_default="[]")
    """The resources that it released: the treatment, the kind of resource and the resource."""
    moved_from: Mapped[datetime | None]
    """The start that a guest had who was served before it, and thereby moved to the time of the transition."""
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(f"old_status IN ({_STATUSES})", name="old_status"),
        CheckConstraint(f"new_status IN ({_STATUSES})", name="new_status"),
    )


class AppointmentEdit(Entity):
    """The change of one appointment by an edit, so that it can be undone. The appointments that one request changed, among
    them those that gave way, have the same `edit_id`."""

    __tablename__ = "appointment_edit"

    edit_id: Mapped[UUID] = mapped_column(index=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The appointment with its treatments, add-ons and allocations, as `load_states` returns it. Nothing in it is about a
    person but the visit that it belongs to. Once it is too late for an undo, the visit and the allocations are left."""
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    __table_args__ = (
        Index("appointment_edit_whole_idx", "created_at", postgresql_where=text("before ? 'treatments'")),
    )


class AppointmentTreatment(Entity):
    """One treatment of a guest as agreed, whatever the catalogue says later."""

    __tablename__ = "appointment_treatment"

    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    position: Mapped[int]
    """The place among the guest's treatments, from 0."""
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("service_variant.id"), index=True)
    price: Mapped[int] = mapped_column(BigInteger)
    """The price in đồng, without add-ons."""
    therapist_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """The therapist asked for by name. The assigned therapist is in `allocation`."""
    gender: Mapped[str | None] = mapped_column(Text)
    """The gender of therapist asked for."""
    bed_id: Mapped[UUID | None] = mapped_column(ForeignKey("resource.id"))
    """The bed that the desk chose. The assigned bed is in `allocation`."""
    segments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """The segments as agreed, with the minutes of add-ons and extensions."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """The instant at which the guest's part of it ends."""

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
    """An add-on of a treatment as agreed, whatever the catalogue says later."""

    __tablename__ = "appointment_add_on"

    appointment_treatment_id: Mapped[UUID] = mapped_column(
        ForeignKey("appointment_treatment.id", ondelete="CASCADE")
    )
    add_on_id: Mapped[UUID] = mapped_column(ForeignKey("add_on.id"))
    price: Mapped[int] = mapped_column(BigInteger)
    """The price in đồng."""
    minutes: Mapped[int]
    """The minutes that it added to the treatment: as many go when it is dropped."""

    __table_args__ = (
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("minutes >= 0", name="minutes"),
        UniqueConstraint("appointment_treatment_id", "add_on_id", name="appointment_add_on_key"),
    )


class Allocation(Entity):
    """A time in which a treatment occupies a therapist, a bed or a device."""

    __tablename__ = "allocation"

    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """The time as a half-open range, `[)`."""
    state: Mapped[str] = mapped_column(Text)
    hold_expires_at: Mapped[datetime | None]
    appointment_id: Mapped[UUID] = mapped_column(index=True)
    appointment_treatment_id: Mapped[UUID] = mapped_column(index=True)

    __table_args__ = (
        CheckConstraint("state IN ('held', 'booked')", name="state"),
        CheckConstraint("(state = 'held') = (hold_expires_at IS NOT NULL)", name="hold"),
        ForeignKeyConstraint(
            ["appointment_treatment_id", "appointment_id"],
            ["appointment_treatment.id", "appointment_treatment.appointment_id"],
            name="allocation_appointment_treatment_id_fkey",
        ),
        CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)"
            " AND lower_inc(during) AND NOT upper_inc(during)",
            name="during",
        ),
        ExcludeConstraint(("resource_id", "="), ("during", "&&"), name="allocation_overlap"),
        Index("allocation_resource_id_idx", "resource_id", text("lower(during)")),
    )
