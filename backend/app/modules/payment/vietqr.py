"""Write and read VietQR: the text of a QR code by which a guest's bank app fills in a transfer to the spa.

The form is NAPAS's profile of EMVCo's merchant-presented codes. A payload is a row of fields: an id of two digits, a length
of two digits, a value. Only fields that a transfer needs are written; the reader refuses all others, and everything that the
writer would have written differently, because a payload that says anything else could move money elsewhere.
"""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.common.helpers import without_marks
from app.common.types.localized import LocalizedText

_NAPAS = "A000000727"
_DONG, _VIETNAM = "704", "VN"
_STATIC, _ONE_TRANSFER = "11", "12"
_CRC = "6304"
_CRC_LENGTH = 4
_PURPOSE_LENGTH = 25
_BIN = re.compile(r"[0-9]{6}")
_ACCOUNT = re.compile(r"[0-9A-Za-z]{1,19}")
_AMOUNT = re.compile(r"[1-9][0-9]{0,12}")
_BILL = re.compile(r"[0-9A-Za-z-]{1,25}")
_PURPOSE = re.compile(r"[0-9A-Za-z ]{1,25}")
_NOT_IN_PURPOSE = re.compile(r"[^0-9A-Za-z]+")


class VietQRError(ValueError):
    """A payload, or a field of one, that no bank app may act on."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.text = LocalizedText(vi, en)


class Target(StrEnum):
    """The kind of number: a service code of NAPAS."""

    ACCOUNT = "QRIBFTTA"
    CARD = "QRIBFTTC"


@dataclass(frozen=True, slots=True)
class VietQR:
    """A transfer that a QR code asks for."""

    bin: str
    """The bank: the six digits that NAPAS gave it."""
    account: str
    amount: int | None = None
    """Whole đồng. Without it the guest types the amount."""
    bill: str = ""
    purpose: str = ""
    """The text of the transfer, of `clean_purpose`."""
    target: Target = Target.ACCOUNT

    def payload(self) -> str:
        """Return the text of the QR code.

        Raises:
            VietQRError: A field has a form that VietQR does not know.
        """
        is_static = self.amount is None and not self.bill and not self.purpose
        return _write(self, _STATIC if is_static else _ONE_TRANSFER)


def read_vietqr(payload: str) -> VietQR:
    """Return what a payload asks for.

    Raises:
        VietQRError: It is damaged, or is no transfer in đồng, or has a field that a transfer does not need.
    """
    if not payload.isascii() or not payload.isprintable():
        raise VietQRError("Mã QR có ký tự lạ.", "The payload has characters that VietQR does not know.")
    content, crc = payload[:-_CRC_LENGTH], payload[-_CRC_LENGTH:]
    if not content.endswith(_CRC) or crc != _crc_of(content):
        raise VietQRError(
            "Mã kiểm tra (CRC) không khớp: mã QR bị hỏng hoặc thiếu.",
            "The checksum (CRC) does not match: the payload is damaged or cut.",
        )
    fields = _fields(content.removesuffix(_CRC), "")
    account = _fields(fields.get("38", ""), "38")
    beneficiary = _fields(account.get("01", ""), "38.01")
    more = _fields(fields.get("62", ""), "62")
    amount = fields.get("54")
    if amount is not None:
        _require(_AMOUNT, amount, "số tiền", "amount")
    if account.get("02", "") not in {*Target}:
        raise _refused("dịch vụ chuyển khoản", "transfer service", account.get("02", ""))
    found = VietQR(
        bin=beneficiary.get("00", ""),
        account=beneficiary.get("01", ""),
        amount=None if amount is None else int(amount),
        bill=more.get("01", ""),
        purpose=more.get("08", ""),
        target=Target(account["02"]),
    )
    # Some banks write a static code with an amount, so that is read as it is.
    kind = fields.get("01", "")
    if kind not in {_STATIC, _ONE_TRANSFER}:
        raise _refused("loại mã", "kind of code", kind)
    if _write(found, kind) != payload:
        raise VietQRError(
            "Mã QR có trường lạ, thiếu trường hoặc sai thứ tự.",
            "The payload has unknown fields, lacks some, or has them in another order.",
        )
    return found


def clean_purpose(text: str) -> str:
    """Return a text as banks pass it on: without marks, letters and digits alone, at most 25 characters.

    What must arrive, such as the code of a bill, comes first: the rest may be cut.
    """
    return _NOT_IN_PURPOSE.sub(" ", without_marks(text)).strip()[:_PURPOSE_LENGTH].rstrip()


def _write(qr: VietQR, kind: str) -> str:
    _require(_BIN, qr.bin, "mã ngân hàng (BIN, 6 chữ số)", "bank (BIN, 6 digits)")
    _require(_ACCOUNT, qr.account, "số tài khoản", "account number")
    if qr.amount is not None:
        _require(_AMOUNT, str(qr.amount), "số tiền", "amount")
    if qr.bill:
        _require(_BILL, qr.bill, "mã hóa đơn", "bill")
    if qr.purpose:
        _require(_PURPOSE, qr.purpose, "nội dung", "purpose")
    beneficiary = _join({"00": qr.bin, "01": qr.account})
    content = _join(
        {
            "00": "01",
            "01": kind,
            "38": _join({"00": _NAPAS, "01": beneficiary, "02": qr.target}),
            "53": _DONG,
            "54": "" if qr.amount is None else str(qr.amount),
            "58": _VIETNAM,
            "62": _join({"01": qr.bill, "08": qr.purpose}),
        }
    )
    return f"{content}{_CRC}{_crc_of(content + _CRC)}"


def _join(fields: Mapping[str, str]) -> str:
    """Return the fields that have a value, in their order."""
    return "".join(f"{name}{len(value):02}{value}" for name, value in fields.items() if value)


def _fields(text: str, parent: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    rest = text
    while rest:
        name, length, after = rest[:2], rest[2:4], rest[4:]
        where = f"{parent}.{name}".removeprefix(".")
        if not (name.isdecimal() and length.isdecimal() and len(length) == len(name) == 2):  # noqa: PLR2004 - two digits each
            raise VietQRError(
                f"Không đọc được trường tại “{rest[:10]}”.", f'No field can be read at "{rest[:10]}".'
            )
        if len(after) < int(length):
            raise VietQRError(
                f"Trường {where} ghi dài {int(length)}, chỉ còn {len(after)} ký tự.",
                f"Field {where} states a length of {int(length)}, and {len(after)} characters are left.",
            )
        if name in fields:
            raise VietQRError(f"Trường {where} có hai lần.", f"Field {where} is there twice.")
        fields[name], rest = after[: int(length)], after[int(length) :]
    return fields


def _require(form: re.Pattern[str], value: str, vi: str, en: str) -> None:
    if form.fullmatch(value) is None:
        raise _refused(vi, en, value)


def _refused(vi: str, en: str, value: str) -> VietQRError:
    return VietQRError(f"Sai {vi}: “{value}”.", f'The {en} is wrong: "{value}".')


def _crc_of(content: str) -> str:
    """Return CRC-16/CCITT-FALSE as four hexadecimal digits; of "123456789" it is 29B1."""
    return f"{binascii.crc_hqx(content.encode('ascii'), 0xFFFF):04X}"
