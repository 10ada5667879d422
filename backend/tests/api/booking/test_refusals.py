"""The reasons in the response when a time is not free."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.modules.booking.booking_errors import SlotTaken
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    alternatives,
    bookable_spa,
    with_headers,
)
from tests.builders.people import new_customer
from tests.builders.rosters import code_of, statements
from tests.support.database import run_sql

ENGLISH = {"Accept-Language": "en"}


async def refusal(http: httpx2.AsyncClient, booking: dict[str, Any]) -> list[str]:
    """Return the reasons, in English, why a booking is refused."""
    return reasons(await http.post(VISITS, **booking | {"headers": booking["headers"] | ENGLISH}))


def reasons(refused: httpx2.Response) -> list[str]:
    assert code_of(refused) == (409, "SLOT_TAKEN")
    error = refused.json()["error"]
    messages = [detail["message"] for detail in error["details"] if detail["type"] == "reason"]
    assert not messages or error["message"] == " ".join(messages)
    return messages


async def spa_until_noon() -> BookableSpa:
    """Return a spa that is open from 9 to 21, with Lan on shift from 9 to 12."""
    spa = await bookable_spa(therapists=0)
    spa.therapist("Lan", spa.variant_id, shifts=[(spa.hour(9), spa.hour(12))])
    await spa.write()
    return spa


class TestNewVisits:
    @pytest.mark.parametrize(
        ("hour", "reason"),
        [
            (8.5, "The branch is not open at 08:30. It is open 09:00–21:00 on that day."),
            (22, "The branch is not open at 22:00. It is open 09:00–21:00 on that day."),
            (20.5, "The branch closes at 21:00, and the treatments would last until 21:30."),
            (14, "massage: no therapist is on shift 14:00–15:00."),
            (11.5, "massage: no therapist is on shift 12:00–12:30."),
            (14 + 1 / 12, "massage: no therapist is on shift 14:05–15:05."),
        ],
        ids=["early", "late", "until closing", "no shift", "until the end of the shift", "off the grid"],
    )
    async def test_the_response_gives_the_reason(
        self, client: httpx2.AsyncClient, hour: float, reason: str
    ) -> None:
        spa = await spa_until_noon()
        assert await refusal(client, spa.booking(spa.hour(hour))) == [reason]

    async def test_reasons_are_in_the_users_language_beside_the_nearest_starts(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await spa_until_noon()
        refused = await client.post(VISITS, **spa.booking(spa.hour(14)))
        assert reasons(refused) == ["massage (vi): không có kỹ thuật viên trong ca 14:00–15:00."]
        assert alternatives(refused) == [spa.hour(11), spa.hour(10.75), spa.hour(10.5)]

    async def test_the_branch_has_no_therapist_for_the_service(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=0)
        assert await refusal(client, spa.booking(spa.hour(10))) == ["massage: the branch has no therapist."]

    async def test_an_unknown_therapist_is_not_found(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        wish = {"treatments": [spa.treatment(therapist_id=uuid7())]}
        refused = await client.post(VISITS, **spa.booking(spa.hour(10), guests=[wish]))
        assert code_of(refused) == (404, "STAFF_NOT_FOUND")

    async def test_walk_ins_get_the_reason_too(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=0, hours="00:00-24:00")
        walk_in = spa.booking(None, walk_in=True)
        assert await refusal(client, walk_in) == ["massage: the branch has no therapist."]

    async def test_all_reasons_are_listed(self, client: httpx2.AsyncClient) -> None:
        spa = await spa_until_noon()
        spa.take(spa.beds[0], (spa.hour(14), spa.hour(14.5)))
        await spa.write()
        assert await refusal(client, spa.booking(spa.hour(14))) == [
            "massage: no therapist is on shift 14:00–15:00.",
            "massage-bed: all are taken 14:00–14:30.",
        ]

    async def test_times_after_midnight_are_local_times(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=0, hours="20:00-26:00")
        spa.therapist("Lan", spa.variant_id, shifts=[(spa.hour(20), spa.hour(24))])
        await spa.write()
        assert await refusal(client, spa.booking(spa.hour(23.5))) == [
            "massage: no therapist is on shift 00:00–00:30."
        ]

    async def test_reasons_cost_no_statement(self, client: httpx2.AsyncClient) -> None:
        spa = await spa_until_noon()
        await client.post(VISITS, **spa.booking(spa.hour(9)))
        with statements() as when_taken:
            refused = await client.post(VISITS, **spa.booking(spa.hour(9.5)))
        assert reasons(refused) == []
        assert refused.json()["error"]["message"] == SlotTaken.text.vi
        assert alternatives(refused)[0] == spa.hour(10.25)
        with statements() as when_impossible:
            await client.post(VISITS, **spa.booking(spa.hour(14)))
        assert reasons(await client.post(VISITS, **spa.booking(spa.hour(14)))) != []
        assert len(when_impossible) == len(when_taken) - 3  # in which others might have given way

    async def test_too_few_free_therapists_for_a_couple_count_as_taken(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        await client.post(VISITS, **spa.booking(spa.hour(10)))
        assert await refusal(client, spa.booking(spa.hour(10), guests=2)) == []


class TestLaterDays:
    """Starts of the following days are offered when the day itself has fewer than three."""

    async def full_on(self, *days: int, **branch: Any) -> BookableSpa:
        spa = await bookable_spa(**branch)
        for day in days:
            spa.take(spa.therapists[0], (spa.hour(9, day), spa.hour(21, day)))
        await spa.write()
        return spa

    async def offered(
        self, client: httpx2.AsyncClient, spa: BookableSpa, hour: float = 10, **more: Any
    ) -> list[Any]:
        refused = await client.post(VISITS, **spa.booking(spa.hour(hour), **more))
        assert code_of(refused) == (409, "SLOT_TAKEN")
        return alternatives(refused)

    async def test_a_full_day_offers_the_first_starts_of_the_next(self, client: httpx2.AsyncClient) -> None:
        spa = await self.full_on(3)
        free = await self.offered(client, spa)
        assert free == [spa.hour(hour, 4) for hour in (9, 9.25, 9.5)]
        assert (await client.post(VISITS, **spa.booking(free[0]))).status_code == 201

    async def test_full_days_are_passed_over(self, client: httpx2.AsyncClient) -> None:
        spa = await self.full_on(*range(3, 12))
        assert await self.offered(client, spa) == [spa.hour(hour, 12) for hour in (9, 9.25, 9.5)]

    async def test_the_starts_of_the_day_come_first(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        spa.take(spa.therapists[0], (spa.hour(9), spa.hour(20)))
        await spa.write()
        assert await self.offered(client, spa) == [spa.hour(20), spa.hour(9, 4), spa.hour(9.25, 4)]

    async def test_a_move_offers_them_too(self, client: httpx2.AsyncClient) -> None:
        spa = await self.full_on(3)
        visit = (await client.post(VISITS, **spa.booking(spa.hour(9, 4)))).json()
        for path in (f"{VISITS}/{visit['id']}", f"{APPOINTMENTS}/{visit['appointments'][0]['id']}"):
            refused = await client.patch(path, json={"start": spa.hour(10).isoformat()})
            assert alternatives(refused) == [
                spa.hour(hour, 4) for hour in (9, 9.25, 9.5)
            ]  # its own time is free

    async def test_nothing_is_offered_beyond_the_horizon(self, client: httpx2.AsyncClient) -> None:
        spa = await self.full_on(3, 4, horizon_days=4)
        assert await self.offered(client, spa) == []
        await run_sql("UPDATE branch SET horizon_days = 5")
        assert await self.offered(client, spa) == [spa.hour(hour, 5) for hour in (9, 9.25, 9.5)]

    async def test_a_customer_is_offered_what_customers_can_book(self, stranger: httpx2.AsyncClient) -> None:
        spa = await self.full_on(3)
        stranger.headers |= (await new_customer())[1]
        free = await self.offered(stranger, spa)
        assert free == [spa.hour(hour, 4) for hour in (9, 9.25, 9.5)]

    async def test_a_walk_in_of_the_past_is_offered_nothing(self, client: httpx2.AsyncClient) -> None:
        spa = await self.full_on(-1)
        refused = await client.post(VISITS, **spa.booking(spa.hour(10, -1), walk_in=True))
        assert code_of(refused) == (409, "SLOT_TAKEN")
        assert alternatives(refused) == []

    async def test_they_cost_a_bounded_number_of_statements(self, client: httpx2.AsyncClient) -> None:
        counts = []
        for days in (range(3, 4), range(3, 11), range(3, 20)):
            await run_sql("DELETE FROM allocation")
            spa = await self.full_on(*days)
            with statements() as issued:
                await self.offered(client, spa)
            counts.append(len(issued))
        assert counts == [counts[0], counts[0] + 1, counts[0] + 1]


def by_name(spa: BookableSpa, number: int = 0, **wishes: Any) -> list[dict[str, Any]]:
    return [{"treatments": [spa.treatment(therapist_id=spa.therapists[number], **wishes)]}]


class TestByName:
    """A refusal of a therapist or a bed that was asked for says what they do then."""

    @pytest.mark.parametrize("force", [False, True])
    async def test_the_desk_reads_that_a_therapist_is_on_leave(
        self, client: httpx2.AsyncClient, force: bool
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        spa.block(spa.therapists[0], (spa.hour(10), spa.hour(12)))
        await spa.write()
        booking = spa.booking(spa.hour(11.5), guests=by_name(spa), force=force)
        assert await refusal(client, booking) == ["massage: Lan 1 is on leave 11:30–12:00."]

    @pytest.mark.parametrize("force", [False, True])
    async def test_a_bed_that_is_out_of_order(self, client: httpx2.AsyncClient, force: bool) -> None:
        spa = await bookable_spa(beds=2)
        spa.block(spa.beds[1], (spa.hour(10), spa.hour(12)))
        await spa.write()
        guests = [{"treatments": [spa.treatment(bed_id=spa.beds[1])]}]
        assert await refusal(client, spa.booking(spa.hour(11), guests=guests, force=force)) == [
            "massage-bed: bed 2 is out of order 11:00–12:00."
        ]

    async def test_another_guest(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        await client.post(VISITS, **spa.booking(spa.hour(10), guests=by_name(spa)))
        assert await refusal(client, spa.booking(spa.hour(10.5), guests=by_name(spa), force=True)) == [
            "massage: Lan 1 has another guest 10:30–11:00."
        ]
        refused = await client.post(VISITS, **spa.booking(spa.hour(10.5), guests=by_name(spa)))
        assert reasons(refused) == ["massage (vi): Lan 1 đã có khách khác 10:30–11:00."]

    async def test_all_are_on_leave_or_out_of_order(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        for resource_id in (*spa.therapists, *spa.beds):
            spa.block(resource_id, (spa.hour(10), spa.hour(12)))
        await spa.write()
        assert await refusal(client, spa.booking(spa.hour(10))) == [
            "massage: every therapist is on leave 10:00–11:00.",
            "massage-bed: all are out of order 10:00–11:15.",
        ]
        spa.add(therapists=1)
        await spa.write()
        assert await refusal(client, spa.booking(spa.hour(10), guests=2)) == [
            "massage: fewer than 2 therapists are left, others are on leave 10:00–11:00.",
            "massage-bed: fewer than 2 are left, others are out of order 10:00–11:15.",
        ]

    async def test_a_customer_reads_only_that_the_person_is_not_available(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=3, beds=3)
        spa.block(spa.therapists[0], (spa.hour(10), spa.hour(12)))
        await spa.write()
        await client.post(VISITS, **spa.booking(spa.hour(10), guests=by_name(spa, 1)))
        _, headers = await new_customer()
        for number in (0, 1):
            booking = spa.booking(spa.hour(10), guests=by_name(spa, number))
            assert await refusal(client, with_headers(booking, headers)) == [
                f"massage: Lan {number + 1} is not available 10:00–11:00."
            ]

    async def test_a_gender_and_a_therapist_of_another_gender_contradict_each_other(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, genders="fm")
        assert await refusal(client, spa.booking(spa.hour(10), guests=by_name(spa, gender="male"))) == [
            "massage: the guest asks for a male therapist, and Lan 1 is none."
        ]


class TestClosing:
    async def test_a_closed_day(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        spa.open_otherwise(spa.day(), spa.day())
        await spa.write()
        assert await refusal(client, spa.booking(spa.hour(10))) == [
            f"The branch is closed all day on {spa.day():%-d %B %Y}."
        ]

    @pytest.mark.parametrize("force", [False, True])
    async def test_a_branch_that_is_closed_for_good(self, client: httpx2.AsyncClient, force: bool) -> None:
        spa = await bookable_spa()
        await run_sql("UPDATE branch SET closed_at = $1", spa.hour(0))
        assert await refusal(client, spa.booking(spa.hour(10), force=force)) == [
            f"The branch is closed for good from {spa.day():%-d %B %Y}."
        ]


class TestMoves:
    @pytest.fixture
    async def visit(self, client: httpx2.AsyncClient) -> dict[str, Any]:
        self.spa = await spa_until_noon()
        booked: dict[str, Any] = (await client.post(VISITS, **self.spa.booking(self.spa.hour(10)))).json()
        return booked

    async def test_a_party_is_moved(self, client: httpx2.AsyncClient, visit: dict[str, Any]) -> None:
        path = f"{VISITS}/{visit['id']}"
        refused = await client.patch(path, json={"start": self.spa.hour(22).isoformat()}, headers=ENGLISH)
        assert reasons(refused) == ["The branch is not open at 22:00. It is open 09:00–21:00 on that day."]

    async def test_one_guest_is_moved(self, client: httpx2.AsyncClient, visit: dict[str, Any]) -> None:
        path = f"{APPOINTMENTS}/{visit['appointments'][0]['id']}"
        refused = await client.patch(path, json={"start": self.spa.hour(14).isoformat()}, headers=ENGLISH)
        assert reasons(refused) == ["massage: no therapist is on shift 14:00–15:00."]

    async def test_a_therapist_has_lost_the_skill(
        self, client: httpx2.AsyncClient, visit: dict[str, Any]
    ) -> None:
        await run_sql("DELETE FROM staff_skill")
        guest = visit["appointments"][0]
        [treatment] = guest["treatments"]
        path = f"{APPOINTMENTS}/{guest['id']}"
        longer: dict[str, Any] = {"id": treatment["id"], "minutes": 90}
        refused = await client.patch(path, json={"treatments": [longer]}, headers=ENGLISH)
        assert reasons(refused) == ["massage: the branch has no therapist."]
        await run_sql("UPDATE appointment_treatment SET therapist_id = (SELECT id FROM staff)")
        refused = await client.patch(path, json={"treatments": [longer]}, headers=ENGLISH)
        assert reasons(refused) == ["massage: Lan does not do it here."]

    async def test_one_guest_stays_longer_than_the_shift(
        self, client: httpx2.AsyncClient, visit: dict[str, Any]
    ) -> None:
        guest = visit["appointments"][0]
        longer = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 150}]}
        refused = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=longer, headers=ENGLISH)
        assert reasons(refused) == ["massage: no therapist is on shift 12:00–12:30."]
        assert alternatives(refused)[0] == self.spa.hour(10) - timedelta(minutes=30)


class TestStatuses:
    async def test_an_action_before_check_in_says_so(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = (await client.post(VISITS, **spa.booking(spa.hour(10)))).json()
        path = f"{VISITS}/{visit['id']}/status"
        refused = await client.put(path, json={"status": "in_service"}, headers=ENGLISH)
        assert code_of(refused) == (409, "STATUS_CONFLICT")
        assert refused.json()["error"]["message"].endswith("the guest has not checked in. Check in first.")

    async def test_an_edit_of_what_is_over_says_so(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = (await client.post(VISITS, **spa.booking(spa.hour(10)))).json()
        await run_sql("UPDATE appointment SET status = 'completed'")
        start = {"start": spa.hour(12).isoformat()}
        [guest] = visit["appointments"]
        for path in (f"{VISITS}/{visit['id']}", f"{APPOINTMENTS}/{guest['id']}"):
            refused = await client.patch(path, json=start, headers=ENGLISH)
            assert code_of(refused) == (409, "STATUS_CONFLICT")
            assert refused.json()["error"]["message"] == (
                "The appointment is completed. An administrator has to reopen it first."
            )

    async def test_customers_are_not_told_what_only_the_spa_can_do(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        customer_id, headers = await new_customer()
        booking = with_headers(spa.booking(spa.hour(10)), headers)
        visit = (await client.post(VISITS, **booking)).json()
        path = f"{VISITS}/{visit['id']}/status"
        refused = await client.put(path, json={"status": "arrived"}, headers=headers | ENGLISH)
        assert code_of(refused) == (403, "FORBIDDEN")
        assert refused.json()["error"]["message"].endswith("Please ask the spa.")
        await run_sql("UPDATE appointment SET status = 'completed'")
        refused = await client.put(path, json={"status": "cancelled"}, headers=headers | ENGLISH)
        assert refused.json()["error"]["message"] == "The appointment is completed. Please call the branch."
        await run_sql("UPDATE customer SET archived_at = now() WHERE id = $1", customer_id)
        refused = await client.post(VISITS, **with_headers(spa.booking(spa.hour(12)), headers | ENGLISH))
        assert code_of(refused) == (409, "CUSTOMER_ARCHIVED")
        assert refused.json()["error"]["message"].endswith("Please call the branch.")
