"""The engagements of one person, past and future, for the calendar on their phone: a therapist's treatments, a customer's
appointments. They are read in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span, join_spans
from app.db.queries import fetch_raw
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.status.status import NEVER_BOOKED, AppointmentStatus
from app.modules.branch.branch_service import Address, addresses_of
from app.modules.catalogue.catalogue_service import names_of_variants
from app.modules.customer.customer_service import names_of_customers
from app.scheduling.supply import ResourceKind

_OCCUPATIONS = """
SELECT appointment_treatment_id, resource_id, kind, name, room, lower(during), upper(during)
FROM resource_appointment JOIN bookable_resource ON bookable_resource.id = resource_id
WHERE appointment_id IN (
    SELECT appointment_id FROM resource_appointment WHERE resource_id = $1 AND during && tstzrange($2, $3)
)
ORDER BY during, resource_id
"""

_REVISIONS = "SELECT id, updated_at, resources_updated_at FROM treatment_revision WHERE id = ANY($1::uuid[])"


class Engagement(NamedTuple):
    """A time at which one person is expected, with the place and the treatments."""

    id: str
    """A stable id: it stays when anything else changes."""
    start: datetime
    end: datetime
    status: AppointmentStatus
    treatments: tuple[str, ...]
    """The names of the services and their variants, in Vietnamese."""
    guest_id: UUID | None
    guest: str
    """The whole name, as far as it is known."""
    branch: Address
    beds: tuple[str, ...]
    """The beds and devices, with their rooms, such as `Giường 1 (Phòng Sen)`. Empty for customers."""
    created_at: datetime
    updated_at: datetime
    """The last change of anything above, also of the names and of the address."""


class _Revision(NamedTuple):
    """The last changes of what an engagement shows of a treatment."""

    updated_at: datetime
    """The last change of the appointment, the guest, the service or the branch."""
    resources_updated_at: datetime
    """The last change of the allocations, beds and devices, or their rooms."""


class _Occupation(NamedTuple):
    treatment_id: UUID
    resource_id: UUID
    kind: str
    name: str | None
    room: str | None
    start: datetime
    end: datetime


async def agenda_of_staff(
    session: AsyncSession, staff_id: UUID, since: datetime, until: datetime
) -> list[Engagement]:
    """Return a therapist's engagements that touch this time, in order. A treatment that they leave and come back to gives
    several."""
    occupations: dict[UUID, list[_Occupation]] = defaultdict(list)
    for row in await fetch_raw(session, _OCCUPATIONS, staff_id, since, until):
        occupation = _Occupation(*row)
        occupations[occupation.treatment_id].append(occupation)
    rows = await session.execute(
        select(Appointment, AppointmentTreatment)
        .join(AppointmentTreatment, AppointmentTreatment.appointment_id == Appointment.id)
        .where(AppointmentTreatment.id.in_(occupations), Appointment.status.not_in(NEVER_BOOKED))
    )
    treatments = [(appointment, treatment) for appointment, treatment in rows]
    described = await _describe(
        session, [(appointment, [treatment]) for appointment, treatment in treatments], with_resources=True
    )
    engagements = [
        engagement._replace(
            id=f"{treatment.id}-{number}" if number else str(treatment.id),
            start=span.start,
            end=span.end,
            beds=_beds(occupations[treatment.id]),
            created_at=treatment.created_at,
        )
        for engagement, (_, treatment) in zip(described, treatments, strict=True)
        for number, span in enumerate(_spans_of(staff_id, occupations[treatment.id]))
    ]
    return sorted(engagements, key=_by_time)


async def agenda_of_customers(
    session: AsyncSession, customer_ids: Collection[UUID], since: datetime, until: datetime
) -> list[Engagement]:
    """Return the appointments that these customers booked for anyone, or come for, in order. Cancelled appointments are
    included; mere holds are not."""
    as_guest = select(Appointment.id).where(Appointment.customer_id.in_(customer_ids))
    as_host = select(Appointment.id).join(Visit, Visit.id == Appointment.visit_id)
    as_host = as_host.where(Visit.customer_id.in_(customer_ids))
    statement = (
        select(Appointment)
        .where(Appointment.id.in_(as_guest.union(as_host)))
        .where(Appointment.starts_at < until, Appointment.ends_at > since)
        .where(Appointment.status.not_in(NEVER_BOOKED))
    )
    return await _engagements_of(session, (await session.scalars(statement)).all())


async def agenda_of_visit(session: AsyncSession, visit_id: UUID) -> list[Engagement]:
    """Return the appointments of a visit for a guest without an account, in order. Nothing in them depends on the customer
    that the spa found for the guest: no name, and not the time of the customer's last change."""
    statement = select(Appointment).where(Appointment.visit_id == visit_id)
    appointments = (await session.scalars(statement.where(Appointment.status.not_in(NEVER_BOOKED)))).all()
    changed_at = {str(guest.id): guest.updated_at for guest in appointments}
    return [
        engagement._replace(guest_id=None, guest="", updated_at=changed_at[engagement.id])
        for engagement in await _engagements_of(session, appointments)
    ]


async def _engagements_of(session: AsyncSession, appointments: Sequence[Appointment]) -> list[Engagement]:
    treatments: dict[UUID, list[AppointmentTreatment]] = defaultdict(list)
    statement_of_treatments = select(AppointmentTreatment).where(
        AppointmentTreatment.appointment_id.in_([appointment.id for appointment in appointments])
    )
    for treatment in await session.scalars(statement_of_treatments.order_by(AppointmentTreatment.position)):
        treatments[treatment.appointment_id].append(treatment)
    described = await _describe(
        session, [(guest, treatments[guest.id]) for guest in appointments], with_resources=False
    )
    return sorted(described, key=_by_time)


async def _describe(
    session: AsyncSession,
    guests: Sequence[tuple[Appointment, Sequence[AppointmentTreatment]]],
    *,
    with_resources: bool,
) -> list[Engagement]:
    """Describe each guest with some of their treatments, from arrival to departure, in the same order.

    Args:
        with_resources: Whether the engagements are to show resources: their changes then count as well.
    """
    treatment_ids = [treatment.id for _, treatments in guests for treatment in treatments]
    revisions = {
        treatment_id: max(revision) if with_resources else revision.updated_at
        for treatment_id, revision in (await _revisions(session, treatment_ids)).items()
    }
    services = await names_of_variants(
        session, {treatment.variant_id for _, treatments in guests for treatment in treatments}
    )
    addresses = await addresses_of(session, {guest.branch_id for guest, _ in guests})
    known = {guest.customer_id for guest, _ in guests if guest.customer_id is not None}
    names: Mapping[UUID, str] = await names_of_customers(session, known)
    return [
        Engagement(
            id=str(guest.id),
            start=guest.starts_at,
            end=guest.ends_at,
            status=AppointmentStatus(guest.status),
            treatments=tuple(services[treatment.variant_id].with_variant.vi for treatment in treatments),
            guest_id=guest.customer_id,
            guest=names[guest.customer_id] if guest.customer_id is not None else guest.guest_name,
            branch=addresses[guest.branch_id],
            beds=(),
            created_at=guest.created_at,
            updated_at=max([guest.updated_at, *(revisions[treatment.id] for treatment in treatments)]),
        )
        for guest, treatments in guests
    ]


async def _revisions(session: AsyncSession, treatment_ids: Collection[UUID]) -> dict[UUID, _Revision]:
    rows = await fetch_raw(session, _REVISIONS, [*treatment_ids])
    return {treatment_id: _Revision(*times) for treatment_id, *times in rows}


def _beds(occupations: Iterable[_Occupation]) -> tuple[str, ...]:
    names = [
        f"{occupation.name} ({occupation.room})" if occupation.room else occupation.name or ""
        for occupation in occupations
        if occupation.kind != ResourceKind.STAFF
    ]
    return tuple(dict.fromkeys(names))


def _spans_of(staff_id: UUID, occupations: Iterable[_Occupation]) -> list[Span]:
    spans = [
        Span(occupation.start, occupation.end)
        for occupation in occupations
        if occupation.resource_id == staff_id
    ]
    return list(join_spans(sorted(spans)))


def _by_time(engagement: Engagement) -> tuple[datetime, str]:
    return engagement.start, engagement.id
