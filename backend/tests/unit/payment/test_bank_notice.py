"""Notices of SePay and payOS: their own vectors, and everything that is not signed."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from app.modules.payment.bank_notice import (
    BadSignature,
    BankNotice,
    Provider,
    UnreadableNotice,
    read_payos,
    read_sepay,
    sign_payos,
)

SEPAY_KEY, SENT_AT = b"whsec_test", "1764389137"
SEPAY = (
    b'{"id":92704,"gateway":"Vietcombank","transactionDate":"2026-11-29 11:05:37","accountNumber":"0123499999",'
    b'"code":"ZS7K3Q9M2","content":"ZS7K3Q9M2 chuyen tien","transferType":"in","transferAmount":1250000,'
    b'"accumulated":19077000,"subAccount":null,"referenceCode":"MBVCB.3278907687","description":""}'
)
SEPAY_SIGNATURE = "sha256=e95d14e68e8e5aee867369df5650af4729d29c65845d288139778757ee6f0e95"
SENT = datetime.fromtimestamp(int(SENT_AT), UTC)

PAYOS_KEY = b"1a54716c8f0efb2744fb28b6e38b25da7f67a925d98bc1c18bd8faaecadd7675"
PAYOS: dict[str, Any] = {
    "orderCode": 123,
    "amount": 3000,
    "description": "VQRIO123",
    "accountNumber": "12345678",
    "reference": "TF230204212323",
    "transactionDateTime": "2023-02-04 18:25:00",
    "currency": "VND",
    "paymentLinkId": "124c33293c43417ab7879e14c8d9eb18",
    "code": "00",
    "desc": "Thành công",
    "counterAccountBankId": "",
    "counterAccountBankName": "",
    "counterAccountName": "",
    "counterAccountNumber": "",
    "virtualAccountName": "",
    "virtualAccountNumber": "",
}
PAYOS_SIGNATURE = "412e915d2871504ed31be63c8f62a149a4410d34c4c42affc9006ef9917eaa03"


def sepay(body: bytes = SEPAY, **changes: Any) -> BankNotice | None:
    sent: dict[str, Any] = {"signature": SEPAY_SIGNATURE, "timestamp": SENT_AT, "key": SEPAY_KEY, "now": SENT}
    return read_sepay(body, **sent | changes)


def signed_sepay(document: object) -> BankNotice | None:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    signature = hmac.new(SEPAY_KEY, SENT_AT.encode() + b"." + body, sha256).hexdigest()
    return sepay(body, signature=f"sha256={signature}")


def payos(data: object = PAYOS, signature: object = PAYOS_SIGNATURE) -> BankNotice | None:
    return read_payos(
        json.dumps({"code": "00", "data": data, "signature": signature}).encode(), key=PAYOS_KEY
    )


def signed_payos(**changes: Any) -> BankNotice | None:
    data = PAYOS | changes
    return payos(data, sign_payos(data, PAYOS_KEY))


def test_a_notice_of_sepay_says_what_has_arrived() -> None:
    received_at = datetime(2026, 11, 29, 4, 5, 37, tzinfo=UTC)
    expected = BankNotice(
        Provider.SEPAY, "92704", "0123499999", 1_250_000, "ZS7K3Q9M2 chuyen tien", received_at
    )
    assert sepay() == expected
    assert sepay(now=SENT + timedelta(seconds=300)) == expected
    assert sepay(now=SENT - timedelta(seconds=300)) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"body": SEPAY.replace(b"1250000", b"9250000")},
        {"body": SEPAY + b" "},
        {"signature": SEPAY_SIGNATURE.removeprefix("sha256=")},
        {"signature": SEPAY_SIGNATURE.upper()},
        {"signature": ""},
        {"signature": "sha256=é"},
        {"timestamp": "1764389138"},
        {"timestamp": ""},
        {"timestamp": "1764389137.0"},
        {"key": b"whsec_other"},
        {"now": SENT + timedelta(seconds=301)},
        {"now": SENT - timedelta(seconds=301)},
    ],
    ids=str,
)
def test_a_notice_of_sepay_that_is_not_its_own_or_too_old_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        sepay(**changes)


def test_money_that_goes_out_is_no_notice() -> None:
    assert signed_sepay(json.loads(SEPAY) | {"transferType": "out"}) is None
    assert signed_payos(currency="USD") is None


def test_a_transfer_of_nothing_is_no_notice() -> None:
    """A transfer that can pay nothing would wait for a person for ever."""
    assert signed_sepay(json.loads(SEPAY) | {"transferAmount": 0}) is None
    assert signed_payos(amount=0) is None


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"[]",
        b'{"id":1,"id":2}',
        {},
        json.loads(SEPAY) | {"transferAmount": "1250000"},
        json.loads(SEPAY) | {"transferAmount": -5},
        json.loads(SEPAY) | {"transferAmount": 1.5},
        json.loads(SEPAY) | {"transferAmount": 10**13},
        json.loads(SEPAY) | {"transactionDate": "29/11/2026"},
        json.loads(SEPAY) | {"accountNumber": "0123 4"},
        json.loads(SEPAY) | {"accountNumber": None},
    ],
    ids=str,
)
def test_a_signed_notice_of_another_form_is_unreadable(document: object) -> None:
    with pytest.raises(UnreadableNotice):
        signed_sepay(document)


def test_a_notice_of_payos_says_what_has_arrived() -> None:
    received_at = datetime(2023, 2, 4, 11, 25, tzinfo=UTC)
    assert payos() == BankNotice(Provider.PAYOS, "TF230204212323", "12345678", 3_000, "VQRIO123", received_at)
    assert payos({**dict(reversed(PAYOS.items()))}) == payos()
    assert signed_payos(counterAccountName=None) == payos()


@pytest.mark.parametrize(
    ("data", "signature"),
    [
        (PAYOS | {"amount": 3001}, PAYOS_SIGNATURE),
        (PAYOS | {"more": ""}, PAYOS_SIGNATURE),
        (PAYOS, PAYOS_SIGNATURE.upper()),
        (PAYOS, ""),
    ],
)
def test_a_notice_of_payos_that_is_not_its_own_is_refused(data: object, signature: object) -> None:
    with pytest.raises(BadSignature):
        payos(data, signature)


@pytest.mark.parametrize(
    ("data", "signature"), [(None, PAYOS_SIGNATURE), ([], PAYOS_SIGNATURE), (PAYOS, None), (PAYOS, 5)]
)
def test_a_notice_of_payos_without_data_or_signature_is_unreadable(data: object, signature: object) -> None:
    with pytest.raises(UnreadableNotice):
        payos(data, signature)
    with pytest.raises(UnreadableNotice):
        signed_payos(amount="3000")
