"""Which version of an answer a client has already (RFC 9110 §8.8.3)."""

from base64 import urlsafe_b64encode
from hashlib import sha256


def etag_of(content: bytes) -> str:
    """Weak (§8.8.3.3), as it stands for every way to send the same."""
    return f'W/"{urlsafe_b64encode(sha256(content).digest()[:12]).decode()}"'


def is_named(etag: str, if_none_match: str) -> bool:
    """Whether a client has it already (§13.1.2); they are compared as weak ones."""
    tags = [tag.strip() for tag in if_none_match.split(",")]
    return "*" in tags or etag in (tag if tag.startswith("W/") else f"W/{tag}" for tag in tags)
