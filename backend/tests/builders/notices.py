"""Notices of transfers, signed as SePay and payOS sign them."""

import hmac
import json
from hashlib import sha256
from itertools import count
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from app.common.helpers import utc_now
from app.core.config import settings
from app.modules.bank_transfer import bank_transfer_routes
from app.modules.payment.bank_notice import sign_payos
from tests.builders.bills import Desk

SEPAY_KEY, PAYOS_KEY = "whsec_test", "checksum_test"
"""The keys that the settings of the tests have."""
ACCOUNT = "0123456789"
_NOTICES = "/api/v1/bank-notices"
_ids = count(92704)


def accept_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app of this process the keys of both services."""
    keys = {"SEPAY_WEBHOOK_KEY": SecretStr(SEPAY_KEY), "PAYOS_CHECKSUM_KEY": SecretStr(PAYOS_KEY)}
    monkeypatch.setattr(bank_transfer_routes, "settings", settings.model_copy(update=keys))


async def add_bank_account(desk: Desk) -> None:
    """Give the branch of a desk the account that the notices are about."""
    account = {"bin": "970436", "number": ACCOUNT, "holder": "SEN TRANG"}
    answer = await desk.client.put(f"/api/v1/branches/{desk.spa.branch_id}/bank-account", json=account)
    assert answer.json() == account


def sepay_notice(amount: int, text: str, **changes: Any) -> dict[str, Any]:
    """Return what `post` sends: a transfer that SePay has seen on the account."""
    document = {
        "id": next(_ids),
        "gateway": "Vietcombank",
        "transactionDate": "2026-11-29 11:05:37",
        "accountNumber": ACCOUNT,
        "content": text,
        "transferType": "in",
        "transferAmount": amount,
    }
    body = json.dumps(document | changes).encode()
    timestamp = str(int(utc_now().timestamp()))
    signature = hmac.new(SEPAY_KEY.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-SePay-Signature": f"sha256={signature}",
        "X-SePay-Timestamp": timestamp,
    }
    return {"content": body, "headers": headers}


async def send_sepay(client: httpx2.AsyncClient, notice: dict[str, Any]) -> httpx2.Response:
    return await client.post(f"{_NOTICES}/sepay", **notice)


async def send_payos(client: httpx2.AsyncClient, amount: int, text: str, **changes: Any) -> httpx2.Response:
    """Send a transfer that payOS has seen on the account."""
    data = {
        "orderCode": 1,
        "amount": amount,
        "description": text,
        "accountNumber": ACCOUNT,
        "reference": f"TF{next(_ids)}",
        "transactionDateTime": "2026-11-29 11:05:37",
        "currency": "VND",
    } | changes
    document = {"code": "00", "data": data, "signature": sign_payos(data, PAYOS_KEY.encode())}
    return await client.post(f"{_NOTICES}/payos", json=document)
