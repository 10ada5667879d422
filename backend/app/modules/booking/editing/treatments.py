"""Edit the treatments of a guest: keep, change, add and drop them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.availability.availability_errors import BedDoesNotFit
from app.modules.availability.availability_schemas import GuestWish, TreatmentWish
from app.modules.availability.availability_service import (
    QuotedAddOn,
    QuotedTreatment,
    lengthen,
    quote_add_ons,
    quote_party,
    require_therapist,
)
from app.modules.booking.booking_errors import TooShort, TreatmentNotFound
from app.modules.booking.booking_models import Appointment, AppointmentAddOn, AppointmentTreatment
from app.modules.booking.booking_schemas import TreatmentChange
from app.modules.booking.visit.rows import (
    VisitRows,
    add_on_rows,
    segments_as_json,
    segments_of,
    treatment_row,
)
from app.modules.catalogue.catalogue_service import names_of_variants
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.staff.staff_service import refuse_unless_known
from app.scheduling.demand import Segment, guest_minutes
from app.scheduling.timegrid import STEP_MINUTES

_WISHES = {"therapist_id", "gender", "bed_id"}
_BED_TYPES = "SELECT id, type_id FROM bookable_resource WHERE id = ANY($1::uuid[]) AND kind = 'bed'"


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """The desk's choices, by the id of a treatment. They come before the resources that the treatment has."""

    therapists: dict[UUID, UUID] = field(default_factory=dict)
    beds: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    """Beds with their types."""


@dataclass(frozen=True, slots=True)
class TreatmentEdit:
    """The treatments of a guest after a change, in order."""

    rows: list[AppointmentTreatment]
    choice: DeskChoice = field(default_factory=DeskChoice)
    add_ons: list[AppointmentAddOn] = field(default_factory=list)
    """The add-ons of new treatments. Add them to the session when the treatments have been flushed."""


async def wished_beds(
    session: AsyncSession, treatments: Iterable[AppointmentTreatment]
) -> dict[UUID, tuple[UUID, UUID]]:
    """Return the beds that were asked for, with their types, by treatment.

    Such a bed is the only one that will do, like a therapist who is asked for by name, until the desk chooses another one or
    takes the wish back. Only the one room of a party comes first.
    """
    wishes = {row.id: row.bed_id for row in treatments if row.bed_id is not None}
    bed_types = dict(await fetch_raw(session, _BED_TYPES, [*{*wishes.values()}])) if wishes else {}
    return {treatment_id: (bed_id, bed_types[bed_id]) for treatment_id, bed_id in wishes.items()}


async def edit_treatments(
    session: AsyncSession, rows: VisitRows, guest: Appointment, changes: Sequence[TreatmentChange]
) -> TreatmentEdit:
    """Apply changes to the treatments of a guest.

    What is agreed stays: price, segments, and what an add-on adds. Only new treatments and new add-ons are quoted from the
    current catalogue, and have to be offered still.

    The caller deletes the treatments that are dropped, once their allocations are released.

    Raises:
        TreatmentNotFound: A treatment belongs to another guest, or does not exist.
        TooShort
        StaffNotFound, ResourceNotFound, and what `quote_party` raises.
    """
    existing = {row.id: row for row in rows.treatments_of(guest)}
    if any(change.id is not None and change.id not in existing for change in changes):
        raise TreatmentNotFound
    await refuse_unless_known(
        session,
        {
            therapist_id
            for change in changes
            for therapist_id in (change.therapist_id, change.assign_to)
            if therapist_id is not None
        },
    )
    quoted = iter(await _quote_new_treatments(session, changes))
    new_add_ons = await _quote_new_add_ons(session, rows, existing, changes)
    edit = TreatmentEdit([])
    for change in changes:
        added_minutes = 0
        if change.id is None:
            new = next(quoted)
            row = treatment_row(guest.id, new)
            session.add(row)
            edit.add_ons.extend(add_on_rows(row, new.add_ons))
        else:
            row = existing[change.id]
            if change.add_on_ids is not None:
                added_minutes = await _set_add_ons(
                    session, rows, row, change.add_on_ids, new_add_ons.get(row.id, [])
                )
            for wish in _WISHES & change.model_fields_set:
                setattr(row, wish, getattr(change, wish))
        if change.minutes is not None:
            added_minutes = change.minutes - guest_minutes(segments_of(row))
        if added_minutes:
            row.segments = segments_as_json(_lengthened(segments_of(row), added_minutes))
        if change.therapist_id or change.assign_to or change.gender:
            require_therapist(segments_of(row))
        edit.rows.append(row)
    await _add_choices(session, edit, changes)
    return edit


async def _add_choices(
    session: AsyncSession, edit: TreatmentEdit, changes: Sequence[TreatmentChange]
) -> None:
    bed_ids = {change.bed_id for change in changes if change.bed_id is not None}
    bed_types = dict(await fetch_raw(session, _BED_TYPES, [*bed_ids])) if bed_ids else {}
    if bed_types.keys() != bed_ids:
        raise ResourceNotFound
    for row, change in zip(edit.rows, changes, strict=True):
        therapist_id = change.assign_to or change.therapist_id
        if therapist_id is not None:
            edit.choice.therapists[row.id] = therapist_id
        if change.bed_id is not None:
            bed_type_id = bed_types[change.bed_id]
            if all(segment.bed_type_id != bed_type_id for segment in segments_of(row)):
                raise BedDoesNotFit
            edit.choice.beds[row.id] = change.bed_id, bed_type_id


async def _quote_new_treatments(
    session: AsyncSession, changes: Sequence[TreatmentChange]
) -> list[QuotedTreatment]:
    wishes = [
        TreatmentWish(
            variant_id=change.variant_id,
            add_on_ids=change.add_on_ids or [],
            therapist_id=change.therapist_id,
            gender=change.gender,
            bed_id=change.bed_id,
        )
        for change in changes
        if change.variant_id is not None
    ]
    if not wishes:
        return []
    quote = await quote_party(session, [GuestWish(treatments=wishes)], same_room=False, at_desk=True)
    return quote.guests[0]


async def _quote_new_add_ons(
    session: AsyncSession,
    rows: VisitRows,
    existing: Mapping[UUID, AppointmentTreatment],
    changes: Sequence[TreatmentChange],
) -> dict[UUID, list[QuotedAddOn]]:
    """Quote the add-ons that agreed treatments do not have yet, by the id of the treatment."""
    agreed = {(add_on.appointment_treatment_id, add_on.add_on_id) for add_on in rows.add_ons}
    new = {
        change.id: [add_on_id for add_on_id in change.add_on_ids if (change.id, add_on_id) not in agreed]
        for change in changes
        if change.id is not None and change.add_on_ids is not None
    }
    new = {treatment_id: add_on_ids for treatment_id, add_on_ids in new.items() if add_on_ids}
    services = await names_of_variants(session, {existing[treatment_id].variant_id for treatment_id in new})
    quoted = await quote_add_ons(
        session,
        [
            (services[existing[treatment_id].variant_id].service_id, add_on_ids)
            for treatment_id, add_on_ids in new.items()
        ],
    )
    return dict(zip(new, quoted, strict=True))


async def _set_add_ons(
    session: AsyncSession,
    rows: VisitRows,
    row: AppointmentTreatment,
    add_on_ids: Collection[UUID],
    new: Sequence[QuotedAddOn],
) -> int:
    """Replace the add-ons of a treatment, and return the minutes that this adds. Those that stay are as agreed."""
    dropped = [
        agreed
        for agreed in rows.add_ons
        if agreed.appointment_treatment_id == row.id and agreed.add_on_id not in add_on_ids
    ]
    for agreed in dropped:
        await session.delete(agreed)
    session.add_all(add_on_rows(row, new))
    return sum(add_on.minutes for add_on in new) - sum(agreed.minutes for agreed in dropped)


def _lengthened(segments: Sequence[Segment], minutes: int) -> tuple[Segment, ...]:
    """Return segments with so many minutes more, or fewer. The longest with a therapist grows or shrinks.

    Raises:
        TooShort: That segment would become shorter than a step.
    """
    changed = lengthen(segments, minutes)
    if any(
        segment.minutes < min(STEP_MINUTES, before.minutes)
        for segment, before in zip(changed, segments, strict=True)
    ):
        raise TooShort
    return changed
