"""The party of a booking page as it stands in the address: what each guest chose, by the keys of the catalogue.

`massage-thuy-dien.60.da-nong~goi-dau.30@female,goi-dau.30` are two guests. The first has two treatments, the first of them
with an add-on, and asks for a woman. An address can be kept, sent on and printed, so it has keys and no ids of rows; a
therapist has no key, and is named by the id.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from app.common.types.gender import Gender
from app.common.types.localized import LocalizedText
from app.core.exceptions import NotFoundException
from app.modules.availability.availability_schemas import GuestWish, TreatmentWish
from app.modules.catalogue.catalogue_schemas import AddOnRead, ServiceRead, VariantRead
from app.modules.online_booking.online_booking_schemas import OnlineOffer, TherapistShown


def address(path: str, **query: object) -> str:
    """Return a path with a query, whose empty values are left out."""
    pairs = {name: str(value) for name, value in query.items() if value}
    return f"{path}?{urlencode(pairs, safe='@,~', quote_via=quote)}" if pairs else path


_KEY = "[a-z0-9-]+"
_GUEST = re.compile(rf"{_KEY}(?:\.{_KEY})+(?:~{_KEY}(?:\.{_KEY})+)*(?:@(?:female|male|[0-9a-f]{{32}}))?")
_GENDERS = {gender.value: gender for gender in (Gender.FEMALE, Gender.MALE)}


class NotOffered(NotFoundException):
    """The address names something that is not sold online, or no party at all."""

    code = "NOT_OFFERED"
    text = LocalizedText(
        "Dịch vụ trong địa chỉ này không còn nhận đặt online. Vui lòng chọn lại.",
        "What this address names is not sold online any more. Please choose again.",
    )


class Choice(NamedTuple):
    """A treatment that a guest chose, by keys."""

    service: str
    variant: str
    add_ons: tuple[str, ...] = ()


class GuestChoice(NamedTuple):
    """The choice of one guest."""

    choices: tuple[Choice, ...]
    wish: str = ""
    """Empty for any therapist, `female`, `male`, or the id of one as 32 hexadecimal digits."""

    @property
    def code(self) -> str:
        """Return the guest as the address has it."""
        treatments = "~".join(".".join((c.service, c.variant, *c.add_ons)) for c in self.choices)
        return f"{treatments}@{self.wish}" if self.wish else treatments


class Line(NamedTuple):
    """A treatment as a guest reads it."""

    service: ServiceRead
    variant: VariantRead
    add_ons: list[AddOnRead]

    @property
    def minutes(self) -> int:
        return self.variant.minutes + sum(add_on.minutes for add_on in self.add_ons)

    @property
    def price(self) -> int:
        return self.variant.price + sum(add_on.price for add_on in self.add_ons)


class PartyGuest(NamedTuple):
    """One guest of a party that the branch offers."""

    choice: GuestChoice
    lines: list[Line]
    therapist: TherapistShown | None
    gender: Gender | None

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    @property
    def price(self) -> int:
        return sum(line.price for line in self.lines)

    def wish(self) -> GuestWish:
        """Return the guest for the service. A therapist is asked for where they perform the service."""
        return GuestWish(treatments=[self._wish_of(line) for line in self.lines])

    def _wish_of(self, line: Line) -> TreatmentWish:
        performs = self.therapist is not None and line.service.id in self.therapist.service_ids
        return TreatmentWish(
            variant_id=line.variant.id,
            add_on_ids=[add_on.id for add_on in line.add_ons],
            therapist_id=self.therapist.id if self.therapist is not None and performs else None,
            gender=self.gender,
        )


class Party(NamedTuple):
    """The guests who come together."""

    guests: list[PartyGuest]
    same_room: bool = False

    @property
    def code(self) -> str:
        """Return the party as the address has it."""
        return write_party([guest.choice for guest in self.guests])

    @property
    def minutes(self) -> int:
        """The time until the last guest can go."""
        return max(guest.minutes for guest in self.guests)

    @property
    def price(self) -> int:
        return sum(guest.price for guest in self.guests)

    def changing(self, number: int, branch: str, room: str) -> str:
        """Return the address at which one guest chooses again."""
        others = self._others(number)
        return address(f"/book/{branch}", g=others, room=room, edit=self.guests[number].choice.code)

    def without(self, number: int, path: str, room: str) -> str:
        """Return the address of a page for the party without one guest."""
        return address(path, g=self._others(number), room=room)

    def _others(self, number: int) -> str:
        return write_party([guest.choice for n, guest in enumerate(self.guests) if n != number])

    def wishes(self) -> list[GuestWish]:
        return [guest.wish() for guest in self.guests]


def write_party(guests: Sequence[GuestChoice]) -> str:
    """Return guests as the address has them."""
    return ",".join(guest.code for guest in guests)


def read_party(text: str) -> list[GuestChoice]:
    """Return the guests of an address; none for an empty text.

    Raises:
        NotOffered: It is no party.
    """
    return [_read_guest(guest) for guest in text.split(",")] if text else []


def _read_guest(text: str) -> GuestChoice:
    if not _GUEST.fullmatch(text):
        raise NotOffered
    treatments, _, wish = text.partition("@")
    choices = []
    for treatment in treatments.split("~"):
        service, variant, *add_ons = treatment.split(".")
        choices.append(Choice(service, variant, tuple(add_ons)))
    return GuestChoice(tuple(choices), wish)


class Menu:
    """The services that a branch sells online, found by keys."""

    def __init__(self, offer: OnlineOffer) -> None:
        self.services = {s.key: s for category in offer.categories for s in category.services}
        self.therapists = {person.id.hex: person for person in offer.therapists}

    def party(self, guests: Sequence[GuestChoice], *, same_room: bool = False) -> Party:
        """Return the guests with what they chose.

        Raises:
            NotOffered
        """
        return Party([self.guest(guest) for guest in guests], same_room and len(guests) > 1)

    def guest(self, choice: GuestChoice) -> PartyGuest:
        """Return one guest with what they chose.

        Raises:
            NotOffered
        """
        if choice.wish not in {"", *_GENDERS} and choice.wish not in self.therapists:
            raise NotOffered
        return PartyGuest(
            choice,
            [self._line(treatment) for treatment in choice.choices],
            self.therapists.get(choice.wish),
            _GENDERS.get(choice.wish),
        )

    def _line(self, choice: Choice) -> Line:
        service = self.services.get(choice.service)
        if service is None:
            raise NotOffered
        variants = {variant.key: variant for variant in service.variants}
        add_ons = {add_on.key: add_on for add_on in service.add_ons}
        if choice.variant not in variants or not set(choice.add_ons) <= set(add_ons):
            raise NotOffered
        return Line(service, variants[choice.variant], [add_ons[key] for key in choice.add_ons])
