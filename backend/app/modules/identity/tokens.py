"""Access tokens (JWT, RFC 7519): ours, which we issue and verify, and Supabase's, which we verify."""

import hmac
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID, uuid4

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.common.types.localized import LocalizedText
from app.core.config import settings
from app.core.exceptions import ForbiddenException, UnauthorizedException
from app.modules.identity.keys import MAX_KID_LENGTH, PublishedKeys, SigningKey

if TYPE_CHECKING:
    from jwt import PyJWS

ACCESS_TOKEN_SECONDS = 900
MAX_SKEW = 30
"""Seconds another machine's clock may be ahead of ours. None is granted to `exp`: late is late."""
MAX_TOKEN_LENGTH = 4096
_OWN = "zenspa"
"""Our kid, issuer and audience."""
_SUPABASE_AUDIENCE = "authenticated"
_NO_USERS = ("anon", "service_role")
_LAST_SECOND = 253_402_300_799  # of the year 9999
_MAX_NAME = 200


class _Refused(UnauthorizedException):
    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})  # RFC 6750 §3.1


class InvalidToken(_Refused):
    code = "INVALID_TOKEN"
    text = LocalizedText(
        "Phiên đăng nhập không hợp lệ, vui lòng đăng nhập lại.", "Your sign-in is not valid."
    )


class ExpiredToken(_Refused):
    code = "TOKEN_EXPIRED"
    text = LocalizedText("Phiên đăng nhập đã hết hạn.", "Your sign-in has expired.")


class NotAUser(ForbiddenException):
    """The signature is good, but it is a key of the Supabase project (`anon`, `service_role`) or a sign-in without
    a person (`is_anonymous`)."""

    code = "NOT_A_USER"
    text = LocalizedText(
        "Mã truy cập này không phải của một người dùng.", "This token does not belong to a user."
    )


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says. Times are seconds since 1970."""

    source: Literal["zenspa", "supabase"]
    subject: UUID
    session_id: UUID | None
    """Of our own tokens only."""
    issued_at: int
    expires_at: int
    name: str | None
    """For display, never for authorisation: Supabase's users write it themselves."""


def issue_access_token(user_id: UUID, session_id: UUID) -> str:
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
    return _jws().encode(
        orjson.dumps(claims), _own_key().jwk, "HS256", headers={"kid": _OWN, "typ": "at+jwt"}
    )


async def verify_access_token(token: str) -> Claims:
    """What it says, when it is good now.

    Raises:
        InvalidToken, ExpiredToken, NotAUser
        KeysUnavailable: Supabase's keys cannot be had, so nobody can tell.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise InvalidToken
    header = _read_header(token.partition(".")[0])
    if header.kid == _OWN:
        claims = _verify_own(token, _own_key())
    elif (issuer := settings.supabase_issuer) is not None:
        claims = _verify_supabase(token, await _supabase_key(header, issuer), issuer)
    else:
        raise InvalidToken
    if time.time() >= claims.expires_at:
        raise ExpiredToken
    return claims


class _Header(BaseModel):
    """Whatever else a header may hold asks us to trust the token (`jwk`, `jku`, `x5u`) or to know an extension."""

    model_config = ConfigDict(strict=True, extra="forbid")

    alg: str
    typ: str = "JWT"
    kid: Annotated[str, Field(max_length=MAX_KID_LENGTH)] | None = None


@lru_cache(maxsize=64)  # all tokens of a key begin with the same one
def _read_header(segment: str) -> _Header:
    try:
        # What b64decode lets pass, PyJWT refuses when it verifies the token.
        return _Header.model_validate_json(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except ValueError:
        raise InvalidToken from None


async def _supabase_key(header: _Header, issuer: str) -> SigningKey:
    keys = _published_keys(issuer)
    if header.alg == "HS256":
        # Never a fetch, and never for the kid of a public key: what everybody knows is no secret.
        if settings.SUPABASE_JWT_SECRET is None or keys.knows(header.kid):
            raise InvalidToken
        return _key_from(settings.SUPABASE_JWT_SECRET.get_secret_value())
    if header.alg not in {"ES256", "RS256"} or header.kid is None:
        raise InvalidToken
    key = await keys.key_for(header.kid)
    if key is None:
        raise InvalidToken
    return key


@cache
def _published_keys(issuer: str) -> PublishedKeys:
    return PublishedKeys(f"{issuer}/.well-known/jwks.json")


def _own_key() -> SigningKey:
    return _derived_key(settings.SECRET_KEY.get_secret_value())


@lru_cache(maxsize=4)
def _derived_key(secret: str) -> SigningKey:
    """For tokens alone: SECRET_KEY itself also signs cursors, and one must never pass for the other."""
    return SigningKey.from_secret(hmac.digest(secret.encode(), b"access tokens", "sha256"))


@lru_cache(maxsize=4)
def _key_from(secret: str) -> SigningKey:
    return SigningKey.from_secret(secret.encode())


def _canonical_uuid(value: Any) -> UUID:
    """Of one person one spelling; `UUID` alone also takes braces, capitals and `urn:uuid:`."""
    if not isinstance(value, str) or str(uuid := UUID(value)) != value:
        raise ValueError("not a canonical UUID")
    return uuid


_Uuid = Annotated[UUID, BeforeValidator(_canonical_uuid)]
_Seconds = Annotated[float, Field(ge=0, le=_LAST_SECOND, allow_inf_nan=False)]


class _Payload(BaseModel):
    model_config = ConfigDict(strict=True)

    iss: str
    aud: str | list[str]
    sub: _Uuid
    iat: _Seconds
    exp: _Seconds
    nbf: _Seconds = 0


class _OwnPayload(_Payload):
    sid: _Uuid


# 55 (HS256) to 170 µs (ES256) are paid once for a token and a key; from then on it is 2. Keys are compared by value:
# one that was fetched again is the same, one that was withdrawn does not come here. A refusal is not kept.
@lru_cache(maxsize=2048)
def _verify_own(token: str, key: SigningKey) -> Claims:
    payload = _read_claims(_OwnPayload, _verify_signature(token, key), issuer=_OWN, audience=_OWN)
    return Claims("zenspa", payload.sub, payload.sid, int(payload.iat), int(payload.exp), name=None)


@lru_cache(maxsize=2048)
def _verify_supabase(token: str, key: SigningKey, issuer: str) -> Claims:
    claims = _verify_signature(token, key)
    if claims.get("role") in _NO_USERS:
        raise NotAUser  # whatever else it says: the legacy keys have neither `sub` nor `aud`
    if claims.get("is_anonymous") is True:
        raise NotAUser  # anybody makes one by a click, and each would leave a row here
    payload = _read_claims(_Payload, claims, issuer=issuer, audience=_SUPABASE_AUDIENCE)
    name = _display_name(claims)
    return Claims("supabase", payload.sub, None, int(payload.iat), int(payload.exp), name)


def _verify_signature(token: str, key: SigningKey) -> dict[str, Any]:
    from jwt import PyJWTError

    try:
        # The algorithm is the key's; PyJWT compares it with the token's.
        claims = orjson.loads(_jws().decode(token, key.jwk, algorithms=[key.algorithm]))
    except (PyJWTError, ValueError):
        raise InvalidToken from None
    if not isinstance(claims, dict):
        raise InvalidToken
    return claims


@cache
def _jws() -> "PyJWS":
    from jwt import PyJWS

    return PyJWS(["HS256", "ES256", "RS256"], options={"enforce_minimum_key_length": True})


def _read_claims[P: _Payload](kind: type[P], claims: dict[str, Any], *, issuer: str, audience: str) -> P:
    """Everything but `exp`, which is looked at every time."""
    try:
        payload = kind.model_validate(claims)
    except ValueError:
        raise InvalidToken from None
    audiences = [payload.aud] if isinstance(payload.aud, str) else payload.aud
    latest = time.time() + MAX_SKEW
    if payload.iss != issuer or audience not in audiences or max(payload.iat, payload.nbf) > latest:
        raise InvalidToken
    return payload


def _display_name(claims: dict[str, Any]) -> str | None:
    metadata = claims.get("user_metadata")
    written = metadata if isinstance(metadata, dict) else {}
    for name in (written.get("full_name"), written.get("name"), claims.get("email"), claims.get("phone")):
        if isinstance(name, str) and (shown := _one_line(name)):
            return shown
    return None


def _one_line(text: str) -> str:
    """Without control characters and those that hide or turn what stands beside them."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:_MAX_NAME].strip()
