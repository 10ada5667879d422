"""Access tokens (JWT, RFC 7519): issue and verify our own, and verify those of Supabase."""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from jwt import PyJWK, PyJWT, PyJWTError, get_unverified_header
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.core.config import settings
from app.modules.identity.identity_errors import ExpiredToken, InvalidToken, NotAUser
from app.modules.identity.keys import MAX_KID_LENGTH, PublishedKeys

ACCESS_TOKEN_SECONDS = 900
MAX_SKEW = 30
"""Seconds that another machine may be ahead of this one. None is granted to `exp`: late is late."""
MAX_TOKEN_LENGTH = 4096
_OWN = "zenspa"
"""The kid, issuer and audience of our own tokens."""
_SUPABASE_AUDIENCE = "authenticated"
_NO_USERS = ("anon", "service_role")
_LAST_SECOND = 253_402_300_799  # of the year 9999
_MAX_NAME = 200
_HEADER_NAMES = {"alg", "typ", "kid"}
_JWT = PyJWT(
    {"enforce_minimum_key_length": True, "verify_exp": False, "require": ["iss", "aud", "sub", "iat", "exp"]}
)
"""`exp` is checked at every use, because what was verified is kept."""
_SIGNATURE_ALONE: dict[str, Any] = {
    "require": [],
    **{f"verify_{claim}": False for claim in ("iss", "aud", "sub", "iat", "nbf", "jti")},
}


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a verified token. Times are seconds since 1970."""

    source: Literal["zenspa", "supabase"]
    subject: UUID
    session_id: UUID | None
    """Empty for tokens of Supabase."""
    issued_at: int
    expires_at: int
    name: str | None
    """A name for display, never for authorisation: users of Supabase write it themselves."""


def issue_access_token(user_id: UUID, session_id: UUID) -> str:
    """Return a token that is valid for `ACCESS_TOKEN_SECONDS`, and no longer than the session."""
    now = int(time.time())
    claims = {
        "iss": _OWN,
        "aud": _OWN,
        "sub": str(user_id),
        "sid": str(session_id),
        "iat": now,
        "exp": now + ACCESS_TOKEN_SECONDS,
        "jti": uuid4().hex,
    }
    return _JWT.encode(claims, _own_key(), headers={"kid": _OWN, "typ": "at+jwt"})


async def verify_access_token(token: str) -> Claims:
    """Return the claims of a token that is valid now.

    Raises:
        InvalidToken, ExpiredToken, NotAUser
        KeysUnavailable: Supabase's keys cannot be fetched, so it is unknown.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise InvalidToken
    header = _read_header(token)
    if header.get("kid") == _OWN:
        claims = _verify_own(token, _own_key())
    elif (issuer := settings.supabase_issuer) is not None:
        claims = _verify_supabase(token, await _supabase_key(header, issuer), issuer)
    else:
        raise InvalidToken
    if time.time() >= claims.expires_at:
        raise ExpiredToken
    return claims


def _read_header(token: str) -> Mapping[str, Any]:
    """Return a header that asks nothing of us: others want us to trust a key in the token or to know an extension."""
    return _parse_header(token.partition(".")[0])


@lru_cache(maxsize=64)  # the tokens of one key have one header; parsing it takes 35 µs
def _parse_header(segment: str) -> Mapping[str, Any]:
    try:
        header = get_unverified_header(f"{segment}..")
    except (PyJWTError, ValueError, RecursionError):
        raise InvalidToken from None
    if not header.keys() <= _HEADER_NAMES:
        raise InvalidToken
    return header


async def _supabase_key(header: Mapping[str, Any], issuer: str) -> PyJWK:
    keys, algorithm, kid = _published_keys(issuer), header.get("alg"), header.get("kid")
    if algorithm == "HS256":
        # Never a fetch, and never for the kid of a public key: what everybody knows is no secret.
        if settings.SUPABASE_JWT_SECRET is None or keys.knows(kid):
            raise InvalidToken
        return _symmetric_key(settings.SUPABASE_JWT_SECRET.get_secret_value().encode())
    if algorithm not in {"ES256", "RS256"} or kid is None or len(kid) > MAX_KID_LENGTH:
        raise InvalidToken
    key = await keys.key_for(kid)
    if key is None:
        raise InvalidToken
    return key


@cache
def _published_keys(issuer: str) -> PublishedKeys:
    return PublishedKeys(f"{issuer}/.well-known/jwks.json")


def _own_key() -> PyJWK:
    """Return the key for tokens alone: SECRET_KEY itself also signs cursors, and one must never pass for the other."""
    return _derived_key(settings.SECRET_KEY.get_secret_value())


@lru_cache(maxsize=4)
def _derived_key(secret: str) -> PyJWK:
    return _symmetric_key(hmac.digest(secret.encode(), b"access tokens", "sha256"))


@lru_cache(maxsize=4)
def _symmetric_key(secret: bytes) -> PyJWK:
    return PyJWK({"kty": "oct", "k": urlsafe_b64encode(secret).decode()}, "HS256")


def _canonical_uuid(value: Any) -> UUID:
    """Accept one spelling of a person's id; `UUID` alone also takes braces, capitals and `urn:uuid:`."""
    if not isinstance(value, str) or str(uuid := UUID(value)) != value:
        raise ValueError("not a canonical UUID")
    return uuid


_Uuid = Annotated[UUID, BeforeValidator(_canonical_uuid)]
_Seconds = Annotated[float, Field(ge=0, le=_LAST_SECOND, allow_inf_nan=False)]


class _Payload(BaseModel):
    """Claims with types that PyJWT does not check: it takes text and `true` for times, and any text for a subject."""

    model_config = ConfigDict(strict=True)

    sub: _Uuid
    iat: _Seconds
    exp: _Seconds
    nbf: _Seconds = 0


class _OwnPayload(_Payload):
    sid: _Uuid


# 55 (HS256) to 170 µs (ES256) are paid once for a token and a key. A key that was fetched again is the same object, one
# that was withdrawn does not come here. A refusal is not kept, or forgeries would fill the memory.
@lru_cache(maxsize=2048)
def _verify_own(token: str, key: PyJWK) -> Claims:
    payload = _read(_OwnPayload, _decode(token, key, audience=_OWN, issuer=_OWN))
    return Claims("zenspa", payload.sub, payload.sid, int(payload.iat), int(payload.exp), name=None)


@lru_cache(maxsize=2048)
def _verify_supabase(token: str, key: PyJWK, issuer: str) -> Claims:
    signed = _decode(token, key, options=_SIGNATURE_ALONE)
    if signed.get("role") in _NO_USERS:
        raise NotAUser  # whatever else it says: the legacy keys have neither `sub` nor `aud`
    if signed.get("is_anonymous") is True:
        raise NotAUser  # anybody makes one by a click, and each would leave a row here
    payload = _read(_Payload, _decode(token, key, audience=_SUPABASE_AUDIENCE, issuer=issuer))
    name = _display_name(signed)
    return Claims("supabase", payload.sub, None, int(payload.iat), int(payload.exp), name)


def _decode(token: str, key: PyJWK, **checks: Any) -> dict[str, Any]:
    """Verify with the key's own algorithm; a token that names another is refused."""
    try:
        claims: dict[str, Any] = _JWT.decode(
            token, key, algorithms=[key.algorithm_name], leeway=MAX_SKEW, **checks
        )
    except (PyJWTError, ValueError, RecursionError):
        raise InvalidToken from None
    return claims


def _read[P: _Payload](kind: type[P], claims: dict[str, Any]) -> P:
    try:
        return kind.model_validate(claims)
    except ValueError:
        raise InvalidToken from None


def _display_name(claims: dict[str, Any]) -> str | None:
    metadata = claims.get("user_metadata")
    written = metadata if isinstance(metadata, dict) else {}
    for name in (written.get("full_name"), written.get("name"), claims.get("email"), claims.get("phone")):
        if isinstance(name, str) and (shown := _one_line(name)):
            return shown
    return None


def _one_line(text: str) -> str:
    """Return the text without control characters and characters that hide or reverse text."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:_MAX_NAME].strip()
