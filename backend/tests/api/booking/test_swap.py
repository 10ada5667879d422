"""Two appointments exchange their therapists, beds or starts."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    overlaps,
    resources_of,
)
from tests.builders.people import add_customer
from tests.builders.rosters import code_of
from tests.builders.spas import Segment
from tests.support.database import run_sql

type Visit = dict[str, Any]


async def swap(
    client: httpx2.AsyncClient, one: Visit, other: Visit, *exchange: str, key: object = None
) -> httpx2.Response:
    """Let the first guests of two visits exchange something."""
    first, second = (visit["appointments"][0]["id"] for visit in (one, other))
    return await client.post(
        f"{APPOINTMENTS}/{first}/swap",
        json={"with_appointment_id": second, "exchange": exchange},
        headers={"Idempotency-Key": str(key or uuid7())},
    )


async def now(client: httpx2.AsyncClient, visit: Visit) -> Visit:
    read: Visit = (await client.get(f"{VISITS}/{visit['id']}")).json()
    return read


def start_of(visit: Visit) -> datetime:
    return datetime.fromisoformat(visit["appointments"][0]["start"])


def reasons(refused: httpx2.Response) -> list[str]:
    return [detail["message"] for detail in refused.json()["error"]["details"] or []]


async def full_spa(client: httpx2.AsyncClient, *hours: float) -> tuple[BookableSpa, list[list[Visit]]]:
    """Return a spa whose two therapists and two beds are all taken at these hours, and the visits of each hour."""
    spa = await bookable_spa(therapists=2, beds=2, genders="fm")
    return spa, [[await create_booking(client, spa, hour) for _ in range(2)] for hour in hours]


class TestExchanging:
    async def test_therapists_change_places_in_a_full_house(self, client: httpx2.AsyncClient) -> None:
        _, [[one, other]] = await full_spa(client, 10)
        answer = await swap(client, one, other, "therapist")
        assert answer.status_code == 200, answer.text
        assert answer.json()["visits"] == [await now(client, one), await now(client, other)]
        after = answer.json()["visits"]
        for before, changed, partner in ((one, after[0], other), (other, after[1], one)):
            assert resources_of(changed, "staff") == resources_of(partner, "staff")
            assert resources_of(changed, "bed") == resources_of(before, "bed")
            assert [guest["id"] for guest in changed["appointments"]] == [
                guest["id"] for guest in before["appointments"]
            ]
        assert await overlaps() == 0

    async def test_beds_change_places(self, client: httpx2.AsyncClient) -> None:
        _, [[one, other]] = await full_spa(client, 10)
        after = (await swap(client, one, other, "bed")).json()["visits"]
        for before, changed, partner in ((one, after[0], other), (other, after[1], one)):
            assert resources_of(changed, "bed") == resources_of(partner, "bed")
            assert resources_of(changed, "staff") == resources_of(before, "staff")

    async def test_starts_change_places_although_every_other_time_is_taken(
        self, client: httpx2.AsyncClient
    ) -> None:
        """Take the therapist of each guest at the time of the other: they have to change therapists as well."""
        spa, [[one, beside_one], [_, _], [other, beside_other]] = await full_spa(client, 10, 12, 14)
        if resources_of(one, "staff") == resources_of(other, "staff"):
            other, beside_other = beside_other, other
        after = await swap(client, one, other, "start")
        assert after.status_code == 200, after.text
        moved = [await now(client, visit) for visit in (one, other)]
        assert [start_of(visit) for visit in moved] == [spa.hour(14), spa.hour(10)]
        assert resources_of(moved[0], "staff") == resources_of(other, "staff")
        for visit in (beside_one, beside_other):
            assert await now(client, visit) == visit
        assert await overlaps() == 0

    async def test_a_guest_keeps_the_therapist_where_that_one_is_free(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        lan, minh = spa.therapists
        one = await create_booking(client, spa, 10, spa.treatment(therapist_id=lan))
        other = await create_booking(client, spa, 14, spa.treatment(therapist_id=minh))
        assert (await swap(client, one, other, "start")).status_code == 200
        assert resources_of(await now(client, one), "staff") == [str(lan)]
        assert resources_of(await now(client, other), "staff") == [str(minh)]

    async def test_everything_changes_places_at_once(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        one, other = await create_booking(client, spa, 10), await create_booking(client, spa, 14, guests=2)
        answer = await swap(client, one, other, "start", "therapist", "bed")
        assert answer.status_code == 200, answer.text
        first, second = await now(client, one), await now(client, other)
        assert [start_of(first), start_of(second)] == [spa.hour(14), spa.hour(10)]
        for kind in ("staff", "bed"):
            assert resources_of(first, kind) == resources_of(other, kind)[:1]
            assert resources_of(second, kind)[:1] == resources_of(one, kind)

    async def test_starts_that_overlap_change_places_together(self, client: httpx2.AsyncClient) -> None:
        """Let two hours and one change places with the only therapist: either alone would run into the other."""
        spa = await bookable_spa(hours="10:00-13:30")
        spa.beds, long = [], spa.service("long", Segment(120))
        short = spa.service("short", Segment(60))
        spa.therapist("Hoa", long, short, shifts=[f"{spa.day()} 10:00-13:30"])
        await spa.write()
        one = await create_booking(client, spa, 10, {"variant_id": str(long)})
        other = await create_booking(client, spa, 12, {"variant_id": str(short)})
        refused = await swap(client, one, other, "start")  # 12:00–14:00 is beyond closing
        assert code_of(refused) == (409, "CANNOT_SWAP")
        [guest] = one["appointments"]
        shorter = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 90}]}
        await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=shorter)
        assert (await swap(client, one, other, "start")).status_code == 200
        assert [start_of(await now(client, visit)) for visit in (one, other)] == [spa.hour(12), spa.hour(10)]

    async def test_the_two_guests_of_a_couple_change_places(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10, guests=2, same_room=True)
        first, second = visit["appointments"]
        answer = await swap(client, {"appointments": [first]}, {"appointments": [second]}, "therapist", "bed")
        [after] = answer.json()["visits"]
        for kind in ("staff", "bed"):
            assert resources_of(after, kind) == resources_of(visit, kind)[::-1]

    async def test_a_request_that_is_sent_again_does_not_swap_them_back(
        self, client: httpx2.AsyncClient
    ) -> None:
        _, [[one, other]] = await full_spa(client, 10)
        key = uuid7()
        first = await swap(client, one, other, "therapist", key=key)
        assert (await swap(client, one, other, "therapist", key=key)).json() == first.json()
        assert resources_of(await now(client, one), "staff") == resources_of(other, "staff")
        reused = await swap(client, other, one, "therapist", key=key)
        assert code_of(reused) == (422, "IDEMPOTENCY_KEY_REUSED")

    async def test_swaps_that_cross_wait_for_each_other(self, client: httpx2.AsyncClient) -> None:
        """Let three guests change places in a circle, in both directions at once, while others book."""
        spa, [first, second] = await full_spa(client, 10, 14)
        visits = [*first, *second]
        pairs = [(one, other) for one in visits for other in visits if one is not other]
        answers = await asyncio.gather(
            *(swap(client, one, other, "start") for one, other in pairs),
            *(client.post(VISITS, **spa.booking(spa.hour(10))) for _ in range(4)),
        )
        assert {answer.status_code for answer in answers[: len(pairs)]} == {200}
        assert {answer.status_code for answer in answers[len(pairs) :]} == {409}
        assert await overlaps() == 0


class TestFitting:
    async def unchanged(self, client: httpx2.AsyncClient, *visits: Visit) -> bool:
        return [await now(client, visit) for visit in visits] == [*visits]

    async def test_a_guest_keeps_the_gender_that_they_asked_for(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2, genders="fm")
        one = await create_booking(client, spa, 10, spa.treatment(gender="female"))
        other = await create_booking(client, spa, 10)
        assert code_of(await swap(client, one, other, "therapist")) == (409, "CANNOT_SWAP")
        assert await self.unchanged(client, one, other)

    async def test_a_guest_keeps_the_therapist_asked_for_by_name(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        one = await create_booking(client, spa, 10, spa.treatment(therapist_id=spa.therapists[0]))
        other = await create_booking(client, spa, 10)
        refused = await swap(client, one, other, "therapist")
        assert code_of(refused) == (409, "CANNOT_SWAP")
        assert reasons(refused) == ["Khách yêu cầu Lan 1."]
        assert await self.unchanged(client, one, other)

    async def test_a_therapist_needs_the_skill(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=1, beds=1)
        facial = spa.service("facial", Segment(60))
        spa.therapist("Hoa", facial, shifts=[f"{spa.day()} 09:00-21:00"])
        await spa.write()
        one = await create_booking(client, spa, 10)
        other = await create_booking(client, spa, 10, {"variant_id": str(facial)})
        refused = await swap(client, one, other, "therapist")
        assert code_of(refused) == (409, "CANNOT_SWAP")
        assert len(reasons(refused)) == 2
        assert await self.unchanged(client, one, other)

    async def test_a_bed_has_to_be_of_the_type(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=1, beds=1)
        bath = spa.service("bath", Segment(60, on="bath"))
        spa.therapist("Hoa", bath, shifts=[f"{spa.day()} 09:00-21:00"])
        spa.bed("bath 1", "bath")
        await spa.write()
        one = await create_booking(client, spa, 10)
        other = await create_booking(client, spa, 10, {"variant_id": str(bath)})
        assert code_of(await swap(client, one, other, "bed")) == (409, "CANNOT_SWAP")
        assert await self.unchanged(client, one, other)

    async def test_a_third_guest_is_never_moved(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        lan, minh = spa.therapists
        one, third, other = [
            await create_booking(client, spa, hour, spa.treatment(therapist_id=therapist))
            for hour, therapist in ((10, lan), (14.5, lan), (14, minh))
        ]
        await run_sql("UPDATE appointment_treatment SET therapist_id = NULL")
        one, third, other = [await now(client, visit) for visit in (one, third, other)]
        refused = await swap(client, one, other, "therapist")  # at 14:00 Lan has half an hour
        assert code_of(refused) == (409, "CANNOT_SWAP")
        assert await self.unchanged(client, one, other, third)

    async def test_a_couple_stays_in_its_room(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=3, beds=2)
        apart = spa.bed("apart", room="Cúc")
        await spa.write()
        couple = await create_booking(client, spa, 10, guests=2, same_room=True)
        alone = await create_booking(client, spa, 10)
        assert resources_of(alone, "bed") == [str(apart)]
        refused = await swap(client, couple, alone, "bed")
        assert code_of(refused) == (409, "CANNOT_SWAP")
        assert await self.unchanged(client, couple, alone)
        answer = await swap(client, couple, alone, "therapist")
        assert resources_of(answer.json()["visits"][0], "bed") == resources_of(couple, "bed")

    async def test_without_a_bed_there_is_nothing_to_exchange(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=1, beds=1)
        facial = spa.service("facial", Segment(60))
        spa.therapist("Hoa", facial, shifts=[f"{spa.day()} 09:00-21:00"])
        await spa.write()
        one = await create_booking(client, spa, 10)
        other = await create_booking(client, spa, 10, {"variant_id": str(facial)})
        assert code_of(await swap(client, one, other, "bed")) == (409, "CANNOT_SWAP")

    async def test_an_appointment_has_no_other_self_and_none_in_another_branch(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, elsewhere = await bookable_spa(), await bookable_spa()
        one, other = await create_booking(client, spa, 10), await create_booking(client, elsewhere, 10)
        assert code_of(await swap(client, one, one, "start")) == (409, "CANNOT_SWAP")
        assert code_of(await swap(client, one, other, "start")) == (409, "CANNOT_SWAP")
        missing = {"appointments": [{"id": str(uuid7())}]}
        for pair in ((one, missing), (missing, one)):
            assert code_of(await swap(client, *pair, "start")) == (404, "APPOINTMENT_NOT_FOUND")

    @pytest.mark.parametrize("status", ["in_service", "completed", "cancelled", "no_show"])
    async def test_a_guest_who_is_treated_or_gone_does_not_swap(
        self, client: httpx2.AsyncClient, status: str
    ) -> None:
        _, [[one, other]] = await full_spa(client, 10)
        await run_sql("UPDATE appointment SET status = $1 WHERE visit_id = $2", status, UUID(other["id"]))
        assert code_of(await swap(client, one, other, "therapist")) == (409, "STATUS_CONFLICT")

    async def test_no_guest_moves_into_the_past(self, client: httpx2.AsyncClient) -> None:
        _, [[one, other], [late, _]] = await full_spa(client, 10, 14)
        await run_sql(
            "UPDATE appointment SET starts_at = starts_at - interval '9 days' WHERE visit_id = $1",
            UUID(one["id"]),
        )
        assert code_of(await swap(client, one, late, "start")) == (409, "NOT_BOOKABLE")
        assert await now(client, other) == other


class TestStarts:
    async def test_a_customer_who_is_elsewhere_at_the_other_time_is_confirmed_by_the_desk(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, customer_id = await bookable_spa(therapists=2, beds=2), await add_customer()
        early = await create_booking(client, spa, 10, customer_id=customer_id)
        late = await create_booking(client, spa, 14)
        await create_booking(client, spa, 14, customer_id=customer_id)
        assert code_of(await swap(client, early, late, "start")) == (409, "SAME_TIME")
        assert await now(client, early) == early
        first, second = (visit["appointments"][0]["id"] for visit in (early, late))
        confirmed = await client.post(
            f"{APPOINTMENTS}/{first}/swap",
            json={"with_appointment_id": second, "exchange": ["start"], "allow_same_time": True},
            headers={"Idempotency-Key": str(uuid7())},
        )
        assert confirmed.status_code == 200, confirmed.text

    async def test_a_guest_is_not_put_outside_opening_hours(self, client: httpx2.AsyncClient) -> None:
        """Cut the hours under one of two appointments: the other guest cannot get that time."""
        spa = await bookable_spa(therapists=2, beds=2)
        early, late = await create_booking(client, spa, 10), await create_booking(client, spa, 20)
        spa.open_otherwise(spa.day(), spa.day(), "09:00-18:00")
        await spa.write()
        assert code_of(await swap(client, early, late, "start")) == (409, "CANNOT_SWAP")

    async def test_a_guest_is_not_put_where_the_desk_overruled_the_hours_for_another(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        late = await create_booking(
            client, spa, 21.5, spa.treatment(therapist_id=spa.therapists[0]), force=True
        )
        early = await create_booking(client, spa, 10)
        assert code_of(await swap(client, late, early, "start")) == (409, "CANNOT_SWAP")


class TestUnavailable:
    async def test_no_guest_is_given_a_therapist_on_leave(self, client: httpx2.AsyncClient) -> None:
        spa, [[one, other]] = await full_spa(client, 10)
        [lan] = resources_of(one, "staff")
        spa.block(UUID(lan), f"{spa.day()} 09:00-12:00")
        await spa.write()
        refused = await swap(client, one, other, "therapist")
        assert code_of(refused) == (409, "CANNOT_SWAP")
        assert "Lan" in reasons(refused)[0]
        assert (await swap(client, one, other, "bed")).status_code == 200

    async def test_no_guest_is_given_a_bed_that_is_out_of_order(self, client: httpx2.AsyncClient) -> None:
        spa, [[one, other]] = await full_spa(client, 10)
        [bed] = resources_of(one, "bed")
        spa.block(UUID(bed), f"{spa.day()} 09:00-12:00")
        await spa.write()
        assert code_of(await swap(client, one, other, "bed")) == (409, "CANNOT_SWAP")
        assert (await swap(client, one, other, "therapist")).status_code == 200


ENGLISH = {"Accept-Language": "en"}


class TestReasons:
    async def test_visits_of_different_lengths_back_to_back_would_overlap(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        longer = spa.service("long massage", Segment(90, on="massage-bed"))
        spa.therapist("Mai", longer, shifts=[f"{spa.day()} 09:00-21:00"])
        await spa.write()
        one = await create_booking(client, spa, 10)
        other = await create_booking(client, spa, 11.25, {"variant_id": str(longer)})
        client.headers |= ENGLISH
        refused = await swap(client, one, other, "start")
        assert code_of(refused) == (409, "CANNOT_SWAP")
        assert reasons(refused) == [
            "Their lengths differ, so they would overlap by 15 minutes. Please move one of them first."
        ]

    async def test_a_bed_that_is_retired(self, client: httpx2.AsyncClient) -> None:
        _, [[one, other]] = await full_spa(client, 10)
        await run_sql(
            "UPDATE resource SET retired_at = now() WHERE id = $1", UUID(resources_of(one, "bed")[0])
        )
        client.headers |= ENGLISH
        refused = await swap(client, one, other, "bed")
        assert code_of(refused) == (409, "CANNOT_SWAP")
        assert reasons(refused) == ["massage-bed: bed 1 is not in use in this branch."]
