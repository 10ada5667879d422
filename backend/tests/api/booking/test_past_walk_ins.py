"""A walk-in of the past is quoted from the catalogue of its time: what was sold then, at the price of then."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.modules.identity.roles import Role
from app.scheduling.timegrid import this_step
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa
from tests.builders.people import signed_in
from tests.builders.rosters import code_of
from tests.support.database import run_sql

CATALOGUE = "/api/v1/catalogue"
TWO_DAYS_EARLIER = """
DO $$ BEGIN
    SET LOCAL session_replication_role = replica;  -- the ledger refuses changes
    UPDATE audit_entry SET at = at - interval '2 days';
END $$
"""


async def change_catalogue(client: httpx2.AsyncClient, path: str, **fields: Any) -> None:
    answer = await client.patch(f"{CATALOGUE}/{path}", json=fields)
    assert answer.status_code == 200, answer.text


def service_path(spa: BookableSpa) -> str:
    return f"services/{spa.service_of[spa.variant_id]}"


async def write_down(
    client: httpx2.AsyncClient, spa: BookableSpa, *, days: int = 1, **wishes: Any
) -> httpx2.Response:
    desk = await signed_in(Role.RECEPTIONIST)
    guests = [{"treatments": [spa.treatment(**wishes)]}]
    booking = spa.booking(this_step() - timedelta(days=days), walk_in=True, force=True, guests=guests)
    return await client.post(VISITS, json=booking["json"], headers=booking["headers"] | desk)


async def spa_with_hot_stones(client: httpx2.AsyncClient) -> tuple[BookableSpa, str]:
    """Return a spa, and the id of an add-on of its treatment."""
    spa = await bookable_spa(hours="00:00-24:00")
    add_on_id = spa.add_on("hot stones", 0, spa.variant_id)
    await spa.write()
    return spa, str(add_on_id)


@pytest.mark.parametrize("withdrawn", ["service", "variant", "add-on"])
async def test_what_was_withdrawn_today_can_be_written_down_for_yesterday(
    client: httpx2.AsyncClient, withdrawn: str
) -> None:
    spa, add_on_id = await spa_with_hot_stones(client)
    if withdrawn == "variant":
        await change_catalogue(client, f"variants/{spa.variant_id}", retired=True)
    else:
        path = f"add-ons/{add_on_id}" if withdrawn == "add-on" else service_path(spa)
        await change_catalogue(client, path, offered="no")
    answer = await write_down(client, spa, add_on_ids=[add_on_id])
    assert answer.status_code == 201, answer.text
    now = spa.booking(None, walk_in=True, guests=[{"treatments": [spa.treatment(add_on_ids=[add_on_id])]}])
    assert code_of(await client.post(VISITS, **now)) == (409, "NOT_OFFERED")


async def test_what_was_withdrawn_before_cannot_be_written_down(client: httpx2.AsyncClient) -> None:
    spa, _ = await spa_with_hot_stones(client)
    await change_catalogue(client, service_path(spa), offered="no")
    await run_sql(TWO_DAYS_EARLIER)
    assert code_of(await write_down(client, spa)) == (409, "NOT_OFFERED")
    assert (await write_down(client, spa, days=3, therapist_id=spa.therapists[0])).status_code == 201


async def test_what_is_sold_again_today_was_not_sold_yesterday(client: httpx2.AsyncClient) -> None:
    spa, _ = await spa_with_hot_stones(client)
    await run_sql("UPDATE service SET offered = 'no'")
    await run_sql(TWO_DAYS_EARLIER)
    for offered in ("desk", "online"):
        await change_catalogue(client, service_path(spa), offered=offered)
    assert code_of(await write_down(client, spa)) == (409, "NOT_OFFERED")
    assert (await write_down(client, spa, days=3, therapist_id=spa.therapists[0])).status_code == 201


async def test_the_prices_of_that_day_count(client: httpx2.AsyncClient) -> None:
    spa, add_on_id = await spa_with_hot_stones(client)
    for price in (600_000, 700_000):
        await change_catalogue(client, f"variants/{spa.variant_id}", price=price)
    await change_catalogue(client, f"add-ons/{add_on_id}", price=90_000)
    [guest] = (await write_down(client, spa, add_on_ids=[add_on_id])).json()["appointments"]
    assert guest["price"] == 550_000


async def test_a_walk_in_that_begins_now_is_quoted_from_what_is_sold_now(client: httpx2.AsyncClient) -> None:
    spa, _ = await spa_with_hot_stones(client)
    await change_catalogue(client, service_path(spa), offered="no")
    assert code_of(await write_down(client, spa, days=0)) == (409, "NOT_OFFERED")
