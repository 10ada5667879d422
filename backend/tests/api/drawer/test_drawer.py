"""Cash drawers over HTTP: counts, movements and Z reports."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest

from tests.builders.bookings import bookable_spa
from tests.support.database import run_sql

DRAWERS = "/api/v1/drawer-sessions"


@pytest.fixture
async def branch_id(client: httpx2.AsyncClient) -> UUID:
    return (await bookable_spa()).branch_id


async def send(client: httpx2.AsyncClient, path: str, **body: Any) -> httpx2.Response:
    return await client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})


async def open_drawer(client: httpx2.AsyncClient, branch_id: UUID, counted: int = 100) -> str:
    opened = await send(client, DRAWERS, branch_id=str(branch_id), counted=counted)
    assert opened.status_code == 201, opened.text
    drawer_id: str = opened.json()["id"]
    return drawer_id


async def move(
    client: httpx2.AsyncClient, drawer_id: str, amount: int, kind: str = "safe", **more: Any
) -> httpx2.Response:
    return await send(client, f"{DRAWERS}/{drawer_id}/movements", amount=amount, kind=kind, **more)


async def close(client: httpx2.AsyncClient, drawer_id: str, counted: int, **more: Any) -> dict[str, Any]:
    closed = await send(client, f"{DRAWERS}/{drawer_id}/close", counted=counted, **more)
    assert closed.status_code == 200, closed.text
    body: dict[str, Any] = closed.json()
    return body


def accounts(session: dict[str, Any]) -> dict[str, int]:
    sums: dict[str, int] = session["z"]["accounts"]
    return {account: amount for account, amount in sums.items() if amount}


async def test_a_drawer_is_closed_with_what_should_be_in_it(
    client: httpx2.AsyncClient, branch_id: UUID
) -> None:
    drawer_id = await open_drawer(client, branch_id, 500_000)
    await move(client, drawer_id, 200_000)
    await move(client, drawer_id, -50_000, "expense", note="Đá lạnh")
    state = (await client.get(f"{DRAWERS}/current", params={"branch_id": str(branch_id)})).json()
    assert (state["session"]["id"], state["session"]["expected"]) == (drawer_id, 650_000)

    closed = await close(client, drawer_id, 640_000, to_safe=440_000, note="Thiếu 10k")
    assert (closed["expected"], closed["closing"], closed["z_number"]) == (650_000, 640_000, 1)
    assert accounts(closed) == {"cash": 200_000, "safe": -260_000, "expense": 50_000, "cash_short": 10_000}
    assert [movement["amount"] for movement in closed["movements"]] == [200_000, -50_000]
    state = (await client.get(f"{DRAWERS}/current", params={"branch_id": str(branch_id)})).json()
    assert state == {"session": None, "left": 200_000}


async def test_a_difference_at_the_opening_is_recorded(client: httpx2.AsyncClient, branch_id: UUID) -> None:
    """Closed with 100, 50 counted at the opening, 10 more: 60 are expected (money.md, 7)."""
    await close(client, await open_drawer(client, branch_id, 100), 100)
    drawer_id = await open_drawer(client, branch_id, 50)
    await move(client, drawer_id, 10)
    closed = await close(client, drawer_id, 60)
    assert (closed["opening_difference"], closed["expected"], closed["z_number"]) == (-50, 60, 2)
    assert accounts(closed) == {"cash": -40, "cash_short": 50, "safe": -10}


async def test_a_branch_has_one_open_drawer(client: httpx2.AsyncClient, branch_id: UUID) -> None:
    answers = await asyncio.gather(
        *(send(client, DRAWERS, branch_id=str(branch_id), counted=1) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["error"]["code"] for answer in answers if answer.status_code == 409} == {
        "DRAWER_OPEN"
    }


async def test_a_drawer_is_closed_once(client: httpx2.AsyncClient, branch_id: UUID) -> None:
    drawer_id = await open_drawer(client, branch_id)
    answers = await asyncio.gather(
        *(send(client, f"{DRAWERS}/{drawer_id}/close", counted=100) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    late = await move(client, drawer_id, 10)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "DRAWER_CLOSED")
    assert len(await run_sql("SELECT FROM ledger_transaction")) == 1


async def test_z_reports_are_numbered_without_gaps(client: httpx2.AsyncClient, branch_id: UUID) -> None:
    for _ in range(3):
        await close(client, await open_drawer(client, branch_id), 100)
    page = (await client.get(DRAWERS, params={"branch_id": str(branch_id), "limit": 2})).json()
    assert [item["z_number"] for item in page["items"]] == [3, 2]
    more = {"branch_id": str(branch_id), "limit": 2, "cursor": page["next_cursor"]}
    assert [item["z_number"] for item in (await client.get(DRAWERS, params=more)).json()["items"]] == [1]


async def test_the_z_reports_add_up_to_the_ledger(client: httpx2.AsyncClient, branch_id: UUID) -> None:
    total: dict[str, int] = {}
    for counted in (100, 90, 130):
        drawer_id = await open_drawer(client, branch_id, counted)
        await move(client, drawer_id, 7)
        for account, amount in accounts(await close(client, drawer_id, counted + 1)).items():
            total[account] = total.get(account, 0) + amount
    rows = await run_sql("SELECT account, sum(amount)::bigint FROM ledger_entry GROUP BY account")
    assert total == {row["account"]: row["sum"] for row in rows}


@pytest.mark.parametrize(
    ("movement", "code"),
    [
        ({"kind": "safe", "amount": -101}, "NOT_ENOUGH_CASH"),
        ({"kind": "safe", "amount": 0}, "VALIDATION_ERROR"),
        ({"kind": "expense", "amount": -10}, "VALIDATION_ERROR"),
        ({"kind": "tip", "amount": -10}, "VALIDATION_ERROR"),
        ({"kind": "tip", "amount": 10, "staff_id": str(uuid4())}, "VALIDATION_ERROR"),
        ({"kind": "tip", "amount": -10, "staff_id": str(uuid4())}, "STAFF_NOT_FOUND"),
        ({"kind": "safe", "amount": 10**13}, "VALIDATION_ERROR"),
    ],
)
async def test_cash_that_cannot_be_moved(
    client: httpx2.AsyncClient, branch_id: UUID, movement: dict[str, Any], code: str
) -> None:
    drawer_id = await open_drawer(client, branch_id)
    refused = await move(client, drawer_id, **movement)
    assert refused.json()["error"]["code"] == code
    assert (await client.get(f"{DRAWERS}/{drawer_id}")).json()["movements"] == []


async def test_a_tip_that_is_handed_out_is_no_longer_owed(
    client: httpx2.AsyncClient, branch_id: UUID
) -> None:
    [lan, *_] = await run_sql("SELECT id FROM staff")
    drawer_id = await open_drawer(client, branch_id)
    assert (await move(client, drawer_id, -30, "tip", staff_id=str(lan["id"]))).status_code == 200
    [owed] = await run_sql("SELECT amount, staff_id FROM ledger_entry WHERE account = 'tip'")
    assert tuple(owed) == (30, lan["id"])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE drawer_session SET closing = 1",
        "UPDATE drawer_session SET closed_at = NULL, closing = NULL",
        "DELETE FROM drawer_session",
        "UPDATE drawer_movement SET amount = 1",
        "DELETE FROM drawer_movement",
    ],
)
async def test_no_statement_changes_a_closed_drawer(
    client: httpx2.AsyncClient, branch_id: UUID, change: str
) -> None:
    drawer_id = await open_drawer(client, branch_id)
    await move(client, drawer_id, 10)
    await close(client, drawer_id, 110)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await run_sql(change)


async def test_a_retry_with_the_same_key_moves_cash_once(client: httpx2.AsyncClient, branch_id: UUID) -> None:
    drawer_id = await open_drawer(client, branch_id)
    key = {"Idempotency-Key": str(uuid4())}
    request = client.post, f"{DRAWERS}/{drawer_id}/movements", {"kind": "safe", "amount": 5}
    answers = [await request[0](request[1], json=request[2], headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].json()["expected"] == 105
