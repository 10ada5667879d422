"""What was agreed as rows, and rows as what can be placed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.queries import ask
from app.modules.availability.quote import Agreed
from app.modules.booking.allocation.reserve import TreatmentRef
from app.modules.booking.booking_models import Appointment, AppointmentAddOn, AppointmentTreatment
from app.modules.booking.visit.read import Rows
from app.modules.catalogue.names import ServiceName
from app.scheduling.demand import Party, Segment, Treatment
from app.scheduling.timegrid import STEP

type Times = tuple[datetime, datetime]

_SEGMENTS = TypeAdapter(tuple[Segment, ...])


def times_of(party: Party, start: datetime) -> list[list[Times]]:
    """When each guest is in each treatment."""
    return [[(start + first * STEP, start + last * STEP) for first, last in guest] for guest in party.times()]


def treatment_row(appointment_id: UUID, agreed: Agreed) -> AppointmentTreatment:
    """Where it comes among the guest's treatments, and when, is not said yet."""
    return AppointmentTreatment(
        id=uuid7(),
        appointment_id=appointment_id,
        variant_id=agreed.variant_id,
        price=agreed.price,
        therapist_id=agreed.treatment.therapist_id,
        gender=agreed.treatment.gender,
        segments=segments_as_json(agreed.treatment.segments),
    )


def add_on_rows(row: AppointmentTreatment, add_ons: Iterable[tuple[UUID, int]]) -> list[AppointmentAddOn]:
    """Of ids and prices."""
    return [
        AppointmentAddOn(id=uuid7(), appointment_treatment_id=row.id, add_on_id=add_on_id, price=price)
        for add_on_id, price in add_ons
    ]


def set_times(guest: Appointment, treatments: Sequence[AppointmentTreatment], times: Sequence[Times]) -> None:
    """When a guest comes and goes, and is in each of these, in this order."""
    guest.starts_at, guest.ends_at = times[0][0], times[-1][1]
    for position, (row, (starts_at, ends_at)) in enumerate(zip(treatments, times, strict=True)):
        row.position, row.starts_at, row.ends_at = position, starts_at, ends_at


_WRITE = """
WITH visits AS (
    INSERT INTO visit (id, branch_id, customer_id, source, same_room, note, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
), guests AS (
    INSERT INTO appointment
        (id, visit_id, branch_id, customer_id, guest_name, status, hold_expires_at, starts_at, ends_at)
    SELECT id, $1, $2, customer_id, guest_name, $8, $9, starts_at, ends_at
    FROM unnest($10::uuid[], $11::uuid[], $12::text[], $13::timestamptz[], $14::timestamptz[])
        AS guest (id, customer_id, guest_name, starts_at, ends_at)
), treatments AS (
    INSERT INTO appointment_treatment
        (id, appointment_id, position, variant_id, price, therapist_id, gender, segments, starts_at, ends_at)
    SELECT * FROM unnest($15::uuid[], $16::uuid[], $17::integer[], $18::uuid[], $19::bigint[], $20::uuid[],
        $21::text[], $22::jsonb[], $23::timestamptz[], $24::timestamptz[])
)
INSERT INTO appointment_add_on (id, appointment_treatment_id, add_on_id, price)
SELECT * FROM unnest($25::uuid[], $26::uuid[], $27::uuid[], $28::bigint[])
"""
_OF_GUEST = ("id", "customer_id", "guest_name", "starts_at", "ends_at")
_OF_TREATMENT = (
    "id",
    "appointment_id",
    "position",
    "variant_id",
    "price",
    "therapist_id",
    "gender",
    "segments",
    "starts_at",
    "ends_at",
)
_OF_ADD_ON = ("id", "appointment_treatment_id", "add_on_id", "price")


async def write_rows(session: AsyncSession, rows: Rows) -> None:
    """Of a new visit, all in one statement: four by the ORM were a quarter of the work of a booking (profiled)."""
    [visit] = rows.visits
    first = rows.appointments[0]
    of_visit = (visit.id, visit.branch_id, visit.customer_id, visit.source, visit.same_room, visit.note)
    columns = [
        [getattr(row, name) for row in its_rows]
        for its_rows, names in (
            (rows.appointments, _OF_GUEST),
            (rows.treatments, _OF_TREATMENT),
            (rows.add_ons, _OF_ADD_ON),
        )
        for name in names
    ]
    columns[len(_OF_GUEST) + _OF_TREATMENT.index("segments")] = [
        orjson.dumps(row.segments).decode() for row in rows.treatments
    ]
    await ask(session, _WRITE, *of_visit, visit.created_at, first.status, first.hold_expires_at, *columns)


def segments_as_json(segments: tuple[Segment, ...]) -> list[dict[str, object]]:
    """As a row keeps them."""
    kept: list[dict[str, object]] = _SEGMENTS.dump_python(segments, mode="json")
    return kept


def segments_of(row: AppointmentTreatment) -> tuple[Segment, ...]:
    return _SEGMENTS.validate_python(row.segments)


def treatment_of(row: AppointmentTreatment, services: Mapping[UUID, ServiceName]) -> Treatment:
    """As it was agreed, with the wishes of the guest."""
    return Treatment(
        service_id=services[row.variant_id].service_id,
        segments=segments_of(row),
        therapist_id=row.therapist_id,
        gender=row.gender,
    )


def seats_of(rows: Rows) -> list[list[TreatmentRef]]:
    """Of each guest each treatment, in the order of the rows."""
    guests = {appointment.id: appointment for appointment in rows.appointments}
    seats: dict[UUID, list[TreatmentRef]] = {appointment_id: [] for appointment_id in guests}
    for row in rows.treatments:
        expires = guests[row.appointment_id].hold_expires_at
        seats[row.appointment_id].append(TreatmentRef(row.appointment_id, row.id, expires))
    return list(seats.values())
