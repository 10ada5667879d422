"""Sessions: a refresh token works once, and a used one ends its session."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
import time_machine
from itsdangerous import URLSafeSerializer
from uuid_utils.compat import uuid7

from app.core.config import settings
from app.core.security import sign_cursor
from app.modules.identity.roles import Role
from tests.api.identity.accounts import (
    AUTH,
    PASSWORD,
    Tokens,
    account,
    bearer,
    get_me,
    is_alive,
    refresh,
    sign_in,
    sql,
    tokens_in,
    tokens_of,
)
from tests.support.http import refusal

NOW = datetime(2027, 2, 6, 2, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


async def end_reason() -> str | None:
    reason: str | None = await sql("SELECT end_reason FROM user_session")
    return reason


def signed(session_id: UUID, secret: bytes = bytes(32), *, key: str | None = None) -> str:
    serializer = URLSafeSerializer(key or settings.SECRET_KEY.get_secret_value(), salt="refresh token")
    return str(serializer.dumps([session_id.hex, secret.hex()]))


class TestRefresh:
    async def test_every_refresh_token_gives_the_next_one(self, stranger: httpx2.AsyncClient) -> None:
        tokens = [await tokens_of(await account())]
        for _ in range(3):
            tokens.append(tokens_in(await refresh(stranger, tokens[-1])))
        assert len({pair["refresh_token"] for pair in tokens}) == 4
        # They are of one session, which goes on: an access token lasts its 15 minutes.
        assert [(await get_me(stranger, pair)).status_code for pair in tokens] == [200] * 4
        assert await sql("SELECT count(*) FROM user_session") == 1

    async def test_a_used_token_ends_the_session_and_all_its_tokens(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        old = await tokens_of(lan := await account())
        other_session = await tokens_of(lan)
        new = tokens_in(await refresh(stranger, old))
        refusal(await refresh(stranger, old), 401, "REFRESH_TOKEN_REUSED")
        for tokens in (old, new):
            refusal(await get_me(stranger, tokens), 401, "SESSION_ENDED")
            refusal(await refresh(stranger, tokens), 401, "INVALID_REFRESH_TOKEN")
        assert await sql("SELECT array_agg(end_reason ORDER BY id) FROM user_session") == ["reuse", None]
        assert await is_alive(stranger, other_session)

    async def test_a_token_used_long_ago_ends_the_session(self, stranger: httpx2.AsyncClient) -> None:
        first = last = await tokens_of(await account())
        for _ in range(3):
            last = tokens_in(await refresh(stranger, last))
        refusal(await refresh(stranger, first), 401, "REFRESH_TOKEN_REUSED")
        assert not await is_alive(stranger, last)

    async def test_of_fifty_concurrent_refreshes_one_wins(
        self, stranger: httpx2.AsyncClient, clock: time_machine.Traveller
    ) -> None:
        old = await tokens_of(await account())
        answers = await asyncio.gather(*(refresh(stranger, old) for _ in range(50)))
        assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 49}
        codes = {answer.json()["error"]["code"] for answer in answers if answer.status_code == 401}
        assert codes == {"INVALID_REFRESH_TOKEN"}
        [new] = [answer.json() for answer in answers if answer.status_code == 200]
        assert (await get_me(stranger, new)).status_code == 200
        clock.shift(timedelta(microseconds=1))
        refusal(await refresh(stranger, old), 401, "REFRESH_TOKEN_REUSED")
        assert not await is_alive(stranger, new)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda token: token[:-1],
            lambda token: token[1:],
            lambda token: token[: len(token) // 2],
            lambda token: f"{token}.{token}"[:500],
            lambda token: token.partition(".")[0],
            lambda token: ("B" if token[5] == "A" else "A").join((token[:5], token[6:])),
            lambda _: "",
            lambda _: "ă.ă",
            lambda _: ".eJw.x",
            lambda _: sign_cursor("users", ["a", "b"]),
            lambda _: urlsafe_b64encode(json.dumps(["a", "b"]).encode()).decode(),
        ],
    )
    async def test_a_forged_token_is_refused_and_the_session_stays(
        self, stranger: httpx2.AsyncClient, spoil: Callable[[str], str]
    ) -> None:
        tokens = await tokens_of(await account())
        refusal(await refresh(stranger, spoil(tokens["refresh_token"])), 401, "INVALID_REFRESH_TOKEN")
        tokens_in(await refresh(stranger, tokens))

    async def test_a_token_of_another_installation_is_refused(self, stranger: httpx2.AsyncClient) -> None:
        tokens = await tokens_of(await account())
        session_id = await sql("SELECT id FROM user_session")
        foreign = signed(session_id, key="of another installation, and of the same length")
        refusal(await refresh(stranger, foreign), 401, "INVALID_REFRESH_TOKEN")
        tokens_in(await refresh(stranger, tokens))

    async def test_a_deleted_session_is_refused(self, stranger: httpx2.AsyncClient) -> None:
        refusal(await refresh(stranger, signed(uuid7())), 401, "INVALID_REFRESH_TOKEN")

    async def test_access_and_refresh_tokens_are_not_interchangeable(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        tokens = await tokens_of(await account())
        refusal(await refresh(stranger, tokens["access_token"]), 401, "INVALID_REFRESH_TOKEN")
        exchanged = {"Authorization": f"Bearer {tokens['refresh_token']}"}
        refusal(await stranger.get(f"{AUTH}/me", headers=exchanged), 401, "INVALID_TOKEN")
        assert await is_alive(stranger, tokens)

    async def test_the_token_is_not_in_the_database(self, stranger: httpx2.AsyncClient) -> None:
        token = (await tokens_of(await account()))["refresh_token"]
        session_id, secret = URLSafeSerializer("").loads_unsafe(token)[1]
        stored = await sql(
            "SELECT json_agg(s)::text || (SELECT json_agg(a)::text FROM audit_entry a) FROM user_session s"
        )
        assert str(UUID(session_id)) in stored
        assert secret not in stored
        assert token not in stored

    async def test_a_disabled_user_cannot_refresh(self, stranger: httpx2.AsyncClient) -> None:
        tokens = await tokens_of(await account())
        await sql("UPDATE user_account SET disabled_at = now()")
        refusal(await refresh(stranger, tokens), 403, "USER_DISABLED")
        refusal(await get_me(stranger, tokens), 403, "USER_DISABLED")


class TestTime:
    async def test_an_access_token_expires_after_15_minutes(
        self, stranger: httpx2.AsyncClient, clock: time_machine.Traveller
    ) -> None:
        tokens = await tokens_of(await account())
        clock.shift(899)
        assert (await get_me(stranger, tokens)).status_code == 200
        clock.shift(1)
        refusal(await get_me(stranger, tokens), 401, "TOKEN_EXPIRED")
        assert (await get_me(stranger, tokens_in(await refresh(stranger, tokens)))).status_code == 200

    async def test_a_session_ends_30_days_after_the_last_refresh(
        self, stranger: httpx2.AsyncClient, clock: time_machine.Traveller
    ) -> None:
        tokens = await tokens_of(await account())
        for _ in range(3):
            clock.shift(timedelta(days=30, seconds=-1))
            tokens = tokens_in(await refresh(stranger, tokens))
        clock.shift(timedelta(days=30))
        refusal(await refresh(stranger, tokens), 401, "INVALID_REFRESH_TOKEN")

    async def test_an_access_token_ends_with_its_session(
        self, stranger: httpx2.AsyncClient, clock: time_machine.Traveller
    ) -> None:
        tokens = await tokens_of(await account())
        await sql("UPDATE user_session SET expires_at = :at", at=NOW + timedelta(seconds=60))
        clock.shift(59)
        assert (await get_me(stranger, tokens)).status_code == 200
        clock.shift(1)
        refusal(await get_me(stranger, tokens), 401, "SESSION_ENDED")


class TestSignOut:
    async def test_sign_out_ends_this_session_only(self, stranger: httpx2.AsyncClient) -> None:
        here, elsewhere = await two_sessions()
        done = await stranger.post(f"{AUTH}/sign-out", headers=bearer(here))
        assert (done.status_code, done.content) == (204, b"")
        refusal(await get_me(stranger, here), 401, "SESSION_ENDED")
        refusal(await refresh(stranger, here), 401, "INVALID_REFRESH_TOKEN")
        assert await is_alive(stranger, elsewhere)

    async def test_sign_out_everywhere_ends_all_sessions_of_the_user_alone(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        here, elsewhere = await two_sessions()
        others = await tokens_of(await account(email="mai@example.com"))
        assert (await stranger.post(f"{AUTH}/sign-out-everywhere", headers=bearer(here))).status_code == 204
        assert [await is_alive(stranger, tokens) for tokens in (here, elsewhere, others)] == [
            False,
            False,
            True,
        ]
        tokens_in(await sign_in(stranger, "lan@example.com"))

    async def test_the_reason_of_an_ended_session_is_stored(self, stranger: httpx2.AsyncClient) -> None:
        tokens = await tokens_of(await account())
        await stranger.post(f"{AUTH}/sign-out", headers=bearer(tokens))
        assert await end_reason() == "signed out"

    @pytest.mark.parametrize("path", ["sign-out", "sign-out-everywhere"])
    async def test_sign_out_needs_a_signed_in_user(self, stranger: httpx2.AsyncClient, path: str) -> None:
        refusal(await stranger.post(f"{AUTH}/{path}"), 401)


async def test_a_session_stores_its_device(stranger: httpx2.AsyncClient) -> None:
    await account(Role.THERAPIST)
    body = {"login": "lan@example.com", "password": PASSWORD}
    headers = {b"User-Agent": "Máy quầy ".encode() + b"x" * 400}
    tokens_in(await stranger.post(f"{AUTH}/sign-in", json=body, headers=headers))
    assert await sql("SELECT address FROM user_session") == "127.0.0.1"
    assert await sql("SELECT length(user_agent) FROM user_session") == 300


async def two_sessions() -> tuple[Tokens, Tokens]:
    lan = await account()
    return await tokens_of(lan), await tokens_of(lan)
