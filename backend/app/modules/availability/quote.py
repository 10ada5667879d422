"""Quote a party: the segments and the price of each treatment, from the current catalogue."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.core.exceptions import ForbiddenException
from app.db.queries import fetch_raw
from app.modules.availability.availability_errors import (
    AddOnDoesNotFit,
    BedDoesNotFit,
    BedsAreForTheDesk,
    NoTherapistNeeded,
    NotOffered,
    SoldAtTheDesk,
    StayTooLong,
)
from app.modules.availability.availability_schemas import GuestWish, TreatmentWish
from app.modules.catalogue.catalogue_errors import AddOnNotFound, VariantNotFound
from app.modules.catalogue.catalogue_schemas import Offered, name_variant
from app.modules.catalogue.past_offers import offers_at
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.staff.staff_errors import StaffNotFound
from app.scheduling.demand import LONGEST_STAY, Party, Segment, Treatment, guest_minutes
from app.scheduling.supply import ResourceKind
from app.scheduling.timegrid import STEP

_REFERENCES = """
SELECT 'variant', id, row_to_json(bookable_variant) FROM bookable_variant WHERE id = ANY($1::uuid[])
UNION ALL SELECT 'add_on', id, row_to_json(bookable_add_on) FROM bookable_add_on WHERE id = ANY($2::uuid[])
UNION ALL SELECT kind, id, to_json(type_id) FROM bookable_resource WHERE id = ANY($3::uuid[])
"""


@dataclass(frozen=True, slots=True)
class QuotedAddOn:
    id: UUID
    name: LocalizedText
    price: int
    """The price in đồng."""
    minutes: int
    """The minutes that it adds to the treatment."""


@dataclass(frozen=True, slots=True)
class QuotedTreatment:
    """One treatment as it would be agreed."""

    treatment: Treatment
    """The treatment, with the minutes of its add-ons, the wishes of the guest and the choices of the desk."""
    requested_therapist_id: UUID | None
    """The therapist that the guest asks for. The treatment has the one that the desk chose, if it chose one."""
    variant_id: UUID
    name: LocalizedText
    """The name of the service."""
    variant_name: LocalizedText
    """Empty for a variant without a name."""
    price: int
    """The price in đồng, without add-ons."""
    add_ons: tuple[QuotedAddOn, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """The treatments of each guest, in the order of the request."""

    guests: list[list[QuotedTreatment]]
    party: Party


async def quote_party(
    session: AsyncSession,
    guests: Sequence[GuestWish],
    *,
    same_room: bool,
    at_desk: bool,
    sold_at: datetime | None = None,
) -> Quote:
    """Quote all treatments of a party in one statement. An add-on that is wished for twice is quoted once.

    Args:
        sold_at: An instant of the past: what was sold then counts, at the price of then. Default: what is sold now.

    Raises:
        VariantNotFound, AddOnNotFound, StaffNotFound, ResourceNotFound
        NotOffered: A service is retired.
        SoldAtTheDesk: A user who is not at the desk chose what only the desk can book.
        AddOnDoesNotFit, NoTherapistNeeded, BedDoesNotFit
        BedsAreForTheDesk: A user who is not at the desk chose a bed.
        ForbiddenException: A user who is not at the desk assigned a therapist.
        StayTooLong
    """
    wishes = [wish for guest in guests for wish in guest.treatments]
    if not at_desk and any(wish.bed_id for wish in wishes):
        raise BedsAreForTheDesk
    if not at_desk and any(wish.assign_to for wish in wishes):
        raise ForbiddenException
    references = await _load_references(
        session,
        variant_ids={wish.variant_id for wish in wishes},
        add_on_ids={add_on_id for wish in wishes for add_on_id in wish.add_on_ids},
        resource_ids={
            chosen for wish in wishes for chosen in (wish.therapist_id, wish.assign_to, wish.bed_id)
        }
        - {None},
    )
    if sold_at is not None:
        await references.go_back_to(session, sold_at)
    quoted = [[_quote(wish, references, at_desk=at_desk) for wish in guest.treatments] for guest in guests]
    party = Party(tuple(tuple(line.treatment for line in guest) for guest in quoted), same_room)
    refuse_too_long(party)
    return Quote(quoted, party)


async def quote_add_ons(
    session: AsyncSession, wishes: Sequence[tuple[UUID, Collection[UUID]]]
) -> list[list[QuotedAddOn]]:
    """Quote new add-ons of treatments that are agreed, at the desk. The treatments themselves are not quoted again.

    Args:
        wishes: The service of each treatment, and the ids of its new add-ons.

    Raises:
        AddOnNotFound, NotOffered, AddOnDoesNotFit
    """
    add_on_ids = {add_on_id for _, add_on_ids in wishes for add_on_id in add_on_ids}
    references = await _load_references(session, add_on_ids=add_on_ids) if add_on_ids else _References()
    return [
        _quote_add_ons(service_id, add_on_ids, references, at_desk=True) for service_id, add_on_ids in wishes
    ]


def require_therapist(segments: Iterable[Segment]) -> None:
    """Refuse a wish for a therapist where no segment needs one.

    Raises:
        NoTherapistNeeded
    """
    if not any(segment.needs_staff for segment in segments):
        raise NoTherapistNeeded


def refuse_too_long(party: Party) -> None:
    """Refuse a party in which a guest stays longer than `LONGEST_STAY`.

    Raises:
        StayTooLong
    """
    if party.stay() * STEP > LONGEST_STAY:
        raise StayTooLong


def lengthen(segments: Sequence[Segment], minutes: int) -> tuple[Segment, ...]:
    """Add minutes to the longest segment in which a therapist is with the guest, the first of equals. Without such a
    segment, to the longest with the guest."""
    longest = max(
        range(len(segments)),
        key=lambda number: (
            segments[number].with_guest,
            segments[number].needs_staff,
            segments[number].minutes,
        ),
    )
    return (
        *segments[:longest],
        replace(segments[longest], minutes=segments[longest].minutes + minutes),
        *segments[longest + 1 :],
    )


class _References(dict[tuple[str, UUID], Any]):
    """The rows to which the wishes refer, by kind and id."""

    def find(self, kind: str, reference_id: UUID, missing: type[Exception]) -> Any:
        if (kind, reference_id) not in self:
            raise missing
        return self[kind, reference_id]

    async def go_back_to(self, session: AsyncSession, instant: datetime) -> None:
        """Replace what is sold now, and its price, by what was sold at an instant of the past."""
        variant_ids, add_on_ids = (
            [row_id for row_kind, row_id in self if row_kind == kind] for kind in ("variant", "add_on")
        )
        offers = await offers_at(session, variant_ids, add_on_ids, instant)
        for (_, row_id), row in self.items():
            if row_id in offers:
                row.update(offers[row_id]._asdict())


async def _load_references(
    session: AsyncSession,
    *,
    variant_ids: Collection[UUID] = (),
    add_on_ids: Collection[UUID] = (),
    resource_ids: Collection[UUID | None] = (),
) -> _References:
    rows = await fetch_raw(session, _REFERENCES, [*variant_ids], [*add_on_ids], [*resource_ids])
    return _References({(kind, row_id): value for kind, row_id, value in rows})


def _quote(wish: TreatmentWish, references: _References, *, at_desk: bool) -> QuotedTreatment:
    variant = references.find("variant", wish.variant_id, VariantNotFound)
    for staff_id in (wish.therapist_id, wish.assign_to):
        if staff_id is not None:
            references.find(ResourceKind.STAFF, staff_id, StaffNotFound)
    therapist_id = wish.assign_to or wish.therapist_id
    bed_type_id = None
    if wish.bed_id is not None:
        bed_type_id = UUID(references.find(ResourceKind.BED, wish.bed_id, ResourceNotFound))
    _refuse_unless_offered(variant, at_desk=at_desk)
    service_id = UUID(variant["service_id"])
    add_ons = _quote_add_ons(service_id, wish.add_on_ids, references, at_desk=at_desk)
    segments = [_segment(segment) for segment in variant["segments"]]
    if bed_type_id and all(segment.bed_type_id != bed_type_id for segment in segments):
        raise BedDoesNotFit
    if therapist_id or wish.gender:
        require_therapist(segments)
    treatment = Treatment(
        service_id=service_id,
        segments=lengthen(segments, sum(add_on.minutes for add_on in add_ons)),
        therapist_id=therapist_id,
        gender=wish.gender,
        bed_id=wish.bed_id,
        bed_type_id=bed_type_id,
    )
    return QuotedTreatment(
        treatment=treatment,
        requested_therapist_id=wish.therapist_id,
        variant_id=wish.variant_id,
        name=_name(variant),
        variant_name=_variant_name(variant),
        price=variant["price"],
        add_ons=tuple(add_ons),
    )


def _quote_add_ons(
    service_id: UUID, add_on_ids: Iterable[UUID], references: _References, *, at_desk: bool
) -> list[QuotedAddOn]:
    """Quote the add-ons of one treatment, each once."""
    add_ons = [references.find("add_on", add_on_id, AddOnNotFound) for add_on_id in dict.fromkeys(add_on_ids)]
    for add_on in add_ons:
        _refuse_unless_offered(add_on, at_desk=at_desk)
    if any(str(service_id) not in add_on["service_ids"] for add_on in add_ons):
        raise AddOnDoesNotFit
    return [
        QuotedAddOn(UUID(add_on["id"]), _name(add_on), add_on["price"], add_on["minutes"])
        for add_on in add_ons
    ]


def _refuse_unless_offered(item: Mapping[str, Any], *, at_desk: bool) -> None:
    name = name_variant(_name(item), _variant_name(item))
    if item.get("is_retired"):
        minutes = guest_minutes([_segment(segment) for segment in item["segments"]])
        raise NotOffered(
            LocalizedText(
                f"{name.vi} {minutes} phút đã ngừng bán. Vui lòng chọn tùy chọn khác.",
                f"{name.en} of {minutes} minutes is not sold any more. Please choose another variant.",
            )
        )
    if item["offered"] == Offered.NO:
        raise NotOffered(
            LocalizedText(
                f"Spa hiện không làm {name.vi}. Vui lòng chọn dịch vụ khác.",
                f"The spa does not offer {name.en} any more. Please choose another service.",
            )
        )
    if item["offered"] == Offered.DESK and not at_desk:
        raise SoldAtTheDesk(
            LocalizedText(
                f"{name.vi} chưa nhận đặt online. Vui lòng gọi chi nhánh.",
                f"{name.en} cannot be booked online. Please call the branch.",
            )
        )


def _segment(segment: Mapping[str, Any]) -> Segment:
    bed, device = segment["bed_type_id"], segment["device_type_id"]
    return Segment(
        minutes=segment["minutes"],
        needs_staff=segment["needs_staff"],
        bed_type_id=bed and UUID(bed),
        device_type_id=device and UUID(device),
        with_guest=segment["with_guest"],
    )


def _name(item: Mapping[str, Any]) -> LocalizedText:
    return LocalizedText(item["name_vi"], item["name_en"])


def _variant_name(item: Mapping[str, Any]) -> LocalizedText:
    """Return the name of a variant, which is empty for an add-on and may be empty."""
    return LocalizedText(item.get("variant_name_vi", ""), item.get("variant_name_en", ""))
