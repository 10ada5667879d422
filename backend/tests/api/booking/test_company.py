"""Guests who are to be in one room with the others of their party, when one of them changes alone."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    resources_of,
)
from tests.builders.rosters import code_of
from tests.builders.spas import Segment
from tests.support.database import run_sql


async def spa_with_two_rooms(therapists: int = 4) -> tuple[BookableSpa, UUID]:
    """Add a spa with three beds in one room and one in another, and return it with the latter."""
    spa = await bookable_spa(therapists=therapists, beds=3)
    apart = spa.bed("apart", room="Cúc")
    await spa.write()
    return spa, apart


async def couple(client: httpx2.AsyncClient, spa: BookableSpa, hour: float = 10) -> dict[str, Any]:
    return await create_booking(client, spa, hour, guests=2, same_room=True)


async def change(client: httpx2.AsyncClient, guest: dict[str, Any], **changes: Any) -> httpx2.Response:
    return await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=changes)


def beds_of(visit: dict[str, Any], guest: dict[str, Any]) -> list[str]:
    return resources_of(
        {"appointments": [row for row in visit["appointments"] if row["id"] == guest["id"]]}, "bed"
    )


async def fill(
    client: httpx2.AsyncClient, spa: BookableSpa, visit: dict[str, Any], guest: dict[str, Any]
) -> None:
    """Book the beds of the large room at 10 that the guest does not have."""
    for bed in {*map(str, spa.beds)} - {*beds_of(visit, guest)}:
        await create_booking(client, spa, 10, spa.treatment(bed_id=bed))


async def test_a_guest_who_comes_back_from_another_room_joins_the_party(client: httpx2.AsyncClient) -> None:
    spa, apart = await spa_with_two_rooms()
    one, _ = (await couple(client, spa))["appointments"]
    in_apart = [{"id": one["treatments"][0]["id"], "bed_id": str(apart)}]
    alone = await change(client, one, start=spa.hour(15).isoformat(), treatments=in_apart)
    assert beds_of(alone.json(), one) == [str(apart)]
    back = await change(client, one, start=spa.hour(10.5).isoformat())
    assert back.status_code == 200, back.text
    [bed] = beds_of(back.json(), one)
    assert UUID(bed) in spa.beds


async def test_a_guest_cannot_come_back_when_the_room_is_full(client: httpx2.AsyncClient) -> None:
    spa, apart = await spa_with_two_rooms()
    visit = await couple(client, spa)
    one, other = visit["appointments"]
    in_apart = [{"id": one["treatments"][0]["id"], "bed_id": str(apart)}]
    await change(client, one, start=spa.hour(15).isoformat(), treatments=in_apart)
    await fill(client, spa, visit, other)
    refused = await change(client, one, start=spa.hour(10).isoformat())
    assert code_of(refused) == (409, "SLOT_TAKEN")


async def test_a_further_treatment_is_in_the_room_of_the_party(client: httpx2.AsyncClient) -> None:
    """Add a facial to one guest; the first bed for facials is in another room."""
    spa, _ = await spa_with_two_rooms()
    facial = spa.service("facial", Segment(30, on="facial-bed"))
    spa.therapist("Hoa", facial, shifts=[f"{spa.day()} 09:00-21:00"])
    spa.bed("a facial bed", "facial-bed", room="Cúc")
    here = spa.bed("b facial bed", "facial-bed", room="Sen")
    await spa.write()
    visit = await couple(client, spa)
    one, other = visit["appointments"]
    [longer] = [{"id": other["treatments"][0]["id"], "minutes": 120}]
    assert (await change(client, other, treatments=[longer])).status_code == 200
    both = [{"id": one["treatments"][0]["id"]}, {"variant_id": str(facial)}]
    edited = await change(client, one, treatments=both)
    assert beds_of(edited.json(), one)[1] == str(here)
    assert beds_of(edited.json(), one)[0] == beds_of(visit, one)[0]


async def test_a_guest_is_moved_to_the_room_in_which_the_other_is_treated(client: httpx2.AsyncClient) -> None:
    """Ask for one room when one guest is in service: the guest who waits gets a bed there."""
    spa, apart = await spa_with_two_rooms()
    visit = await create_booking(client, spa, 10, guests=2)
    one, other = visit["appointments"]
    in_apart = [{"id": other["treatments"][0]["id"], "bed_id": str(apart)}]
    assert (await change(client, other, treatments=in_apart)).status_code == 200
    await run_sql("UPDATE appointment SET status = 'in_service' WHERE id = $1", UUID(one["id"]))
    answer = await client.patch(f"{VISITS}/{visit['id']}", json={"same_room": True})
    assert answer.status_code == 200, answer.text
    [bed] = beds_of(answer.json(), other)
    assert UUID(bed) in spa.beds


async def test_one_room_is_refused_when_the_room_of_the_other_guest_is_full(
    client: httpx2.AsyncClient,
) -> None:
    spa, apart = await spa_with_two_rooms()
    visit = await create_booking(client, spa, 10, guests=2)
    one, other = visit["appointments"]
    in_apart = [{"id": other["treatments"][0]["id"], "bed_id": str(apart)}]
    assert (await change(client, other, treatments=in_apart)).status_code == 200
    await fill(client, spa, visit, one)
    await run_sql("UPDATE appointment SET status = 'in_service' WHERE id = $1", UUID(one["id"]))
    refused = await client.patch(f"{VISITS}/{visit['id']}", json={"same_room": True})
    assert code_of(refused) == (409, "SLOT_TAKEN")
    assert not (await client.get(f"{VISITS}/{visit['id']}")).json()["same_room"]


async def test_a_guest_who_is_apart_already_may_stay_there(client: httpx2.AsyncClient) -> None:
    """Move a bed to another room with `force`, and then let the guest stay longer."""
    spa, _ = await spa_with_two_rooms()
    one, _ = (await couple(client, spa))["appointments"]
    [bed] = resources_of({"appointments": [one]}, "bed")
    await run_sql("UPDATE resource SET room_id = NULL WHERE id = $1", UUID(bed))
    longer = [{"id": one["treatments"][0]["id"], "minutes": 90}]
    answer = await change(client, one, treatments=longer)
    assert answer.status_code == 200, answer.text
    assert beds_of(answer.json(), one) == [bed]


@pytest.mark.parametrize("later", [{"minutes": 90}, {"gender": None}])
async def test_a_guest_in_service_keeps_the_device(client: httpx2.AsyncClient, later: dict[str, Any]) -> None:
    """Edit a guest on the second of two devices, when the first has become free."""
    spa = await bookable_spa()
    laser = spa.service("laser", Segment(60, with_="laser"))
    for name in ("Hoa", "Mai"):
        spa.therapist(name, laser, shifts=[f"{spa.day()} 09:00-21:00"])
        spa.device(f"laser {name}")
    await spa.write()
    first = await create_booking(client, spa, 10, {"variant_id": str(laser)})
    [guest] = (await create_booking(client, spa, 10, {"variant_id": str(laser)}))["appointments"]
    [device] = resources_of({"appointments": [guest]}, "device")
    assert (
        await client.put(f"{VISITS}/{first['id']}/status", json={"status": "cancelled"})
    ).status_code == 200
    await run_sql("UPDATE appointment SET status = 'in_service' WHERE id = $1", UUID(guest["id"]))
    answer = await change(client, guest, treatments=[{"id": guest["treatments"][0]["id"]} | later])
    assert answer.status_code == 200, answer.text
    assert resources_of(answer.json(), "device") == [device]
