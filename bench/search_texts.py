"""Search texts as receptionists type them, made from existing customers, right and wrong."""

import random
import unicodedata
from collections.abc import Callable, Sequence

from app.cli.demo_people import SampleCustomer

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_HOME = "+84"


def searches(people: Sequence[SampleCustomer], count: int, rng: random.Random) -> dict[str, list[str]]:
    """Return `count` texts of every kind, for customers chosen at random."""
    return {kind: _draw(make, people, count, rng) for kind, make in KINDS.items()}


def _draw(
    make: Callable[[SampleCustomer], str | None],
    people: Sequence[SampleCustomer],
    count: int,
    rng: random.Random,
) -> list[str]:
    texts: list[str] = []
    while len(texts) < count:
        if text := make(rng.choice(people)):
            texts.append(text)
    return texts


def _plain(text: str) -> str:
    """Convert `Đặng` to `dang`."""
    return "".join(char for char in _decomposed(text) if not unicodedata.combining(char)).lower()


def _without_tones(text: str) -> str:
    """Convert `Nguyễn` to `Nguyên`, as people type in a hurry."""
    return unicodedata.normalize("NFC", "".join(char for char in _decomposed(text) if char not in _TONES))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))


def _names(person: SampleCustomer) -> list[str]:
    return person["full_name"].split()


def _apart(person: SampleCustomer) -> str | None:
    names = _names(person)
    return _plain(f"{names[0]} {names[2]}") if len(names) > 3 else None  # noqa: PLR2004 - the first and third of four


def _without_middle_name(person: SampleCustomer) -> str | None:
    names = _names(person)
    return _plain(" ".join([names[0], *names[2:]])) if len(names) > 3 else None  # noqa: PLR2004 - Lê Thị Thu Hà


def _name_and_digits(person: SampleCustomer) -> str | None:
    return person["phone"] and f"{_plain(_names(person)[-1])} {person['phone'][-3:]}"


def _middle_then_family(person: SampleCustomer) -> str | None:
    names = _names(person)
    return _plain(f"{names[1]} {names[0]}") if len(names) > 2 else None  # noqa: PLR2004 - there is a middle name


def _last_digits(count: int) -> Callable[[SampleCustomer], str | None]:
    return lambda person: person["phone"] and person["phone"][-count:]


def _first_digits(count: int) -> Callable[[SampleCustomer], str | None]:
    """Return a function that gives the first digits in national format, such as `09123`."""

    def digits(person: SampleCustomer) -> str | None:
        phone = person["phone"]
        return f"0{phone.removeprefix(_HOME)}"[:count] if phone and phone.startswith(_HOME) else None

    return digits


def _email(person: SampleCustomer) -> str | None:
    return person["email"] and person["email"].partition("@")[0] + "@"


KINDS: dict[str, Callable[[SampleCustomer], str | None]] = {
    "first letter": lambda person: _plain(person["full_name"])[:1],
    "first three letters": lambda person: _plain(person["full_name"])[:3],
    "family name": lambda person: _names(person)[0],
    "family name, no accents": lambda person: _plain(_names(person)[0]),
    "family name, half its accents": lambda person: _without_tones(_names(person)[0]),
    "family and middle name": lambda person: " ".join(_names(person)[:2]),
    "given name": lambda person: _names(person)[-1],
    "given name, no accents": lambda person: _plain(_names(person)[-1]),
    "given name, half its accents": lambda person: _without_tones(_names(person)[-1]),
    "whole name": lambda person: person["full_name"],
    "whole name, no accents": lambda person: _plain(person["full_name"]),
    "given name, then family name": lambda person: _plain(f"{_names(person)[-1]} {_names(person)[0]}"),
    "middle name, then family name": _middle_then_family,
    "two words that are not neighbours": _apart,
    "whole name without its first middle name": _without_middle_name,
    "title, then given name": lambda person: f"chị {_names(person)[-1]}",
    "title, then given name, no accents": lambda person: f"chi {_plain(_names(person)[-1])}",
    "given name, then last 3 digits": _name_and_digits,
    "last 3 digits": _last_digits(3),
    "last 4 digits": _last_digits(4),
    "last 5 digits": _last_digits(5),
    "first 3 digits": _first_digits(3),
    "first 5 digits": _first_digits(5),
    "whole phone number": _first_digits(10),
    "beginning of the email": _email,
    "no match: a name with a slip": lambda person: _plain(person["full_name"]) + "q",
    "no match: one word": lambda person: _plain(_names(person)[-1][::-1]) + "q",
    "no match: a word backwards": lambda person: _plain(f"{_names(person)[0]} {_names(person)[-1][::-1]}q"),
    "no match: digits": lambda person: person["phone"] and person["phone"][:0:-1],
}
