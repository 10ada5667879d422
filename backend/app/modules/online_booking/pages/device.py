"""A cookie in which the device of a guest keeps for an hour the time it holds, and what was typed for it.

The cookie is the guest's own and proves nothing: a token opens a visit from any device. So what does not fit is forgotten.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, StringConstraints, ValidationError

COOKIE = "zenspa_booking"
_LIFETIME = 60 * 60
_LONGEST = 3800
"""Characters. Browsers keep a cookie of 4,096 with its name."""

Typed = Annotated[str, StringConstraints(max_length=3000)]


class Contact(BaseModel):
    """The fields that a guest typed, right or wrong."""

    full_name: Typed = ""
    phone: Typed = ""
    email: Typed = ""
    note: Typed = ""


class Holding(BaseModel):
    """The time that this device holds, and its party."""

    token: str
    branch: str
    party: str
    """The party as the address has it."""
    same_room: bool = False
    contact: Contact = Contact()


def read_holding(request: Request) -> Holding | None:
    """Return what the device holds, or None."""
    value = request.cookies.get(COOKIE, "")
    with suppress(ValueError, ValidationError):
        return (
            Holding.model_validate_json(urlsafe_b64decode(value + "=" * (-len(value) % 4))) if value else None
        )
    return None


def keep_holding(request: Request, response: Response, holding: Holding) -> None:
    """Keep it on the device for an hour. A note that is too long for a cookie is left out."""
    value = _encode(holding)
    if len(value) > _LONGEST:
        value = _encode(holding.model_copy(update={"contact": Contact()}))
    response.set_cookie(
        COOKIE, value, max_age=_LIFETIME, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def forget_holding(response: Response) -> None:
    """Remove it from the device."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


def _encode(holding: Holding) -> str:
    return urlsafe_b64encode(holding.model_dump_json().encode()).decode().rstrip("=")
