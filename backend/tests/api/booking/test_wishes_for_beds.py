"""A wish for a bed is kept as one for a therapist: until the desk chooses another bed, or takes it back."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    alternatives,
    bookable_spa,
    create_booking,
    resources_of,
)
from tests.builders.people import new_customer
from tests.builders.rosters import code_of
from tests.builders.spas import Segment


@pytest.fixture
async def spa(client: httpx2.AsyncClient) -> BookableSpa:
    return await bookable_spa(therapists=3, beds=3)


def bed_and_wish(visit: dict[str, Any]) -> tuple[str, str | None]:
    [bed] = resources_of(visit, "bed")
    return bed, visit["appointments"][0]["treatments"][0]["bed_id"]


async def book(client: httpx2.AsyncClient, spa: BookableSpa, hour: float, bed: UUID) -> dict[str, Any]:
    return await create_booking(client, spa, hour, spa.treatment(bed_id=bed))


async def read(client: httpx2.AsyncClient, visit: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{VISITS}/{visit['id']}")).json()
    return found


async def choose(
    client: httpx2.AsyncClient, visit: dict[str, Any], bed: UUID | None, **more: Any
) -> httpx2.Response:
    [guest] = visit["appointments"]
    change = {"id": guest["treatments"][0]["id"], "bed_id": None if bed is None else str(bed)}
    return await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"treatments": [change]} | more)


async def test_a_deliberate_move_to_another_bed_replaces_it(
    client: httpx2.AsyncClient, spa: BookableSpa
) -> None:
    first, second, third = spa.beds
    visit = await book(client, spa, 10, first)
    moved = (await choose(client, visit, second)).json()
    assert bed_and_wish(moved) == (str(second), str(second))
    moved = (await choose(client, visit, third, start=spa.hour(14).isoformat())).json()
    assert bed_and_wish(moved) == (str(third), str(third))
    without_wish = (await choose(client, visit, None)).json()
    assert bed_and_wish(without_wish) == (str(third), None)


async def test_an_exchange_of_beds_replaces_it(client: httpx2.AsyncClient, spa: BookableSpa) -> None:
    first, second, _ = spa.beds
    visits = [await book(client, spa, 10, bed) for bed in (first, second)]
    answer = await client.post(
        f"{APPOINTMENTS}/{visits[0]['appointments'][0]['id']}/swap",
        json={"with_appointment_id": visits[1]["appointments"][0]["id"], "exchange": ["bed"]},
        headers={"Idempotency-Key": "exchange"},
    )
    assert answer.status_code == 200, answer.text
    found = [bed_and_wish(await read(client, visit)) for visit in visits]
    assert found == [(str(second), str(second)), (str(first), str(first))]


async def test_an_exchange_of_starts_keeps_it(client: httpx2.AsyncClient, spa: BookableSpa) -> None:
    first, second, third = spa.beds
    visits = [await book(client, spa, 10, first), await book(client, spa, 14, second)]
    ids = [visit["appointments"][0]["id"] for visit in visits]

    async def exchange(key: str) -> httpx2.Response:
        return await client.post(
            f"{APPOINTMENTS}/{ids[0]}/swap",
            json={"with_appointment_id": ids[1], "exchange": ["start"]},
            headers={"Idempotency-Key": key},
        )

    in_the_way = await book(client, spa, 14, first)
    assert code_of(await exchange("taken")) == (409, "CANNOT_SWAP")
    assert (await choose(client, in_the_way, third)).status_code == 200
    assert (await exchange("free")).status_code == 200
    found = [bed_and_wish(await read(client, visit)) for visit in visits]
    assert found == [(str(first), str(first)), (str(second), str(second))]


async def test_a_move_to_a_time_at_which_it_is_taken_is_refused(
    client: httpx2.AsyncClient, spa: BookableSpa
) -> None:
    """Refuse as for a therapist asked for by name, rather than give the guest another bed in silence."""
    first, second, _ = spa.beds
    visit = await book(client, spa, 10, first)
    await book(client, spa, 14, first)
    refused = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(14).isoformat()})
    assert code_of(refused) == (409, "SLOT_TAKEN")
    for start in alternatives(refused)[::-1]:
        moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": start.isoformat()})
        assert bed_and_wish(moved.json()) == (str(first), str(first))
    moved = (await choose(client, visit, second, start=spa.hour(14).isoformat())).json()
    assert bed_and_wish(moved) == (str(second), str(second))


async def test_it_is_kept_where_another_bed_would_be_free_earlier(
    client: httpx2.AsyncClient, spa: BookableSpa
) -> None:
    """Offer for a move what the move accepts, to the desk and on the board."""
    visit = await book(client, spa, 10, spa.beds[0])
    await book(client, spa, 14, spa.beds[0])
    query = {"branch_id": str(spa.branch_id), "day": str(spa.day())}
    found = await client.post("/api/v1/availability/starts", json=query | {"instead_of": visit["id"]})
    assert spa.hour(14) not in [datetime.fromisoformat(start["start"]) for start in found.json()["starts"]]
    treatment = visit["appointments"][0]["treatments"][0]
    board = await client.post("/api/v1/availability/places", json=query | {"treatment_id": treatment["id"]})
    fits = {
        place["resource_id"]: any(
            datetime.fromisoformat(first) <= spa.hour(14) < datetime.fromisoformat(last)
            for first, last in place["fits"]
        )
        for place in board.json()["places"]
    }
    assert not any(fits[str(therapist)] for therapist in spa.therapists)
    assert [fits[str(bed)] for bed in spa.beds] == [False, True, True]


async def test_a_customer_who_moves_keeps_it(client: httpx2.AsyncClient, spa: BookableSpa) -> None:
    customer_id, mai = await new_customer()
    visit = await create_booking(
        client, spa, 10, guests=[{"treatments": [spa.treatment(bed_id=spa.beds[1])]}], customer_id=customer_id
    )
    body = {"start": spa.hour(14).isoformat()}
    moved = await client.patch(f"{VISITS}/{visit['id']}", json=body, headers=mai)
    assert bed_and_wish(moved.json()) == (str(spa.beds[1]), str(spa.beds[1]))


async def test_it_never_gives_way(client: httpx2.AsyncClient, spa: BookableSpa) -> None:
    """Let only the guest without a wish give way, whatever has become of the one with it."""
    first, second, _ = spa.beds
    visit = await book(client, spa, 10, first)
    assert (await choose(client, visit, second)).status_code == 200
    rival = spa.booking(spa.hour(10), guests=[{"treatments": [spa.treatment(bed_id=second)]}])
    assert code_of(await client.post(VISITS, **rival)) == (409, "SLOT_TAKEN")
    assert bed_and_wish(await read(client, visit)) == (str(second), str(second))


async def test_a_replan_keeps_it(client: httpx2.AsyncClient, spa: BookableSpa) -> None:
    visit = await book(client, spa, 10, spa.beds[2])
    [lan] = resources_of(visit, "staff")
    query = {"branch_id": str(spa.branch_id), "day": str(spa.day())}
    proposed = (await client.post(f"/api/v1/staff/{lan}/replan", json=query)).json()
    plan = query | {name: proposed[name] for name in ("digest", "changes")}
    assert (await client.post(f"/api/v1/staff/{lan}/replan/apply", json=plan)).status_code == 200
    after = await read(client, visit)
    assert resources_of(after, "staff") != [lan]
    assert bed_and_wish(after) == (str(spa.beds[2]), str(spa.beds[2]))


async def test_an_undone_cancellation_brings_it_back(client: httpx2.AsyncClient, spa: BookableSpa) -> None:
    visit = await book(client, spa, 10, spa.beds[2])
    await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "cancelled"})
    undone = await client.post(
        f"{VISITS}/{visit['id']}/undo", json={"status": "cancelled"}, headers={"Idempotency-Key": "undo"}
    )
    assert bed_and_wish(undone.json()) == (str(spa.beds[2]), str(spa.beds[2]))


async def test_it_holds_for_a_treatment_on_beds_of_two_types(client: httpx2.AsyncClient) -> None:
    """Keep the wish when the treatment becomes longer: the bath before it may be any."""
    spa = await bookable_spa(therapists=2, beds=2)
    spa.variant_id = spa.service("bath", Segment(30, on="bath"), Segment(30, on="massage-bed"))
    for number in (1, 2):
        spa.bed(f"bath {number}", "bath")
    spa.therapist("Hoa", spa.variant_id, shifts=[f"{spa.day()} 09:00-21:00"])
    await spa.write()
    visit = await create_booking(client, spa, 10, spa.treatment(bed_id=spa.beds[1]))
    assert str(spa.beds[1]) in resources_of(visit, "bed")
    [guest] = visit["appointments"]
    longer = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 75}]}
    changed = (await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=longer)).json()
    assert str(spa.beds[1]) in resources_of(changed, "bed")
    moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(14).isoformat()})
    assert str(spa.beds[1]) in resources_of(moved.json(), "bed")


async def test_one_room_for_the_party_comes_first(client: httpx2.AsyncClient) -> None:
    """Ask for one room for two guests on beds in two rooms: the wish for the other bed is gone."""
    spa = await bookable_spa(therapists=2, beds=2)
    apart = spa.bed("apart", room="Cúc")
    await spa.write()
    guests = [{"treatments": [spa.treatment(bed_id=bed)]} for bed in (spa.beds[0], apart)]
    visit = await create_booking(client, spa, 10, guests=guests)
    together = (await client.patch(f"{VISITS}/{visit['id']}", json={"same_room": True})).json()
    assert {*resources_of(together, "bed")} == {*map(str, spa.beds)}
    wishes = [guest["treatments"][0]["bed_id"] for guest in together["appointments"]]
    assert wishes == [str(spa.beds[0]), None]
