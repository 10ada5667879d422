"""A customer's account, consents and rights: a copy of their data, and its erasure."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from app.common.helpers import utc_now
from app.modules.identity.identity_models import Invitation, RoleAssignment
from app.modules.identity.roles import Role
from tests.builders.people import new_user, signed_in
from tests.builders.rosters import answered_while
from tests.support.database import insert, run_sql
from tests.support.ledger import entries, everything_stored

from .conftest import PATH, AddCustomer, Customer

type Headers = dict[str, str]
CONSENT = {"purpose": "marketing", "granted": True, "version": "2026-01", "channel": "desk"}


def error_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def link(client: httpx2.AsyncClient, customer: Customer, user_id: UUID) -> httpx2.Response:
    return await client.put(f"{PATH}/{customer['id']}/account", json={"user_id": str(user_id)})


async def merge(client: httpx2.AsyncClient, survivor: Customer, duplicate: Customer) -> httpx2.Response:
    return await client.post(f"{PATH}/{survivor['id']}/merge", json={"duplicate_id": duplicate["id"]})


async def erase(client: httpx2.AsyncClient, customer: Customer) -> httpx2.Response:
    return await client.post(f"{PATH}/{customer['id']}/erase")


async def consent(client: httpx2.AsyncClient, customer: Customer, **fields: Any) -> httpx2.Response:
    return await client.post(f"{PATH}/{customer['id']}/consents", json=CONSENT | fields)


async def personal_data(client: httpx2.AsyncClient, customer: Customer) -> dict[str, Any]:
    response = await client.get(f"{PATH}/{customer['id']}/personal-data")
    assert response.status_code == 200, response.text
    data: dict[str, Any] = response.json()
    return data


@pytest.fixture
async def lan(add: AddCustomer) -> Customer:
    return await add("Lê Lan")


@pytest.fixture
async def account(client: httpx2.AsyncClient, lan: Customer) -> tuple[UUID, Headers]:
    """Return a user who signs in as Lan, and the headers of that user."""
    user_id, headers = await new_user()
    assert (await link(client, lan, user_id)).status_code == 200
    return user_id, headers


class TestAccount:
    async def test_a_linked_account_gets_the_role_of_a_customer(
        self, client: httpx2.AsyncClient, lan: Customer
    ) -> None:
        user_id, headers = await new_user()
        answer = await link(client, lan, user_id)
        assert answer.json()["user_id"] == str(user_id)
        me = (await client.get("/api/v1/auth/me", headers=headers)).json()
        assert me["roles"] == [{"role": "customer", "branch_id": None}]

    async def test_a_receptionist_cannot_link_their_own_account(
        self, client: httpx2.AsyncClient, lan: Customer
    ) -> None:
        user_id, headers = await new_user(Role.RECEPTIONIST)
        client.headers |= headers
        assert error_of(await link(client, lan, user_id)) == (403, "OWN_ACCOUNT")
        assert (await client.get(f"{PATH}/{lan['id']}/personal-data")).status_code == 403

    async def test_a_receptionist_cannot_merge_their_own_record(
        self, client: httpx2.AsyncClient, add: AddCustomer, lan: Customer
    ) -> None:
        user_id, headers = await new_user(Role.RECEPTIONIST)
        own = await add("Mai")
        assert (await link(client, own, user_id)).status_code == 200
        client.headers |= headers
        for survivor, duplicate in ((own, lan), (lan, own)):
            assert error_of(await merge(client, survivor, duplicate)) == (403, "OWN_ACCOUNT")

    async def test_an_account_can_be_linked_by_its_email(
        self, client: httpx2.AsyncClient, lan: Customer
    ) -> None:
        user_id, _ = await new_user()
        await run_sql("UPDATE user_account SET email = 'lan@example.com' WHERE id = $1", user_id)
        path = f"{PATH}/{lan['id']}/account"
        linked = await client.put(path, json={"email": "Lan@example.com"})
        assert linked.json()["user_id"] == str(user_id)
        assert (await client.put(path, json={"email": "mai@example.com"})).status_code == 404
        for both_or_none in ({}, {"email": "lan@example.com", "user_id": str(user_id)}):
            assert (await client.put(path, json=both_or_none)).status_code == 422

    async def test_a_customer_gets_their_own_record(
        self, client: httpx2.AsyncClient, lan: Customer, account: tuple[UUID, Headers]
    ) -> None:
        _, headers = account
        assert (await client.get(f"{PATH}/me", headers=headers)).json()["id"] == lan["id"]
        _, unlinked = await new_user()
        assert error_of(await client.get(f"{PATH}/me", headers=unlinked)) == (404, "CUSTOMER_NOT_FOUND")

    async def test_linking_again_changes_nothing(
        self, client: httpx2.AsyncClient, lan: Customer, account: tuple[UUID, Headers]
    ) -> None:
        before = len(await entries())
        assert (await link(client, lan, account[0])).status_code == 200
        assert len(await entries()) == before

    async def test_a_customer_sees_their_own_record_only(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer, account: tuple[UUID, Headers]
    ) -> None:
        mai = await add("Mai")
        _, headers = account
        own = await client.get(f"{PATH}/{lan['id']}", headers=headers)
        assert own.json()["full_name"] == "Lê Lan"
        for path in ("", "/consents", "/personal-data"):
            foreign = await client.get(f"{PATH}/{mai['id']}{path}", headers=headers)
            missing = await client.get(f"{PATH}/{uuid4()}{path}", headers=headers)
            assert error_of(foreign) == error_of(missing) == (404, "CUSTOMER_NOT_FOUND")

    async def test_an_account_belongs_to_one_customer(
        self, client: httpx2.AsyncClient, add: AddCustomer, account: tuple[UUID, Headers]
    ) -> None:
        refused = await link(client, await add("Mai"), account[0])
        assert error_of(refused) == (409, "CUSTOMER_ACCOUNT_TAKEN")

    async def test_an_unlinked_account_sees_nothing_any_more(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer, account: tuple[UUID, Headers]
    ) -> None:
        answer = await client.delete(f"{PATH}/{lan['id']}/account")
        assert answer.json()["user_id"] is None
        seen = await client.get(f"{PATH}/{lan['id']}", headers=account[1])
        assert error_of(seen) == (404, "CUSTOMER_NOT_FOUND")
        assert (await link(client, await add("Mai"), account[0])).status_code == 200

    async def test_an_archived_customer_can_be_unlinked_but_not_linked(
        self, client: httpx2.AsyncClient, lan: Customer, account: tuple[UUID, Headers]
    ) -> None:
        await client.post(f"{PATH}/{lan['id']}/archive")
        assert error_of(await link(client, lan, account[0])) == (409, "CUSTOMER_ARCHIVED")
        assert (await client.delete(f"{PATH}/{lan['id']}/account")).json()["user_id"] is None

    async def test_a_merged_customer_cannot_be_linked(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer, account: tuple[UUID, Headers]
    ) -> None:
        await merge(client, await add("Mai"), lan)
        assert error_of(await link(client, lan, account[0])) == (409, "CUSTOMER_MERGED")

    async def test_a_role_that_is_assigned_at_the_same_time_is_no_error(
        self, client: httpx2.AsyncClient, lan: Customer
    ) -> None:
        user_id, _ = await new_user()
        role = RoleAssignment(user_id=user_id, role=Role.CUSTOMER)
        [linked] = await answered_while([role], link(client, lan, user_id))
        assert linked.status_code == 200
        assert len(await run_sql("SELECT FROM role_assignment WHERE user_id = $1", user_id)) == 1

    async def test_an_unknown_account_cannot_be_linked(
        self, client: httpx2.AsyncClient, lan: Customer
    ) -> None:
        assert error_of(await link(client, lan, uuid4())) == (404, "USER_NOT_FOUND")


class TestConsent:
    async def test_a_consent_has_a_time_a_version_and_a_channel(
        self, client: httpx2.AsyncClient, lan: Customer
    ) -> None:
        response = await consent(client, lan)
        assert response.status_code == 201
        recorded = response.json()
        assert {name: recorded[name] for name in CONSENT} == CONSENT
        assert recorded["customer_id"] == lan["id"]
        [row] = await run_sql("SELECT now() - created_at < interval '1 minute' AS recent FROM consent")
        assert row["recent"]

    async def test_a_change_of_mind_is_one_more_consent(
        self, client: httpx2.AsyncClient, lan: Customer
    ) -> None:
        for granted in (True, False):
            await consent(client, lan, granted=granted)
        listed = (await client.get(f"{PATH}/{lan['id']}/consents")).json()
        assert [consent["granted"] for consent in listed] == [False, True]
        assert {entry["action"] for entry in await entries(entity="consent")} == {"insert"}

    @pytest.mark.parametrize("path", ["", "/{id}"])
    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    async def test_consents_cannot_be_changed(
        self, client: httpx2.AsyncClient, lan: Customer, method: str, path: str
    ) -> None:
        recorded = (await consent(client, lan)).json()
        changed = await client.request(
            method, f"{PATH}/{lan['id']}/consents{path.format_map(recorded)}", json=CONSENT
        )
        assert changed.status_code in {404, 405}

    @pytest.mark.parametrize(
        "invalid",
        [
            {"granted": "true"},
            {"granted": 1},
            {"granted": None},
            {"purpose": "everything"},
            {"channel": "telepathy"},
            {"version": ""},
            {"version": "v" * 51},
            {"created_at": "2020-01-01T00:00:00Z"},
            {"customer_id": str(uuid4())},
        ],
    )
    async def test_invalid_consents_are_refused(
        self, client: httpx2.AsyncClient, lan: Customer, invalid: dict[str, object]
    ) -> None:
        assert (await consent(client, lan, **invalid)).status_code == 422
        assert await run_sql("SELECT FROM consent") == []

    async def test_a_customer_consents_for_themselves_only(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer, account: tuple[UUID, Headers]
    ) -> None:
        mai = await add("Mai")
        body = CONSENT | {"channel": "app"}
        own = await client.post(f"{PATH}/{lan['id']}/consents", json=body, headers=account[1])
        assert own.status_code == 201
        foreign = await client.post(f"{PATH}/{mai['id']}/consents", json=body, headers=account[1])
        assert error_of(foreign) == (404, "CUSTOMER_NOT_FOUND")

    async def test_a_therapist_who_is_a_customer_consents_for_themselves_only(
        self, client: httpx2.AsyncClient, lan: Customer
    ) -> None:
        headers = await signed_in(Role.THERAPIST, Role.CUSTOMER)
        for method, body in (("GET", None), ("POST", CONSENT)):
            answer = await client.request(method, f"{PATH}/{lan['id']}/consents", json=body, headers=headers)
            assert error_of(answer) == (404, "CUSTOMER_NOT_FOUND")

    async def test_consents_of_a_duplicate_are_listed_after_the_merge(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer
    ) -> None:
        duplicate = await add("Le Lan")
        await consent(client, lan, granted=True)
        await consent(client, duplicate, granted=False)
        await merge(client, lan, duplicate)
        listed = (await client.get(f"{PATH}/{lan['id']}/consents")).json()
        assert [consent["granted"] for consent in listed] == [False, True]


class TestMergedAccounts:
    async def test_the_survivor_gets_the_account_of_the_duplicate(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer, account: tuple[UUID, Headers]
    ) -> None:
        survivor = await add("Lan Lê")
        merged = await merge(client, survivor, lan)
        assert merged.json()["user_id"] == str(account[0])
        own = await client.get(f"{PATH}/{survivor['id']}", headers=account[1])
        assert own.status_code == 200

    async def test_two_accounts_both_stay(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer, account: tuple[UUID, Headers]
    ) -> None:
        """Each account stays with its record: exports and erasures find both."""
        second, _ = await new_user()
        duplicate = await add("Le Lan")
        await link(client, duplicate, second)
        merged = await merge(client, lan, duplicate)
        assert merged.json()["user_id"] == str(account[0])
        data = await personal_data(client, lan)
        assert [user["id"] for user in data["accounts"]] == [str(account[0]), str(second)]
        await client.delete(f"{PATH}/{lan['id']}/account")
        await client.delete(f"{PATH}/{duplicate['id']}/account")
        assert (await link(client, lan, second)).status_code == 200


class TestPersonalData:
    async def test_the_copy_has_everything_about_a_customer_and_merged_duplicates(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer, account: tuple[UUID, Headers]
    ) -> None:
        duplicate = await add("Le Lan", notes="Thích trà gừng")
        of_duplicate = await add("L. Lan")
        await consent(client, duplicate)
        await merge(client, duplicate, of_duplicate)
        await merge(client, lan, duplicate)
        await consent(client, lan, purpose="photos")
        data = await personal_data(client, lan)
        assert data["customer"] == (await client.get(f"{PATH}/{lan['id']}")).json()
        assert [record["id"] for record in data["merged"]] == [duplicate["id"], of_duplicate["id"]]
        assert data["merged"][0]["notes"] == "Thích trà gừng"
        assert [user["id"] for user in data["accounts"]] == [str(account[0])]
        assert [consent["purpose"] for consent in data["consents"]] == ["photos", "marketing"]
        changed = [(change["entity"], change["entity_id"]) for change in data["changes"]]
        assert set(changed) >= {("customer", record["id"]) for record in (lan, duplicate, of_duplicate)}
        assert {entity for entity, _ in changed} == {
            *("customer", "consent", "user_account", "role_assignment", "user_session")
        }

    async def test_the_copy_has_nothing_about_other_customers(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer
    ) -> None:
        mai = await add("Mai", phone="0912345678")
        await consent(client, mai)
        await link(client, mai, (await new_user())[0])
        data = await personal_data(client, lan)
        assert (data["merged"], data["accounts"], data["consents"]) == ([], [], [])
        assert {change["entity_id"] for change in data["changes"]} == {lan["id"]}

    async def test_the_copy_is_for_the_customer_and_for_administrators(
        self, client: httpx2.AsyncClient, lan: Customer, account: tuple[UUID, Headers]
    ) -> None:
        path = f"{PATH}/{lan['id']}/personal-data"
        assert (await client.get(path, headers=account[1])).json()["customer"]["id"] == lan["id"]
        receptionist = await signed_in(Role.RECEPTIONIST, Role.THERAPIST)
        assert error_of(await client.get(path, headers=receptionist)) == (403, "FORBIDDEN")
        also_customer = await signed_in(Role.RECEPTIONIST, Role.CUSTOMER)
        assert error_of(await client.get(path, headers=also_customer)) == (404, "CUSTOMER_NOT_FOUND")


PERSON = {
    "full_name": "Nguyễn Hoàng Bảo Châu",
    "phone": "0987654321",
    "email": "baochau@example.com",
    "birthday": "1987-06-05",
    "gender": "female",
    "notes": "thích trà gừng",
    "contraindications": "dị ứng oải hương",
    "tags": ["khách ruột của chị Hạnh"],
}
TRACES = (
    *("Bảo Châu", "bao chau", "BaoChau", "baochau", "987654321", "1987-06-05", "trà gừng", "oải hương"),
    *("khách ruột", "hoang_bao", "Mozilla/Châu", "203.0.113.7", "chau.home"),
)


@pytest.fixture
async def chau(client: httpx2.AsyncClient, add: AddCustomer) -> tuple[Customer, UUID, Headers]:
    """Return a customer with everything that can be kept about one, a user who signs in as them, and the headers.

    There are a merged duplicate of a duplicate, two accounts, sessions, an invitation, consents and changes.
    """
    chau, duplicate, of_duplicate = await add(**PERSON), await add("Bao Chau"), await add("BaoChau")
    user_id, headers = await new_user()
    second, _ = await new_user()
    await run_sql(
        "UPDATE user_account SET full_name = 'Bảo Châu', email = 'chau.home@example.com', phone = '+84987654321',"
        " password_hash = 'hoang_bao', supabase_id = gen_random_uuid() WHERE id = $1",
        user_id,
    )
    await run_sql("UPDATE user_account SET full_name = 'Bảo Châu' WHERE id = $1", second)
    await run_sql(
        "UPDATE user_session SET address = '203.0.113.7', user_agent = 'Mozilla/Châu' WHERE user_id = $1",
        user_id,
    )
    invitation = {"email": "chau.home@example.com", "roles": [], "token_hash": b"x", "expires_at": utc_now()}
    await insert(Invitation(user_id=user_id, **invitation))
    await link(client, chau, user_id)
    await link(client, duplicate, second)
    await client.patch(
        f"{PATH}/{duplicate['id']}", json={"notes": "thích trà gừng", "email": PERSON["email"]}
    )
    await consent(client, chau)
    await consent(client, duplicate, granted=False)
    assert (await merge(client, duplicate, of_duplicate)).status_code == 200
    assert (await merge(client, chau, duplicate)).status_code == 200
    return chau, user_id, headers


class TestErasure:
    async def test_no_trace_of_the_person_stays_in_any_table(
        self, client: httpx2.AsyncClient, chau: tuple[Customer, UUID, Headers]
    ) -> None:
        before = "\n".join((await everything_stored()).values())
        assert [trace for trace in TRACES if trace not in before] == []  # the search finds what is there
        assert (await erase(client, chau[0])).status_code == 200
        stored = await everything_stored()
        assert [(table, trace) for table, text in stored.items() for trace in TRACES if trace in text] == []

    async def test_the_record_stays_without_personal_data(
        self, client: httpx2.AsyncClient, chau: tuple[Customer, UUID, Headers]
    ) -> None:
        erased = (await erase(client, chau[0])).json()
        assert erased["erased_at"] is not None
        assert erased["archived_at"] is not None
        nothing = dict.fromkeys(("phone", "email", "birthday", "gender", "user_id"))
        nothing |= {"full_name": "—", "notes": "", "contraindications": "", "tags": []}
        assert {name: erased[name] for name in nothing} == nothing
        for record in (await personal_data(client, chau[0]))["merged"]:
            assert {name: record[name] for name in nothing} == nothing
            assert record["erased_at"] is not None

    async def test_an_erased_customer_cannot_consent(
        self, client: httpx2.AsyncClient, chau: tuple[Customer, UUID, Headers]
    ) -> None:
        await erase(client, chau[0])
        assert error_of(await consent(client, chau[0])) == (409, "CUSTOMER_ERASED")

    async def test_the_account_is_disabled_and_erased(
        self, client: httpx2.AsyncClient, chau: tuple[Customer, UUID, Headers]
    ) -> None:
        _, user_id, headers = chau
        assert (await client.get("/api/v1/auth/me", headers=headers)).status_code == 200
        await erase(client, chau[0])
        assert (await client.get("/api/v1/auth/me", headers=headers)).status_code in {401, 403}
        account = (await client.get(f"/api/v1/users/{user_id}")).json()
        assert (account["full_name"], account["email"], account["phone"]) == ("—", None, None)
        assert not account["has_password"]
        assert not account["uses_supabase"]
        assert account["disabled_at"] is not None
        sessions_and_invitations = (
            "SELECT FROM user_session WHERE user_id = $1 UNION ALL SELECT FROM invitation WHERE user_id = $1"
        )
        assert await run_sql(sessions_and_invitations, user_id) == []

    async def test_the_audit_ledger_keeps_who_changed_what_and_when(
        self, client: httpx2.AsyncClient, chau: tuple[Customer, UUID, Headers]
    ) -> None:
        before = await entries()
        await erase(client, chau[0])
        after = await entries()
        assert [tuple(entry)[:8] for entry in after[: len(before)]] == [tuple(entry)[:8] for entry in before]
        [created, *_] = [entry for entry in after if entry["entity_id"] == UUID(chau[0]["id"])]
        assert set(json.loads(created["after"])) >= {"full_name", "phone", "email"}
        assert set(json.loads(created["after"]).values()) == {"***"}

    async def test_consents_stay(
        self, client: httpx2.AsyncClient, chau: tuple[Customer, UUID, Headers]
    ) -> None:
        path = f"{PATH}/{chau[0]['id']}/consents"
        before = (await client.get(path)).json()
        await erase(client, chau[0])
        assert len(before) == 2
        assert (await client.get(path)).json() == before

    async def test_a_repeat_changes_nothing(
        self, client: httpx2.AsyncClient, chau: tuple[Customer, UUID, Headers]
    ) -> None:
        first = (await erase(client, chau[0])).json()
        again = await erase(client, chau[0])
        assert (again.status_code, again.json()) == (200, first)

    async def test_other_customers_lose_nothing(
        self, client: httpx2.AsyncClient, chau: tuple[Customer, UUID, Headers], add: AddCustomer
    ) -> None:
        mai = await add("Mai", phone="0912345678", notes="Phòng yên tĩnh")
        user_id, headers = await new_user()
        await link(client, mai, user_id)
        before = await client.get(f"{PATH}/{mai['id']}", headers=headers)
        ledger = await entries(entity_id=UUID(mai["id"]))
        await erase(client, chau[0])
        assert (await client.get(f"{PATH}/{mai['id']}", headers=headers)).json() == before.json()
        assert await entries(entity_id=UUID(mai["id"])) == ledger

    async def test_staff_who_are_customers_keep_their_account(
        self, client: httpx2.AsyncClient, lan: Customer
    ) -> None:
        user_id, headers = await new_user(Role.THERAPIST)
        await link(client, lan, user_id)
        erased = (await erase(client, lan)).json()
        assert (erased["full_name"], erased["user_id"]) == ("—", None)
        me = (await client.get("/api/v1/auth/me", headers=headers)).json()
        assert me["full_name"] == "Lan"
        assert error_of(await client.get(f"/api/v1/users/{uuid4()}", headers=headers)) == (403, "FORBIDDEN")

    async def test_an_erased_customer_cannot_come_back(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer
    ) -> None:
        await erase(client, lan)
        mai = await add("Mai")
        user_id, _ = await new_user()
        refused = [
            await client.post(f"{PATH}/{lan['id']}/restore"),
            await client.patch(f"{PATH}/{lan['id']}", json={"full_name": "Lê Lan"}),
            await merge(client, lan, mai),
            await merge(client, mai, lan),
            await link(client, lan, user_id),
        ]
        assert [error_of(answer) for answer in refused] == [(409, "CUSTOMER_ERASED")] * 5

    async def test_a_duplicate_is_erased_with_its_survivor(
        self, client: httpx2.AsyncClient, lan: Customer, add: AddCustomer
    ) -> None:
        duplicate = await add("Le Lan")
        await merge(client, lan, duplicate)
        assert error_of(await erase(client, duplicate)) == (409, "CUSTOMER_MERGED")
        await erase(client, lan)
        restored = await client.post(f"{PATH}/{duplicate['id']}/restore")
        assert error_of(restored) == (409, "CUSTOMER_ERASED")

    async def test_the_phone_number_is_free_again(
        self, client: httpx2.AsyncClient, chau: tuple[Customer, UUID, Headers], add: AddCustomer
    ) -> None:
        await erase(client, chau[0])
        again = await add(**PERSON)
        assert again["id"] != chau[0]["id"]

    async def test_an_unknown_customer_cannot_be_erased(self, client: httpx2.AsyncClient) -> None:
        assert error_of(await erase(client, {"id": str(uuid4())})) == (404, "CUSTOMER_NOT_FOUND")
