"""The audit ledger records every change by every user and program, and nothing that must stay hidden."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from sqlalchemy import text

from app.core.mail import shown_mails
from app.db.models import Base
from app.db.transactions import run_in_transaction
from app.modules.customer.customer_models import Customer
from app.modules.identity.roles import Role
from tests.api.customer.conftest import PATH, AddCustomer
from tests.builders.operations import OPERATIONS, PASSWORD, PUBLIC, READ_BY_POST, Caller, RequestCases
from tests.builders.people import new_user
from tests.support.database import insert, run_sql
from tests.support.ledger import entries, everything_stored
from tests.support.stores import app_database

BACKEND = Path(__file__).resolve().parents[3]
PREVIEWS = {
    "POST /api/v1/customers/import/preview",
    "POST /api/v1/setup/plan",
    "POST /api/v1/visit-series/preview",
    "POST /api/v1/time-off/{time_off_id}/preview",
}
"""Operations that need a transaction for what they try, and change nothing."""
CHANGING = [
    label
    for label in OPERATIONS
    if label not in PUBLIC | READ_BY_POST | PREVIEWS and not label.startswith("GET ")
]
HEALTH = "dị ứng tinh dầu oải hương"
EMAIL = "mai@example.com"


async def values_of(entry_id: int) -> tuple[Any, Any]:
    [entry] = await run_sql("SELECT before, after FROM audit_entry WHERE id = $1", entry_id)
    return _json(entry["before"]), _json(entry["after"])


def _json(value: str | None) -> Any:
    return json.loads(value) if value is not None else None


async def sign_in(client: httpx2.AsyncClient, password: str = PASSWORD) -> dict[str, str]:
    response = await client.post("/api/v1/auth/sign-in", json={"login": EMAIL, "password": password})
    tokens: dict[str, str] = response.json()
    return tokens


@pytest.fixture
async def invited(client: httpx2.AsyncClient) -> dict[str, str]:
    """Return the link token and the tokens of a person who has just joined."""
    await client.post("/api/v1/invitations", json={"email": EMAIL, "roles": [{"role": "therapist"}]})
    word = shown_mails[0].body.partition("#")[2].split()[0]
    answer = {"token": word, "full_name": "Mai", "password": PASSWORD}
    response = await client.post("/api/v1/invitations/accept", json=answer)
    assert response.status_code == 201, response.text
    return {"word": word, "request_id": response.headers["X-Request-ID"], **response.json()}


class TestCoverage:
    def test_the_document_has_operations_that_change_something(self) -> None:
        assert len(CHANGING) > 15

    async def test_every_table_is_in_the_ledger(self, stranger: httpx2.AsyncClient) -> None:
        """A migration that adds a table calls `SELECT zenspa_audit_table('…')`."""
        triggers = await run_sql(
            "SELECT tgrelid::regclass::text AS table, tgname FROM pg_trigger"
            " WHERE tgfoid = 'zenspa_audit'::regproc AND tgenabled = 'O'"
        )
        audited = {(row["table"], row["tgname"]) for row in triggers}
        tables = set(Base.metadata.tables) - {
            "audit_entry",
            "idempotency_key",
            "ledger_transaction",
            "ledger_entry",
            "product_stock",  # the sum of the stock entries, which are there
            "till",  # counters
            "commission_entry",  # never changed, and written with a bill or a refund
            "course_session",  # each change of it is a `course_entry`
        }
        assert audited == {
            (table, f"audit_{change}")
            for table in tables
            for change in ("insert", "update", "delete", "truncate")
        }

    @pytest.mark.parametrize("label", CHANGING)
    async def test_every_operation_that_changes_something_records_its_user(
        self, stranger: httpx2.AsyncClient, label: str
    ) -> None:
        cases = RequestCases()
        case = cases.add(label, Caller("admin", (Role.ADMIN,)))
        await cases.write()
        response = await case.send(stranger)
        assert response.is_success
        made = await entries(request_id=response.headers["X-Request-ID"])
        assert {(entry["actor_id"], entry["program"]) for entry in made} == {(case.ids["caller"], "zenspa")}

    async def test_signing_in_and_joining_record_the_new_user(
        self, client: httpx2.AsyncClient, invited: dict[str, str]
    ) -> None:
        [user] = await run_sql("SELECT id FROM user_account WHERE email = $1", EMAIL)
        joined = await entries(request_id=invited["request_id"])
        assert {entry["entity"] for entry in joined} == {
            "user_account",
            "user_session",
            "invitation",
            "role_assignment",
        }
        assert {entry["actor_id"] for entry in joined} == {user["id"]}
        await sign_in(client)
        assert (await entries(entity="user_session"))[-1]["actor_id"] == user["id"]


class TestOrigins:
    async def test_a_change_over_the_api_records_user_and_request(self, stranger: httpx2.AsyncClient) -> None:
        user_id, headers = await new_user(Role.RECEPTIONIST)
        response = await stranger.post(
            PATH, json={"full_name": "Lan"}, headers=headers | {"X-Request-ID": "desk-7.1"}
        )
        [entry] = await entries(entity="customer")
        assert (entry["actor_id"], entry["request_id"], entry["program"]) == (user_id, "desk-7.1", "zenspa")
        assert (entry["action"], entry["entity_id"]) == ("insert", UUID(response.json()["id"]))
        assert response.headers["X-Request-ID"] == "desk-7.1"

    async def test_a_change_by_psql_records_the_program_alone(self, client: httpx2.AsyncClient) -> None:
        customer_id = await insert(Customer(full_name="Lan"))
        await run_sql("UPDATE customer SET full_name = 'Mai' WHERE id = $1", customer_id)
        await run_sql("DELETE FROM customer WHERE id = $1", customer_id)
        made = await entries(entity_id=customer_id)
        assert [entry["action"] for entry in made] == ["insert", "update", "delete"]
        assert {(entry["actor_id"], entry["request_id"], entry["program"]) for entry in made} == {
            (None, None, "psql")
        }

    async def test_rows_deleted_by_a_cascade_are_recorded(self, stranger: httpx2.AsyncClient) -> None:
        user_id, _ = await new_user(Role.THERAPIST)
        await insert(Customer(full_name="Lan", user_id=user_id))
        before = len(await entries())
        await run_sql("DELETE FROM user_account WHERE id = $1", user_id)
        assert {(entry["entity"], entry["action"]) for entry in (await entries())[before:]} == {
            ("user_account", "delete"),
            ("role_assignment", "delete"),
            ("user_session", "delete"),
            ("customer", "update"),
        }

    @pytest.mark.parametrize(
        "statement",
        ["TRUNCATE customer CASCADE", "TRUNCATE consent", "UPDATE customer SET id = gen_random_uuid()"],
    )
    async def test_statements_that_leave_no_trace_are_refused(self, add: AddCustomer, statement: str) -> None:
        await add("Lan")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="audit ledger"):
            await run_sql(statement)

    async def test_a_backdated_row_is_visible(self, client: httpx2.AsyncClient, add: AddCustomer) -> None:
        """The time of a consent is its proof."""
        lan = await add("Lan")
        consent = {"purpose": "photos", "granted": True, "version": "1", "channel": "desk"}
        await client.post(f"{PATH}/{lan['id']}/consents", json=consent)
        await run_sql("UPDATE consent SET created_at = created_at - interval '1 year'")
        _, moved = await entries(entity="consent")
        assert set((await values_of(moved["id"]))[0]) == {"created_at"}

    async def test_a_change_by_a_command_has_no_actor(
        self, stranger: httpx2.AsyncClient, tmp_path: Path
    ) -> None:
        (tmp_path / "khach.csv").write_text("full_name\n" + "Lan\n" * 3)
        environment = {name: os.environ[name] for name in ("PATH", "DATABASE_URL")}
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli.main", "import", "customers", "khach.csv"),
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(BACKEND)},
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await command.wait() == 0
        made = await entries(entity="customer")
        assert [(entry["action"], entry["actor_id"], entry["program"]) for entry in made] == [
            ("insert", None, "zenspa")
        ] * 3

    async def test_an_import_of_300_rows_writes_300_entries(self, client: httpx2.AsyncClient) -> None:
        rows = "".join(f"Lan,09{number:08}\n" for number in range(12_000_000, 12_000_300))
        response = await client.post(
            f"{PATH}/import", files={"file": ("khach.csv", b"full_name,phone\n" + rows.encode())}
        )
        assert response.json()["created"] == 300, response.text
        made = await entries(entity="customer", request_id=response.headers["X-Request-ID"])
        assert len({entry["entity_id"] for entry in made}) == len(made) == 300

    async def test_a_rolled_back_change_is_not_recorded(
        self,
        client: httpx2.AsyncClient,
        add: AddCustomer,
    ) -> None:
        user_id, _ = await new_user()
        one, other = await add("Lan"), await add("Mai")
        body = {"user_id": str(user_id)}
        assert (await client.put(f"{PATH}/{one['id']}/account", json=body)).status_code == 200
        await client.put(f"/api/v1/users/{user_id}/roles", json={"roles": []})
        refused = await client.put(f"{PATH}/{other['id']}/account", json=body)
        assert refused.status_code == 409  # after it had given the role
        assert await entries(request_id=refused.headers["X-Request-ID"]) == []

    async def test_the_actor_is_forgotten_with_the_transaction(self, client: httpx2.AsyncClient) -> None:
        async with app_database(DB_POOL_SIZE=1, DB_MAX_OVERFLOW=0):
            await client.post(PATH, json={"full_name": "Lan"})
            await run_in_transaction(
                lambda session: session.execute(text("UPDATE customer SET full_name = 'Mai'"))
            )
        created, changed = await entries(entity="customer")
        assert created["actor_id"] is not None
        assert (changed["actor_id"], changed["request_id"], changed["program"]) == (None, None, "zenspa")


class TestValues:
    async def test_an_insert_records_the_given_values(self, add: AddCustomer) -> None:
        await add("Lan", phone="0912345678")
        [entry] = await entries(entity="customer")
        before, after = await values_of(entry["id"])
        assert before is None
        values = {
            "full_name": "Lan",
            "phone": "+84912345678",
            "notes": "",
            "contraindications": "",
            "tags": [],
        }
        assert after == values

    async def test_an_update_records_changed_columns_only(
        self,
        client: httpx2.AsyncClient,
        add: AddCustomer,
    ) -> None:
        lan = await add("Lan", phone="0912345678", tags=["vip"])
        await client.patch(f"{PATH}/{lan['id']}", json={"full_name": "Lan", "phone": None, "tags": ["quen"]})
        entry = (await entries(entity="customer"))[-1]
        assert await values_of(entry["id"]) == (
            {"phone": "+84912345678", "tags": ["vip"]},
            {"phone": None, "tags": ["quen"]},
        )

    async def test_a_delete_records_all_columns(self, add: AddCustomer) -> None:
        await add("Lan", phone="0912345678")
        await run_sql("DELETE FROM customer")
        inserted, deleted = await entries(entity="customer")
        before, after = await values_of(deleted["id"])
        assert before.pop("created_at")
        assert (before, after) == ((await values_of(inserted["id"]))[1], None)

    async def test_an_update_that_changes_nothing_writes_nothing(
        self,
        client: httpx2.AsyncClient,
        add: AddCustomer,
    ) -> None:
        lan = await add("Lan", notes=HEALTH)
        await client.patch(f"{PATH}/{lan['id']}", json={"full_name": "Lan", "notes": HEALTH})
        await run_sql("UPDATE customer SET full_name = full_name, updated_at = now()")
        assert [entry["action"] for entry in await entries(entity="customer")] == ["insert"]

    async def test_a_token_refresh_writes_nothing(
        self, client: httpx2.AsyncClient, invited: dict[str, str]
    ) -> None:
        before = len(await entries())
        response = await client.post("/api/v1/auth/refresh", json={"refresh_token": invited["refresh_token"]})
        assert response.status_code == 200
        assert len(await entries()) == before

    async def test_a_hidden_value_shows_that_it_changed(
        self,
        client: httpx2.AsyncClient,
        add: AddCustomer,
    ) -> None:
        lan = await add("Lan", notes=HEALTH)
        await client.patch(f"{PATH}/{lan['id']}", json={"notes": "khác", "contraindications": HEALTH})
        await client.patch(f"{PATH}/{lan['id']}", json={"notes": ""})
        _, changed, emptied = await entries(entity="customer")
        assert await values_of(changed["id"]) == (
            {"notes": "***", "contraindications": ""},
            {"notes": "***", "contraindications": "***"},
        )
        assert await values_of(emptied["id"]) == ({"notes": "***"}, {"notes": ""})

    async def test_secrets_and_health_notes_are_nowhere_in_the_ledger(
        self,
        client: httpx2.AsyncClient,
        add: AddCustomer,
        invited: dict[str, str],
    ) -> None:
        lan = await add("Lan", notes=f"ghi chú: {HEALTH}", contraindications=HEALTH)
        await client.patch(
            f"{PATH}/{lan['id']}", json={"notes": f"{HEALTH}!", "contraindications": f"{HEALTH}?"}
        )
        secrets = {HEALTH, PASSWORD, invited["word"], invited["access_token"], invited["refresh_token"]}
        secrets |= await _stored_secrets()
        headers = {"Authorization": f"Bearer {invited['access_token']}"}
        change = {"current_password": PASSWORD, "new_password": PASSWORD[::-1]}
        tokens = (await client.post("/api/v1/auth/password", json=change, headers=headers)).json()
        refreshed = await client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        secrets |= {PASSWORD[::-1], tokens["refresh_token"], refreshed.json()["refresh_token"]}
        secrets |= await _stored_secrets()
        for table in ("invitation", "user_account", "customer"):
            await run_sql(f"DELETE FROM {table}")
        ledger = (await everything_stored())["audit_entry"]
        assert len(secrets) > 10
        assert [secret for secret in secrets if secret in ledger] == []
        assert ledger.count("password_hash") >= 4  # and yet it tells of them


async def _stored_secrets() -> set[str]:
    hashes = await run_sql(
        "SELECT password_hash FROM user_account WHERE password_hash IS NOT NULL"
        " UNION SELECT encode(refresh_hash, 'hex') FROM user_session WHERE refresh_hash <> ''"
        " UNION SELECT encode(token_hash, 'hex') FROM invitation"
    )
    return {row[0] for row in hashes}


ALL_MASKED = "before = zenspa_masked(before), after = zenspa_masked(after)"


class TestImmutability:
    @pytest.fixture(autouse=True)
    async def _ledger(self, client: httpx2.AsyncClient, add: AddCustomer) -> None:
        lan = await add("Lan", phone="0912345678")
        await client.patch(f"{PATH}/{lan['id']}", json={"full_name": "Mai", "phone": "0912345679"})

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM audit_entry",
            "TRUNCATE audit_entry",
            "TRUNCATE audit_entry CASCADE",
            "UPDATE audit_entry SET actor_id = NULL",
            "UPDATE audit_entry SET at = at - interval '1 day'",
            "UPDATE audit_entry SET entity = 'nothing'",
            "UPDATE audit_entry SET before = before, after = after",
            "UPDATE audit_entry SET after = '{}'",
            "UPDATE audit_entry SET before = NULL, after = NULL",
            "UPDATE audit_entry SET after = jsonb_set(after, '{full_name}', '\"Cúc\"')",
            "UPDATE audit_entry SET after = jsonb_set(after, '{full_name}', '\"***\"')",
            "UPDATE audit_entry SET after = zenspa_masked(after) WHERE before IS NOT NULL",
            f"UPDATE audit_entry SET {ALL_MASKED}, actor_id = NULL",
            f"UPDATE audit_entry SET {ALL_MASKED}, at = now()",
        ],
    )
    async def test_the_database_refuses_to_change_an_entry(self, statement: str) -> None:
        before = await entries()
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="audit ledger is never changed"):
            await run_sql(statement)
        assert await entries() == before

    async def test_all_values_of_an_entry_may_be_masked_twice(self) -> None:
        before = await entries()
        for _ in range(2):
            await run_sql(f"UPDATE audit_entry SET {ALL_MASKED} WHERE entity = 'customer'")
        _, changed = await entries(entity="customer")
        masked = {"full_name": "***", "phone": "***"}
        assert await values_of(changed["id"]) == (masked, masked)
        who_and_when = [tuple(entry)[:8] for entry in before]
        assert [tuple(entry)[:8] for entry in await entries()] == who_and_when
