"""The minutes of travel between two branches, for therapists who work in both."""

import asyncio
from datetime import UTC
from typing import Any
from uuid import UUID

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.modules.staff.staff_models import StaffBranch
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa, create_booking, overlaps, with_headers
from tests.builders.branches import add_branch
from tests.builders.people import new_customer
from tests.builders.rosters import add_skill, code_of, statements
from tests.support.database import insert, run_sql
from tests.support.ledger import entries

BRANCHES = "/api/v1/branches"


class TwoBranches:
    """Two branches, open from 9 to 21, with one therapist who works in both."""

    def __init__(self, client: httpx2.AsyncClient, here: BookableSpa, there: BookableSpa, lan: UUID) -> None:
        self.client, self.here, self.there, self.lan = client, here, there, lan

    async def set_travel(self, minutes: int, **more: Any) -> httpx2.Response:
        path = f"{BRANCHES}/{self.here.branch_id}/travel-times/{self.there.branch_id}"
        return await self.client.put(path, json={"minutes": minutes} | more)

    async def book(self, spa: BookableSpa, hour: float, **more: Any) -> httpx2.Response:
        return await self.client.post(VISITS, **spa.booking(spa.hour(hour), **more))


async def two_branches(
    client: httpx2.AsyncClient, minutes: int | None = 30, *, noon: str = "12:00"
) -> TwoBranches:
    """Return two branches with shifts of the therapist until noon in one and from then on in the other, every day."""
    here, there = (
        await bookable_spa(therapists=0, name="Quận 1"),
        await bookable_spa(therapists=0, name="Quận 7"),
    )
    lan = here.therapist("Lan", here.variant_id)
    for days in range(3, 10):
        if noon > "09:00":
            here.shift(lan, f"{here.day(days)} 09:00-{noon}")
        there.shift(lan, f"{there.day(days)} {noon}-21:00")
    await here.write()
    await there.write()
    await insert(StaffBranch(staff_id=lan, branch_id=there.branch_id))
    await add_skill(lan, there.service_of[there.variant_id])
    both = TwoBranches(client, here, there, lan)
    if minutes is not None:
        assert (await both.set_travel(minutes)).status_code == 200
    return both


async def free_starts(client: httpx2.AsyncClient, spa: BookableSpa, days: int = 3) -> set[str]:
    query = {"branch_id": str(spa.branch_id), "guests": [{"treatments": [spa.treatment()]}]}
    response = await client.post("/api/v1/availability/starts", json=query | {"day": f"{spa.day(days)}"})
    return {start["start"] for start in response.json()["starts"]}


class TestEdges:
    @pytest.mark.parametrize(
        ("minutes", "free", "too_early"),
        [
            (30, 12 + 30 / 60, 12 + 25 / 60),
            (25, 12 + 25 / 60, 12 + 20 / 60),
            (480, 20, 19 + 55 / 60),
            (0, 12, None),
        ],
    )
    async def test_after_work_in_one_branch_the_way_to_the_other_takes_its_minutes(
        self, client: httpx2.AsyncClient, minutes: int, free: float, too_early: float | None
    ) -> None:
        both = await two_branches(client, minutes)
        await create_booking(client, both.here, 11)
        if too_early is not None:
            assert code_of(await both.book(both.there, too_early)) == (409, "SLOT_TAKEN")
        assert (await both.book(both.there, free)).status_code == 201

    @pytest.mark.parametrize(("hour", "expected"), [(10.5, 201), (10 + 35 / 60, 409)])
    async def test_before_work_in_the_other_branch_too(
        self, client: httpx2.AsyncClient, hour: float, expected: int
    ) -> None:
        both = await two_branches(client)
        await create_booking(client, both.there, 12)
        assert (await both.book(both.here, hour)).status_code == expected

    async def test_without_an_entry_it_takes_no_time(self, client: httpx2.AsyncClient) -> None:
        both = await two_branches(client, None)
        await create_booking(client, both.here, 11)
        assert (await both.book(both.there, 12)).status_code == 201

    async def test_it_is_the_same_both_ways(self, client: httpx2.AsyncClient) -> None:
        both = await two_branches(client, None)
        path = f"{BRANCHES}/{both.there.branch_id}/travel-times/{both.here.branch_id}"
        assert (await client.put(path, json={"minutes": 30})).status_code == 200
        await create_booking(client, both.here, 11)
        assert code_of(await both.book(both.there, 12.25)) == (409, "SLOT_TAKEN")

    async def test_in_one_branch_there_is_no_travel(self, client: httpx2.AsyncClient) -> None:
        both = await two_branches(client)
        await create_booking(client, both.here, 11)
        assert (await both.book(both.here, 9.75)).status_code == 201

    async def test_on_a_day_without_work_elsewhere_a_shift_is_free_from_its_beginning(
        self, client: httpx2.AsyncClient
    ) -> None:
        both = await two_branches(client)
        assert (await both.book(both.there, 12)).status_code == 201

    async def test_a_hold_is_work_until_it_expires(self, client: httpx2.AsyncClient) -> None:
        both = await two_branches(client)
        await create_booking(client, both.here, 11, hold=True)
        assert (await both.book(both.there, 12)).status_code == 409
        await run_sql("UPDATE appointment SET hold_expires_at = now() - interval '1 hour'")
        await run_sql("UPDATE allocation SET hold_expires_at = now() - interval '1 hour'")
        later = await both.book(both.there, 12)
        assert later.status_code == 201, later.text

    @pytest.mark.parametrize(("reason", "expected"), [("meeting", 409), ("break", 201)])
    async def test_a_meeting_in_the_other_branch_is_work_there_and_a_break_is_not(
        self, client: httpx2.AsyncClient, reason: str, expected: int
    ) -> None:
        both = await two_branches(client)
        body = {"branch_id": str(both.here.branch_id), "resource_id": str(both.lan), "reason": reason}
        times = {"first_day": both.here.day().isoformat(), "starts": "11:00", "ends": "12:00"}
        assert (await client.post("/api/v1/blocked-times", json=body | times)).status_code == 201
        assert (await both.book(both.there, 12)).status_code == expected
        assert (await both.book(both.there, 13.5)).status_code == 201

    async def test_a_guest_in_service_who_stays_longer_delays_the_journey(
        self, client: httpx2.AsyncClient
    ) -> None:
        both = await two_branches(client)
        await create_booking(client, both.here, 11)
        await run_sql(
            "UPDATE appointment SET status = 'in_service', starts_at = now() - interval '70 min', ends_at = now() - interval '5 min'"
        )
        await run_sql(
            "UPDATE allocation SET during = tstzrange(now() - interval '70 min', now() - interval '5 min')"
        )
        rows = await run_sql(
            "SELECT lower(during) > now() + interval '14 min' AS later, upper(during) - lower(during) AS length"
            " FROM zenspa_unavailability(array[$1::uuid], array[$2::uuid], array[now()], array[now() + interval '1 day'])",
            both.there.branch_id,
            both.lan,
        )
        assert any(row["later"] for row in rows)


class TestEveryPath:
    async def test_the_search_finds_what_can_be_booked(self, client: httpx2.AsyncClient) -> None:
        both = await two_branches(client)
        before = await free_starts(client, both.there)
        await create_booking(client, both.here, 11)
        lost = before - await free_starts(client, both.there)
        hours = {both.there.hour(hour) for hour in (12, 12.25)}
        assert lost == {f"{hour.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for hour in hours}

    async def test_a_move_and_a_longer_treatment_respect_it_and_force_does_not_overrule_it(
        self, client: httpx2.AsyncClient
    ) -> None:
        both = await two_branches(client)
        here = await create_booking(client, both.here, 10)
        there = await create_booking(client, both.there, 12)
        [guest] = here["appointments"]
        longer = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 95}]}
        for path, body in (
            (f"{VISITS}/{here['id']}", {"start": both.here.hour(11).isoformat()}),
            (f"/api/v1/appointments/{guest['id']}", longer),
            (f"{VISITS}/{there['id']}", {"start": both.there.hour(11).isoformat()}),
        ):
            for force in (False, True):
                moved = await client.patch(path, json=body | {"force": force})
                assert code_of(moved) == (409, "SLOT_TAKEN"), path
        by_half_an_hour = {"start": both.here.hour(10.5).isoformat()}
        assert (await client.patch(f"{VISITS}/{here['id']}", json=by_half_an_hour)).status_code == 200

    async def test_the_desk_reads_from_which_branch_a_therapist_travels(
        self, client: httpx2.AsyncClient
    ) -> None:
        both = await two_branches(client, 480)
        await create_booking(client, both.here, 11)
        english = {"Accept-Language": "en"}
        booking = both.there.booking(both.there.hour(12.25))
        refused = await client.post(VISITS, **with_headers(booking, english))
        message = "massage: every therapist is travelling 12:15–13:15 (from or to Quận 1)."
        assert refused.json()["error"]["message"] == message
        query = {"branch_id": str(both.there.branch_id), "guests": [{"treatments": [both.there.treatment()]}]}
        both.here.take(both.lan, (both.here.hour(12), both.here.hour(12.5)))  # then until 20:30
        await both.here.write()
        path, query = "/api/v1/availability/starts", query | {"day": both.there.day().isoformat()}
        _, mai = await new_customer()
        codes = {
            name: [
                reason["code"]
                for reason in (await client.post(path, json=query, headers=headers)).json()["reasons"]
            ]
            for name, headers in (("desk", {}), ("customer", mai))
        }
        assert codes == {"desk": ["travelling"], "customer": ["taken"]}
        by_customer = await client.post(VISITS, **with_headers(booking, english | mai))
        assert "Quận 1" not in by_customer.text

    async def test_a_replan_gives_nothing_to_a_colleague_who_is_on_the_way(
        self, client: httpx2.AsyncClient
    ) -> None:
        both = await two_branches(client)
        there = both.there
        there.add(therapists=1, beds=1)
        await there.write()
        hoa = there.therapists[0]
        await create_booking(client, both.here, 11)
        visit = await create_booking(client, there, 12.25)
        query = {"branch_id": str(there.branch_id), "day": there.day().isoformat()}
        plan = (await client.post(f"/api/v1/staff/{hoa}/replan", json=query)).json()
        assert (plan["changes"], len(plan["treatments"])) == ([], 1), visit
        await both.set_travel(0)
        plan = (await client.post(f"/api/v1/staff/{hoa}/replan", json=query)).json()
        assert [change["to_id"] for change in plan["changes"]] == [str(both.lan)]

    async def test_two_branches_do_not_book_one_therapist_at_once(self, client: httpx2.AsyncClient) -> None:
        both = await two_branches(client)
        for days in range(3, 9):
            here, there = both.here.hour(11, days), both.there.hour(12.25, days)
            answers = await asyncio.gather(
                client.post(VISITS, **both.here.booking(here)),
                client.post(VISITS, **both.there.booking(there)),
            )
            assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert await overlaps() == 0

    async def test_a_search_takes_as_many_statements_with_and_without_travel(
        self, client: httpx2.AsyncClient
    ) -> None:
        both = await two_branches(client, None)
        with statements() as without:
            await free_starts(client, both.there)
        await both.set_travel(30)
        await create_booking(client, both.here, 11)
        with statements() as with_travel:
            await free_starts(client, both.there)
        assert len(with_travel) == len(without)


class TestSetting:
    async def test_it_is_set_changed_listed_and_removed(self, client: httpx2.AsyncClient) -> None:
        here, there, far = [await add_branch() for _ in range(3)]
        path = f"{BRANCHES}/{here}/travel-times"
        for other, minutes in ((there, 30), (far, 90), (there, 45)):
            answer = await client.put(f"{path}/{other}", json={"minutes": minutes})
            assert answer.json() == {"branch_id": str(other), "minutes": minutes, "stranded": []}
        listed = (await client.get(path)).json()
        assert sorted(listed, key=lambda row: row["minutes"]) == [
            {"branch_id": str(there), "minutes": 45},
            {"branch_id": str(far), "minutes": 90},
        ]
        assert (await client.get(f"{BRANCHES}/{far}/travel-times")).json() == [
            {"branch_id": str(here), "minutes": 90}
        ]
        assert (await client.put(f"{path}/{there}", json={"minutes": 0})).json()["minutes"] == 0
        assert [row["branch_id"] for row in (await client.get(path)).json()] == [str(far)]
        actions = [entry["action"] for entry in await entries(entity="travel_time")]
        assert actions == ["insert", "insert", "update", "delete"]

    async def test_a_change_names_what_it_strands_in_both_branches(self, client: httpx2.AsyncClient) -> None:
        both = await two_branches(client, None)
        here = await create_booking(client, both.here, 11)
        there = await create_booking(client, both.there, 12.25)
        assert (await both.set_travel(15)).json()["stranded"] == []
        refused = await both.set_travel(20)
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        ids = [visit["appointments"][0]["id"] for visit in (here, there)]
        assert [detail["field"] for detail in refused.json()["error"]["details"]] == ids
        forced = await both.set_travel(20, force=True)
        assert [entry["appointment_id"] for entry in forced.json()["stranded"]] == ids
        for spa, appointment_id in zip((both.here, both.there), ids, strict=True):
            page = await client.get(f"{BRANCHES}/{spa.branch_id}/stranded-appointments")
            [entry] = page.json()["items"]
            assert entry["appointment_id"] == appointment_id
            assert [problem["reason"] for problem in entry["problems"]] == ["travelling"]
        assert (await both.set_travel(15)).status_code == 200
        page = await client.get(f"{BRANCHES}/{both.here.branch_id}/stranded-appointments")
        assert page.json()["items"] == []

    async def test_a_branch_is_not_away_from_itself_and_a_missing_one_from_none(
        self, client: httpx2.AsyncClient
    ) -> None:
        here = await add_branch()
        path, missing = f"{BRANCHES}/{here}/travel-times", UUID(int=7)
        assert code_of(await client.put(f"{path}/{here}", json={"minutes": 5})) == (409, "SAME_BRANCH")
        for url in (f"{path}/{missing}", f"{BRANCHES}/{missing}/travel-times/{here}"):
            assert code_of(await client.put(url, json={"minutes": 5})) == (404, "BRANCH_NOT_FOUND")
        assert code_of(await client.get(f"{BRANCHES}/{missing}/travel-times")) == (404, "BRANCH_NOT_FOUND")

    @pytest.mark.parametrize("minutes", [-1, 481, "30", None, 7.5])
    async def test_it_is_from_0_to_480_whole_minutes(self, client: httpx2.AsyncClient, minutes: Any) -> None:
        here, there = await add_branch(), await add_branch()
        path = f"{BRANCHES}/{here}/travel-times/{there}"
        answer = await client.put(path, json={"minutes": minutes})
        assert code_of(answer) == (422, "VALIDATION_ERROR")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    minutes=st.integers(0, 480),
    booked=st.lists(st.integers(0, 140), max_size=3, unique=True),
    start=st.integers(0, 140),
)
async def test_a_time_is_free_if_every_journey_fits(
    client: httpx2.AsyncClient, minutes: int, booked: list[int], start: int
) -> None:
    """Compare with the rule in plain Python. Times are in steps of five minutes after 9:00, and a treatment takes twelve."""
    both = await two_branches(client, None, noon="09:00")
    apart: list[int] = []
    for step in sorted(booked):
        if not apart or step >= apart[-1] + 12:
            apart.append(step)
    for step in apart:
        hour = both.here.hour(9 + step / 12)
        both.here.take(both.lan, (hour, both.here.hour(10 + step / 12)))
    await both.here.write()
    await both.set_travel(minutes, force=True)
    fits = all(
        step * 5 + 60 + minutes <= start * 5 or (start + 12) * 5 + minutes <= step * 5 for step in apart
    )
    answer = await both.book(both.there, 9 + start / 12)
    closes = 12 * 5 + start * 5 <= 12 * 60
    assert (answer.status_code == 201) == (fits and closes)
