"""The sentences for shortages, as a receptionist says them, with times in the branch's time zone."""

import httpx2
import pytest
import time_machine

from app.modules.identity.roles import Role
from tests.api.availability.queries import DAY, party_query, reasons
from tests.builders.people import signed_in
from tests.builders.spas import Segment, Spa

on_bed = Segment(60, on="massage-bed")


async def test_a_shortage_is_described_in_both_languages_and_as_data(guest: httpx2.AsyncClient) -> None:
    spa = Spa(hours="14:00-18:00")
    massage = spa.service("massage", on_bed)
    spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-21:00"])
    spa.take(spa.bed("bed 1"), f"{DAY} 14:00-17:30")
    await spa.write()
    query = party_query(spa, [massage], day=DAY)
    vietnamese = (await guest.post("/api/v1/availability/starts", json=query)).json()
    english = await guest.post(
        "/api/v1/availability/starts", json=query, headers={"Accept-Language": "en-GB"}
    )
    [shortage] = vietnamese["reasons"]
    assert shortage["message"] == "massage-bed (vi): đã kín 14:00–17:30."
    assert english.json()["reasons"] == [shortage | {"message": "massage-bed: all are taken 14:00–17:30."}]
    assert shortage | {"message": ""} == {
        "code": "taken",
        "message": "",
        "service_id": None,
        "type_id": str(spa.type("bed", "massage-bed")),
        "needed": 1,
        "times": [["2026-12-05T07:00:00Z", "2026-12-05T10:30:00Z"]],
    }


async def test_shortages_of_therapists(guest: httpx2.AsyncClient) -> None:
    spa = Spa(hours="09:00-12:00")
    massage, facial, hair = (spa.service(name, 60) for name in ("massage", "facial", "hair"))
    lan = spa.therapist("Lan", massage, gender="female", shifts=[f"{DAY} 09:00-11:00"])
    mai = spa.therapist("Mai", facial, gender="female")
    spa.take(lan, f"{DAY} 09:30-10:30")
    await spa.write()

    async def reasons_for(*guests: list[object]) -> list[str]:
        return await reasons(guest, spa, *guests)

    assert await reasons_for([massage]) == ["massage: every therapist is taken 09:30–10:30."]
    assert await reasons_for([facial]) == ["facial: no therapist is on shift 09:00–12:00."]
    assert await reasons_for([hair]) == ["hair: the branch has no therapist."]
    assert await reasons_for([{"variant_id": facial, "gender": "male"}]) == [
        "facial: the branch has no male therapist."
    ]
    assert await reasons_for([massage], [massage]) == ["massage: the branch has fewer than 2 therapists."]
    requirement = {"variant_id": facial, "therapist_id": mai}
    assert await reasons_for([requirement]) == ["facial: Mai is not on shift 09:00–12:00."]
    assert await reasons_for([requirement], [requirement]) == ["facial: Mai cannot serve 2 guests at once."]
    assert await reasons_for([{"variant_id": massage, "therapist_id": mai}]) == [
        "massage: the therapist asked for does not do it here."
    ]


async def test_shortages_of_two_therapists_and_of_beds_in_one_room(guest: httpx2.AsyncClient) -> None:
    spa = Spa(hours="09:00-10:00")
    massage, bath = spa.service("massage", 60), spa.service("bath", Segment(60, staff=False, on="tub"))
    spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:00"])
    hoa = spa.therapist("Hoa", massage, shifts=[f"{DAY} 09:00-10:00"])
    spa.bed("tub 1", "tub", room="sen")
    spa.bed("tub 2", "tub", room="cúc")
    spa.take(hoa, f"{DAY} 09:00-09:10")
    await spa.write()
    assert await reasons(guest, spa, [massage], [massage]) == [
        "massage: fewer than 2 therapists are free 09:00–09:10."
    ]
    assert await reasons(guest, spa, [bath], [bath], same_room=True) == [
        "tub: the branch has fewer than 2 in one room."
    ]


async def test_therapist_and_bed_are_free_at_different_times(guest: httpx2.AsyncClient) -> None:
    spa = Spa(hours="09:00-11:00", grid_minutes=60)
    massage = spa.service("massage", on_bed)
    spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:00"])
    spa.take(spa.bed("bed 1"), f"{DAY} 09:00-10:00")
    await spa.write()
    assert await reasons(guest, spa, [massage]) == [
        "Therapists, beds and devices are never free at the same time.",
        "massage: no therapist is on shift 10:00–11:00.",
        "massage-bed: all are taken 09:00–10:00.",
    ]


async def test_gaps_are_too_short_and_a_long_list_of_times_is_cut(guest: httpx2.AsyncClient) -> None:
    spa = Spa(hours="09:00-15:00", grid_minutes=60)
    massage = spa.service("massage", 60)
    lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-15:00"])
    hoa = spa.therapist("Hoa", massage, shifts=[f"{DAY} 09:00-15:00"])
    for hour in range(9, 15):
        spa.block(lan, f"{DAY} {hour:02}:00-{hour:02}:30")
        spa.block(hoa, f"{DAY} {hour:02}:30-{hour:02}:45")
    await spa.write()
    assert await reasons(guest, spa, [massage]) == [
        "massage: every therapist is taken (no gap is long enough)."
    ]
    assert await reasons(guest, spa, [massage], [massage]) == [
        "massage: fewer than 2 therapists are free 09:00–09:45, 10:00–10:45, 11:00–11:45, 12:00–12:45, …."
    ]


async def test_the_branch_is_closed_or_not_open_long_enough(guest: httpx2.AsyncClient) -> None:
    spa = Spa(hours="09:00-09:45")
    massage = spa.service("massage", 60)
    spa.open_otherwise(spa.at(f"{DAY} 12:00").date(), spa.at(f"{DAY} 12:00").date())
    await spa.write()
    assert await reasons(guest, spa, [massage]) == ["The branch is closed."]
    assert await reasons(guest, spa, [massage], day="2026-12-06") == [
        "The branch is not open long enough for these treatments."
    ]


@pytest.mark.parametrize(
    ("notice", "duration"), [(45, "45 minutes"), (60, "1 hour"), (180, "3 hours"), (2880, "2 days")]
)
async def test_the_day_is_too_soon_or_too_far_ahead(
    guest: httpx2.AsyncClient, notice: int, duration: str
) -> None:
    spa = Spa(hours="09:00-10:00", notice_minutes=notice, horizon_days=7)
    massage = spa.service("massage", 60)
    spa.therapist("Lan", massage, shifts=[f"2026-12-{day:02} 09:00-10:00" for day in (1, 10)])
    await spa.write()
    with time_machine.travel(spa.at("2026-12-01 08:58"), tick=False):
        guest.headers |= await signed_in()
        desk = await signed_in(Role.RECEPTIONIST, branch_id=spa.branch_id)
        assert await reasons(guest, spa, [massage], day="2026-12-01") == [
            f"Please book at least {duration} ahead."
        ]
        assert await reasons(guest, spa, [massage], day="2026-11-30") == ["It is too late for this day."]
        assert await reasons(guest, spa, [massage], day="2026-12-10") == [
            "Please book no more than 7 days ahead."
        ]
    with time_machine.travel(spa.at("2026-12-01 09:01"), tick=False):
        guest.headers |= desk
        assert await reasons(guest, spa, [massage], day="2026-12-01") == ["It is too late for this day."]
