"""Changes that make a resource unavailable while a booking waits for its lock, and time that is released in them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy.dialects.postgresql import Range

from app.common.helpers import utc_now
from app.modules.resource.resource_models import Outage
from app.modules.staff.staff_models import TimeOff
from tests.builders.bookings import (
    VISITS,
    BookableSpa,
    alternatives,
    bookable_spa,
    create_booking,
    resources_of,
    with_headers,
)
from tests.builders.people import new_customer
from tests.builders.rosters import LOCK, answered_while, code_of
from tests.support.database import insert, run_sql

type Change = tuple[Any, ...]
type Changes = Callable[[BookableSpa], list[Change | Outage | TimeOff]]


def outage(spa: BookableSpa) -> list[Change | Outage | TimeOff]:
    [bed] = spa.beds
    return [(LOCK, bed), Outage(resource_id=bed, during=at_ten(spa), reason="Gãy chân")]


def leave(spa: BookableSpa) -> list[Change | Outage | TimeOff]:
    [lan] = spa.therapists
    return [(LOCK, lan), TimeOff(staff_id=lan, during=at_ten(spa), status="approved")]


def lost_shift(spa: BookableSpa) -> list[Change | Outage | TimeOff]:
    [lan] = spa.therapists
    return [(LOCK, lan), ("DELETE FROM shift WHERE staff_id = $1", lan)]


def retirement(spa: BookableSpa) -> list[Change | Outage | TimeOff]:
    [bed] = spa.beds
    return [(LOCK, bed), ("UPDATE resource SET retired_at = now() WHERE id = $1", bed)]


def at_ten(spa: BookableSpa) -> Range[datetime]:
    return Range(spa.hour(10), spa.hour(11))


@pytest.mark.parametrize("changes", [outage, leave, lost_shift, retirement])
async def test_a_booking_that_waited_sees_the_change(client: httpx2.AsyncClient, changes: Changes) -> None:
    spa = await bookable_spa()
    [refused] = await answered_while(changes(spa), client.post(VISITS, **spa.booking(spa.hour(10))))
    assert code_of(refused) == (409, "SLOT_TAKEN")
    assert await run_sql("SELECT FROM visit") == []


async def test_a_customer_who_waited_is_offered_no_start_inside_the_notice(
    stranger: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa()
    notice = (spa.hour(10) - utc_now()) // timedelta(minutes=1) - 5
    await run_sql("UPDATE branch SET notice_minutes = $1", notice)
    _, headers = await new_customer()
    booking = with_headers(spa.booking(spa.hour(10)), headers)
    [refused] = await answered_while(leave(spa), stranger.post(VISITS, **booking))
    assert code_of(refused) == (409, "SLOT_TAKEN")
    assert alternatives(refused)[0] == spa.hour(11)


@pytest.mark.parametrize("changes", [outage, leave])
async def test_a_booking_that_waited_takes_another_resource(
    client: httpx2.AsyncClient, changes: Changes
) -> None:
    spa = await bookable_spa()
    unavailable = changes(spa)
    first = [*spa.therapists, *spa.beds]
    spa.add(therapists=1, beds=1)
    await spa.write()
    # The first therapist and the first bed are chosen as long as they are free.
    [answer] = await answered_while(unavailable, client.post(VISITS, **spa.booking(spa.hour(10))))
    assert answer.status_code == 201
    used = {
        UUID(resource_id) for kind in ("staff", "bed") for resource_id in resources_of(answer.json(), kind)
    }
    assert len(used & {*first}) == 1


@pytest.mark.parametrize("kind", ["staff", "bed"])
@pytest.mark.parametrize("release", ["cancelled", "moved", "hold expired"])
async def test_time_that_is_released_in_an_outage_or_a_leave_is_not_free(
    client: httpx2.AsyncClient, kind: str, release: str
) -> None:
    """Record an outage or leave over the appointment: when it releases the time, no other visit can have it."""
    spa = await bookable_spa()
    visit = await create_booking(client, spa, 10, hold=release == "hold expired")
    during = Range(spa.hour(9), spa.hour(12))
    if kind == "staff":
        await insert(TimeOff(staff_id=spa.therapists[0], during=during, status="approved"))
    else:
        await insert(Outage(resource_id=spa.beds[0], during=during, reason="Gãy chân"))
    match release:
        case "cancelled":
            answer = await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "cancelled"})
            assert answer.status_code == 200
        case "moved":
            start = spa.hour(15).isoformat()
            assert (await client.patch(f"{VISITS}/{visit['id']}", json={"start": start})).status_code == 200
        case _:
            ago = utc_now() - timedelta(seconds=1)
            for table in ("appointment", "allocation"):
                await run_sql(f"UPDATE {table} SET hold_expires_at = $1", ago)
    assert code_of(await client.post(VISITS, **spa.booking(spa.hour(10)))) == (409, "SLOT_TAKEN")
    assert (await client.post(VISITS, **spa.booking(spa.hour(12)))).status_code == 201
