"""A branch that checks mail addresses books only for guests who read the mailbox."""

import asyncio
import re
import secrets
from datetime import timedelta

import httpx2
import pytest
import time_machine

from app.common.helpers import utc_now
from app.core.mail import shown_mails
from app.modules.online_booking import limits
from app.redis.rate_limit import RateLimit
from tests.builders.bookings import BookableSpa
from tests.builders.online import OnlineGuest, guest_at
from tests.builders.rosters import code_of
from tests.support.database import run_sql

EMAIL = "mai@example.com"
WRONG = (409, "WRONG_CODE")


@pytest.fixture
async def checked(guest: OnlineGuest, spa: BookableSpa) -> OnlineGuest:
    """A guest who holds a time of a branch that checks mail addresses."""
    await run_sql("UPDATE branch SET online_check = 'mail'")
    await guest.hold(spa.hour(10))
    return guest


async def request_code(guest: OnlineGuest, email: str = EMAIL) -> httpx2.Response:
    return await guest.http.post(f"{guest.url}/code", json={"email": email})


async def mailed_code(guest: OnlineGuest, email: str = EMAIL) -> str:
    assert (await request_code(guest, email)).status_code == 202
    assert shown_mails[0].to == email
    found = re.search(r"\b[0-9]{6}\b", shown_mails[0].body)
    assert found is not None
    return found[0]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_the_code_of_the_mail_confirms(checked: OnlineGuest) -> None:
    assert code_of(await checked.confirm()) == (409, "CODE_NEEDED")
    code = await mailed_code(checked)
    assert code_of(await checked.confirm(email=EMAIL, code=other_than(code))) == WRONG
    assert code_of(await checked.confirm(email="lan@example.com", code=code)) == WRONG
    answer = await checked.confirm(email="Mai@Example.com", code=code)
    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")
    assert (await checked.confirm()).status_code == 200  # a repeat needs no code
    assert code_of(await request_code(checked)) == (409, "NO_CODE_NEEDED")


async def test_a_new_code_voids_the_last_one(checked: OnlineGuest, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await mailed_code(checked)
    monkeypatch.setattr(secrets, "randbelow", lambda _: int(other_than(first)))
    second = await mailed_code(checked)
    assert code_of(await checked.confirm(email=EMAIL, code=first)) == WRONG
    assert (await checked.confirm(email=EMAIL, code=second)).status_code == 200


async def test_a_code_ends_after_ten_minutes(checked: OnlineGuest) -> None:
    await run_sql("UPDATE branch SET hold_minutes = 60")
    code = await mailed_code(checked)
    with time_machine.travel(utc_now() + timedelta(minutes=10, seconds=1)):
        assert code_of(await checked.confirm(email=EMAIL, code=code)) == WRONG


async def test_after_five_wrong_codes_the_right_one_is_refused_as_well(checked: OnlineGuest) -> None:
    code = await mailed_code(checked)
    for _ in range(5):
        assert code_of(await checked.confirm(email=EMAIL, code=other_than(code))) == WRONG
    assert code_of(await checked.confirm(email=EMAIL, code=code)) == WRONG
    assert (await checked.confirm(email=EMAIL, code=await mailed_code(checked))).status_code == 200


async def test_tries_at_once_are_counted_one_by_one(
    checked: OnlineGuest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.modules.online_booking import online_booking_service

    monkeypatch.setattr(online_booking_service, "CONFIRMATIONS", RateLimit("many", 1_000, 600))
    code = await mailed_code(checked)
    wrong = (checked.confirm(email=EMAIL, code=other_than(code)) for _ in range(20))
    assert {code_of(answer) for answer in await asyncio.gather(*wrong)} == {WRONG}
    [(tries,)] = await run_sql("SELECT code_tries FROM guest_link")
    assert tries == 5


async def test_a_branch_without_the_check_sends_no_mail(guest: OnlineGuest, spa: BookableSpa) -> None:
    await guest.hold(spa.hour(10))
    assert code_of(await request_code(guest)) == (409, "NO_CODE_NEEDED")


async def test_a_mailbox_gets_five_codes_in_ten_minutes_from_whatever_address(
    running_app: object, checked: OnlineGuest, spa: BookableSpa
) -> None:
    for _ in range(limits.CODES.requests):
        assert (await request_code(checked)).status_code == 202
    assert (await request_code(checked)).status_code == 429
    async with guest_at(running_app, spa, "203.0.113.8") as other:
        await other.hold(spa.hour(12))
        assert (await request_code(other)).status_code == 429
        assert (await request_code(other, "lan@example.com")).status_code == 202


async def test_the_code_is_stored_as_a_hash(checked: OnlineGuest) -> None:
    code = await mailed_code(checked)
    stored = await run_sql(
        "SELECT guest_link::text FROM guest_link UNION ALL SELECT after::text FROM audit_entry"
    )
    assert not any(row[0] and re.search(rf"\b{code}\b", row[0]) for row in stored)
