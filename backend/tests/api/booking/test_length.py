"""A treatment has one length: in the catalogue, in a search, in a booking, on the board and in a calendar."""

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.api.calendar.phones import Phone
from tests.builders.bookings import APPOINTMENTS, bookable_spa, create_booking
from tests.builders.people import add_customer
from tests.builders.rosters import code_of
from tests.builders.spas import Segment

MINUTE = timedelta(minutes=1)


def minutes_of(times: dict[str, Any]) -> float:
    return (datetime.fromisoformat(times["end"]) - datetime.fromisoformat(times["start"])) / MINUTE


@pytest.mark.parametrize(
    ("segments", "minutes"),
    [
        ([Segment(12, on="massage-bed"), Segment(18, on="massage-bed"), Segment(15, on="massage-bed")], 45),
        ([Segment(12), Segment(18, staff=False), Segment(16, on="massage-bed")], 50),
        ([Segment(7, guest=False), Segment(58, on="massage-bed"), Segment(8, staff=False, guest=False)], 60),
        ([Segment(20), Segment(10, guest=False), Segment(20)], 50),
    ],
    ids=["odd segments", "a step begun", "preparation and turnover", "a pause without the guest"],
)
async def test_the_length_is_the_same_everywhere(
    client: httpx2.AsyncClient, segments: list[Segment], minutes: int
) -> None:
    spa = await bookable_spa()
    facial = spa.service("facial", *segments)
    stones = spa.add_on("stones", 15, facial)
    spa.therapist("Hoa", facial, shifts=[f"{spa.day()} 09:00-21:00"])
    await spa.write()
    mai = await add_customer()
    lengths: dict[str, float] = {}

    [category] = (await client.get("/api/v1/catalogue")).json()
    lengths["catalogue"] = next(
        variant["minutes"]
        for service in category["services"]
        for variant in service["variants"]
        if variant["id"] == str(facial)
    )
    treatment = {"variant_id": str(facial)}
    search = {"branch_id": str(spa.branch_id), "guests": [{"treatments": [treatment]}], "day": str(spa.day())}
    starts = (await client.post("/api/v1/availability/starts", json=search)).json()["starts"]
    lengths["search"] = minutes_of(starts[0])
    visit = await create_booking(client, spa, 10, treatment, customer_id=mai)
    [guest] = visit["appointments"]
    lengths["booking"], lengths["treatment"] = minutes_of(guest), minutes_of(guest["treatments"][0])
    board = await client.get(f"/api/v1/branches/{spa.branch_id}/board", params={"day": str(spa.day())})
    lengths["board"] = minutes_of(board.json()["visits"][0]["appointments"][0])
    [event] = await (await Phone.subscribe(client, customer_id=mai)).events()
    lengths["calendar"] = (event.end - event.start) / MINUTE
    assert set(lengths.values()) == {minutes}, lengths

    change = {"id": guest["treatments"][0]["id"], "add_on_ids": [str(stones)]}
    answer = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"treatments": [change]})
    assert minutes_of(answer.json()["appointments"][0]) == minutes + 15
    change = {"id": guest["treatments"][0]["id"], "minutes": 90}
    answer = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"treatments": [change]})
    assert minutes_of(answer.json()["appointments"][0]) == 90


async def test_an_add_on_adds_whole_steps(client: httpx2.AsyncClient) -> None:
    new = {"key": "tea", "name": {"vi": "Trà", "en": "Tea"}, "minutes": 7, "price": 0}
    refused = await client.post("/api/v1/catalogue/add-ons", json=new)
    assert code_of(refused) == (422, "VALIDATION_ERROR")
    [detail] = refused.json()["error"]["details"]
    assert (detail["field"], detail["type"]) == ("body.minutes", "multiple_of")
