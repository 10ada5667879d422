"""Codes by which a transfer names its bill, and finding them in what banks make of the text.

Banks write a text in capitals, cut it, put words before it and spaces into it. A code is a prefix, six random characters and
one that checks them. It has no I, L, O and U, which are taken for other characters.
"""

import re
import secrets
from collections.abc import Iterator

PREFIX = "ZS"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32."""
_RANDOM = 6
_NOISE = re.compile(r"[^0-9A-Z]+")
_CODE = re.compile(f"(?={PREFIX}([{ALPHABET}]{{{_RANDOM + 1}}}))")


def new_transfer_code() -> str:
    """Return a code such as `ZS7K3Q9ME`, by chance one of a billion. The table that keeps it tells when it is taken."""
    random = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
    return PREFIX + random + _check_character(random)


def find_transfer_codes(text: str) -> set[str]:
    """Return the codes in the text of a transfer whose check character is right. Two of them need a person."""
    return set(_codes(_NOISE.sub("", text.upper())))


def _codes(text: str) -> Iterator[str]:
    for match in _CODE.finditer(text):
        body = match[1]
        if _check_character(body[:-1]) == body[-1]:
            yield PREFIX + body


def _check_character(body: str) -> str:
    """Return the character by which one wrong character and two swapped neighbours are found (Luhn's method, mod 32)."""
    size = len(ALPHABET)
    total = 0
    for position, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 if position % 2 == 0 else 1)
        total += value // size + value % size
    return ALPHABET[-total % size]
