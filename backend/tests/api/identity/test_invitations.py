"""Invitations: a mailed link that gives an account with roles, once and in time."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
import time_machine
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.core.config import settings
from app.core.mail import shown_mails
from app.db.transactions import run_in_transaction
from app.modules.identity import identity_service
from app.modules.identity.access import SYSTEM_USER
from app.modules.identity.invitations import BY_INVITER
from app.modules.identity.recovery import set_password
from app.modules.identity.roles import Role
from app.redis.rate_limit import take
from tests.api.identity.accounts import (
    NEW_PASSWORD,
    PASSWORD,
    Account,
    account,
    get_me,
    header_of,
    link_token_in,
    shown_link_token,
    sign_in,
    sql,
    tokens_in,
)
from tests.api.identity.issuer import Issuer, trusting
from tests.builders.branches import add_branch
from tests.support import free_port
from tests.support.http import refusal
from tests.support.ledger import entries
from tests.support.mail import SmtpServer, app_mail

INVITATIONS = "/api/v1/invitations"
NOW = datetime(2027, 2, 6, 2, 30, tzinfo=UTC)
MAI = "mai@example.com"
ADMIN = {"role": "admin", "branch_id": None}
BRANCH = UUID("019a0000-0000-7000-8000-0000000000b1")
THERAPIST, DESK = (
    {"role": "therapist", "branch_id": None},
    {"role": "receptionist", "branch_id": str(BRANCH)},
)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Freeze the time before `http` issues its token."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
async def admin(stranger: httpx2.AsyncClient) -> Account:
    await add_branch(BRANCH)
    return await account(Role.ADMIN, email="quan@example.com", full_name="Trần Minh Quân")


@pytest.fixture
async def http(stranger: httpx2.AsyncClient, admin: Account) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a client signed in as `admin`. Mails are shown, not sent."""
    stranger.headers |= await header_of(admin)
    with app_mail():
        yield stranger


@pytest.fixture
async def smtp(http: httpx2.AsyncClient) -> AsyncIterator[SmtpServer]:
    """Send mails to a server of the test instead."""
    async with SmtpServer() as server:
        with app_mail(**server.settings):
            yield server


@pytest.fixture
def supabase() -> Iterator[Issuer]:
    with Issuer() as issuer, trusting(issuer):
        yield issuer


async def invite(http: httpx2.AsyncClient, *roles: dict[str, Any], email: str = MAI) -> dict[str, Any]:
    answer = await http.post(INVITATIONS, json={"email": email, "roles": roles or [THERAPIST]})
    assert answer.status_code == 201, answer.text
    invitation: dict[str, Any] = answer.json()
    return invitation


async def accept(http: httpx2.AsyncClient, word: str, password: str = PASSWORD) -> httpx2.Response:
    body = {"token": word, "full_name": " Lê Thị Mai ", "password": password}
    return await http.post(f"{INVITATIONS}/accept", json=body, headers={"Authorization": ""})


async def claim(http: httpx2.AsyncClient, word: str, supabase_token: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {supabase_token}"}
    return await http.post(f"{INVITATIONS}/claim", json={"token": word}, headers=headers)


async def change(http: httpx2.AsyncClient, invitation: dict[str, Any], action: str) -> httpx2.Response:
    return await http.post(f"{INVITATIONS}/{invitation['id']}/{action}")


async def listed(http: httpx2.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await http.get(INVITATIONS)).json()["items"]
    return items


async def states(http: httpx2.AsyncClient) -> list[str]:
    return [invitation["state"] for invitation in await listed(http)]


async def test_from_the_invitation_to_the_sign_in_through_a_mail_server(
    http: httpx2.AsyncClient, smtp: SmtpServer
) -> None:
    invitation = await invite(http, THERAPIST, DESK, email="Mai@Example.com")
    assert (invitation["email"], invitation["state"]) == (MAI, "pending")
    [mail] = smtp.mails
    assert mail["To"] == MAI
    assert mail["Subject"] == "Lời mời dùng ZenSpa · Your invitation to ZenSpa"
    [sent] = await listed(http)
    assert sent["sent_at"]
    assert sent["delivery_failed_at"] is None

    accepted = await accept(http, link_token_in(mail.get_content()))
    assert accepted.status_code == 201
    me = (await get_me(http, tokens_in(accepted))).json()
    assert (me["id"], me["full_name"], me["email"]) == (invitation["user_id"], "Lê Thị Mai", MAI)
    assert me["roles"] == [THERAPIST, DESK]
    assert (await get_me(http, tokens_in(await sign_in(http, MAI)))).json() == me
    assert await states(http) == ["accepted"]


class TestLink:
    async def test_a_link_works_once(self, http: httpx2.AsyncClient) -> None:
        await invite(http)
        tokens_in(await accept(http, shown_link_token()))
        refusal(await accept(http, shown_link_token(), NEW_PASSWORD), 404, "INVITATION_NOT_FOUND")
        tokens_in(await sign_in(http, MAI, PASSWORD))

    async def test_of_two_concurrent_uses_one_wins(self, http: httpx2.AsyncClient) -> None:
        await invite(http)
        passwords = (PASSWORD, NEW_PASSWORD)
        answers = await asyncio.gather(
            *(accept(http, shown_link_token(), password) for password in passwords)
        )
        assert Counter(answer.status_code for answer in answers) == {201: 1, 404: 1}
        for answer, password in zip(answers, passwords, strict=True):
            signed_in = (await sign_in(http, MAI, password)).status_code == 200
            assert signed_in is (answer.status_code == 201)
        assert await sql("SELECT count(*) FROM role_assignment WHERE role = 'therapist'") == 1

    @pytest.mark.parametrize(
        ("after", "status"), [(timedelta(hours=72, seconds=-1), 201), (timedelta(hours=72, seconds=1), 404)]
    )
    async def test_a_link_works_for_72_hours(
        self, clock: time_machine.Traveller, http: httpx2.AsyncClient, after: timedelta, status: int
    ) -> None:
        invitation = await invite(http)
        assert datetime.fromisoformat(invitation["expires_at"]) == NOW + timedelta(hours=72)
        clock.shift(after)
        assert (await accept(http, shown_link_token())).status_code == status
        assert await sql("SELECT accepted_at IS NOT NULL FROM invitation") is (status == 201)

    async def test_a_withdrawn_link_stops_working(self, http: httpx2.AsyncClient) -> None:
        invitation = await invite(http)
        withdrawn = await change(http, invitation, "withdraw")
        assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
        refusal(await accept(http, shown_link_token()), 404, "INVITATION_NOT_FOUND")
        for action in ("withdraw", "resend"):
            refusal(await change(http, invitation, action), 409, "INVITATION_CLOSED")

    async def test_a_resent_invitation_replaces_the_link(self, http: httpx2.AsyncClient) -> None:
        invitation = await invite(http)
        first = shown_link_token()
        again = await change(http, invitation, "resend")
        assert (again.status_code, again.json()["id"]) == (200, invitation["id"])
        refusal(await accept(http, first), 404, "INVITATION_NOT_FOUND")
        tokens_in(await accept(http, shown_link_token()))
        for action in ("withdraw", "resend"):
            refusal(await change(http, invitation, action), 409, "INVITATION_CLOSED")

    async def test_an_expired_invitation_can_be_resent(
        self, clock: time_machine.Traveller, http: httpx2.AsyncClient, admin: Account
    ) -> None:
        invitation = await invite(http)
        clock.shift(timedelta(days=5))
        http.headers |= await header_of(admin)
        assert await states(http) == ["expired"]
        again = (await change(http, invitation, "resend")).json()
        assert datetime.fromisoformat(again["expires_at"]) == NOW + timedelta(days=5, hours=72)
        tokens_in(await accept(http, shown_link_token()))

    async def test_disabling_the_account_withdraws_the_link(self, http: httpx2.AsyncClient) -> None:
        invitation = await invite(http)
        assert (await http.post(f"/api/v1/users/{invitation['user_id']}/disable")).status_code == 200
        refusal(await accept(http, shown_link_token()), 404, "INVITATION_NOT_FOUND")
        assert await states(http) == ["withdrawn"]

    @pytest.mark.parametrize("word", ["", "x", "ă", "'", "x" * 500])
    async def test_an_unknown_link_is_404(self, http: httpx2.AsyncClient, word: str) -> None:
        await invite(http)
        refusal(await accept(http, word), 404, "INVITATION_NOT_FOUND")

    async def test_only_the_hash_of_a_link_is_stored(self, http: httpx2.AsyncClient) -> None:
        await invite(http)
        stored = await sql(
            "SELECT json_agg(i)::text || (SELECT json_agg(a)::text FROM audit_entry a) FROM invitation i"
        )
        assert MAI in stored
        assert shown_link_token() not in stored

    async def test_an_invited_person_cannot_sign_in_without_the_link(self, http: httpx2.AsyncClient) -> None:
        """An invited person has no password to reset and none to sign in with."""
        await invite(http)
        refusal(await sign_in(http, MAI, ""), 401)
        await http.post("/api/v1/auth/password/reset-request", json={"email": MAI})
        assert len(shown_mails) == 1

    @pytest.mark.parametrize("name", ["", "  ", "Mai\nLê", "x" * 201])
    async def test_accepting_needs_a_name(self, http: httpx2.AsyncClient, name: str) -> None:
        await invite(http)
        body = {"token": shown_link_token(), "full_name": name, "password": PASSWORD}
        refusal(await http.post(f"{INVITATIONS}/accept", json=body), 422)
        tokens_in(await accept(http, shown_link_token()))


class TestInvite:
    async def test_an_unknown_branch_is_404_and_sends_no_invitation(self, http: httpx2.AsyncClient) -> None:
        body = {"email": MAI, "roles": [{"role": "therapist", "branch_id": str(uuid7())}]}
        refusal(await http.post(INVITATIONS, json=body), 404, "ROLE_BRANCH_NOT_FOUND")
        assert (await http.get(INVITATIONS)).json()["items"] == []

    @pytest.mark.parametrize("email", ["lan@example.com", "LAN@Example.com"])
    async def test_a_person_with_an_account_gets_the_roles_at_once(
        self, http: httpx2.AsyncClient, email: str
    ) -> None:
        lan = await account(Role.RECEPTIONIST)
        invitation = await invite(http, THERAPIST, DESK, email=email)
        assert (invitation["user_id"], invitation["state"]) == (str(lan.id), "accepted")
        roles = (await http.get(f"/api/v1/users/{lan.id}")).json()["roles"]
        assert roles == [{"role": "receptionist", "branch_id": None}, THERAPIST, DESK]
        [mail] = shown_mails
        assert mail.to == "lan@example.com"
        assert "Kỹ thuật viên, Lễ tân." in mail.body
        assert "therapist, receptionist." in mail.body
        assert "#" not in mail.body
        tokens_in(await sign_in(http, lan.login))

    async def test_a_second_invitation_replaces_the_first(self, http: httpx2.AsyncClient) -> None:
        first, first_token = await invite(http), shown_link_token()
        second = await invite(http, DESK)
        assert first["user_id"] == second["user_id"]
        assert await states(http) == ["pending", "withdrawn"]
        refusal(await accept(http, first_token), 404, "INVITATION_NOT_FOUND")
        me = (await get_me(http, tokens_in(await accept(http, shown_link_token())))).json()
        assert me["roles"] == [DESK]

    async def test_concurrent_invitations_leave_one_link(self, http: httpx2.AsyncClient) -> None:
        for number in range(5):
            email = f"mai{number}@example.com"
            invited = await asyncio.gather(*(invite(http, email=email) for _ in range(4)))
            assert len({invitation["user_id"] for invitation in invited}) == 1
        assert Counter(await states(http)) == {"pending": 5, "withdrawn": 15}

    async def test_an_invitation_claimed_by_a_supabase_user_moves_the_roles(
        self, http: httpx2.AsyncClient, supabase: Issuer
    ) -> None:
        await invite(http, THERAPIST)
        token = supabase.token(email="another@example.com")
        before = (await http.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})).json()
        assert before["roles"] == []
        claimed = await claim(http, shown_link_token(), token)
        assert claimed.status_code == 200, claimed.text
        assert claimed.json() == before | {"roles": [THERAPIST], "email": MAI}
        refusal(await claim(http, shown_link_token(), token), 404, "INVITATION_NOT_FOUND")
        refusal(await accept(http, shown_link_token()), 404, "INVITATION_NOT_FOUND")
        assert await states(http) == ["accepted"]

    async def test_a_claimed_invitation_leaves_one_user_known_by_the_email(
        self, http: httpx2.AsyncClient, supabase: Issuer
    ) -> None:
        waiting = (await invite(http, THERAPIST))["user_id"]
        await http.put(f"/api/v1/users/{waiting}/roles", json={"roles": [DESK]})
        claimed = (await claim(http, shown_link_token(), supabase.token())).json()
        assert claimed["roles"] == [THERAPIST, DESK]
        assert [invitation["user_id"] for invitation in await listed(http)] == [claimed["id"]]
        refusal(await http.get(f"/api/v1/users/{waiting}"), 404)
        again = await invite(http, THERAPIST, ADMIN)
        assert (again["user_id"], again["state"]) == (claimed["id"], "accepted")
        assert (await http.get(f"/api/v1/users/{claimed['id']}")).json()["roles"] == [THERAPIST, DESK, ADMIN]

    async def test_a_claimed_invitation_masks_the_ledger_of_the_replaced_user(
        self, http: httpx2.AsyncClient, supabase: Issuer
    ) -> None:
        waiting = (await invite(http))["user_id"]
        assert (await claim(http, shown_link_token(), supabase.token())).status_code == 200
        recorded = await entries(entity_id=UUID(waiting))
        assert [entry["action"] for entry in recorded] == ["insert", "delete"]
        assert MAI not in str(recorded)

    async def test_a_disabled_person_cannot_be_invited(self, http: httpx2.AsyncClient) -> None:
        lan = await account(Role.THERAPIST)
        assert (await http.post(f"/api/v1/users/{lan.id}/disable")).status_code == 200
        refused = await http.post(INVITATIONS, json={"email": lan.login, "roles": [DESK]})
        refusal(refused, 409, "INVITED_USER_DISABLED")
        assert await listed(http) == []
        assert not shown_mails

    async def test_a_password_set_meanwhile_withdraws_the_link(self, http: httpx2.AsyncClient) -> None:
        await invite(http)

        async def give_one(session: AsyncSession) -> None:
            await set_password(session, SYSTEM_USER, MAI, PASSWORD)

        await run_in_transaction(give_one)
        refusal(await accept(http, shown_link_token()), 404, "INVITATION_NOT_FOUND")

    async def test_a_claim_keeps_the_email_of_the_account(self, http: httpx2.AsyncClient) -> None:
        lan = await account(Role.RECEPTIONIST)
        await invite(http, THERAPIST)
        body = {"token": shown_link_token()}
        claimed = (await http.post(f"{INVITATIONS}/claim", json=body, headers=await header_of(lan))).json()
        assert (claimed["id"], claimed["email"]) == (str(lan.id), lan.login)
        assert [role["role"] for role in claimed["roles"]] == ["receptionist", "therapist"]

    async def test_a_claim_needs_a_signed_in_user(self, http: httpx2.AsyncClient) -> None:
        await invite(http)
        refusal(await claim(http, shown_link_token(), "x"), 401)
        tokens_in(await accept(http, shown_link_token()))

    @pytest.mark.parametrize(
        "body",
        [
            {"email": MAI, "roles": []},
            {"email": "mai", "roles": [THERAPIST]},
            {"email": "mai@example.com\nBcc: x@example.com", "roles": [THERAPIST]},
            {"email": "mai@example.com, x@example.com", "roles": [THERAPIST]},
            {"email": MAI, "roles": [{"role": "boss"}]},
            {"email": MAI, "roles": [THERAPIST], "full_name": "Mai"},
            {"email": MAI},
        ],
    )
    async def test_an_invitation_is_for_one_email_with_a_role(
        self, http: httpx2.AsyncClient, body: dict[str, Any]
    ) -> None:
        refusal(await http.post(INVITATIONS, json=body), 422)
        assert await listed(http) == []
        assert list(shown_mails) == []

    async def test_an_invalid_email_is_refused_without_repeating_it(self, http: httpx2.AsyncClient) -> None:
        english = {"Accept-Language": "en"}
        refused = await http.post(
            INVITATIONS, json={"email": "mai@hunter2", "roles": [THERAPIST]}, headers=english
        )
        assert refusal(refused, 422)["details"] == [
            {
                "field": "body.email",
                "message": "Enter an email address, such as lan@example.com",
                "type": "email",
            }
        ]


class TestMailServerDown:
    async def test_the_invitation_stays_and_can_be_resent(self, http: httpx2.AsyncClient) -> None:
        with app_mail(SMTP_HOST="127.0.0.1", SMTP_PORT=free_port(), SMTP_SECURITY="none"):
            invitation = await invite(http)
        [failed] = await listed(http)
        assert failed["state"] == "pending"
        assert failed["delivery_failed_at"]
        assert failed["sent_at"] is None
        async with SmtpServer() as server:
            with app_mail(**server.settings):
                again = (await change(http, invitation, "resend")).json()
        assert (again["delivery_failed_at"], again["sent_at"]) == (None, None)  # on its way
        [sent] = await listed(http)
        assert sent["sent_at"]
        assert sent["delivery_failed_at"] is None
        tokens_in(await accept(http, link_token_in(server.mails[0].get_content())))

    async def test_the_roles_of_an_existing_account_stay(self, http: httpx2.AsyncClient) -> None:
        lan = await account()
        with app_mail(SMTP_HOST="127.0.0.1", SMTP_PORT=free_port(), SMTP_SECURITY="none"):
            await invite(http, email=lan.login)
        assert (await http.get(f"/api/v1/users/{lan.id}")).json()["roles"] == [THERAPIST]
        assert (await listed(http))[0]["delivery_failed_at"]


async def test_invitations_are_rate_limited_by_inviter(http: httpx2.AsyncClient, admin: Account) -> None:
    await take(BY_INVITER, str(admin.id), cost=BY_INVITER.requests - 1)
    await invite(http)
    refused = await http.post(INVITATIONS, json={"email": "lan@example.com", "roles": [THERAPIST]})
    refusal(refused, 429, "RATE_LIMITED")
    assert refused.headers["ratelimit-policy"] == '"invitation";q=60;w=3600'
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert len(shown_mails) == 1
    [invitation] = await listed(http)
    refusal(await change(http, invitation, "resend"), 429, "RATE_LIMITED")
    assert len(shown_mails) == 1


async def test_the_ledger_records_who_sent_the_mail(http: httpx2.AsyncClient, admin: Account) -> None:
    await invite(http)
    recorded = await entries(entity="invitation", action="update")
    assert [(entry["actor_id"], list(values_after(entry))) for entry in recorded] == [(admin.id, ["sent_at"])]
    assert recorded[0]["request_id"]


def values_after(entry: asyncpg.Record) -> dict[str, object]:
    after: dict[str, object] = json.loads(entry["after"])
    return after


class TestList:
    async def test_pages_are_newest_first(self, http: httpx2.AsyncClient) -> None:
        for number in range(5):
            await invite(http, email=f"mai{number}@example.com")
        shown: list[str] = []
        query: dict[str, Any] = {"limit": 2}
        for size in (2, 2, 1):
            page = (await http.get(INVITATIONS, params=query)).json()
            assert len(page["items"]) == size
            shown += [invitation["email"] for invitation in page["items"]]
            query["cursor"] = page["next_cursor"]
        assert query["cursor"] is None
        assert shown == [f"mai{number}@example.com" for number in (4, 3, 2, 1, 0)]

    @pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"cursor": "x"}, {"x": "1"}])
    async def test_an_invalid_query_is_422(self, http: httpx2.AsyncClient, query: dict[str, Any]) -> None:
        refusal(await http.get(INVITATIONS, params=query), 422)

    @pytest.mark.parametrize("action", ["resend", "withdraw"])
    async def test_an_unknown_invitation_is_404(self, http: httpx2.AsyncClient, action: str) -> None:
        refusal(await change(http, {"id": uuid7()}, action), 404, "INVITATION_NOT_FOUND")


class TestShownMails:
    async def test_shown_mails_are_listed_newest_first(self, http: httpx2.AsyncClient) -> None:
        for email in (MAI, "lan@example.com"):
            await invite(http, email=email)
        mails = (await http.get("/api/v1/mails")).json()
        assert [mail["to"] for mail in mails] == ["lan@example.com", MAI]
        tokens_in(await accept(http, link_token_in(mails[0]["body"])))

    @pytest.mark.parametrize("changes", [{"SMTP_HOST": "mail.example.com"}, {"is_production": True}])
    async def test_shown_mails_are_404_where_mails_are_sent(
        self, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
    ) -> None:
        monkeypatch.setattr(identity_service, "settings", settings.model_copy(update=changes))
        refusal(await http.get("/api/v1/mails"), 404, "NOT_FOUND")
