"""Read the forms of the booking page. What is refused is shown again, with a sentence at its field."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from app.common.types.localized import LocalizedText
from app.core.validation_messages import describe
from app.modules.availability.availability_schemas import MAX_ADD_ONS
from app.modules.online_booking.online_booking_errors import WrongCode
from app.modules.online_booking.online_booking_schemas import OnlineConfirmation
from app.modules.online_booking.pages.device import Contact
from app.modules.online_booking.pages.party import Choice, GuestChoice, Menu
from app.modules.online_booking.pages.texts import TEXTS
from app.scheduling.demand import MOST_TREATMENTS

TREATMENT, ADD_ON = "t.", "a."
"""Beginnings of the names of checkboxes: `t.massage.60` and `a.massage.da-nong`. Each has its own name, because a query may
not have one twice."""


class ChosenTreatments(NamedTuple):
    """The form of one guest, as it was sent."""

    names: set[str]
    """The names of the checkboxes that are ticked."""
    wish: str
    guest: GuestChoice | None
    problem: str
    """The sentence that says what is wrong; empty if there is a guest."""
    field: str = ""
    """The field that it is about: a service by its key, `wish`, or none."""


class _Problem(NamedTuple):
    key: str
    """The key of the sentence in `TEXTS`."""
    field: str = ""
    values: Mapping[str, object] = {}


def read_treatments(
    query: Mapping[str, str], menu: Menu, *, treatments_before: int, language: str
) -> ChosenTreatments:
    """Return what one guest chose. Add-ons of a service that is not chosen are left out: the page hides them."""
    names = {name for name in query if name.startswith((TREATMENT, ADD_ON))}
    wish = query.get("w", "")
    chosen = {key: variants for key in menu.services if (variants := _variants_of(key, names, menu))}
    choices = [Choice(key, variants[0], _add_ons_of(key, names, menu)) for key, variants in chosen.items()]
    guest = GuestChoice(tuple(choices), wish)
    problem = _problem_of(guest, chosen, menu, treatments_before, language)
    if problem is None:
        return ChosenTreatments(names, wish, guest, "")
    sentence = TEXTS[problem.key].in_language(language).format(**problem.values)
    return ChosenTreatments(names, wish, None, sentence, problem.field)


def _variants_of(service: str, names: set[str], menu: Menu) -> list[str]:
    variants = menu.services[service].variants
    return [variant.key for variant in variants if f"{TREATMENT}{service}.{variant.key}" in names]


def _add_ons_of(service: str, names: set[str], menu: Menu) -> tuple[str, ...]:
    add_ons = menu.services[service].add_ons
    return tuple(add_on.key for add_on in add_ons if f"{ADD_ON}{service}.{add_on.key}" in names)


def _problem_of(
    guest: GuestChoice, chosen: Mapping[str, list[str]], menu: Menu, treatments_before: int, language: str
) -> _Problem | None:
    for choice in guest.choices:
        name = menu.services[choice.service].name.localized().in_language(language)
        if len(chosen[choice.service]) > 1:
            return _Problem("one_length", choice.service, {"service": name})
        if len(choice.add_ons) > MAX_ADD_ONS:
            return _Problem("too_many_add_ons", choice.service, {"service": name, "n": MAX_ADD_ONS})
    if not guest.choices:
        return _Problem("choose_one")
    if treatments_before + len(guest.choices) > MOST_TREATMENTS:
        return _Problem("too_many", values={"treatments": MOST_TREATMENTS})
    therapist = menu.guest(guest).therapist
    service_ids = {menu.services[choice.service].id for choice in guest.choices}
    if therapist is not None and service_ids.isdisjoint(therapist.service_ids):
        return _Problem("not_theirs", "wish", {"name": therapist.name})
    return None


def names_of(guest: GuestChoice) -> set[str]:
    """Return the names of the checkboxes that a guest's choice ticks."""
    treatments = {f"{TREATMENT}{choice.service}.{choice.variant}" for choice in guest.choices}
    return treatments | {f"{ADD_ON}{c.service}.{add_on}" for c in guest.choices for add_on in c.add_ons}


_EMPTY = {
    "full_name": TEXTS["name_needed"],
    "phone": TEXTS["phone_needed"],
    "email": TEXTS["email_needed"],
}


class SentContact(NamedTuple):
    """The form of step 3, as it was sent."""

    contact: Contact
    confirmation: OnlineConfirmation | None
    """The request, if nothing is wrong."""
    problems: dict[str, LocalizedText]
    """A sentence for each field that is wrong, in the order of the page."""


def read_contact(form: Mapping[str, str], *, needs_email: bool) -> SentContact:
    """Return what the guest typed, with what is wrong about it."""
    fields = {name: form.get(name, "") for name in ("full_name", "phone", "email", "note", "code", "website")}
    contact = Contact.model_construct(None, **{name: fields[name] for name in Contact.model_fields})
    problems = {
        name: sentence
        for name, sentence in _EMPTY.items()
        if not fields[name].strip() and (name != "email" or needs_email)
    }
    code = "".join(fields["code"].split())
    sent = {**fields, "email": fields["email"].strip() or None, "code": code or None}
    confirmation = None
    try:
        confirmation = OnlineConfirmation.model_validate(sent)
    except ValidationError as refused:
        for error in refused.errors():
            problems.setdefault(str(error["loc"][0]), _sentence(describe(error)["message"]))
    if "code" in problems:
        problems["code"] = WrongCode.text
    return SentContact(contact, None if problems else confirmation, problems)


def _sentence(message: str | LocalizedText) -> LocalizedText:
    return message if isinstance(message, LocalizedText) else LocalizedText(message, message)
