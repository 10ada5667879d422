"""Users: listing, disabling, roles, and the last administrator."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import time_machine
from uuid_utils.compat import uuid7

from app.modules.identity.roles import Role
from tests.api.identity.accounts import (
    Account,
    account,
    bearer,
    get_me,
    header_of,
    is_alive,
    refresh,
    sign_in,
    sql,
    tokens_in,
    tokens_of,
)
from tests.api.identity.issuer import Issuer, trusting
from tests.builders.branches import add_branch
from tests.builders.people import signed_in
from tests.support.http import refusal

USERS = "/api/v1/users"
BRANCH = UUID("019a0000-0000-7000-8000-0000000000b1")
LATER = datetime(2027, 2, 6, 2, 30, tzinfo=UTC)
ADMIN, DESK = {"role": "admin", "branch_id": None}, {"role": "receptionist", "branch_id": None}


@pytest.fixture
async def admin(stranger: httpx2.AsyncClient) -> Account:
    await add_branch(BRANCH)
    return await account(Role.ADMIN, email="quan@example.com", full_name="Trần Minh Quân")


@pytest.fixture
async def http(stranger: httpx2.AsyncClient, admin: Account) -> httpx2.AsyncClient:
    """Return a client signed in as `admin`, the only administrator."""
    stranger.headers |= await header_of(admin)
    return stranger


async def change(
    http: httpx2.AsyncClient, user: Account | UUID, action: str, **options: Any
) -> httpx2.Response:
    user_id = user.id if isinstance(user, Account) else user
    return await http.post(f"{USERS}/{user_id}/{action}", **options)


async def set_roles(
    http: httpx2.AsyncClient, user: Account, *roles: dict[str, Any], **options: Any
) -> httpx2.Response:
    return await http.put(f"{USERS}/{user.id}/roles", json={"roles": roles}, **options)


async def names(http: httpx2.AsyncClient, **query: object) -> list[str]:
    page = await http.get(USERS, params={key: str(value) for key, value in query.items()})
    assert page.status_code == 200, page.text
    return [user["full_name"] for user in page.json()["items"]]


class TestList:
    async def test_users_are_listed_newest_first_without_secrets(self, http: httpx2.AsyncClient) -> None:
        await account(Role.RECEPTIONIST, Role.THERAPIST, phone="+84912345678", branch_id=BRANCH)
        lan, quan = (await http.get(USERS)).json()["items"]
        assert quan["roles"] == [ADMIN]
        assert lan.pop("id")
        assert lan.pop("created_at")
        assert lan == {
            "full_name": "Nguyễn Thị Lan",
            "email": "lan@example.com",
            "phone": "+84912345678",
            "roles": [{"role": role, "branch_id": str(BRANCH)} for role in ("receptionist", "therapist")],
            "has_password": True,
            "uses_supabase": False,
            "disabled_at": None,
        }

    @pytest.mark.parametrize(
        ("typed", "is_found"),
        [
            ("Thị Lan", True),
            ("nguyễn", True),
            ("đỗ", True),
            ("LAN@EXAMPLE", True),
            ("912345", True),
            ("+84912", True),
            ("0912 345", True),
            ("0912.345.678", True),
            ("0912–345–678", True),
            ("０９１２３４５６７８", True),
            ("+84 (0)912 345 678", True),
            ("091234567899", False),
            ("mai", False),
            ("%", False),
            ("_", False),
            ("L%n", False),
            ("\\", False),
            ("lan'--", False),
        ],
    )
    async def test_part_of_a_name_an_email_or_a_phone_finds_a_user(
        self, http: httpx2.AsyncClient, typed: str, is_found: bool
    ) -> None:
        lan = await account(phone="+84912345678", full_name="Nguyễn Đỗ Thị Lan")
        assert lan.login == "lan@example.com"
        assert await names(http, q=typed) == (["Nguyễn Đỗ Thị Lan"] if is_found else [])

    @pytest.mark.parametrize("character", ["%", "_", "\\"])
    async def test_wildcards_are_plain_text(self, http: httpx2.AsyncClient, character: str) -> None:
        await account(full_name=f"Lan {character} Sen")
        assert await names(http, q=character) == [f"Lan {character} Sen"]

    async def test_users_are_filtered_by_role(self, http: httpx2.AsyncClient) -> None:
        await account(Role.RECEPTIONIST, Role.THERAPIST, full_name="Lan", branch_id=BRANCH)
        await account(Role.CUSTOMER, full_name="Mai", email="mai@example.com")
        assert await names(http, role="therapist") == ["Lan"]
        assert await names(http, role="customer") == ["Mai"]
        assert await names(http, role="customer", q="lan") == []

    async def test_users_are_filtered_by_disabled(self, http: httpx2.AsyncClient) -> None:
        await account(full_name="Lan", disabled=True)
        assert await names(http, disabled="true") == ["Lan"]
        assert await names(http, disabled="false") == ["Trần Minh Quân"]
        assert len(await names(http)) == 2

    async def test_pages_list_every_user_once(self, http: httpx2.AsyncClient) -> None:
        for number in range(5):
            await account(full_name=f"Lan {number}", email=f"lan{number}@example.com")
        shown: list[str] = []
        query: dict[str, Any] = {"limit": 2, "q": "lan"}
        for size in (2, 2, 1):
            page = (await http.get(USERS, params=query)).json()
            assert len(page["items"]) == size
            shown += [user["full_name"] for user in page["items"]]
            query["cursor"] = page["next_cursor"]
        assert query["cursor"] is None
        assert shown == [f"Lan {number}" for number in (4, 3, 2, 1, 0)]

    async def test_a_cursor_works_for_its_own_query_only(self, http: httpx2.AsyncClient) -> None:
        await account()
        cursor = (await http.get(USERS, params={"limit": 1})).json()["next_cursor"]
        for query in ({"q": "lan", "cursor": cursor}, {"cursor": cursor[:-1]}, {"cursor": "x"}):
            refusal(await http.get(USERS, params=query), 422, "INVALID_CURSOR")

    @pytest.mark.parametrize(
        "query", [{"limit": 0}, {"limit": 101}, {"role": "boss"}, {"disabled": "1"}, {"q": ""}, {"x": "1"}]
    )
    async def test_an_invalid_query_is_422(self, http: httpx2.AsyncClient, query: dict[str, Any]) -> None:
        refusal(await http.get(USERS, params=query), 422, "VALIDATION_ERROR")

    async def test_a_user_is_read_by_id(self, http: httpx2.AsyncClient, admin: Account) -> None:
        assert (await http.get(f"{USERS}/{admin.id}")).json()["email"] == "quan@example.com"
        refusal(await http.get(f"{USERS}/{uuid7()}"), 404, "USER_NOT_FOUND")


class TestDisable:
    async def test_disabling_ends_every_session_of_that_user_alone(self, http: httpx2.AsyncClient) -> None:
        lan, mai = await account(Role.RECEPTIONIST), await account(email="mai@example.com")
        here, elsewhere, others = [await tokens_of(user) for user in (lan, lan, mai)]
        disabled = await change(http, lan, "disable")
        assert disabled.status_code == 200
        assert disabled.json()["disabled_at"]
        refusal(await get_me(http, here), 403, "USER_DISABLED")
        refusal(await refresh(http, here), 403, "USER_DISABLED")
        assert [await is_alive(http, tokens) for tokens in (here, elsewhere, others)] == [False, False, True]
        refusal(await sign_in(http, lan.login), 403, "USER_DISABLED")

    async def test_disabling_ends_supabase_tokens_for_good(self, http: httpx2.AsyncClient) -> None:
        with Issuer() as supabase, trusting(supabase), time_machine.travel(LATER, tick=False) as clock:
            http.headers |= await header_of(await account(Role.ADMIN))
            sub = str(uuid4())
            tokens = {"access_token": supabase.token(sub=sub)}
            user_id = UUID((await get_me(http, tokens)).json()["id"])
            clock.shift(1)
            await change(http, user_id, "disable")
            refusal(await get_me(http, tokens), 403, "USER_DISABLED")
            await change(http, user_id, "enable")
            refusal(await get_me(http, tokens), 401, "SESSION_ENDED")
            assert (await get_me(http, {"access_token": supabase.token(sub=sub)})).status_code == 200

    async def test_disabling_twice_changes_nothing(self, http: httpx2.AsyncClient) -> None:
        lan = await account()
        once = (await change(http, lan, "disable")).json()
        again = await change(http, lan, "disable")
        assert (again.status_code, again.json()) == (200, once)

    async def test_an_enabled_user_signs_in_again_and_no_old_session_returns(
        self, http: httpx2.AsyncClient
    ) -> None:
        old = await tokens_of(lan := await account())
        await change(http, lan, "disable")
        for _ in range(2):
            enabled = await change(http, lan, "enable")
            assert (enabled.status_code, enabled.json()["disabled_at"]) == (200, None)
        refusal(await get_me(http, old), 401, "SESSION_ENDED")
        assert not await is_alive(http, old)
        assert await is_alive(http, tokens_in(await sign_in(http, lan.login)))

    @pytest.mark.parametrize("action", ["disable", "enable"])
    async def test_a_missing_user_is_not_found(self, http: httpx2.AsyncClient, action: str) -> None:
        refusal(await change(http, uuid7(), action), 404, "USER_NOT_FOUND")


class TestRoles:
    async def test_roles_take_effect_with_the_next_request(self, http: httpx2.AsyncClient) -> None:
        lan = await account(Role.CUSTOMER)
        headers = await header_of(lan)
        refusal(await http.get(USERS, headers=headers), 403, "FORBIDDEN")
        response = await set_roles(http, lan, ADMIN, DESK)
        assert sorted(role["role"] for role in response.json()["roles"]) == ["admin", "receptionist"]
        assert (await http.get(USERS, headers=headers)).status_code == 200
        assert (await set_roles(http, lan, DESK)).json()["roles"] == [DESK]
        refusal(await http.get(USERS, headers=headers), 403, "FORBIDDEN")
        assert (await set_roles(http, lan)).json()["roles"] == []

    async def test_a_role_in_a_branch_and_everywhere_are_two_roles(self, http: httpx2.AsyncClient) -> None:
        lan = await account(Role.RECEPTIONIST)
        in_branch = {"role": "receptionist", "branch_id": str(BRANCH)}
        assert (await set_roles(http, lan, DESK, in_branch, DESK)).json()["roles"] == [DESK, in_branch]
        assert (await set_roles(http, lan, in_branch)).json()["roles"] == [in_branch]

    async def test_a_role_in_an_unknown_branch_is_404_and_changes_nothing(
        self, http: httpx2.AsyncClient
    ) -> None:
        lan = await account(Role.RECEPTIONIST)
        nowhere = {"role": "receptionist", "branch_id": str(uuid7())}
        refusal(await set_roles(http, lan, ADMIN, nowhere), 404, "ROLE_BRANCH_NOT_FOUND")
        assert (await http.get(f"{USERS}/{lan.id}")).json()["roles"] == [DESK]

    async def test_a_role_that_stays_keeps_its_row(self, http: httpx2.AsyncClient) -> None:
        lan = await account(Role.RECEPTIONIST)
        before = await sql("SELECT id FROM role_assignment WHERE user_id = :id", id=lan.id)
        await set_roles(http, lan, DESK)
        assert await sql("SELECT id FROM role_assignment WHERE user_id = :id", id=lan.id) == before

    @pytest.mark.parametrize(
        "role", [{"role": "boss"}, {"role": "admin", "branch_id": "all"}, {"x": 1}, "admin"]
    )
    async def test_an_invalid_role_is_422(self, http: httpx2.AsyncClient, admin: Account, role: Any) -> None:
        refusal(await set_roles(http, admin, role), 422, "VALIDATION_ERROR")

    async def test_a_missing_user_is_not_found(self, http: httpx2.AsyncClient, admin: Account) -> None:
        for roles in ((ADMIN,), ()):
            missing = admin._replace(id=uuid7())
            refusal(await set_roles(http, missing, *roles), 404, "USER_NOT_FOUND")


class TestLastAdmin:
    async def test_the_last_admin_cannot_be_disabled_or_demoted(
        self, http: httpx2.AsyncClient, admin: Account
    ) -> None:
        await account(Role.RECEPTIONIST)
        refusal(await change(http, admin, "disable"), 409, "LAST_ADMIN")
        refusal(await set_roles(http, admin, DESK), 409, "LAST_ADMIN")
        refusal(await set_roles(http, admin, {"role": "admin", "branch_id": str(BRANCH)}), 409, "LAST_ADMIN")
        assert (await http.get(f"{USERS}/{admin.id}")).json()["roles"] == [ADMIN]
        assert (await set_roles(http, admin, ADMIN, DESK)).status_code == 200

    @pytest.mark.parametrize(
        "other",
        [
            {"disabled": True},
            {"branch_id": BRANCH},
            {"password": None},  # invited, and has not answered
        ],
    )
    async def test_admins_who_cannot_act_do_not_count(
        self, http: httpx2.AsyncClient, admin: Account, other: dict[str, Any]
    ) -> None:
        await account(Role.ADMIN, **other)
        refusal(await change(http, admin, "disable"), 409, "LAST_ADMIN")
        refusal(await set_roles(http, admin), 409, "LAST_ADMIN")

    async def test_an_admin_of_supabase_counts(self, http: httpx2.AsyncClient, admin: Account) -> None:
        mai = await account(Role.ADMIN, password=None)
        await sql("UPDATE user_account SET supabase_id = :sub WHERE id = :id", sub=uuid7(), id=mai.id)
        assert (await change(http, admin, "disable")).status_code == 200

    async def test_an_admin_may_be_demoted_when_another_remains(
        self, http: httpx2.AsyncClient, admin: Account
    ) -> None:
        await account(Role.ADMIN)
        assert (await set_roles(http, admin, DESK)).status_code == 200
        refusal(await http.get(USERS), 403, "FORBIDDEN")

    @pytest.mark.parametrize("action", ["disable", "demote"])
    async def test_of_two_admins_who_remove_each_other_one_stays(
        self, stranger: httpx2.AsyncClient, action: str
    ) -> None:
        for number in range(10):
            await sql("DELETE FROM user_account")  # with all their rows
            lan = await account(Role.ADMIN, email=f"lan{number}@example.com")
            mai = await account(Role.ADMIN, email=f"mai{number}@example.com")
            of_lan, of_mai = await tokens_of(lan), await tokens_of(mai)
            answers = await asyncio.gather(
                *(
                    change(stranger, other, "disable", headers=bearer(tokens))
                    if action == "disable"
                    else set_roles(stranger, other, headers=bearer(tokens))
                    for tokens, other in ((of_lan, mai), (of_mai, lan))
                )
            )
            statuses = sorted(answer.status_code for answer in answers)
            assert statuses in ([200, 401], [200, 403], [200, 409])
            left = await stranger.get(
                USERS, headers=bearer(of_lan if answers[0].status_code == 200 else of_mai)
            )
            assert left.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", USERS),
        ("GET", f"{USERS}/{BRANCH}"),
        ("POST", f"{USERS}/{BRANCH}/disable"),
        ("POST", f"{USERS}/{BRANCH}/enable"),
        ("PUT", f"{USERS}/{BRANCH}/roles"),
        ("POST", "/api/v1/invitations"),
        ("GET", "/api/v1/invitations"),
        ("POST", f"/api/v1/invitations/{BRANCH}/resend"),
        ("POST", f"/api/v1/invitations/{BRANCH}/withdraw"),
        ("GET", "/api/v1/mails"),
    ],
)
async def test_only_administrators_of_the_whole_spa_may(
    stranger: httpx2.AsyncClient, method: str, path: str
) -> None:
    body: dict[str, Any] = {"json": {"roles": [DESK]}} if method == "PUT" else {}
    if path == "/api/v1/invitations" and method == "POST":
        body = {"json": {"roles": [DESK], "email": "mai@example.com"}}
    refusal(await stranger.request(method, path, **body), 401)
    for headers in (
        await signed_in(Role.ADMIN, branch_id=BRANCH),
        await signed_in(Role.RECEPTIONIST, Role.THERAPIST, Role.CUSTOMER),
        await signed_in(),
    ):
        refusal(await stranger.request(method, path, headers=headers, **body), 403, "FORBIDDEN")
