"""What a guest has done, agreed again: treatments are kept, changed, added, dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.availability.availability_schemas import GuestWish, TreatmentWish
from app.modules.availability.quote import Agreed, BedDoesNotFit, agree, longer, refuse_unless_needed
from app.modules.booking.booking_errors import TooShort, TreatmentNotFound
from app.modules.booking.booking_models import Appointment, AppointmentAddOn, AppointmentTreatment
from app.modules.booking.booking_schemas import TreatmentChange
from app.modules.booking.visit.read import Rows
from app.modules.booking.visit.rows import add_on_rows, segments_as_json, segments_of, treatment_row
from app.modules.resource.supply import types_of_beds
from app.modules.staff.staff_service import refuse_unless_known
from app.scheduling.demand import Segment
from app.scheduling.timegrid import STEP_MINUTES


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the desk chooses now, by the id of a treatment: before it comes who does it already, and where."""

    therapists: dict[UUID, UUID] = field(default_factory=dict)
    beds: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    """With their types."""


@dataclass(frozen=True, slots=True)
class TreatmentEdit:
    """The treatments of a guest as they are to be, in order."""

    rows: list[AppointmentTreatment]
    chosen: Chosen = field(default_factory=Chosen)
    add_ons: list[AppointmentAddOn] = field(default_factory=list)
    """Of new treatments: to be written when these are, of which SQLAlchemy is not told."""


async def agree_again(
    session: AsyncSession, rows: Rows, guest: Appointment, changes: Sequence[TreatmentChange]
) -> TreatmentEdit:
    """Prices that were agreed stay. Another set of add-ons is by the catalogue as it is now, and so is the length then.

    What is dropped is left for the caller to delete, when nothing is taken for it any more.

    Raises:
        TreatmentNotFound: not of this guest.
        TooShort
        VariantNotFound, AddOnNotFound, StaffNotFound, ResourceNotFound, and what `agree` refuses.
    """
    held = {row.id: row for row in rows.treatments_of(guest)}
    if any(each.id is not None and each.id not in held for each in changes):
        raise TreatmentNotFound
    await refuse_unless_known(
        session, {each.therapist_id for each in changes if each.therapist_id is not None}
    )
    agreed = iter(await _agree(session, held, changes))
    wanted = TreatmentEdit([])
    for change in changes:
        if change.id is None:
            new = next(agreed)
            row = treatment_row(guest.id, new)
            session.add(row)
            wanted.add_ons.extend(add_on_rows(row, new.add_ons))
        else:
            row = held[change.id]
            if change.add_on_ids is not None:
                await _set_add_ons(session, rows, row, next(agreed))
            if "therapist_id" in change.model_fields_set:
                row.therapist_id = change.therapist_id
            if "gender" in change.model_fields_set:
                row.gender = change.gender
        if change.minutes is not None:
            row.segments = segments_as_json(_of_length(segments_of(row), change.minutes))
        if change.therapist_id or change.gender:
            refuse_unless_needed(segments_of(row))
        wanted.rows.append(row)
    await _choose(session, wanted, changes)
    return wanted


async def _choose(session: AsyncSession, wanted: TreatmentEdit, changes: Sequence[TreatmentChange]) -> None:
    types = await types_of_beds(session, {each.bed_id for each in changes if each.bed_id is not None})
    for row, change in zip(wanted.rows, changes, strict=True):
        if change.therapist_id is not None:
            wanted.chosen.therapists[row.id] = change.therapist_id
        if change.bed_id is not None:
            if all(each.bed_type_id != types[change.bed_id] for each in segments_of(row)):
                raise BedDoesNotFit
            wanted.chosen.beds[row.id] = change.bed_id, types[change.bed_id]


async def _agree(
    session: AsyncSession, held: dict[UUID, AppointmentTreatment], changes: Sequence[TreatmentChange]
) -> list[Agreed]:
    """What is new, and what gets other add-ons."""
    wishes = [
        TreatmentWish(
            variant_id=held[change.id].variant_id if change.id else change.variant_id,
            add_on_ids=change.add_on_ids or [],
            therapist_id=change.therapist_id,
            gender=change.gender,
            bed_id=change.bed_id,
        )
        for change in changes
        if change.id is None or change.add_on_ids is not None
    ]
    if not wishes:
        return []
    [agreed] = await agree(session, [GuestWish(treatments=wishes)], at_the_desk=True)
    return agreed


async def _set_add_ons(session: AsyncSession, rows: Rows, row: AppointmentTreatment, agreed: Agreed) -> None:
    """These and no others; those that stay keep their price."""
    wanted = dict(agreed.add_ons)
    for held in [each for each in rows.add_ons if each.appointment_treatment_id == row.id]:
        if held.add_on_id in wanted:
            del wanted[held.add_on_id]
        else:
            await session.delete(held)
    new: list[AppointmentAddOn] = add_on_rows(row, wanted.items())
    session.add_all(new)
    row.segments = segments_as_json(agreed.treatment.segments)


def _of_length(segments: Sequence[Segment], minutes: int) -> tuple[Segment, ...]:
    """So that the guest is there for so many minutes in all; the longest segment with a therapist gives or takes."""
    now = sum(segment.minutes for segment in segments if segment.with_guest)
    changed = longer(segments, minutes - now)
    if any(
        segment.minutes < min(STEP_MINUTES, before.minutes)
        for segment, before in zip(changed, segments, strict=True)
    ):
        raise TooShort
    return changed
