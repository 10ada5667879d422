"""Agreed lengths, prices and resources: no change of the catalogue, of hours, shifts or beds reaches a booking through an edit."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy.dialects.postgresql import Range

from app.modules.branch.branch_models import SpecialHours
from app.modules.resource.resource_models import Outage
from app.modules.staff.staff_models import TimeOff
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    resources_of,
)
from tests.builders.people import add_customer
from tests.builders.rosters import code_of
from tests.builders.spas import Segment
from tests.support.database import insert, run_sql


async def change(client: httpx2.AsyncClient, guest: dict[str, Any], **changes: Any) -> httpx2.Response:
    return await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=changes)


async def edit(client: httpx2.AsyncClient, guest: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Change the only treatment of a guest, and return the guest."""
    treatments = [{"id": guest["treatments"][0]["id"]} | changes]
    answer = await change(client, guest, treatments=treatments)
    assert answer.status_code == 200, answer.text
    [changed] = answer.json()["appointments"]
    assert isinstance(changed, dict)
    return changed


def minutes_of(guest: dict[str, Any]) -> float:
    start, end = datetime.fromisoformat(guest["start"]), datetime.fromisoformat(guest["end"])
    return (end - start).total_seconds() / 60


async def with_add_ons(**minutes: int) -> tuple[BookableSpa, dict[str, UUID]]:
    spa = await bookable_spa()
    add_ons = {name: spa.add_on(name, added, spa.variant_id, price=80_000) for name, added in minutes.items()}
    await spa.write()
    return spa, add_ons


class TestAddOns:
    async def test_a_length_that_was_set_by_hand_stays_when_an_add_on_comes_or_goes(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, add_ons = await with_add_ons(tea=0, stones=15)
        tea, stones = map(str, add_ons.values())
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        guest = await edit(client, guest, minutes=90)
        lengths = [
            minutes_of(guest := await edit(client, guest, add_on_ids=chosen))
            for chosen in ([tea], [tea, stones], [tea, stones], [stones], [])
        ]
        assert lengths == [90, 105, 105, 105, 90]
        refused = await client.post(VISITS, **spa.booking(spa.hour(11)))
        assert code_of(refused) == (409, "SLOT_TAKEN")  # the half hour is not sold again

    async def test_an_add_on_takes_along_what_it_added_whatever_the_catalogue_says_now(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, add_ons = await with_add_ons(stones=15)
        stones = str(add_ons["stones"])
        booking = spa.treatment(add_on_ids=[stones])
        [guest] = (await create_booking(client, spa, 10, booking))["appointments"]
        await run_sql("UPDATE add_on SET minutes = 40, price = 1")
        await run_sql("UPDATE service_segment SET minutes = 30 WHERE with_guest")
        same = await edit(client, guest, add_on_ids=[stones])
        assert (minutes_of(same), same["price"]) == (75, 580_000)
        without = await edit(client, guest, add_on_ids=[])
        assert (minutes_of(without), without["price"]) == (60, 500_000)
        again = await edit(client, guest, add_on_ids=[stones])
        assert (minutes_of(again), again["price"]) == (100, 500_001)  # what is new is new

    async def test_the_length_is_as_sent_with_the_add_ons(self, client: httpx2.AsyncClient) -> None:
        spa, add_ons = await with_add_ons(stones=15)
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        for chosen in ([str(add_ons["stones"])], []):
            assert minutes_of(await edit(client, guest, add_on_ids=chosen, minutes=70)) == 70

    async def test_dropping_an_add_on_cannot_leave_a_treatment_without_time(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, add_ons = await with_add_ons(stones=30)
        booking = spa.treatment(add_on_ids=[str(add_ons["stones"])])
        [guest] = (await create_booking(client, spa, 10, booking))["appointments"]
        await edit(client, guest, minutes=30)
        treatments = [{"id": guest["treatments"][0]["id"], "add_on_ids": []}]
        assert code_of(await change(client, guest, treatments=treatments)) == (409, "TOO_SHORT")
        assert minutes_of(await edit(client, guest, add_on_ids=[], minutes=30)) == 30


class TestOffer:
    """A service, a variant or an add-on is not offered any more."""

    @pytest.mark.parametrize(
        "withdrawal",
        [
            "UPDATE service SET offered = 'no'",
            "UPDATE service_variant SET retired_at = now()",
            "UPDATE add_on SET offered = 'no' WHERE minutes = 15",
            "DELETE FROM service_add_on WHERE add_on_id = (SELECT id FROM add_on WHERE minutes = 15)",
        ],
    )
    async def test_a_booking_can_be_edited(self, client: httpx2.AsyncClient, withdrawal: str) -> None:
        spa, add_ons = await with_add_ons(tea=0, stones=15)
        tea, stones = map(str, add_ons.values())
        booking = spa.treatment(add_on_ids=[stones])
        [guest] = (await create_booking(client, spa, 10, booking))["appointments"]
        await run_sql(withdrawal)
        for chosen, minutes in (([stones], 75), ([stones, tea], 75), ([tea], 60)):
            guest = await edit(client, guest, add_on_ids=chosen)
            assert minutes_of(guest) == minutes
        assert minutes_of(await edit(client, guest, minutes=90)) == 90
        assert (await change(client, guest, start=spa.hour(14).isoformat())).status_code == 200

    async def test_what_is_new_must_be_offered_and_fit(self, client: httpx2.AsyncClient) -> None:
        spa, add_ons = await with_add_ons(stones=15)
        other = spa.service("facial", Segment(30, on="massage-bed"))
        mask = spa.add_on("mask", 10, other)
        await spa.write()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        await run_sql("UPDATE add_on SET offered = 'no' WHERE minutes = 15")
        for add_on_id, code in ((add_ons["stones"], "NOT_OFFERED"), (mask, "ADD_ON_DOES_NOT_FIT")):
            treatments = [{"id": guest["treatments"][0]["id"], "add_on_ids": [str(add_on_id)]}]
            assert code_of(await change(client, guest, treatments=treatments)) == (409, code)
        await run_sql("UPDATE service SET offered = 'no'")
        treatments = [{"id": guest["treatments"][0]["id"]}, spa.treatment()]
        assert code_of(await change(client, guest, treatments=treatments)) == (409, "NOT_OFFERED")


type Cut = Callable[[BookableSpa, dict[str, Any]], Awaitable[object]]


async def close_the_day(spa: BookableSpa, _: dict[str, Any]) -> None:
    days = Range(spa.day(), spa.day(4))
    await insert(SpecialHours(branch_id=spa.branch_id, days=days, reason="Mất điện", hours=[]))


async def close_for_good(spa: BookableSpa, _: dict[str, Any]) -> None:
    await run_sql("UPDATE branch SET closed_at = now() WHERE id = $1", spa.branch_id)


async def delete_shifts(_: BookableSpa, __: dict[str, Any]) -> None:
    await run_sql("DELETE FROM shift")


async def approve_leave(spa: BookableSpa, visit: dict[str, Any]) -> None:
    [lan] = resources_of(visit, "staff")
    during = Range(spa.hour(9), spa.hour(20))
    await insert(TimeOff(staff_id=UUID(lan), during=during, status="approved"))


async def take_the_skill_away(_: BookableSpa, __: dict[str, Any]) -> None:
    await run_sql("DELETE FROM staff_skill")


async def end_the_employment(_: BookableSpa, __: dict[str, Any]) -> None:
    await run_sql("DELETE FROM shift")
    await run_sql("UPDATE staff SET employed_until = current_date")


async def retire_the_beds(_: BookableSpa, __: dict[str, Any]) -> None:
    await run_sql("UPDATE resource SET retired_at = now() WHERE kind = 'bed'")


async def break_the_bed(spa: BookableSpa, visit: dict[str, Any]) -> None:
    [bed] = resources_of(visit, "bed")
    await insert(Outage(resource_id=UUID(bed), during=Range(spa.hour(9), spa.hour(20)), reason="Gãy chân"))


CUTS: list[Cut] = [
    *(close_the_day, close_for_good, delete_shifts, approve_leave),
    *(take_the_skill_away, end_the_employment, retire_the_beds, break_the_bed),
]


@pytest.mark.parametrize("cut", CUTS)
class TestCutUnderIt:
    """Hours, shifts, skills or beds are cut under a booking."""

    async def test_the_booking_can_be_edited_as_long_as_its_time_does_not_grow(
        self, client: httpx2.AsyncClient, cut: Cut
    ) -> None:
        spa, add_ons = await with_add_ons(tea=0)
        spa.add(therapists=1, beds=1)
        await spa.write()
        visit = await create_booking(client, spa, 10)
        [guest] = visit["appointments"]
        await cut(spa, visit)
        everything = {"start": guest["start"], "customer_id": None, "guest_name": "Chị Mai"}
        assert (await change(client, guest, **everything)).status_code == 200
        assert (await client.patch(f"{VISITS}/{visit['id']}", json={"start": guest["start"]})).is_success
        changes: dict[str, Any]
        for changes in ({"add_on_ids": [str(add_ons["tea"])]}, {"minutes": 60}, {"minutes": 45}):
            edited = await edit(client, guest, **changes)
            assert resources_of({"appointments": [edited]}, "staff") == resources_of(visit, "staff")
            assert resources_of({"appointments": [edited]}, "bed") == resources_of(visit, "bed")
            assert minutes_of(edited) == changes.get("minutes", 60)

    async def test_what_grows_is_checked(self, client: httpx2.AsyncClient, cut: Cut) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        [guest] = visit["appointments"]
        await cut(spa, visit)
        treatments = [{"id": guest["treatments"][0]["id"], "minutes": 75}]
        assert code_of(await change(client, guest, treatments=treatments)) == (409, "SLOT_TAKEN")
        for start in (spa.hour(9.75), spa.hour(10.25), spa.hour(15)):
            assert code_of(await change(client, guest, start=start.isoformat())) == (409, "SLOT_TAKEN")
        treatments = [{"id": guest["treatments"][0]["id"]}, spa.treatment()]
        assert code_of(await change(client, guest, treatments=treatments)) == (409, "SLOT_TAKEN")


async def test_a_new_treatment_in_the_old_time_is_checked(client: httpx2.AsyncClient) -> None:
    """Replace the treatment: the therapist without a shift may keep the old one, and not begin another."""
    spa = await bookable_spa()
    [guest] = (await create_booking(client, spa, 10))["appointments"]
    await run_sql("DELETE FROM shift")
    assert code_of(await change(client, guest, treatments=[spa.treatment()])) == (409, "SLOT_TAKEN")


async def test_a_couple_keeps_its_room_when_its_beds_are_retired(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2)
    visit = await create_booking(client, spa, 10, guests=2, same_room=True)
    await run_sql("UPDATE resource SET retired_at = now() WHERE kind = 'bed'")
    answer = await client.patch(
        f"{VISITS}/{visit['id']}", json={"start": spa.hour(10).isoformat(), "same_room": True}
    )
    assert (answer.status_code, answer.json()) == (200, visit)


async def test_a_late_guest_can_be_edited_when_the_start_is_sent_along(client: httpx2.AsyncClient) -> None:
    """Send a form with all fields: the start is past, but does not change."""
    spa = await bookable_spa()
    visit = await create_booking(client, spa, 10)
    [guest] = visit["appointments"]
    past = spa.hour(10, -1)
    await run_sql(
        "UPDATE appointment SET status = 'in_service', starts_at = $1, ends_at = $2", past, spa.hour(11, -1)
    )
    await run_sql("UPDATE appointment_treatment SET starts_at = $1, ends_at = $2", past, spa.hour(11, -1))
    answer = await change(client, guest, start=past.isoformat(), guest_name="Chị Mai")
    assert answer.status_code == 200, answer.text
    assert code_of(await change(client, guest, start=spa.hour(10.25, -1).isoformat())) == (
        409,
        "STATUS_CONFLICT",
    )


async def test_an_archived_customer_who_is_the_guest_already_is_no_obstacle(
    client: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa()
    mai, lien = await add_customer(), await add_customer()
    [guest] = (await create_booking(client, spa, 10, customer_id=mai))["appointments"]
    await run_sql("UPDATE customer SET archived_at = now()")
    answer = await change(client, guest, customer_id=str(mai), guest_name="Chị Mai")
    assert answer.status_code == 200, answer.text
    assert code_of(await change(client, guest, customer_id=str(lien))) == (409, "CUSTOMER_ARCHIVED")


async def test_a_visit_that_moves_keeps_nothing_of_hours_that_were_cut(client: httpx2.AsyncClient) -> None:
    """Close at 20:30 under a visit until 21:00, and move it to 19:45."""
    spa = await bookable_spa()
    visit = await create_booking(client, spa, 20)
    spa.open_otherwise(spa.day(), spa.day(), "09:00-20:30")
    await spa.write()
    path = f"{VISITS}/{visit['id']}"
    refused = await client.patch(path, json={"start": spa.hour(19.75).isoformat()})
    assert code_of(refused) == (409, "SLOT_TAKEN")
    assert (await client.patch(path, json={"start": spa.hour(19.5).isoformat()})).status_code == 200
