"""What somebody has before them and behind them: a therapist's treatments, a customer's appointments.

For the calendars on their phones: by a constant number of questions, and in Vietnamese.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import bounds
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.status.status import AppointmentStatus
from app.modules.branch.branch_service import Address, addresses_of
from app.modules.catalogue.names import names_of_variants
from app.modules.customer.customer_service import names_of_customers
from app.modules.resource.allocations import TreatmentTime, appointments_in, taken_by
from app.modules.resource.resource_service import rooms_of
from app.scheduling.supply import ResourceKind

_NOT_BOOKED = (AppointmentStatus.HELD, AppointmentStatus.EXPIRED)


class Engagement(NamedTuple):
    """From when to when somebody is expected, where, and what for."""

    id: str
    """The same whatever else changes."""
    start: datetime
    end: datetime
    status: AppointmentStatus
    treatments: tuple[str, ...]
    guest_id: UUID | None
    guest: str
    """Their whole name, as far as it is known."""
    branch: Address
    beds: tuple[str, ...]
    """And devices, each with its room; told to therapists."""
    created_at: datetime
    updated_at: datetime


async def agenda_of_staff(
    session: AsyncSession, staff_id: UUID, since: datetime, until: datetime
) -> list[Engagement]:
    """What they do that is booked, in order, of appointments that need them in that time. A treatment to which they
    come back after a pause is more than one."""
    theirs = await appointments_in(session, staff_id, Range(since, until))
    appointment_ids = {each.appointment_id for each in theirs if each.appointment_id is not None}
    taken: dict[UUID, list[TreatmentTime]] = defaultdict(list)
    for each in await taken_by(session, appointment_ids):
        taken[each.appointment_treatment_id].append(each)
    runs = {
        treatment_id: _joined(each.during for each in its if each.resource_id == staff_id)
        for treatment_id, its in taken.items()
    }
    beds = await _beds(session, taken)
    rows = await session.execute(
        select(Appointment, AppointmentTreatment)
        .join(AppointmentTreatment, AppointmentTreatment.appointment_id == Appointment.id)
        .where(AppointmentTreatment.id.in_(taken), Appointment.status.not_in(_NOT_BOOKED))
    )
    treatments = [(appointment, treatment) for appointment, treatment in rows]
    described = await _describe(session, [(appointment, [each]) for appointment, each in treatments])
    found = [
        engagement._replace(
            id=f"{treatment.id}-{number}" if number else str(treatment.id),
            start=start,
            end=end,
            beds=beds[treatment.id],
            created_at=treatment.created_at,
        )
        for engagement, (_, treatment) in zip(described, treatments, strict=True)
        for number, (start, end) in enumerate(runs[treatment.id])
    ]
    return sorted(found, key=_by_time)


async def agenda_of_customers(
    session: AsyncSession, customer_ids: Collection[UUID], since: datetime, until: datetime
) -> list[Engagement]:
    """The appointments that they booked, for whomever, or in which they are the guest, in order. Those that were
    called off are among them; what was only held is not."""
    as_guest = select(Appointment.id).where(Appointment.customer_id.in_(customer_ids))
    as_host = select(Appointment.id).join(Visit, Visit.id == Appointment.visit_id)
    as_host = as_host.where(Visit.customer_id.in_(customer_ids))
    found = (
        select(Appointment)
        .where(Appointment.id.in_(as_guest.union(as_host)))
        .where(Appointment.starts_at < until, Appointment.ends_at > since)
        .where(Appointment.status.not_in(_NOT_BOOKED))
    )
    appointments = (await session.scalars(found)).all()
    treatments: dict[UUID, list[AppointmentTreatment]] = defaultdict(list)
    of_all = select(AppointmentTreatment).where(
        AppointmentTreatment.appointment_id.in_([appointment.id for appointment in appointments])
    )
    for treatment in await session.scalars(of_all.order_by(AppointmentTreatment.position)):
        treatments[treatment.appointment_id].append(treatment)
    described = await _describe(session, [(each, treatments[each.id]) for each in appointments])
    return sorted(described, key=_by_time)


async def _describe(
    session: AsyncSession, guests: Sequence[tuple[Appointment, Sequence[AppointmentTreatment]]]
) -> list[Engagement]:
    """One for each guest with these of their treatments, in the same order, from their coming to their going."""
    services = await names_of_variants(session, {each.variant_id for _, its in guests for each in its})
    places = await addresses_of(session, {guest.branch_id for guest, _ in guests})
    known = {guest.customer_id for guest, _ in guests if guest.customer_id is not None}
    names = await names_of_customers(session, known)
    return [
        Engagement(
            id=str(guest.id),
            start=guest.starts_at,
            end=guest.ends_at,
            status=AppointmentStatus(guest.status),
            treatments=tuple(services[each.variant_id].name.vi for each in treatments),
            guest_id=guest.customer_id,
            guest=names[guest.customer_id] if guest.customer_id is not None else guest.guest_name,
            branch=places[guest.branch_id],
            beds=(),
            created_at=guest.created_at,
            updated_at=max(row.updated_at for row in (guest, *treatments)),
        )
        for guest, treatments in guests
    ]


async def _beds(session: AsyncSession, taken: dict[UUID, list[TreatmentTime]]) -> dict[UUID, tuple[str, ...]]:
    """Of each treatment its beds and devices, in the order of time: `Giường 1 (Phòng Sen)`."""
    beds = {
        treatment_id: [each for each in its if each.kind != ResourceKind.STAFF]
        for treatment_id, its in taken.items()
    }
    rooms = await rooms_of(session, {each.resource_id for its in beds.values() for each in its})

    def name(bed: TreatmentTime) -> str:
        room = rooms.get(bed.resource_id)
        return f"{bed.name} ({room})" if room else bed.name or ""

    return {treatment_id: tuple(dict.fromkeys(map(name, its))) for treatment_id, its in beds.items()}


def _joined(times: Iterable[Range[datetime]]) -> list[tuple[datetime, datetime]]:
    """Those that touch become one."""
    runs: list[tuple[datetime, datetime]] = []
    for start, end in sorted(map(bounds, times)):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs


def _by_time(engagement: Engagement) -> tuple[datetime, str]:
    return engagement.start, engagement.id
