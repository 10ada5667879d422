"""A POST whose response was lost is sent again with its Idempotency-Key, and is done once."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import httpx2
import pytest

from app.main import app
from app.modules.identity.identity_models import RoleAssignment
from app.modules.identity.roles import Role
from tests.builders.operations import (
    BRANCH,
    OPERATIONS,
    PUBLIC,
    READ_BY_POST,
    Caller,
    RequestCases,
    success_of,
)
from tests.support.database import insert, run_sql

V1 = "/api/v1"
ADMIN = Caller("admin", (Role.ADMIN, Role.CUSTOMER))
POSTS = {label for label in OPERATIONS if label.startswith("POST ")}
WITHOUT_KEY = {
    f"POST {V1}/auth/password",  # the response has tokens, which are stored nowhere
    f"POST {V1}/auth/sign-out",  # a repeat is refused anyway: the token has ended
    f"POST {V1}/auth/sign-out-everywhere",
    f"POST {V1}/customers/import/preview",  # it changes nothing
    f"POST {V1}/visit-series/preview",
    f"POST {V1}/time-off/{{time_off_id}}/preview",
    f"POST {V1}/setup/plan",
}
REQUIRES_KEY = {
    f"POST {V1}/visits",
    f"POST {V1}/visits/{{visit_id}}/undo",
    f"POST {V1}/visit-series",
    f"POST {V1}/appointments/{{appointment_id}}/swap",
    f"POST {V1}/sales",
    f"POST {V1}/deposits/{{deposit_id}}/return",
    f"POST {V1}/bank-transfers/{{transfer_id}}/match",
    f"POST {V1}/bank-transfers/{{transfer_id}}/return",
    f"POST {V1}/bank-transfers/{{transfer_id}}/ignore",
    f"POST {V1}/sales/{{sale_id}}/payments",
    f"POST {V1}/sales/{{sale_id}}/refunds",
    f"POST {V1}/customer-courses/{{course_id}}/extend",
    f"POST {V1}/customer-courses/{{course_id}}/transfer",
    f"POST {V1}/drawer-sessions",
    f"POST {V1}/drawer-sessions/{{drawer_id}}/movements",
    f"POST {V1}/drawer-sessions/{{drawer_id}}/close",
}
OF_GUESTS = {f"POST {V1}/public/branches/{{key}}/visits"}
"""Posts with a required key that belongs to no user (tests/api/online_booking)."""
STORED_NOWHERE = {f"POST {V1}/gift-cards/{{gift_card_id}}/code"}
"""Posts whose response is made of the required key again, since it has a secret (tests/api/gift_card)."""
REPEATABLE = POSTS - PUBLIC - READ_BY_POST - WITHOUT_KEY - STORED_NOWHERE


def test_every_post_that_changes_something_takes_a_key() -> None:
    keys = {
        f"POST {path}": header["required"]
        for path, methods in app.openapi()["paths"].items()
        for header in methods.get("post", {}).get("parameters", [])
        if header["name"] == "Idempotency-Key"
    }
    assert set(keys) == REPEATABLE | OF_GUESTS | STORED_NOWHERE
    required = {label for label, is_required in keys.items() if is_required}
    assert required == REQUIRES_KEY | OF_GUESTS | STORED_NOWHERE


@pytest.mark.parametrize("label", sorted(REPEATABLE - REQUIRES_KEY))
async def test_a_post_that_is_sent_twice_with_one_key_is_done_once(
    stranger: httpx2.AsyncClient, label: str
) -> None:
    cases = RequestCases()
    case = cases.add(label, ADMIN, "another's" if label.endswith("/disable") else "own")
    await cases.write()
    case = replace(case, headers=case.headers | {"Idempotency-Key": str(uuid4())})
    first = await case.send(stranger)
    assert first.status_code == success_of(label), first.text
    changes = await run_sql("SELECT count(*) FROM audit_entry")
    second = await stranger.send(first.request)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert await run_sql("SELECT count(*) FROM audit_entry") == changes


@pytest.mark.parametrize("label", sorted(REPEATABLE))
async def test_a_response_is_not_repeated_to_a_user_who_has_lost_a_role(
    stranger: httpx2.AsyncClient, label: str
) -> None:
    """A role of another branch is no help, and a new role no obstacle."""
    cases = RequestCases()
    case = cases.add(label, ADMIN, "another's" if label.endswith("/disable") else "own")
    await cases.write()
    key = {} if label in REQUIRES_KEY else {"Idempotency-Key": str(uuid4())}
    case = replace(case, headers=case.headers | key)
    first = await case.send(stranger)
    assert first.status_code == success_of(label), first.text
    caller = case.ids["caller"]
    await insert(RoleAssignment(user_id=caller, role="receptionist"))
    assert (await stranger.send(first.request)).content == first.content
    await run_sql("UPDATE role_assignment SET branch_id = $2 WHERE user_id = $1", caller, BRANCH)
    refused = await stranger.send(first.request)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")


async def test_a_key_is_good_for_one_request_of_one_operation(client: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    lan = await client.post(f"{V1}/customers", json={"full_name": "Lê Lan"}, headers=key)
    mai = await client.post(f"{V1}/customers", json={"full_name": "Trần Mai"}, headers=key)
    archived = await client.post(f"{V1}/customers/{lan.json()['id']}/archive", headers=key)
    assert [response.status_code for response in (lan, mai, archived)] == [201, 422, 422]
    assert mai.json()["error"]["code"] == archived.json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_a_key_is_good_for_one_file(client: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    responses = [
        await client.post(f"{V1}/customers/import", files={"file": ("c.csv", content)}, headers=key)
        for content in (b"full_name\nLan\n", b"full_name\nLan\n", b"full_name\nMai\n")
    ]
    assert [response.status_code for response in responses] == [200, 200, 422]
    assert responses[0].json() == responses[1].json()


async def test_a_request_that_was_refused_can_be_corrected_with_its_key(client: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    refused = await client.post(f"{V1}/customers", json={"full_name": "Lan", "phone": "1"}, headers=key)
    created = await client.post(f"{V1}/customers", json={"full_name": "Lan"}, headers=key)
    assert [refused.status_code, created.status_code] == [422, 201]


async def test_copies_of_one_request_create_one_customer(client: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    copies = [client.post(f"{V1}/customers", json={"full_name": "Lan"}, headers=key) for _ in range(5)]
    responses = await asyncio.gather(*copies)
    codes = {r.json()["error"]["code"] for r in responses if r.status_code != 201}
    assert codes <= {"IDEMPOTENCY_IN_FLIGHT"}
    assert len({r.json()["id"] for r in responses if r.status_code == 201}) == 1
    assert len(await run_sql("SELECT id FROM customer")) == 1


async def test_an_erasure_deletes_the_rows_that_an_import_returned(client: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    file = {"file": ("c.csv", "full_name,phone\nTrần Mai,12\n".encode())}
    await client.post(f"{V1}/customers/import?bad_rows=return", files=file, headers=key)
    lan = (await client.post(f"{V1}/customers", json={"full_name": "Lê Lan"})).json()
    stored = "SELECT key FROM idempotency_key"
    assert len(await run_sql(stored)) == 1
    assert (await client.post(f"{V1}/customers/{lan['id']}/erase")).status_code == 200
    assert await run_sql(stored) == []
