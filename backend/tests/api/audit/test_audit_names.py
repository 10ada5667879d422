"""Names for the ids in the ledger."""

import re

import httpx2

from app.modules.audit.audit_service import NAME_FUNCTIONS
from tests.builders.bookings import VISITS, bookable_spa, create_booking
from tests.builders.people import new_customer
from tests.support.database import run_sql

AUDIT = "/api/v1/audit"


async def names_functions() -> list[str]:
    """Return the texts of the functions that the ledger asks for names."""
    rows = await run_sql("SELECT proname, prosrc FROM pg_proc WHERE proname ~ '^zenspa_.*audit_names$'")
    assert {name for name, _ in rows} == set(NAME_FUNCTIONS)
    return [text for _, text in rows]


async def test_an_entry_comes_with_the_names_of_its_user_its_row_and_what_that_refers_to(
    client: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa()
    customer_id, _ = await new_customer()
    visit = await create_booking(client, spa, 10, customer_id=customer_id)
    [guest] = visit["appointments"]
    await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(11).isoformat()})
    page = (await client.get(AUDIT, params={"entity_id": guest["id"], "action": "update"})).json()

    [moved] = page["items"]
    names = page["names"]
    me = (await client.get("/api/v1/auth/me")).json()
    customer = (await client.get(f"/api/v1/customers/{customer_id}")).json()
    assert names[moved["actor_id"]]["vi"] == me["full_name"]
    assert names[moved["entity_id"]] == {
        "vi": customer["full_name"],
        "en": customer["full_name"],
        "guest_name": None,
        "time_zone": "Asia/Ho_Chi_Minh",
    }

    treatment_id = guest["treatments"][0]["id"]
    page = (await client.get(AUDIT, params={"entity_id": treatment_id, "action": "insert"})).json()
    variant_id = page["items"][0]["after"]["variant_id"]
    treatment = page["names"][treatment_id]
    assert treatment["guest_name"] == customer["full_name"]
    assert (treatment["vi"], treatment["en"]) == (
        page["names"][variant_id]["vi"],
        page["names"][variant_id]["en"],
    )
    assert treatment["en"].endswith("60 min")

    # As on the menu: how long the guest stays, without preparation and cleaning.
    part = {"minutes": 10, "needs_staff": False, "with_guest": False}
    segments = [part, {**part, "minutes": 87, "with_guest": True}, part]
    changed = await client.patch(f"/api/v1/catalogue/variants/{variant_id}", json={"segments": segments})
    assert changed.status_code == 200, changed.text
    page = (await client.get(AUDIT, params={"entity_id": treatment_id, "action": "insert"})).json()
    assert page["names"][variant_id]["vi"].endswith("90 phút")


async def test_the_ids_of_rows_that_are_gone_have_no_name(client: httpx2.AsyncClient) -> None:
    room = (await client.get(AUDIT, params={"entity": "room"})).json()
    assert (room["items"], room["names"]) == ([], {})


async def test_every_table_under_the_ledger_has_names() -> None:
    audited = {
        table
        for (table,) in await run_sql(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit_insert'"
        )
    }
    assert audited
    assert audited <= {
        table for text in await names_functions() for table in re.findall(r"(?:FROM|JOIN) (\w+) AS", text)
    }


async def test_names_are_looked_up_by_id_instead_of_reading_every_appointment() -> None:
    for text in await names_functions():
        plan = await run_sql(f"EXPLAIN {text.replace('row_ids', 'ARRAY[gen_random_uuid()]')}")
        assert not [line for (line,) in plan if "CTE" in line], "PostgreSQL would fill it with all rows first"
