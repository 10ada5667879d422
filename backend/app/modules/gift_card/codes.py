"""The codes of gift cards. A code is money, so it is stored nowhere: neither by us nor in a backup.

The stored hash needs the key of the app. A code has 80 random bits, but everybody at the desk sees the last 20 of them, and
hashes without a key can be tried by the trillion: 60 bits are weeks for a rented cluster, and a stolen database of a
thousand cards makes that days. With the key, which the database does not have, they cannot be tried at all. The price: when
`SECRET_KEY` changes, no code is found any more, and an administrator gives each card that turns up a new one.
"""

import hmac
import re
from uuid import UUID

from app.core.config import settings
from app.modules.payment.transfer_code import ALPHABET

_LENGTH, _GROUP = 16, 4
_BITS = 5
_NOISE = re.compile(r"[\s-]+")
_ALIKE = str.maketrans("OIL", "011")
"""Crockford: letters that the alphabet lacks are read as the digits that they look like."""


def code_for(card_id: UUID, key: str) -> str:
    """Return the code that a request with this Idempotency-Key gives a card.

    A retry whose first response was lost gets the same code, though no response with a code is stored.
    """
    digest = _keyed_hash("code", card_id.bytes + key.encode())
    number = int.from_bytes(digest[: _LENGTH * _BITS // 8])
    return "".join(ALPHABET[number >> _BITS * position & 31] for position in reversed(range(_LENGTH)))


def hash_of(code: str) -> bytes:
    """Return the hash under which a card is stored."""
    return _keyed_hash("hash", code.encode(errors="surrogatepass"))


def normalize(typed: str) -> str:
    """Return a code without what people type, and scanners add, between its characters."""
    return _NOISE.sub("", typed).upper().translate(_ALIKE)


def grouped(code: str) -> str:
    """Return a code as it is printed: `7K3Q-9MZA-0B1C-2D4E`."""
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def _keyed_hash(purpose: str, content: bytes) -> bytes:
    key = settings.SECRET_KEY.get_secret_value().encode()
    return hmac.digest(key, f"gift card {purpose}\n".encode() + content, "sha256")
