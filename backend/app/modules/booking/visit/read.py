"""Visits as the API gives them, by a constant number of questions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.schemas import Bilingual
from app.common.types.gender import Gender
from app.common.types.localized import LocalizedText
from app.db.queries import bounds
from app.modules.booking.booking_models import Appointment, AppointmentAddOn, AppointmentTreatment, Visit
from app.modules.booking.booking_schemas import (
    AddOnAgreed,
    AppointmentRead,
    TreatmentAllocation,
    TreatmentRead,
    VisitRead,
)
from app.modules.booking.status.status import AppointmentStatus, VisitSource
from app.modules.catalogue.names import ServiceName, names_of_add_ons, names_of_variants
from app.modules.customer.privacy import OTHER_RECORDS
from app.modules.resource.allocations import TreatmentTime, taken_by
from app.modules.staff.staff_service import names_of_staff
from app.scheduling.supply import ResourceKind

LONGEST_STAY = timedelta(days=14)
"""Of a guest: twelve treatments of a day each, and something besides."""


@dataclass(frozen=True, slots=True)
class Rows:
    """All about some visits."""

    visits: list[Visit]
    appointments: list[Appointment]
    treatments: list[AppointmentTreatment]
    add_ons: list[AppointmentAddOn]

    def treatments_of(self, guest: Appointment) -> list[AppointmentTreatment]:
        """In order."""
        return [row for row in self.treatments if row.appointment_id == guest.id]


async def read_visits(session: AsyncSession, visit_ids: Collection[UUID]) -> list[VisitRead]:
    """In the order in which they were made; those that are not there are left out."""
    return await _read(session, select(Visit).where(Visit.id.in_(visit_ids)))


async def visits_of_day(
    session: AsyncSession, branch_id: UUID, start: datetime, end: datetime
) -> list[VisitRead]:
    """Those of a branch with a guest who is there between these instants, whatever became of them."""
    there = select(Appointment.visit_id).where(Appointment.branch_id == branch_id, there_between(start, end))
    return await _read(session, select(Visit).where(Visit.id.in_(there)))


async def visits_of_customers(session: AsyncSession, customer_ids: Collection[UUID]) -> list[VisitRead]:
    """All that they booked, and of what they only came for their own part."""
    visits = await _read(session, select(Visit).where(is_of(customer_ids)))
    for visit in visits:
        if visit.customer_id not in customer_ids:
            visit.appointments = [each for each in visit.appointments if each.customer_id in customer_ids]
    return visits


OTHER_RECORDS["visits"] = visits_of_customers


def there_between(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Of appointments, whose index knows when guests come: without the last of these it read all that ever was."""
    return (
        (Appointment.starts_at < end)
        & (Appointment.ends_at > start)
        & (Appointment.starts_at > start - LONGEST_STAY)
    )


def is_of(customer_ids: Collection[UUID]) -> ColumnElement[bool]:
    """Of visits, that these customers booked or came for. With OR for the union PostgreSQL reads all visits there are."""
    booked = select(Visit.id).where(Visit.customer_id.in_(customer_ids))
    as_guest = select(Appointment.visit_id).where(Appointment.customer_id.in_(customer_ids))
    return Visit.id.in_(booked.union(as_guest))


async def _read(session: AsyncSession, statement: Select[Visit]) -> list[VisitRead]:
    visits = list(await session.scalars(statement.order_by(Visit.id)))
    rows = await rows_of(session, visits)
    appointment_ids = [appointment.id for appointment in rows.appointments]
    taken = await taken_by(session, appointment_ids)
    names = await names_of_staff(
        session, {each.resource_id for each in taken if each.kind == ResourceKind.STAFF}
    )
    return compose(
        rows,
        taken=[each._replace(name=names.get(each.resource_id, each.name)) for each in taken],
        services=await names_of_variants(session, {each.variant_id for each in rows.treatments}),
        add_ons=await names_of_add_ons(session, {each.add_on_id for each in rows.add_ons}),
    )


async def rows_of(session: AsyncSession, visits: list[Visit]) -> Rows:
    """Everything that belongs to these visits, in order; asks nothing when there are none."""
    if not visits:
        return Rows(visits, [], [], [])
    of_visits = select(Appointment).where(Appointment.visit_id.in_([visit.id for visit in visits]))
    appointments = list(await session.scalars(of_visits.order_by(Appointment.id)))
    of_guests = select(AppointmentTreatment).where(
        AppointmentTreatment.appointment_id.in_([appointment.id for appointment in appointments])
    )
    in_order = of_guests.order_by(AppointmentTreatment.appointment_id, AppointmentTreatment.position)
    treatments = list(await session.scalars(in_order))
    of_treatments = select(AppointmentAddOn).where(
        AppointmentAddOn.appointment_treatment_id.in_([treatment.id for treatment in treatments])
    )
    add_ons = list(await session.scalars(of_treatments.order_by(AppointmentAddOn.id)))
    return Rows(visits, appointments, treatments, add_ons)


def compose(
    rows: Rows,
    *,
    taken: Sequence[TreatmentTime],
    services: Mapping[UUID, ServiceName],
    add_ons: Mapping[UUID, LocalizedText],
) -> list[VisitRead]:
    """Rows and names put together."""
    allocations: dict[UUID, list[TreatmentAllocation]] = defaultdict(list)
    for each in taken:
        allocations[each.appointment_treatment_id].append(_read_taken(each))
    extras: dict[UUID, list[AddOnAgreed]] = defaultdict(list)
    for extra in rows.add_ons:
        name = _bilingual(add_ons[extra.add_on_id])
        agreed = AddOnAgreed(add_on_id=extra.add_on_id, name=name, price=extra.price)
        extras[extra.appointment_treatment_id].append(agreed)
    treatments: dict[UUID, list[TreatmentRead]] = defaultdict(list)
    for row in rows.treatments:
        service = services[row.variant_id]
        treatments[row.appointment_id].append(
            _read_treatment(row, service, extras[row.id], allocations[row.id])
        )
    guests: dict[UUID, list[AppointmentRead]] = defaultdict(list)
    for appointment in rows.appointments:
        guests[appointment.visit_id].append(_read_appointment(appointment, treatments[appointment.id]))
    return [_read_visit(visit, guests[visit.id]) for visit in rows.visits]


def status_of(appointment: Appointment, now: datetime) -> AppointmentStatus:
    """A hold that has expired is none any more, whether or not the clock has been to it."""
    if appointment.hold_expires_at is not None and appointment.hold_expires_at <= now:
        return AppointmentStatus.EXPIRED
    return AppointmentStatus(appointment.status)


def _read_visit(visit: Visit, appointments: list[AppointmentRead]) -> VisitRead:
    return VisitRead(
        id=visit.id,
        branch_id=visit.branch_id,
        customer_id=visit.customer_id,
        source=VisitSource(visit.source),
        same_room=visit.same_room,
        note=visit.note,
        created_at=visit.created_at,
        appointments=appointments,
    )


def _read_appointment(row: Appointment, treatments: list[TreatmentRead]) -> AppointmentRead:
    status = status_of(row, utc_now())
    return AppointmentRead(
        id=row.id,
        customer_id=row.customer_id,
        guest_name=row.guest_name,
        status=status,
        hold_expires_at=row.hold_expires_at if status is AppointmentStatus.HELD else None,
        start=row.starts_at,
        end=row.ends_at,
        reason=row.reason,
        price=sum(each.price + sum(extra.price for extra in each.add_ons) for each in treatments),
        treatments=treatments,
    )


def _read_treatment(
    row: AppointmentTreatment,
    service: ServiceName,
    add_ons: list[AddOnAgreed],
    allocations: list[TreatmentAllocation],
) -> TreatmentRead:
    return TreatmentRead(
        id=row.id,
        variant_id=row.variant_id,
        service_id=service.service_id,
        name=_bilingual(service.name),
        price=row.price,
        add_ons=add_ons,
        therapist_id=row.therapist_id,
        gender=Gender(row.gender) if row.gender else None,
        start=row.starts_at,
        end=row.ends_at,
        allocations=allocations,
    )


def _read_taken(taken: TreatmentTime) -> TreatmentAllocation:
    start, end = bounds(taken.during)
    return TreatmentAllocation(
        resource_id=taken.resource_id,
        kind=ResourceKind(taken.kind),
        name=taken.name or "",
        start=start,
        end=end,
    )


def _bilingual(name: LocalizedText) -> Bilingual:
    return Bilingual.model_construct(vi=name.vi, en=name.en)
