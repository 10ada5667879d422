"""Notices of incoming transfers: who sent one is proven by its signature, over the bytes as they came.

Two services tell a spa that money has arrived. SePay signs a time and the raw body, payOS the fields of `data`. What a notice
says comes from the part that is signed, and nothing else of it counts.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, StrictInt, StringConstraints, ValidationError

from app.core.exceptions import ZenSpaException
from app.http.strict_body import parse_json

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_MOST_SECONDS_OFF = 300
_SIGNED = "sha256="


class Provider(StrEnum):
    """A service that sends notices."""

    SEPAY = "sepay"
    PAYOS = "payos"


class BankNotice(NamedTuple):
    """Money that has arrived on an account of the spa."""

    provider: Provider
    reference: str
    """The transfer, by which a notice that comes again is recognized."""
    account: str
    amount: int
    text: str
    """The text of the payer, as the bank passed it on."""
    received_at: datetime


class NoticeError(ValueError):
    """A notice that counts for nothing."""


class BadSignature(NoticeError):  # noqa: N818 - the name says it
    """A notice of another sender, a changed one, or one that is too old."""


class UnreadableNotice(NoticeError):  # noqa: N818 - the name says it
    """A signed notice of another form than its service documents."""


Text = Annotated[str, StringConstraints(max_length=1000)]
Account = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,34}$")]
Amount = Annotated[StrictInt, Field(ge=0, lt=10**13)]


class _SePay(BaseModel):
    id: StrictInt
    transaction_date: Annotated[str, Field(alias="transactionDate")]
    account_number: Annotated[Account, Field(alias="accountNumber")]
    content: Text = ""
    transfer_type: Annotated[str, Field(alias="transferType")]
    transfer_amount: Annotated[Amount, Field(alias="transferAmount")]


class _PayOS(BaseModel):
    amount: Amount
    description: Text = ""
    account_number: Annotated[Account, Field(alias="accountNumber")]
    reference: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    transaction_at: Annotated[str, Field(alias="transactionDateTime")]
    currency: str = "VND"


def read_sepay(
    body: bytes, *, signature: str, timestamp: str, key: bytes, now: datetime
) -> BankNotice | None:
    """Return what a notice of SePay says, or None if money went out, or none came.

    Args:
        signature: The header `X-SePay-Signature`.
        timestamp: The header `X-SePay-Timestamp`: seconds since 1970.

    Raises:
        BadSignature, UnreadableNotice
    """
    expected = _SIGNED + hmac.new(key, timestamp.encode() + b"." + body, sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise BadSignature
    # It is signed, so it is a number; anything else would be SePay's own mistake.
    if not timestamp.isdecimal() or abs(now.timestamp() - int(timestamp)) > _MOST_SECONDS_OFF:
        raise BadSignature
    notice = _parse(_SePay, _json(body))
    if notice.transfer_type != "in" or not notice.transfer_amount:
        return None
    return BankNotice(
        Provider.SEPAY,
        str(notice.id),
        notice.account_number,
        notice.transfer_amount,
        notice.content,
        _moment(notice.transaction_date),
    )


def read_payos(body: bytes, *, key: bytes) -> BankNotice | None:
    """Return what a notice of payOS says, or None if it is about another currency, or no money came.

    Its signature has no time, so a notice of any age is genuine: `reference` tells one that comes again.

    Raises:
        BadSignature, UnreadableNotice
    """
    document = _json(body)
    data, signature = document.get("data"), document.get("signature")
    if not isinstance(data, dict) or not isinstance(signature, str):
        raise UnreadableNotice
    if not hmac.compare_digest(sign_payos(data, key).encode(), signature.encode()):
        raise BadSignature
    notice = _parse(_PayOS, data)
    if notice.currency != "VND" or not notice.amount:
        return None
    return BankNotice(
        Provider.PAYOS,
        notice.reference,
        notice.account_number,
        notice.amount,
        notice.description,
        _moment(notice.transaction_at),
    )


def sign_payos(data: Mapping[str, Any], key: bytes) -> str:
    """Return the signature of payOS: HMAC-SHA256 over `name=value&…` in the order of the names; null is empty."""
    signed = "&".join(f"{name}={_as_text(data[name])}" for name in sorted(data))
    return hmac.new(key, signed.encode(errors="surrogatepass"), sha256).hexdigest()


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json(body: bytes) -> dict[str, Any]:
    try:
        document = parse_json(body)
    except ZenSpaException as error:
        raise UnreadableNotice from error
    if not isinstance(document, dict):
        raise UnreadableNotice
    return document


def _parse[Notice: BaseModel](kind: type[Notice], document: Mapping[str, Any]) -> Notice:
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise UnreadableNotice from error


def _moment(text: str) -> datetime:
    """Return the instant of a time that a service writes without a zone: that of Vietnam, which has no summer time."""
    try:
        naive = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the zone is Vietnam's
    except ValueError as error:
        raise UnreadableNotice from error
    return naive.replace(tzinfo=_VIETNAM).astimezone(UTC)
