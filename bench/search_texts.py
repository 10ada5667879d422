"""What receptionists type to find a customer, drawn from customers who are there, right and wrong."""

import random
import unicodedata
from collections.abc import Callable, Sequence

from app.cli.demo_people import SampleCustomer

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_HOME = "+84"


def searches(people: Sequence[SampleCustomer], each: int, rng: random.Random) -> dict[str, list[str]]:
    """`each` texts of every kind, for people chosen at random."""
    return {kind: _draw(make, people, each, rng) for kind, make in KINDS.items()}


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
    """`Đặng` → `dang`."""
    return "".join(char for char in _decomposed(text) if not unicodedata.combining(char)).lower()


def _without_tones(text: str) -> str:
    """As typed in a hurry: `Nguyễn` → `Nguyên`."""
    return unicodedata.normalize("NFC", "".join(char for char in _decomposed(text) if char not in _TONES))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))


def _words(person: SampleCustomer) -> list[str]:
    return person["full_name"].split()


def _apart(person: SampleCustomer) -> str | None:
    words = _words(person)
    return _plain(f"{words[0]} {words[2]}") if len(words) > 3 else None  # noqa: PLR2004 - of four, the first and third


def _middle_then_family(person: SampleCustomer) -> str | None:
    words = _words(person)
    return _plain(f"{words[1]} {words[0]}") if len(words) > 2 else None  # noqa: PLR2004 - there is a middle name


def _last_digits(count: int) -> Callable[[SampleCustomer], str | None]:
    return lambda person: person["phone"] and person["phone"][-count:]


def _first_digits(count: int) -> Callable[[SampleCustomer], str | None]:
    """`09123`, as written at home."""

    def digits(person: SampleCustomer) -> str | None:
        phone = person["phone"]
        return f"0{phone.removeprefix(_HOME)}"[:count] if phone and phone.startswith(_HOME) else None

    return digits


def _email(person: SampleCustomer) -> str | None:
    return person["email"] and person["email"].partition("@")[0] + "@"


KINDS: dict[str, Callable[[SampleCustomer], str | None]] = {
    "first letter": lambda person: _plain(person["full_name"])[:1],
    "first three letters": lambda person: _plain(person["full_name"])[:3],
    "family name": lambda person: _words(person)[0],
    "family name, no accents": lambda person: _plain(_words(person)[0]),
    "family name, half its accents": lambda person: _without_tones(_words(person)[0]),
    "family and middle name": lambda person: " ".join(_words(person)[:2]),
    "given name": lambda person: _words(person)[-1],
    "given name, no accents": lambda person: _plain(_words(person)[-1]),
    "given name, half its accents": lambda person: _without_tones(_words(person)[-1]),
    "whole name": lambda person: person["full_name"],
    "whole name, no accents": lambda person: _plain(person["full_name"]),
    "given name, then family name": lambda person: _plain(f"{_words(person)[-1]} {_words(person)[0]}"),
    "middle name, then family name": _middle_then_family,
    "two words that are not neighbours": _apart,
    "last 3 digits": _last_digits(3),
    "last 4 digits": _last_digits(4),
    "last 5 digits": _last_digits(5),
    "first 3 digits": _first_digits(3),
    "first 5 digits": _first_digits(5),
    "whole phone number": _first_digits(10),
    "beginning of the email": _email,
    "nobody: a name with a slip": lambda person: _plain(person["full_name"]) + "q",
    "nobody: one word": lambda person: _plain(_words(person)[-1][::-1]) + "q",
    "nobody: a word backwards": lambda person: _plain(f"{_words(person)[0]} {_words(person)[-1][::-1]}q"),
    "nobody: digits": lambda person: person["phone"] and person["phone"][:0:-1],
}
