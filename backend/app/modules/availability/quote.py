"""From what guests wish for to what would be agreed with them: treatments as the arithmetic takes them, and prices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, ForbiddenException
from app.modules.availability.availability_schemas import GuestWish, TreatmentWish
from app.modules.catalogue.kinds import Offered
from app.modules.catalogue.offers import AddOnOffer, VariantOffer, find_add_ons, find_variants
from app.modules.resource.supply import types_of_beds
from app.modules.staff.staff_service import refuse_unless_known
from app.scheduling.demand import Party, Segment, Treatment


class NotOffered(ConflictException):
    code = "NOT_OFFERED"
    text = LocalizedText("Dịch vụ này hiện không được cung cấp.", "This is not offered.")


class AddOnDoesNotFit(ConflictException):
    code = "ADD_ON_DOES_NOT_FIT"
    text = LocalizedText(
        "Dịch vụ kèm thêm này không đi với dịch vụ đã chọn.", "This add-on does not go with the service."
    )


class NoTherapistNeeded(ConflictException):
    code = "NO_THERAPIST_NEEDED"
    text = LocalizedText(
        "Dịch vụ này không cần kỹ thuật viên, nên không có ai để chọn.",
        "The service needs no therapist, so there is none to choose.",
    )


class BedDoesNotFit(ConflictException):
    code = "BED_DOES_NOT_FIT"
    text = LocalizedText(
        "Dịch vụ không làm trên loại giường này.", "The service is done on other beds than this one."
    )


class BedsAreForTheDesk(ForbiddenException):
    code = "BEDS_ARE_FOR_THE_DESK"
    text = LocalizedText("Chỉ quầy lễ tân mới chọn được giường.", "Only the desk chooses beds.")


@dataclass(frozen=True, slots=True)
class Agreed:
    """One treatment as it would be agreed."""

    treatment: Treatment
    """With the minutes of its add-ons, and the guest's wishes."""
    variant_id: UUID
    price: int
    """Đồng, without its add-ons."""
    add_ons: tuple[tuple[UUID, int], ...]
    """Their ids and prices."""
    name: LocalizedText
    """Of the service."""


async def agree(
    session: AsyncSession, guests: Sequence[GuestWish], *, at_the_desk: bool
) -> list[list[Agreed]]:
    """By the catalogue as it is now. An add-on that is wished for twice is agreed once.

    Raises:
        VariantNotFound, AddOnNotFound, StaffNotFound, ResourceNotFound
        NotOffered: not any more, or only at the desk.
        AddOnDoesNotFit, NoTherapistNeeded, BedDoesNotFit
        BedsAreForTheDesk: a bed is wished for, and not at the desk.
    """
    wishes = [wish for guest in guests for wish in guest.treatments]
    bed_ids = {wish.bed_id for wish in wishes if wish.bed_id is not None}
    if bed_ids and not at_the_desk:
        raise BedsAreForTheDesk
    variants = await find_variants(session, {wish.variant_id for wish in wishes})
    add_ons = await find_add_ons(session, {add_on for wish in wishes for add_on in wish.add_on_ids})
    await refuse_unless_known(
        session, {wish.therapist_id for wish in wishes if wish.therapist_id is not None}
    )
    types = await types_of_beds(session, bed_ids)
    return [
        [
            _agreed(
                wish,
                variants[wish.variant_id],
                [add_ons[add_on] for add_on in dict.fromkeys(wish.add_on_ids)],
                types.get(wish.bed_id) if wish.bed_id else None,
                at_the_desk=at_the_desk,
            )
            for wish in guest.treatments
        ]
        for guest in guests
    ]


def party_of(guests: Iterable[Iterable[Agreed]], *, same_room: bool) -> Party:
    return Party(tuple(tuple(each.treatment for each in guest) for guest in guests), same_room)


def refuse_unless_needed(segments: Iterable[Segment]) -> None:
    """Raises NoTherapistNeeded."""
    if not any(segment.needs_staff for segment in segments):
        raise NoTherapistNeeded


def longer(segments: Sequence[Segment], minutes: int) -> tuple[Segment, ...]:
    """Add-ons lengthen the longest segment in which a therapist is with the guest, the first of equals; when there is
    none, the longest with the guest."""
    at = max(
        range(len(segments)),
        key=lambda number: (
            segments[number].with_guest,
            segments[number].needs_staff,
            segments[number].minutes,
        ),
    )
    return (
        *segments[:at],
        replace(segments[at], minutes=segments[at].minutes + minutes),
        *segments[at + 1 :],
    )


def _agreed(
    wish: TreatmentWish,
    variant: VariantOffer,
    add_ons: Sequence[AddOnOffer],
    bed_type_id: UUID | None,
    *,
    at_the_desk: bool,
) -> Agreed:
    for name, offered in [(variant.name, variant.offered), *((each.name, each.offered) for each in add_ons)]:
        if offered is Offered.NO or (offered is Offered.DESK and not at_the_desk):
            raise NotOffered(
                LocalizedText(f"{name.vi} hiện không được cung cấp.", f"{name.en} is not offered.")
            )
    if any(variant.service_id not in add_on.service_ids for add_on in add_ons):
        raise AddOnDoesNotFit
    if bed_type_id and all(segment.bed_type_id != bed_type_id for segment in variant.segments):
        raise BedDoesNotFit
    segments = [
        Segment(each.minutes, each.needs_staff, each.bed_type_id, each.device_type_id, each.with_guest)
        for each in variant.segments
    ]
    if wish.therapist_id or wish.gender:
        refuse_unless_needed(segments)
    treatment = Treatment(
        variant.service_id,
        longer(segments, sum(add_on.minutes for add_on in add_ons)),
        wish.therapist_id,
        wish.gender,
        wish.bed_id,
        bed_type_id,
    )
    prices = tuple((add_on.id, add_on.price) for add_on in add_ons)
    return Agreed(treatment, variant.id, variant.price, prices, variant.name)
