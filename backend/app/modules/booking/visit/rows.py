"""The rows of a visit, for the code that changes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.modules.availability.availability_service import QuotedAddOn, QuotedTreatment
from app.modules.booking.allocation.allocations import TreatmentRef
from app.modules.booking.booking_models import Appointment, AppointmentAddOn, AppointmentTreatment, Visit
from app.modules.catalogue.catalogue_schemas import ServiceName
from app.scheduling.demand import LONGEST_STAY, Party, Segment, Treatment
from app.scheduling.timegrid import STEP

type Times = tuple[datetime, datetime]

_SEGMENTS = TypeAdapter(tuple[Segment, ...])


@dataclass(frozen=True, slots=True)
class VisitRows:
    """A visit, and everything that belongs to it."""

    visit: Visit
    appointments: list[Appointment]
    treatments: list[AppointmentTreatment]
    add_ons: list[AppointmentAddOn]

    def treatments_of(self, guest: Appointment) -> list[AppointmentTreatment]:
        """Return the guest's treatments, in order."""
        return [row for row in self.treatments if row.appointment_id == guest.id]


async def load_rows(session: AsyncSession, visit: Visit) -> VisitRows:
    appointments = list(
        await session.scalars(
            select(Appointment).where(Appointment.visit_id == visit.id).order_by(Appointment.id)
        )
    )
    treatments = list(
        await session.scalars(
            select(AppointmentTreatment)
            .where(AppointmentTreatment.appointment_id.in_([guest.id for guest in appointments]))
            .order_by(AppointmentTreatment.appointment_id, AppointmentTreatment.position)
        )
    )
    add_ons = list(
        await session.scalars(
            select(AppointmentAddOn)
            .where(AppointmentAddOn.appointment_treatment_id.in_([row.id for row in treatments]))
            .order_by(AppointmentAddOn.id)
        )
    )
    return VisitRows(visit, appointments, treatments, add_ons)


def overlaps(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Match appointments whose guest is present between two instants.

    The index is on `starts_at`: without the last condition PostgreSQL would read all of history.
    """
    return (
        (Appointment.starts_at < end)
        & (Appointment.ends_at > start)
        & (Appointment.starts_at > start - LONGEST_STAY)
    )


def treatment_row(appointment_id: UUID, quoted: QuotedTreatment) -> AppointmentTreatment:
    """Return a row for a quoted treatment. `set_times` gives it its place and time."""
    return AppointmentTreatment(
        id=uuid7(),
        appointment_id=appointment_id,
        variant_id=quoted.variant_id,
        price=quoted.price,
        therapist_id=quoted.requested_therapist_id,
        gender=quoted.treatment.gender,
        bed_id=quoted.treatment.bed_id,
        segments=segments_as_json(quoted.treatment.segments),
    )


def add_on_rows(row: AppointmentTreatment, add_ons: Iterable[QuotedAddOn]) -> list[AppointmentAddOn]:
    return [
        AppointmentAddOn(
            id=uuid7(),
            appointment_treatment_id=row.id,
            add_on_id=add_on.id,
            price=add_on.price,
            minutes=add_on.minutes,
        )
        for add_on in add_ons
    ]


def times_of(party: Party, start: datetime) -> list[list[Times]]:
    """Return when each guest has each treatment."""
    return [[(start + first * STEP, start + last * STEP) for first, last in guest] for guest in party.times()]


def set_times(guest: Appointment, treatments: Sequence[AppointmentTreatment], times: Sequence[Times]) -> None:
    """Set when a guest comes and goes, and the place and time of each treatment, in this order."""
    guest.starts_at, guest.ends_at = times[0][0], times[-1][1]
    for position, (row, (starts_at, ends_at)) in enumerate(zip(treatments, times, strict=True)):
        row.position, row.starts_at, row.ends_at = position, starts_at, ends_at


def segments_as_json(segments: tuple[Segment, ...]) -> list[dict[str, object]]:
    encoded: list[dict[str, object]] = _SEGMENTS.dump_python(segments, mode="json")
    return encoded


def segments_of(row: AppointmentTreatment) -> tuple[Segment, ...]:
    return _SEGMENTS.validate_python(row.segments)


def treatment_of(row: AppointmentTreatment, services: Mapping[UUID, ServiceName]) -> Treatment:
    """Return a treatment as agreed, with the wishes of the guest."""
    return Treatment(
        service_id=services[row.variant_id].service_id,
        segments=segments_of(row),
        therapist_id=row.therapist_id,
        gender=row.gender,
    )


def refs_of(guest: Appointment, treatments: Sequence[AppointmentTreatment]) -> list[TreatmentRef]:
    return [TreatmentRef(guest.id, row.id, guest.hold_expires_at) for row in treatments]
