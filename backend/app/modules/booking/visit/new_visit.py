"""Draft a new visit and write it. The draft is also the API's response."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.schemas import Bilingual
from app.common.types.localized import LocalizedText
from app.db.errors import translate_integrity_errors
from app.db.queries import fetch_raw
from app.modules.availability.availability_service import Quote, QuotedTreatment
from app.modules.booking.allocation.requests import Reservation
from app.modules.booking.booking_errors import SameTime, SlotTaken
from app.modules.booking.booking_schemas import (
    AddOnAgreed,
    AppointmentRead,
    TreatmentAllocation,
    TreatmentRead,
    VisitCreate,
    VisitRead,
    VisitSeriesRef,
)
from app.modules.booking.status.status import AppointmentStatus, VisitSource
from app.modules.booking.visit.rows import segments_as_json
from app.modules.booking.visit.same_time import columns_of, refuse_same_time, times_of_customers
from app.modules.catalogue.catalogue_schemas import variant_name
from app.modules.customer import customer_service
from app.scheduling.demand import Run
from app.scheduling.timegrid import STEP

# Nothing is written unless all customers are active, and none of them is a guest elsewhere at the same time. They are locked
# until the transaction ends (docs/sql.md).
_INSERT = """
WITH input AS MATERIALIZED (
    SELECT $1::jsonb AS visit
    WHERE (SELECT count(*) FILTER (WHERE is_active) FROM zenspa_lock_customers($2)) = cardinality($2::uuid[])
        AND (cardinality($3::uuid[]) = 0 OR NOT EXISTS (SELECT FROM zenspa_customer_appointments($3, $4, $5, '{}')))
), guest AS (
    SELECT new.* FROM input, jsonb_to_recordset(visit -> 'appointments') AS new (
        id uuid, customer_id uuid, guest_name text, status text, hold_expires_at timestamptz,
        start timestamptz, "end" timestamptz, treatments jsonb
    )
), treatment AS (
    SELECT guest.id AS appointment_id, guest.hold_expires_at, new.*
    FROM guest, jsonb_to_recordset(treatments) AS new (
        id uuid, position integer, variant_id uuid, price bigint, therapist_id uuid, gender text, bed_id uuid,
        start timestamptz, "end" timestamptz, segments jsonb, add_ons jsonb, allocations jsonb
    )
), visits AS (
    INSERT INTO visit
        (id, branch_id, customer_id, source, same_room, note, created_at, series_id, series_number)
    SELECT new.*, (visit -> 'series' ->> 'id')::uuid, (visit -> 'series' ->> 'number')::integer
    FROM input, jsonb_to_record(visit) AS new (
        id uuid, branch_id uuid, customer_id uuid, source text, same_room boolean, note text, created_at timestamptz
    )
    RETURNING id, branch_id
), appointments AS (
    INSERT INTO appointment
        (id, visit_id, branch_id, customer_id, guest_name, status, hold_expires_at, starts_at, ends_at, overruled)
    SELECT guest.id, visits.id, branch_id, customer_id, guest_name, status, hold_expires_at, start, "end", $6
    FROM guest, visits
), treatments AS (
    INSERT INTO appointment_treatment
        (id, appointment_id, position, variant_id, price, therapist_id, gender, bed_id, segments, starts_at, ends_at)
    SELECT id, appointment_id, position, variant_id, price, therapist_id, gender, bed_id, segments, start, "end"
    FROM treatment
), add_ons AS (
    INSERT INTO appointment_add_on (id, appointment_treatment_id, add_on_id, price, minutes)
    SELECT new.id, treatment.id, add_on_id, new.price, minutes
    FROM treatment, jsonb_to_recordset(add_ons) AS new (id uuid, add_on_id uuid, price bigint, minutes integer)
), allocations AS (
    INSERT INTO allocation
        (id, appointment_id, appointment_treatment_id, hold_expires_at, state, resource_id, during)
    SELECT new.id, appointment_id, treatment.id, hold_expires_at,
        CASE WHEN hold_expires_at IS NULL THEN 'booked' ELSE 'held' END, resource_id, tstzrange(new.start, new."end")
    FROM treatment, jsonb_to_recordset(allocations) AS new (
        id uuid, resource_id uuid, start timestamptz, "end" timestamptz
    )
)
SELECT id FROM visits
"""


def draft_visit(  # noqa: PLR0913 - what a visit is made of
    request: VisitCreate,
    quote: Quote,
    reservation: Reservation,
    *,
    customer_id: UUID | None,
    guest_ids: Sequence[UUID | None],
    source: VisitSource,
    statuses: Sequence[AppointmentStatus],
    hold_expires_at: datetime | None,
    series: VisitSeriesRef | None,
) -> VisitRead:
    """Return the visit as it is about to be written.

    Args:
        customer_id: The customer who books.
        guest_ids: The customer of each guest, if the spa knows the guest.
        statuses: The status of each guest.
    """
    times = reservation.party.times()
    return VisitRead(
        id=uuid7(),
        branch_id=request.branch_id,
        customer_id=customer_id,
        source=source,
        same_room=request.same_room,
        note=request.note,
        created_at=reservation.snapshot.read_at,
        series=series,
        appointments=[
            AppointmentRead(
                id=uuid7(),
                customer_id=guest_ids[number],
                guest_name=guest.guest_name or "",
                status=statuses[number],
                hold_expires_at=hold_expires_at,
                start=_instant(reservation, times[number][0][0]),
                end=_instant(reservation, times[number][-1][1]),
                reason="",
                treatments=[
                    _draft_treatment(line, run, reservation, (number, position))
                    for position, (line, run) in enumerate(
                        zip(quote.guests[number], times[number], strict=True)
                    )
                ],
            )
            for number, guest in enumerate(request.guests)
        ],
    )


async def insert_visit(  # noqa: PLR0913 - what a visit is made of
    session: AsyncSession,
    visit: VisitRead,
    quote: Quote,
    *,
    at_desk: bool,
    same_time_will_do: bool,
    overruled: bool,
) -> None:
    """Write a drafted visit, and lock its customers, in one statement.

    Four statements by the ORM were a quarter of a booking's CPU time.

    Args:
        overruled: Whether the desk overruled opening hours, shifts or blocked time for it.

    Raises:
        CustomerNotFound, CustomerMerged, CustomerErased, CustomerArchived
        SameTime: A guest has another appointment at that time, and that will not do.
        SlotTaken: Another transaction wrote an allocation without a lock; this one is over.
    """
    customers = {visit.customer_id, *(guest.customer_id for guest in visit.appointments)} - {None}
    times = [] if same_time_will_do else times_of_customers(visit.appointments)
    with translate_integrity_errors({"allocation_overlap": SlotTaken}):
        written = await fetch_raw(
            session, _INSERT, _encode(visit, quote), [*customers], *columns_of(times), overruled
        )
    if not written:
        await customer_service.require_active(
            session, [customer_id for customer_id in customers if customer_id is not None]
        )
        await refuse_same_time(session, times, at_desk=at_desk)
        raise SameTime  # the other appointment has just been cancelled; the client may try again


def _encode(visit: VisitRead, quote: Quote) -> str:
    """Return the visit as JSON, with what only its rows have: ids, positions, and the agreed segments and minutes."""
    encoded = visit.model_dump(mode="json")
    for guest, lines in zip(encoded["appointments"], quote.guests, strict=True):
        for position, (treatment, line) in enumerate(zip(guest["treatments"], lines, strict=True)):
            treatment |= {"position": position, "segments": segments_as_json(line.treatment.segments)}
            for add_on, agreed in zip(treatment["add_ons"], line.add_ons, strict=True):
                add_on["minutes"] = agreed.minutes
            for row in (*treatment["add_ons"], *treatment["allocations"]):
                row["id"] = str(uuid7())
    return orjson.dumps(encoded).decode()


def _draft_treatment(
    line: QuotedTreatment, run: Run, reservation: Reservation, place: tuple[int, int]
) -> TreatmentRead:
    """Draft one treatment; `place` is the number of the guest, and of the treatment among the guest's."""
    names = reservation.snapshot.resource_names
    grid = reservation.snapshot.grid
    return TreatmentRead(
        id=uuid7(),
        variant_id=line.variant_id,
        service_id=line.treatment.service_id,
        name=_bilingual(line.name),
        variant_name=variant_name(line.variant_name),
        price=line.price,
        add_ons=[
            AddOnAgreed(add_on_id=add_on.id, name=_bilingual(add_on.name), price=add_on.price)
            for add_on in line.add_ons
        ],
        therapist_id=line.requested_therapist_id,
        gender=line.treatment.gender,
        bed_id=line.treatment.bed_id,
        start=_instant(reservation, run[0]),
        end=_instant(reservation, run[1]),
        allocations=[
            TreatmentAllocation(
                resource_id=resource_id,
                kind=kind,
                name=names[resource_id],
                start=grid.instant(first),
                end=grid.instant(last),
            )
            for first, last, resource_id, kind in sorted(
                (*run, resource_id, need.requirement.kind)
                for need, resource_id, runs in reservation.assignments
                if (need.guest, need.treatment) == place
                for run in runs
            )
        ],
    )


def _instant(reservation: Reservation, step: int) -> datetime:
    return reservation.start + step * STEP


def _bilingual(name: LocalizedText) -> Bilingual:
    return Bilingual.model_construct(vi=name.vi, en=name.en)
