"""Passwords: signing in, changing and resetting them, and keeping them secret."""

import asyncio
import itertools
import threading
import unicodedata
from asyncio import timeout
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import argon2
import httpx2
import pytest
import time_machine
from httpx2 import ASGITransport
from starlette.types import ASGIApp

from app.common.helpers import utc_now
from app.core import database
from app.core.mail import shown_mails
from app.modules.identity import (
    guesses as identity_guesses,
)
from app.modules.identity import (
    passwords as identity_passwords,
)
from app.modules.identity import (
    recovery as identity_recovery,
)
from app.modules.identity.guesses import BY_ADDRESS, BY_LOGIN, BY_LOGIN_ANYWHERE, BY_USER
from app.modules.identity.roles import Role
from app.redis.rate_limit import RateLimit, take
from tests.api.identity.accounts import (
    AUTH,
    NEW_PASSWORD,
    PASSWORD,
    Account,
    account,
    bearer,
    get_me,
    header_of,
    is_alive,
    link_token_in,
    refresh,
    shown_link_token,
    sign_in,
    sql,
    tokens_in,
    tokens_of,
)
from tests.support import SOON
from tests.support.http import refusal
from tests.support.mail import SmtpServer, app_mail
from tests.support.stores import app_database

ADDRESS = "127.0.0.1"
"""The address of every client in the tests."""
WRONG = "not it, not at all"
OLDER = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)

type ReadLog = Callable[[], str]


@pytest.fixture
def read_log(capfd: pytest.CaptureFixture[str]) -> ReadLog:
    return lambda: "".join(capfd.readouterr())


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of hashes that argon2 verifies from now on."""
    verified: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, hash: str, password: str) -> Any:  # noqa: A002 - argon2's name
        verified.append(str(hash))
        return verify(self, hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    return verified


@pytest.fixture
def mails_shown() -> Iterator[None]:
    with app_mail():
        yield


async def set_hash(password_hash: str) -> None:
    await sql("UPDATE user_account SET password_hash = :hash", hash=password_hash)


async def stored_hash() -> str:
    return str(await sql("SELECT password_hash FROM user_account"))


async def use_up(limit: RateLimit, key: str, *, left: int = 0) -> None:
    await take(limit, key, cost=limit.requests - left)


def without_time_and_id(answer: httpx2.Response) -> bytes:
    body = answer.json()
    return answer.content.replace(body["timestamp"].encode(), b"").replace(body["request_id"].encode(), b"")


class TestSignIn:
    @pytest.mark.parametrize("login", ["lan@example.com", "LAN@Example.COM", "  Lan@example.com "])
    async def test_sign_in_by_email_ignores_case(self, stranger: httpx2.AsyncClient, login: str) -> None:
        lan = await account(Role.RECEPTIONIST)
        tokens = tokens_in(await sign_in(stranger, login))
        assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
        me = (await get_me(stranger, tokens)).json()
        assert (me["id"], me["roles"]) == (str(lan.id), [{"role": "receptionist", "branch_id": None}])

    @pytest.mark.parametrize(
        "login", ["0912345678", " 0912 345 678 ", "+84912345678", "84 912.345.678", "+84 (0)912-345-678"]
    )
    async def test_sign_in_by_phone_in_any_spelling(self, stranger: httpx2.AsyncClient, login: str) -> None:
        lan = await account(phone="+84912345678", email=None)
        assert (await get_me(stranger, tokens_in(await sign_in(stranger, login)))).json()["id"] == str(lan.id)

    @pytest.mark.parametrize("spelling", ["NFC", "NFD"])
    async def test_composed_and_decomposed_accents_are_equal(
        self, stranger: httpx2.AsyncClient, spelling: str
    ) -> None:
        """The Vietnamese keyboard of Windows sends accents as separate characters."""
        typed = unicodedata.normalize(spelling, PASSWORD)  # type: ignore[arg-type]  # one of the literals
        other = unicodedata.normalize("NFD" if spelling == "NFC" else "NFC", PASSWORD)
        assert typed != other
        lan = await account()
        changed = await stranger.post(
            f"{AUTH}/password",
            json={"current_password": PASSWORD, "new_password": typed},
            headers=await header_of(lan),
        )
        assert changed.status_code == 200
        tokens_in(await sign_in(stranger, lan.login, other))

    @pytest.mark.parametrize(
        "wrong_password", [f" {PASSWORD}", f"{PASSWORD} ", PASSWORD.upper(), "", PASSWORD[:-1]]
    )
    async def test_spaces_case_and_length_of_a_password_count(
        self, stranger: httpx2.AsyncClient, wrong_password: str
    ) -> None:
        await account()
        refusal(await sign_in(stranger, "lan@example.com", wrong_password), 401, "WRONG_CREDENTIALS")

    async def test_spaces_at_the_ends_are_part_of_a_password(self, stranger: httpx2.AsyncClient) -> None:
        lan = await account(password=f"  {PASSWORD} ")
        tokens_in(await sign_in(stranger, lan.login, lan.password))

    @pytest.mark.parametrize(
        "unknown", ["mai@example.com", "0987654321", "unknown_user", "", "'; DROP TABLE", "%@example.com"]
    )
    async def test_an_unknown_account_is_answered_like_a_wrong_password(
        self, stranger: httpx2.AsyncClient, unknown: str, verifications: list[str]
    ) -> None:
        lan = await account()
        wrong = await sign_in(stranger, lan.login, "not it, not at all")
        assert len(verifications) == 1
        unknown_user = await sign_in(stranger, unknown, "not it, not at all")
        assert len(verifications) == 2
        refusal(wrong, 401, "WRONG_CREDENTIALS")
        assert unknown_user.status_code == 401
        assert without_time_and_id(unknown_user) == without_time_and_id(wrong)
        # The parameters are the cost.
        assert argon2.extract_parameters(verifications[0]) == argon2.extract_parameters(verifications[1])

    async def test_the_dummy_hash_is_made_before_the_account_is_looked_up(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        """Sign-in with the first unknown account of a process must not take twice as long as with a known one."""
        lan = await account()
        identity_passwords._dummy_hash.cache_clear()
        await sign_in(stranger, lan.login)
        assert identity_passwords._dummy_hash.cache_info().currsize == 1

    async def test_an_account_without_a_password_cannot_sign_in(
        self, stranger: httpx2.AsyncClient, verifications: list[str]
    ) -> None:
        await account(password=None)
        for wrong_password in ("", "None", PASSWORD):
            refusal(await sign_in(stranger, "lan@example.com", wrong_password), 401, "WRONG_CREDENTIALS")
        assert len(verifications) == 3

    async def test_a_disabled_account_is_revealed_with_the_right_password_only(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        lan = await account(disabled=True)
        refusal(await sign_in(stranger, lan.login), 403, "USER_DISABLED")
        refusal(await sign_in(stranger, lan.login, "not it, not at all"), 401, "WRONG_CREDENTIALS")
        assert await sql("SELECT count(*) FROM user_session") == 0

    @pytest.mark.parametrize(
        "meanwhile",
        ["UPDATE user_account SET disabled_at = now()", "UPDATE user_account SET password_hash = 'another'"],
    )
    async def test_changes_during_the_password_check_count(
        self, stranger: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, meanwhile: str
    ) -> None:
        """A session must not outlive the end of all sessions, or a renewed hash restore the old password."""
        lan = await account()
        await set_hash(OLDER.hash(PASSWORD))
        check = identity_passwords.check_password

        async def slowly(password: str, password_hash: str | None) -> tuple[bool, str | None]:
            checked = await check(password, password_hash)
            await sql(meanwhile)
            return checked

        monkeypatch.setattr(identity_guesses, "check_password", slowly)
        refused = await sign_in(stranger, lan.login)
        assert refused.status_code in {401, 403}
        assert await sql("SELECT count(*) FROM user_session") == 0
        assert (await stored_hash() == "another") is ("another" in meanwhile)

    async def test_a_hash_of_older_parameters_is_renewed_at_sign_in(
        self, stranger: httpx2.AsyncClient, full_cost_hasher: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(identity_passwords, "_hasher", full_cost_hasher)
        lan = await account()
        await set_hash(older := OLDER.hash(PASSWORD))
        await sign_in(stranger, lan.login, "not it, not at all")
        assert await stored_hash() == older
        tokens_in(await sign_in(stranger, lan.login))
        renewed = await stored_hash()
        assert argon2.extract_parameters(renewed) == argon2.profiles.RFC_9106_LOW_MEMORY
        tokens_in(await sign_in(stranger, lan.login))
        assert await stored_hash() == renewed

    @pytest.mark.parametrize("path", ["sign-in", "refresh"])
    async def test_without_a_free_connection_sign_in_is_503(
        self, stranger: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        tokens = await tokens_of(lan := await account())
        monkeypatch.setattr(database, "REQUEST_POOL_WAIT", 0.1)
        body = {
            "sign-in": {"login": lan.login, "password": lan.password},
            "refresh": {"refresh_token": tokens["refresh_token"]},
        }
        async with app_database(DB_POOL_SIZE=1, DB_MAX_OVERFLOW=0), database.engine.connect(), timeout(SOON):
            refused = await stranger.post(f"{AUTH}/{path}", json=body[path])
        refusal(refused, 503)
        assert refused.headers["retry-after"]


class TestSecrecy:
    async def test_the_table_has_argon2id(
        self, stranger: httpx2.AsyncClient, full_cost_hasher: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(identity_passwords, "_hasher", full_cost_hasher)
        lan = await account()
        await change(stranger, lan.password, headers=await header_of(lan))
        stored = await stored_hash()
        assert stored.startswith("$argon2id$v=19$")
        assert NEW_PASSWORD not in stored

    async def test_no_log_line_has_a_password_or_a_token(
        self, stranger: httpx2.AsyncClient, read_log: ReadLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lan = await account()
        async with SmtpServer() as server:
            with app_mail(**server.settings):
                old = await tokens_of(lan)
                new = tokens_in(
                    await stranger.post(f"{AUTH}/refresh", json={"refresh_token": old["refresh_token"]})
                )
                await stranger.post(f"{AUTH}/refresh", json={"refresh_token": old["refresh_token"]})
                await sign_in(stranger, lan.login, "not it, not at all")
                await sign_in(stranger, "x" * 300, "not it, not at all")
                await change(stranger, "not it, not at all", headers=await header_of(lan))
                await change(stranger, PASSWORD, "too short", headers=await header_of(lan))
                await request_reset(stranger, lan.login)
                word = link_token_in(server.mails[0].get_content())
                await reset(stranger, word)
        log = "\n".join(line for line in read_log().splitlines() if "| mail.log |" not in line)
        assert "sign-in refused" in log
        assert "used twice" in log
        secrets = [PASSWORD, NEW_PASSWORD, "not it, not at all", "too short", word]
        secrets += [tokens[kind] for tokens in (old, new) for kind in ("access_token", "refresh_token")]
        assert [secret for secret in secrets if secret in log] == []

    @pytest.mark.parametrize(
        ("path", "fields", "field", "kind"),
        [
            ("/auth/password", {"current_password": PASSWORD}, "body.new_password", "string_too_short"),
            ("/auth/password/reset", {"token": PASSWORD}, "body.new_password", "string_too_short"),
            (
                "/invitations/accept",
                {"token": PASSWORD, "full_name": "Lan"},
                "body.password",
                "string_too_short",
            ),
        ],
    )
    async def test_a_new_password_that_is_too_short_is_refused_and_not_repeated(
        self, stranger: httpx2.AsyncClient, path: str, fields: dict[str, str], field: str, kind: str
    ) -> None:
        headers = await header_of(await account())
        body = {**fields, field.removeprefix("body."): "chín chữ "}
        refused = await stranger.post(f"/api/v1{path}", json=body, headers=headers)
        [detail] = refusal(refused, 422, "VALIDATION_ERROR")["details"]
        assert (detail["field"], detail["type"], detail["message"]) == (field, kind, "Cần ít nhất 10 ký tự.")
        assert "chín chữ" not in refused.text
        assert PASSWORD not in refused.text

    @pytest.mark.parametrize(
        "body",
        [
            {"login": "lan@example.com", "password": PASSWORD, "role": "admin"},
            {"login": 1, "password": PASSWORD},
            {"login": "lan@example.com", "password": [PASSWORD]},
            {"login": "lan@example.com", "password": PASSWORD * 20},
            {"login": "lan@example.com", "password": f"{PASSWORD}\x00"},
        ],
    )
    async def test_a_422_repeats_no_password(
        self, stranger: httpx2.AsyncClient, body: dict[str, Any]
    ) -> None:
        refused = await stranger.post(f"{AUTH}/sign-in", json=body)
        refusal(refused, 422, "VALIDATION_ERROR")
        assert PASSWORD not in refused.text


class TestGuesses:
    """Wrong passwords use up limits, and right ones do not. The threat model is in `identity/guesses.py`."""

    async def test_right_passwords_are_not_counted(self, stranger: httpx2.AsyncClient) -> None:
        lan = await account()
        await use_up(BY_LOGIN, f"{lan.login} {ADDRESS}", left=1)
        await use_up(BY_LOGIN_ANYWHERE, lan.login, left=1)
        await use_up(BY_ADDRESS, ADDRESS, left=1)
        for _ in range(3):
            tokens_in(await sign_in(stranger, lan.login))
        refusal(await sign_in(stranger, lan.login, WRONG), 401)
        refusal(await sign_in(stranger, lan.login, WRONG), 429)

    async def test_right_passwords_sent_at_the_same_moment_all_sign_in(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        lan = await account()
        answers = await asyncio.gather(*(sign_in(stranger, lan.login) for _ in range(BY_LOGIN.requests + 2)))
        assert {answer.status_code for answer in answers} == {200}

    async def test_after_ten_wrong_passwords_the_right_one_is_refused_on_a_new_device(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        lan, mai = await account(), await account(email="mai@example.com")
        await use_up(BY_LOGIN, f"{lan.login} {ADDRESS}", left=2)
        for login in ("lan@example.com", "LAN@example.com"):
            refusal(await sign_in(stranger, login, WRONG), 401)
        refused = await sign_in(stranger, lan.login)
        refusal(refused, 429, "RATE_LIMITED")
        seconds = int(refused.headers["retry-after"])
        assert 0 < seconds <= 900
        assert refused.headers["ratelimit-policy"] == '"sign-in";q=10;w=900'
        assert refused.headers["ratelimit"] == f'"sign-in";r=0;t={seconds}'
        tokens_in(await sign_in(stranger, mai.login))

    async def test_guesses_sent_at_the_same_moment_are_counted_one_by_one(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        lan = await account()
        await use_up(BY_LOGIN, f"{lan.login} {ADDRESS}", left=3)
        answers = await asyncio.gather(*(sign_in(stranger, lan.login, WRONG) for _ in range(10)))
        assert Counter(answer.status_code for answer in answers) == {401: 3, 429: 7}

    async def test_spellings_of_a_phone_are_one_account(self, stranger: httpx2.AsyncClient) -> None:
        await use_up(BY_LOGIN, f"+84912345678 {ADDRESS}")
        refusal(await sign_in(stranger, "0912 345 678"), 429)

    async def test_an_unknown_account_is_limited_like_a_known_one(self, stranger: httpx2.AsyncClient) -> None:
        await use_up(BY_LOGIN, f"mai@example.com {ADDRESS}", left=1)
        refusal(await sign_in(stranger, "mai@example.com"), 401)
        refusal(await sign_in(stranger, "mai@example.com"), 429)

    async def test_a_few_guesses_from_elsewhere_do_not_lock_an_account(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        lan = await account()
        await use_up(BY_LOGIN, f"{lan.login} 203.0.113.7")
        await use_up(BY_LOGIN_ANYWHERE, lan.login, left=1)
        tokens_in(await sign_in(stranger, lan.login))
        refusal(await sign_in(stranger, lan.login, WRONG), 401)
        refused = await sign_in(stranger, lan.login)
        refusal(refused, 429)
        assert refused.headers["ratelimit-policy"] == '"sign-in-anywhere";q=100;w=900'

    async def test_an_address_is_limited_whatever_it_claims(self, stranger: httpx2.AsyncClient) -> None:
        lan = await account()
        await use_up(BY_ADDRESS, ADDRESS, left=1)
        refusal(await sign_in(stranger, lan.login, WRONG), 401)
        stranger.headers["X-Forwarded-For"] = "203.0.113.7"
        refused = await sign_in(stranger, lan.login)
        refusal(refused, 429)
        assert refused.headers["ratelimit-policy"] == '"sign-in-address";q=20;w=300'

    async def test_guesses_at_many_accounts_lock_a_new_device_at_the_address_for_five_minutes_at_most(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        with time_machine.travel("2027-02-06T02:30:00Z", tick=False) as clock:
            lan = await account()
            device = (await tokens_of(lan))["device_token"]
            for number in range(20):
                refusal(await sign_in(stranger, f"{number}@example.com", WRONG), 401)
            for _ in range(3):  # asking again does not make the wait longer
                refused = await sign_in(stranger, lan.login)
                assert refusal(refused, 429)["message"].endswith("sau 5 phút.")
                assert refused.headers["retry-after"] == "300"
            tokens_in(await sign_in(stranger, lan.login, device_token=device))
            clock.shift(301)
            tokens_in(await sign_in(stranger, lan.login))

    async def test_an_attacker_with_many_accounts_tries_four_passwords_a_minute(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        """The attacker waits as long as the answers say, for half an hour."""
        numbers = iter(range(1_000))
        checked = 0
        with time_machine.travel("2027-02-06T02:30:00Z", tick=False) as clock:
            end = utc_now() + timedelta(minutes=30)
            while utc_now() < end:
                answer = await sign_in(stranger, f"{next(numbers)}@example.com", WRONG)
                checked += answer.status_code == 401
                if answer.status_code == 429:
                    clock.shift(int(answer.headers["retry-after"]) + 1)
        assert 100 <= checked <= 120

    async def test_an_ipv6_network_is_limited_as_one_address(
        self, stranger: httpx2.AsyncClient, running_app: ASGIApp
    ) -> None:
        await use_up(BY_ADDRESS, "2001:db8:1:2::/64")
        for address, status in (
            ("2001:db8:1:2::a", 429),
            ("2001:db8:1:2:3:4:5:6", 429),
            ("2001:db8:1:3::a", 401),
        ):
            async with client_at(address, running_app) as http:
                refusal(await sign_in(http, "lan@example.com"), status)

    async def test_guesses_of_one_address_leave_the_hashing_to_others(
        self, stranger: httpx2.AsyncClient, running_app: ASGIApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An address with six guesses uses one of two places for hashing."""
        lan = await account()
        monkeypatch.setattr(identity_passwords, "_WAITING", asyncio.Semaphore(2))
        async with client_at("203.0.113.7", running_app) as attacker:
            guesses = [asyncio.create_task(sign_in(attacker, f"{n}@example.com", WRONG)) for n in range(6)]
            tokens_in(await sign_in(stranger, lan.login))
            assert {answer.status_code for answer in await asyncio.gather(*guesses)} == {401}

    async def test_too_many_passwords_to_hash_are_503(
        self, stranger: httpx2.AsyncClient, running_app: ASGIApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lan = await account()
        monkeypatch.setattr(identity_passwords, "_WAITING", asyncio.Semaphore(2))
        verify, may_end = argon2.PasswordHasher.verify, threading.Event()

        def slowly(self: argon2.PasswordHasher, hash: str, password: str) -> Any:  # noqa: A002 - argon2's name
            assert may_end.wait(SOON)
            return verify(self, hash, password)

        monkeypatch.setattr(argon2.PasswordHasher, "verify", slowly)
        async with AsyncExitStack() as clients:
            addresses = [f"203.0.113.{number}" for number in range(6)]
            https = [
                await clients.enter_async_context(client_at(address, running_app)) for address in addresses
            ]
            signing_in = [asyncio.create_task(sign_in(http, lan.login)) for http in https]
            first = [await answer for answer in itertools.islice(asyncio.as_completed(signing_in), 4)]
            assert [answer.status_code for answer in first] == [503] * 4
            may_end.set()
            answers = await asyncio.gather(*signing_in)
        assert Counter(answer.status_code for answer in answers) == {503: 4, 200: 2}
        tokens_in(await sign_in(stranger, lan.login))

    async def test_wrong_guesses_of_the_current_password_are_limited(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        lan = await account()
        await use_up(BY_USER, str(lan.id), left=1)
        changed = tokens_in(await change(stranger, PASSWORD, headers=await header_of(lan)))
        headers = bearer(tokens_in(await change(stranger, NEW_PASSWORD, PASSWORD, headers=bearer(changed))))
        refusal(await change(stranger, WRONG, headers=headers), 403, "WRONG_PASSWORD")
        refusal(await change(stranger, PASSWORD, headers=headers), 429)


class TestKnownDevice:
    """Strangers have used up what they can."""

    @pytest.fixture
    async def lan(self, stranger: httpx2.AsyncClient) -> Account:
        lan = await account()
        await use_up(BY_LOGIN, f"{lan.login} {ADDRESS}")
        await use_up(BY_LOGIN_ANYWHERE, lan.login)
        await use_up(BY_ADDRESS, ADDRESS)
        await use_up(identity_recovery.BY_ADDRESS, ADDRESS)
        return lan

    async def test_the_owner_signs_in_on_a_known_device_and_not_on_a_new_one(
        self, stranger: httpx2.AsyncClient, lan: Account
    ) -> None:
        device = (await tokens_of(lan))["device_token"]
        refusal(await sign_in(stranger, lan.login), 429)
        again = tokens_in(await sign_in(stranger, lan.login, device_token=device))
        tokens_in(await sign_in(stranger, lan.login, device_token=again["device_token"]))

    async def test_a_device_is_still_known_after_signing_out_and_after_a_refresh(
        self, stranger: httpx2.AsyncClient, lan: Account
    ) -> None:
        tokens = await tokens_of(lan)
        renewed = tokens_in(await refresh(stranger, tokens))
        await stranger.post(f"{AUTH}/sign-out", headers=bearer(renewed))
        for device in (tokens["device_token"], renewed["device_token"]):
            tokens_in(await sign_in(stranger, lan.login, device_token=device))

    async def test_a_known_device_has_ten_wrong_passwords_of_its_own(
        self, stranger: httpx2.AsyncClient, lan: Account
    ) -> None:
        device, other = [(await tokens_of(lan))["device_token"] for _ in range(2)]
        for _ in range(10):
            refusal(await sign_in(stranger, lan.login, WRONG, device_token=device), 401)
        refused = await sign_in(stranger, lan.login, device_token=device)
        refusal(refused, 429)
        assert refused.headers["ratelimit-policy"] == '"sign-in-device";q=10;w=900'
        tokens_in(await sign_in(stranger, lan.login, device_token=other))

    async def test_the_device_of_another_account_is_not_known(
        self, stranger: httpx2.AsyncClient, lan: Account
    ) -> None:
        mai = await account(email="mai@example.com")
        device = (await tokens_of(mai))["device_token"]
        refusal(await sign_in(stranger, lan.login, device_token=device), 429)

    @pytest.mark.parametrize("token", ["", "x", "..", ".a.b", "WzFd.a.b", "ă.ă.ă"])
    async def test_an_invalid_token_is_a_device_that_is_not_known(
        self, stranger: httpx2.AsyncClient, lan: Account, token: str
    ) -> None:
        mai = await account(email="mai@example.com")
        refusal(await sign_in(stranger, lan.login, device_token=token), 429)
        async with client_at("203.0.113.7", stranger._transport.app) as http:  # type: ignore[attr-defined]  # httpx's
            tokens_in(await sign_in(http, mai.login, device_token=token))

    @pytest.mark.parametrize("how", ["sign-out-everywhere", "password"])
    async def test_a_device_is_not_known_after_a_new_password_or_signing_out_everywhere(
        self, stranger: httpx2.AsyncClient, lan: Account, how: str
    ) -> None:
        with time_machine.travel(utc_now(), tick=False) as clock:
            tokens = await tokens_of(lan)
            clock.shift(1)
            change_body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
            json = change_body if how == "password" else None
            done = await stranger.post(f"{AUTH}/{how}", json=json, headers=bearer(tokens))
            password = NEW_PASSWORD if how == "password" else PASSWORD
            device = tokens["device_token"]
            refusal(await sign_in(stranger, lan.login, password, device_token=device), 429)
            if how == "password":
                new_device = tokens_in(done)["device_token"]
                tokens_in(await sign_in(stranger, lan.login, password, device_token=new_device))

    @pytest.mark.parametrize(("days", "status"), [(365, 200), (366, 429)])
    async def test_a_device_is_known_for_a_year(
        self, stranger: httpx2.AsyncClient, days: int, status: int
    ) -> None:
        lan = await account()
        with time_machine.travel("2027-02-06T02:30:00Z", tick=False) as clock:
            device = (await tokens_of(lan))["device_token"]
            clock.shift(days * 86_400)
            await use_up(BY_LOGIN_ANYWHERE, lan.login)
            answer = await sign_in(stranger, lan.login, device_token=device)
            assert answer.status_code == status

    async def test_a_reset_by_mail_signs_in_on_a_new_device_and_makes_it_known(
        self, stranger: httpx2.AsyncClient, lan: Account
    ) -> None:
        with app_mail():
            async with client_at("203.0.113.7", stranger._transport.app) as http:  # type: ignore[attr-defined]  # httpx's
                assert (await request_reset(http, lan.login)).status_code == 202
            tokens = tokens_in(await reset(stranger, shown_link_token()))
        assert await is_alive(stranger, tokens)
        refusal(await sign_in(stranger, lan.login, NEW_PASSWORD), 429)
        device = tokens["device_token"]
        tokens_in(await sign_in(stranger, lan.login, NEW_PASSWORD, device_token=device))

    async def test_a_reset_is_limited_by_address_on_a_device_that_is_not_known(
        self, stranger: httpx2.AsyncClient, lan: Account
    ) -> None:
        device = (await tokens_of(lan))["device_token"]
        for email, token in ((lan.login, ""), ("mai@example.com", device)):
            refused = await request_reset(stranger, email, device_token=token)
            refusal(refused, 429)
            assert refused.headers["ratelimit-policy"] == '"password-reset-address";q=10;w=900'
        with app_mail():
            assert (await request_reset(stranger, lan.login, device_token=device)).status_code == 202
            assert shown_link_token()


class TestChange:
    async def test_a_change_needs_the_current_password(self, stranger: httpx2.AsyncClient) -> None:
        tokens = await tokens_of(lan := await account())
        before = await stored_hash()
        refusal(await change(stranger, f"{PASSWORD} ", headers=bearer(tokens)), 403, "WRONG_PASSWORD")
        refusal(await change(stranger, PASSWORD, headers={}), 401)
        assert await stored_hash() == before
        assert await is_alive(stranger, tokens)
        tokens_in(await sign_in(stranger, lan.login))

    async def test_a_change_ends_every_session_and_opens_a_new_one(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        lan, mai = await account(), await account(email="mai@example.com")
        here, elsewhere, others = [await tokens_of(user) for user in (lan, lan, mai)]
        new = tokens_in(await change(stranger, PASSWORD, headers=bearer(here)))
        alive = [await is_alive(stranger, tokens) for tokens in (here, elsewhere, new, others)]
        assert alive == [False, False, True, True]
        refusal(await sign_in(stranger, lan.login), 401, "WRONG_CREDENTIALS")
        tokens_in(await sign_in(stranger, lan.login, NEW_PASSWORD))

    async def test_spaces_at_the_ends_of_a_new_password_are_kept(self, stranger: httpx2.AsyncClient) -> None:
        lan = await account()
        await change(stranger, PASSWORD, f" {NEW_PASSWORD} ", headers=await header_of(lan))
        refusal(await sign_in(stranger, lan.login, NEW_PASSWORD), 401)
        tokens_in(await sign_in(stranger, lan.login, f" {NEW_PASSWORD} "))


@pytest.mark.usefixtures("mails_shown")
class TestReset:
    async def test_a_reset_request_has_the_same_response_for_every_email(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        await account()
        known, unknown = [
            await request_reset(stranger, email) for email in ("lan@example.com", "mai@example.com")
        ]
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, b"null")
        assert set(known.headers) == set(unknown.headers)
        assert [mail.to for mail in shown_mails] == ["lan@example.com"]

    async def test_a_reset_link_sets_the_password_and_ends_every_session(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        tokens = await tokens_of(lan := await account())
        async with SmtpServer() as server:
            with app_mail(**server.settings):
                await request_reset(stranger, "LAN@example.com")
        [mail] = server.mails
        assert mail["To"] == lan.login
        new = tokens_in(await reset(stranger, link_token_in(mail.get_content())))
        assert (await is_alive(stranger, tokens), await is_alive(stranger, new)) == (False, True)
        refusal(await sign_in(stranger, lan.login), 401)
        tokens_in(await sign_in(stranger, lan.login, NEW_PASSWORD))

    async def test_a_reset_link_works_once(self, stranger: httpx2.AsyncClient) -> None:
        lan = await account()
        await request_reset(stranger, lan.login)
        tokens_in(await reset(stranger, shown_link_token()))
        refusal(await reset(stranger, shown_link_token(), "yet another one"), 404, "RESET_LINK_INVALID")
        tokens_in(await sign_in(stranger, lan.login, NEW_PASSWORD))

    async def test_a_new_password_voids_the_reset_link(self, stranger: httpx2.AsyncClient) -> None:
        lan = await account()
        await request_reset(stranger, lan.login)
        await change(stranger, PASSWORD, headers=await header_of(lan))
        refusal(await reset(stranger, shown_link_token(), "yet another one"), 404, "RESET_LINK_INVALID")

    @pytest.mark.parametrize(("seconds", "status"), [(7200, 200), (7201, 404)])
    async def test_a_reset_link_works_for_two_hours(
        self, stranger: httpx2.AsyncClient, seconds: int, status: int
    ) -> None:
        lan = await account()
        with time_machine.travel("2027-02-06T02:30:00Z", tick=False) as clock:
            await request_reset(stranger, lan.login)
            clock.shift(seconds)
            assert (await reset(stranger, shown_link_token())).status_code == status

    async def test_a_disabled_account_or_one_without_a_password_gets_no_link(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        await account(disabled=True)
        await account(email="mai@example.com", password=None)
        for email in ("lan@example.com", "mai@example.com"):
            assert (await request_reset(stranger, email)).status_code == 202
        assert list(shown_mails) == []

    async def test_a_link_of_an_account_disabled_meanwhile_is_refused(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        lan = await account()
        await request_reset(stranger, lan.login)
        await sql("UPDATE user_account SET disabled_at = now()")
        refusal(await reset(stranger, shown_link_token()), 404, "RESET_LINK_INVALID")

    async def test_a_link_works_for_its_account_only(self, stranger: httpx2.AsyncClient) -> None:
        lan, mai = await account(), await account(email="mai@example.com")
        await sql("UPDATE user_account SET password_hash = password_hash || ' ' WHERE id = :id", id=mai.id)
        await request_reset(stranger, lan.login)
        await request_reset(stranger, mai.login)
        first, second = [link_token_in(mail.body).split(".") for mail in shown_mails]
        forged = ".".join([first[0], *second[1:]])
        refusal(await reset(stranger, forged), 404, "RESET_LINK_INVALID")

    @pytest.mark.parametrize("word", ["", "x", "..", ".a.b", "WzFd.a.b", "MQ.a.b", "bnVsbA.a.b", "ă.ă.ă"])
    async def test_an_invalid_link_is_refused(self, stranger: httpx2.AsyncClient, word: str) -> None:
        refusal(await reset(stranger, word), 404, "RESET_LINK_INVALID")

    async def test_after_three_mails_the_owner_has_links_and_gets_no_further_one(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        """A stranger who requests them uses up nothing: each answer is the same, and each link works."""
        lan = await account()
        mai = await account(email="mai@example.com")
        spellings = ["lan@example.com", "LAN@example.com", "lan@EXAMPLE.com", "Lan@example.com", lan.login]
        answers = [await request_reset(stranger, email) for email in spellings]
        assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"null")}
        assert [mail.to for mail in shown_mails] == [lan.login] * 3
        oldest = link_token_in(shown_mails[-1].body)
        await request_reset(stranger, mai.login)
        assert shown_mails[0].to == mai.login
        tokens_in(await reset(stranger, oldest))

    def test_a_link_outlives_the_time_in_which_no_further_mail_is_sent(self) -> None:
        assert 2 * identity_recovery.MAILS.seconds <= identity_recovery.RESET_SECONDS

    async def test_after_a_new_password_mails_are_sent_again(self, stranger: httpx2.AsyncClient) -> None:
        lan = await account()
        for _ in range(3):
            await request_reset(stranger, lan.login)
        await reset(stranger, shown_link_token())
        await request_reset(stranger, lan.login)
        assert len(shown_mails) == 4
        tokens_in(await reset(stranger, shown_link_token(), PASSWORD))

    async def test_a_mail_server_that_is_down_changes_no_response_and_no_count(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        await account()
        with app_mail(SMTP_HOST="127.0.0.1", SMTP_PORT=1, SMTP_SECURITY="none"):
            for _ in range(4):
                assert (await request_reset(stranger, "lan@example.com")).status_code == 202
        with app_mail():
            await request_reset(stranger, "lan@example.com")
            assert shown_link_token()


async def change(
    http: httpx2.AsyncClient, current: str, new: str = NEW_PASSWORD, *, headers: dict[str, str]
) -> httpx2.Response:
    body = {"current_password": current, "new_password": new}
    return await http.post(f"{AUTH}/password", json=body, headers=headers)


async def request_reset(http: httpx2.AsyncClient, email: str, **more: str) -> httpx2.Response:
    return await http.post(f"{AUTH}/password/reset-request", json={"email": email} | more)


def client_at(address: str, app: ASGIApp) -> httpx2.AsyncClient:
    """Return a client with this address."""
    transport = ASGITransport(app=app, client=(address, 1))
    return httpx2.AsyncClient(transport=transport, base_url="http://testserver")


async def reset(http: httpx2.AsyncClient, word: str, password: str = NEW_PASSWORD) -> httpx2.Response:
    return await http.post(f"{AUTH}/password/reset", json={"token": word, "new_password": password})
