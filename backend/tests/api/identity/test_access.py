"""Tokens in requests, issued here and by Supabase, and the user they stand for."""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from app.core import database
from app.core.exceptions import ForbiddenException
from app.modules.identity.access import SYSTEM_USER, CurrentUser, Grant, authorize
from app.modules.identity.roles import Role
from tests.api.identity.issuer import Issuer, trusting
from tests.builders.people import new_user, signed_in
from tests.support.app_process import AppProcess
from tests.support.database import run_sql
from tests.support.stores import app_database, driver_url

ME = "/api/v1/auth/me"
CUSTOMERS = "/api/v1/customers"
BRANCHES = "/api/v1/branches"
MEGABYTE = "a" * 1024 * 1024


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer, trusting(issuer):
        yield issuer


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def refusal_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


class TestTokenLocation:
    async def test_without_a_token_the_response_asks_for_a_bearer_token(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        response = await stranger.get(ME)
        assert refusal_of(response) == (401, "UNAUTHORIZED")
        assert response.headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("name", ["access_token", "token", "Authorization", "bearer"])
    async def test_a_token_in_the_query_string_is_ignored(
        self, stranger: httpx2.AsyncClient, name: str
    ) -> None:
        authorization = (await signed_in(Role.ADMIN))["Authorization"]
        for value in (authorization, authorization.removeprefix("Bearer ")):
            response = await stranger.get(ME, params={name: value})
            assert refusal_of(response) == (401, "UNAUTHORIZED")

    async def test_a_token_in_a_cookie_is_ignored(self, stranger: httpx2.AsyncClient) -> None:
        token = (await signed_in(Role.ADMIN))["Authorization"].removeprefix("Bearer ")
        response = await stranger.get(
            ME, headers={"Cookie": f"access_token={token}; Authorization=Bearer {token}"}
        )
        assert response.status_code == 401

    async def test_two_authorization_headers_are_refused(self, stranger: httpx2.AsyncClient) -> None:
        admin, customer = await signed_in(Role.ADMIN), await signed_in(Role.CUSTOMER)
        for second in (admin, customer, {"Authorization": "Basic bGFuOmxhbg=="}):
            both = [*admin.items(), *second.items()]
            assert refusal_of(await stranger.get(ME, headers=both)) == (401, "UNAUTHORIZED")

    async def test_two_tokens_in_one_header_are_refused(self, stranger: httpx2.AsyncClient) -> None:
        authorization = (await signed_in(Role.ADMIN))["Authorization"]
        response = await stranger.get(ME, headers={"Authorization": f"{authorization}, {authorization}"})
        assert response.status_code == 401

    @pytest.mark.parametrize("scheme", ["Basic", "Token", "Negotiate", "DPoP", ""])
    async def test_another_scheme_is_refused(self, stranger: httpx2.AsyncClient, scheme: str) -> None:
        token = (await signed_in(Role.ADMIN))["Authorization"].removeprefix("Bearer ")
        response = await stranger.get(ME, headers={"Authorization": f"{scheme} {token}".strip()})
        assert refusal_of(response) == (401, "UNAUTHORIZED")

    @pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
    async def test_the_scheme_may_be_written_in_any_case(
        self, stranger: httpx2.AsyncClient, scheme: str
    ) -> None:
        """RFC 9110 §11.1."""
        token = (await signed_in())["Authorization"].removeprefix("Bearer ")
        response = await stranger.get(ME, headers={"Authorization": f"{scheme} {token}"})
        assert response.status_code == 200

    @pytest.mark.parametrize(
        ("length", "refused"),
        [
            (4_097, (401, "INVALID_TOKEN")),
            (32_000, (401, "INVALID_TOKEN")),
            (2**20, (431, "HEADERS_TOO_LARGE")),
        ],
    )
    async def test_a_long_token_is_refused(
        self, stranger: httpx2.AsyncClient, length: int, refused: tuple[int, str]
    ) -> None:
        assert refusal_of(await stranger.get(ME, headers=bearer("a" * length))) == refused

    async def test_the_server_survives_a_token_of_1_mb(self, stranger: httpx2.AsyncClient) -> None:
        headers = await signed_in()
        async with (
            AppProcess({"DATABASE_URL": driver_url()}) as process,
            process.http() as http,
        ):
            assert (await http.get(ME, headers=bearer(MEGABYTE))).status_code in {400, 401, 431}
            assert (await http.get(ME, headers=headers)).status_code == 200


class TestOrder:
    @pytest.mark.parametrize("body", [b"{}", b'{"full_name": 1, "is_admin": true}', b"[]", b""])
    async def test_a_bad_body_tells_a_stranger_nothing(
        self, stranger: httpx2.AsyncClient, body: bytes
    ) -> None:
        response = await stranger.post(CUSTOMERS, content=body, headers={"Content-Type": "application/json"})
        assert refusal_of(response) == (401, "UNAUTHORIZED")

    async def test_a_bad_body_is_answered_alike_with_and_without_the_role(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        """A body is validated before the service authorizes. The response has nothing beyond the public document."""
        answers = [
            await stranger.post(BRANCHES, json={"is_admin": True}, headers=await signed_in(role))
            for role in (Role.ADMIN, Role.CUSTOMER)
        ]
        assert [refusal_of(answer) for answer in answers] == [(422, "VALIDATION_ERROR")] * 2
        admins, customers = (answer.json()["error"] for answer in answers)
        assert customers == admins

    async def test_a_good_body_does_not_help_a_user_without_the_role(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        body = {"key": "quan-1", "name": "Sen Trắng Quận 1"}
        response = await stranger.post(BRANCHES, json=body, headers=await signed_in(Role.CUSTOMER))
        assert refusal_of(response) == (403, "FORBIDDEN")
        assert await run_sql("SELECT FROM branch") == []

    async def test_a_stranger_takes_no_connection(
        self, stranger: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Refused requests must not exhaust the pool. Here the whole pool is in use."""
        monkeypatch.setattr(database, "REQUEST_POOL_WAIT", 0.1)
        async with (
            app_database(DB_POOL_SIZE=1, DB_MAX_OVERFLOW=0),
            database.AsyncSessionLocal() as session,
        ):
            await session.connection()
            assert (await stranger.get(CUSTOMERS)).status_code == 401
            assert (await stranger.get(CUSTOMERS, headers=bearer("a.b.c"))).status_code == 401
            assert (await stranger.get(CUSTOMERS, headers=await signed_in(Role.ADMIN))).status_code == 503


class TestAccountState:
    async def test_a_disabled_user_is_403(self, stranger: httpx2.AsyncClient) -> None:
        user_id, headers = await new_user(Role.ADMIN)
        await stranger.post(f"/api/v1/users/{user_id}/disable", headers=await signed_in(Role.ADMIN))
        assert refusal_of(await stranger.get(ME, headers=headers)) == (403, "USER_DISABLED")

    async def test_a_deleted_user_is_401(self, stranger: httpx2.AsyncClient) -> None:
        user_id, headers = await new_user(Role.ADMIN)
        await run_sql("DELETE FROM user_account WHERE id = $1", user_id)
        assert refusal_of(await stranger.get(ME, headers=headers)) == (401, "SESSION_ENDED")

    async def test_a_session_of_another_user_is_401(self, stranger: httpx2.AsyncClient) -> None:
        """A token names a user and a session, which must belong together."""
        _, headers = await new_user(Role.ADMIN)
        other, _ = await new_user()
        assert (await stranger.get(ME, headers=headers)).status_code == 200
        await run_sql("UPDATE user_session SET user_id = $1", other)
        assert refusal_of(await stranger.get(ME, headers=headers)) == (401, "SESSION_ENDED")

    async def test_a_removed_role_is_gone_with_the_next_request(self, stranger: httpx2.AsyncClient) -> None:
        user_id, headers = await new_user(Role.RECEPTIONIST)
        assert (await stranger.get(CUSTOMERS, headers=headers)).status_code == 200
        await run_sql("DELETE FROM role_assignment WHERE user_id = $1", user_id)
        assert refusal_of(await stranger.get(CUSTOMERS, headers=headers)) == (403, "FORBIDDEN")


def test_a_role_holds_in_its_branch_or_everywhere() -> None:
    here, elsewhere = uuid4(), uuid4()
    grants = frozenset({Grant(Role.RECEPTIONIST, here), Grant(Role.ADMIN, None)})
    user = CurrentUser(id=uuid4(), grants=grants, session_id=None)
    assert user.holds(Role.RECEPTIONIST)
    assert user.holds_in(here, Role.RECEPTIONIST)
    assert not user.holds_in(elsewhere, Role.RECEPTIONIST)
    assert not user.holds_everywhere(Role.RECEPTIONIST)
    assert user.holds_in(elsewhere, Role.ADMIN)
    assert user.holds_everywhere(Role.ADMIN)
    assert not user.holds(Role.THERAPIST)


class TestAuthorize:
    HERE, ELSEWHERE = uuid4(), uuid4()
    DESK_HERE = CurrentUser(uuid4(), frozenset({Grant(Role.RECEPTIONIST, HERE)}), session_id=None)

    @pytest.mark.parametrize(
        ("roles", "options", "is_allowed"),
        [
            ((Role.RECEPTIONIST,), {}, True),
            ((Role.ADMIN, Role.RECEPTIONIST), {}, True),
            ((Role.ADMIN,), {}, False),
            ((), {}, False),
            ((Role.RECEPTIONIST,), {"branch_id": HERE}, True),
            ((Role.RECEPTIONIST,), {"branch_id": ELSEWHERE}, False),
            ((Role.RECEPTIONIST,), {"everywhere": True}, False),
        ],
    )
    def test_a_user_needs_one_of_the_roles_where_it_is_asked_for(
        self, roles: tuple[Role, ...], options: dict[str, Any], *, is_allowed: bool
    ) -> None:
        with nullcontext() if is_allowed else pytest.raises(ForbiddenException):
            authorize(self.DESK_HERE, *roles, **options)

    def test_the_system_user_is_an_administrator_everywhere(self) -> None:
        authorize(SYSTEM_USER, Role.ADMIN, everywhere=True)
        authorize(SYSTEM_USER, Role.ADMIN, branch_id=self.ELSEWHERE)


class TestSupabase:
    async def test_the_first_request_creates_a_user_without_roles(
        self, stranger: httpx2.AsyncClient, issuer: Issuer
    ) -> None:
        me = (await stranger.get(ME, headers=bearer(issuer.token()))).json()
        assert (me["full_name"], me["email"], me["phone"]) == ("Nguyễn Thị Lan", None, None)
        assert (me["roles"], me["uses_supabase"], me["has_password"]) == ([], True, False)

    async def test_a_refused_first_request_still_creates_the_user(
        self, stranger: httpx2.AsyncClient, issuer: Issuer
    ) -> None:
        headers = bearer(issuer.token())
        assert refusal_of(await stranger.get(CUSTOMERS, headers=headers)) == (403, "FORBIDDEN")
        assert len(await run_sql("SELECT FROM user_account")) == 1

    async def test_the_ledger_records_the_new_user_as_its_actor(
        self, stranger: httpx2.AsyncClient, issuer: Issuer
    ) -> None:
        response = await stranger.get(ME, headers=bearer(issuer.token()))
        [entry] = await run_sql("SELECT * FROM audit_entry WHERE entity = 'user_account'")
        assert entry["actor_id"] == UUID(response.json()["id"])
        assert entry["request_id"] == response.headers["X-Request-ID"]

    async def test_concurrent_first_requests_create_one_user(
        self, stranger: httpx2.AsyncClient, issuer: Issuer
    ) -> None:
        headers = bearer(issuer.token())
        answers = await asyncio.gather(*(stranger.get(ME, headers=headers) for _ in range(5)))
        assert [answer.status_code for answer in answers] == [200] * 5
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(await run_sql("SELECT FROM user_account")) == 1

    async def test_a_later_token_is_the_same_user(self, stranger: httpx2.AsyncClient, issuer: Issuer) -> None:
        subject = str(uuid4())
        first = await stranger.get(ME, headers=bearer(issuer.token(sub=subject)))
        later = bearer(
            issuer.token(sub=subject, user_metadata={"full_name": "Another"}, email="a@example.com")
        )
        assert (await stranger.get(ME, headers=later)).json() == first.json()

    @pytest.mark.parametrize("path", [CUSTOMERS, "/api/v1/users", "/api/v1/audit"])
    async def test_a_user_without_roles_may_call_nothing(
        self, stranger: httpx2.AsyncClient, issuer: Issuer, path: str
    ) -> None:
        assert refusal_of(await stranger.get(path, headers=bearer(issuer.token()))) == (403, "FORBIDDEN")

    async def test_roles_claimed_by_a_token_are_ignored(
        self, stranger: httpx2.AsyncClient, issuer: Issuer
    ) -> None:
        claimed = {"role": "admin", "roles": ["admin"], "grants": ["admin/"], "full_name": "Lan"}
        token = issuer.token(
            app_metadata=claimed,
            user_metadata=claimed,
            roles=["admin"],
            user_role="admin",
            scope="admin:everywhere",
        )
        assert (await stranger.get(ME, headers=bearer(token))).json()["roles"] == []
        assert (await stranger.get(CUSTOMERS, headers=bearer(token))).status_code == 403

    async def test_roles_come_from_our_tables(self, stranger: httpx2.AsyncClient, issuer: Issuer) -> None:
        headers = bearer(issuer.token())
        user_id = (await stranger.get(ME, headers=headers)).json()["id"]
        admin = await signed_in(Role.ADMIN)
        body = {"roles": [{"role": "receptionist"}]}
        await stranger.put(f"/api/v1/users/{user_id}/roles", json=body, headers=admin)
        assert (await stranger.get(CUSTOMERS, headers=headers)).status_code == 200

    async def test_signing_out_everywhere_ends_tokens_issued_before(
        self, stranger: httpx2.AsyncClient, issuer: Issuer
    ) -> None:
        subject = str(uuid4())
        before, other_device = (
            bearer(issuer.token(sub=subject)),
            bearer(issuer.token(sub=subject, aal="aal2")),
        )
        assert (await stranger.post("/api/v1/auth/sign-out-everywhere", headers=before)).status_code == 204
        for headers in (before, other_device):
            assert refusal_of(await stranger.get(ME, headers=headers)) == (401, "SESSION_ENDED")
        [user] = await run_sql("SELECT signed_out_at FROM user_account")
        after = issuer.token(sub=subject, iat=int(user["signed_out_at"].timestamp()) + 1)
        assert (await stranger.get(ME, headers=bearer(after))).status_code == 200

    async def test_a_disabled_user_stays_out_with_a_new_token(
        self, stranger: httpx2.AsyncClient, issuer: Issuer
    ) -> None:
        subject = str(uuid4())
        user_id = (await stranger.get(ME, headers=bearer(issuer.token(sub=subject)))).json()["id"]
        await stranger.post(f"/api/v1/users/{user_id}/disable", headers=await signed_in(Role.ADMIN))
        later = bearer(issuer.token(sub=subject, iat=issuer.claims()["iat"] + 20))
        assert refusal_of(await stranger.get(ME, headers=later)) == (403, "USER_DISABLED")

    @pytest.mark.parametrize("claims", [{"role": "anon"}, {"role": "service_role"}, {"is_anonymous": True}])
    async def test_a_token_without_a_person_creates_no_user(
        self, stranger: httpx2.AsyncClient, issuer: Issuer, claims: dict[str, Any]
    ) -> None:
        response = await stranger.get(ME, headers=bearer(issuer.token(**claims)))
        assert refusal_of(response) == (403, "NOT_A_USER")
        assert await run_sql("SELECT FROM user_account") == []
