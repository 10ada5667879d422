"""Finding times over HTTP: everything that a search takes into account, and its errors."""

from datetime import UTC, date, datetime
from typing import Any

import httpx2
import pytest
import time_machine
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.core.database import engine
from app.modules.availability import availability_service
from app.modules.availability.availability_service import FIRST_LOOK
from app.modules.identity.roles import Role
from app.scheduling import search
from tests.api.availability.queries import DAY, days, party_query, starts
from tests.builders.people import signed_in
from tests.builders.rosters import code_of, statements
from tests.builders.spas import Segment, Spa

on_bed = Segment(60, on="massage-bed")


async def test_one_guest_can_start_when_a_therapist_and_a_bed_are_free(guest: httpx2.AsyncClient) -> None:
    spa = Spa(hours="09:00-11:00")
    massage = spa.service("massage", on_bed)
    spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:30"])
    spa.bed("bed 1")
    await spa.write()
    assert await starts(guest, spa, [massage]) == ["09:00", "09:15", "09:30"]


async def test_no_database_connection_is_held_during_the_search(
    guest: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Search without a connection: one customer's twenty searches for large parties once occupied all for forty seconds."""
    spa = Spa(hours="09:00-10:00")
    massage = spa.service("massage", on_bed)
    spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:00"])
    spa.bed("bed 1")
    await spa.write()
    checked_out: list[int] = []

    def count_and_assign(*arguments: Any) -> Any:
        checked_out.append(engine.pool.checkedout())  # type: ignore[attr-defined]  # of a QueuePool
        return search.assign(*arguments)

    monkeypatch.setattr(availability_service, "assign", count_and_assign)
    assert await starts(guest, spa, [massage]) == ["09:00"]
    assert checked_out == [0]


class TestTimes:
    async def test_starts_lie_in_opening_hours_with_a_break_and_past_midnight(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa = Spa(hours="09:00-11:00 22:00-25:30", grid_minutes=30)
        massage = spa.service("massage", 60)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 00:00-30:00"])
        await spa.write()
        assert await starts(guest, spa, [massage]) == [
            "00:00",
            "00:30",
            *_half_hours("09:00-10:00 22:00-23:30"),
        ]
        assert await starts(guest, spa, [massage], day="2026-12-06") == ["00:00", "00:30"]

    async def test_special_hours_and_closed_days_apply(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        spa.open_otherwise(date(2026, 12, 5), date(2026, 12, 5), "10:00-12:00")
        spa.open_otherwise(date(2026, 12, 6), date(2026, 12, 7))
        spa.therapist("Lan", massage, shifts=[f"2026-12-0{day} 09:00-21:00" for day in (5, 6, 7, 8)])
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["10:00", "11:00"]
        assert await days(guest, spa, [massage], last="2026-12-08") == ["2026-12-05", "2026-12-08"]

    async def test_a_branch_that_is_closed_for_good_has_no_starts(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(closed_at=datetime(2026, 12, 6, tzinfo=UTC))
        massage = spa.service("massage", 60)
        spa.therapist("Lan", massage, shifts=[f"2026-12-0{day} 09:00-21:00" for day in (5, 6)])
        await spa.write()
        assert await days(guest, spa, [massage], last="2026-12-07") == ["2026-12-05"]

    @pytest.mark.parametrize(
        ("zone", "day", "times"),
        [
            ("Europe/Paris", "2027-03-28", ["00:00", "01:00", "03:00", "04:00"]),
            ("Europe/Paris", "2026-10-25", ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00"]),
            ("America/New_York", "2026-11-01", ["00:00", "01:00", "01:00", "02:00", "03:00", "04:00"]),
        ],
    )
    async def test_starts_in_a_night_in_which_clocks_are_changed(
        self, guest: httpx2.AsyncClient, zone: str, day: str, times: list[str]
    ) -> None:
        spa = Spa(zone, hours="00:00-05:00", grid_minutes=60, horizon_days=730)
        massage = spa.service("massage", 60)
        spa.therapist("Lan", massage, shifts=[f"{day} 00:00-05:00"])
        await spa.write()
        with time_machine.travel(datetime(2026, 10, 1, tzinfo=UTC), tick=False):
            guest.headers |= await signed_in()
            assert await starts(guest, spa, [massage], day=day) == times

    async def test_starts_are_on_the_grid_of_the_branch(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="09:10-10:30", grid_minutes=20)
        massage = spa.service("massage", 30)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-12:00"])
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["09:20", "09:40", "10:00"]

    async def test_notice_and_horizon_apply_to_customers_and_not_to_the_desk(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa = Spa(notice_minutes=120, horizon_days=2, grid_minutes=60)
        massage = spa.service("massage", 60)
        shifts = [f"2026-12-0{day} 09:00-13:00" for day in (1, 3, 4)]
        spa.therapist("Lan", massage, shifts=shifts)
        await spa.write()
        with time_machine.travel(spa.at("2026-12-01 09:01"), tick=False):
            customer, elsewhere, desk = [
                await signed_in(*roles, branch_id=branch_id)
                for roles, branch_id in (
                    ([Role.CUSTOMER], None),
                    ([Role.RECEPTIONIST], uuid7()),
                    ([Role.RECEPTIONIST], spa.branch_id),
                )
            ]
            for headers in (customer, elsewhere):
                guest.headers |= headers
                assert await starts(guest, spa, [massage], day="2026-12-01") == ["12:00"]
                assert await days(guest, spa, [massage], first="2026-12-01", last="2026-12-04") == [
                    "2026-12-01",
                    "2026-12-03",
                ]
            guest.headers |= desk
            assert await starts(guest, spa, [massage], day="2026-12-01") == ["10:00", "11:00", "12:00"]
            assert (await days(guest, spa, [massage], first="2026-12-01", last="2026-12-04"))[
                -1
            ] == "2026-12-04"


class TestTherapists:
    async def test_only_shifts_in_this_branch_count(self, guest: httpx2.AsyncClient) -> None:
        spa, other = Spa(grid_minutes=60), Spa()
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:32", f"{DAY} 10:32-12:00"])
        spa.shift(lan, f"{DAY} 15:00-18:00", branch_id=other.branch_id)
        await other.write()
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["09:00", "10:00", "11:00"]

    async def test_shifts_are_rounded_inward_and_appointments_outward(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa = Spa(grid_minutes=5)
        massage = spa.service("massage", 30)
        lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:01-10:59"])
        spa.take(lan, f"{DAY} 09:47-10:02")
        await spa.write()
        assert await starts(guest, spa, [massage]) == [
            "09:05",
            "09:10",
            "09:15",
            "10:05",
            "10:10",
            "10:15",
            "10:20",
            "10:25",
        ]

    async def test_only_therapists_with_the_skill_count(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage, facial = spa.service("massage", 60), spa.service("facial", 60)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-11:00"])
        spa.therapist("Hoa", facial, shifts=[f"{DAY} 15:00-16:00"])
        await spa.write()
        assert await starts(guest, spa, [facial]) == ["15:00"]

    async def test_only_the_therapist_asked_for_counts(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-11:00"])
        hoa = spa.therapist("Hoa", massage, shifts=[f"{DAY} 15:00-16:00"])
        await spa.write()
        assert await starts(guest, spa, [{"variant_id": massage, "therapist_id": hoa}]) == ["15:00"]

    async def test_only_therapists_of_the_gender_asked_for_count(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        spa.therapist("Lan", massage, gender="female", shifts=[f"{DAY} 09:00-11:00"])
        spa.therapist("Nam", massage, gender="male", shifts=[f"{DAY} 15:00-16:00"])
        spa.therapist("An", massage, shifts=[f"{DAY} 18:00-19:00"])
        await spa.write()
        assert await starts(guest, spa, [{"variant_id": massage, "gender": "male"}]) == ["15:00"]

    async def test_an_unknown_therapist_is_not_found(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage)
        await spa.write()
        for therapist_ids in ([uuid7()], [lan, uuid7()]):
            wishes = [{"variant_id": massage, "therapist_id": therapist_id} for therapist_id in therapist_ids]
            refused = await guest.post("/api/v1/availability/starts", json=party_query(spa, wishes, day=DAY))
            assert code_of(refused) == (404, "STAFF_NOT_FOUND")

    async def test_a_wish_for_a_therapist_is_refused_where_none_is_needed(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa = Spa()
        bath = spa.service("bath", Segment(60, staff=False, on="tub"))
        massage = spa.service("massage", Segment(10, staff=False), 60)
        lan = spa.therapist("Lan", massage)
        await spa.write()
        for wish in ({"therapist_id": lan}, {"gender": "female"}):
            for variant, expected in ((bath, (409, "NO_THERAPIST_NEEDED")), (massage, (200, ""))):
                query = party_query(spa, [wish | {"variant_id": variant}], day=DAY)
                response = await guest.post("/api/v1/availability/starts", json=query)
                assert (code_of(response) if response.is_error else (response.status_code, "")) == expected

    async def test_a_wish_for_a_therapist_costs_no_statement(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="09:00-10:00")
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:00"])
        await spa.write()
        with statements() as without_wish:
            await starts(guest, spa, [massage])
        with statements() as with_wish:
            await starts(guest, spa, [{"variant_id": massage, "therapist_id": lan}])
        assert len(with_wish) == len(without_wish)

    async def test_a_therapist_on_leave_that_began_days_ago_is_not_available(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-13:00"])
        spa.block(lan, (spa.at("2026-11-20 00:00"), spa.at(f"{DAY} 12:00")))
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["12:00"]

    async def test_any_therapist_uses_the_whole_capacity(self, guest: httpx2.AsyncClient) -> None:
        """Assign Hoa to the massage: Lan would be the first free name, but the other guest needs her."""
        spa = Spa(grid_minutes=60)
        massage, facial = spa.service("massage", 60), spa.service("facial", 60)
        spa.therapist("Lan", massage, facial, shifts=[f"{DAY} 09:00-10:00"])
        spa.therapist("Hoa", massage, shifts=[f"{DAY} 09:00-10:00"])
        await spa.write()
        assert await starts(guest, spa, [massage], [facial]) == ["09:00"]
        assert await starts(guest, spa, [facial], [facial]) == []


class TestResources:
    async def test_bookings_and_live_holds_count_and_expired_holds_do_not(
        self, guest: httpx2.AsyncClient
    ) -> None:
        """Compare holds with the database's time."""
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-13:00"])
        spa.take(lan, f"{DAY} 09:00-10:00")
        spa.take(lan, f"{DAY} 10:00-11:00", held_until=datetime(2199, 1, 1, tzinfo=UTC))
        spa.take(lan, f"{DAY} 11:00-12:00", held_until=datetime(2026, 1, 1, tzinfo=UTC))
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["11:00", "12:00"]

    async def test_only_active_beds_and_devices_of_the_type_in_this_branch_count(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa, other = Spa(grid_minutes=60), Spa()
        laser = spa.service("laser", Segment(60, on="massage-bed", with_="laser"))
        spa.therapist("Lan", laser, shifts=[f"{DAY} 09:00-13:00"])
        bed, device = spa.bed("bed 1"), spa.device("laser 1")
        spa.bed("old", retired_at=datetime(2026, 1, 1, tzinfo=UTC))
        spa.bed("chair", "facial-bed")
        spa.bed("elsewhere", branch_id=other.branch_id)
        spa.take(bed, f"{DAY} 09:00-10:00")
        spa.block(device, f"{DAY} 11:00-12:00")
        await other.write()
        await spa.write()
        assert await starts(guest, spa, [laser]) == ["10:00", "12:00"]

    async def test_segments_occupy_their_resources(self, guest: httpx2.AsyncClient) -> None:
        """Book 10 minutes of preparation, a pause of the therapist, and 20 minutes of turnover for the bed."""
        spa = Spa(grid_minutes=60)
        mask = spa.service(
            "mask",
            Segment(10, staff=False, on="massage-bed", guest=False),
            Segment(20, on="massage-bed"),
            Segment(20, staff=False, on="massage-bed"),
            Segment(20, on="massage-bed"),
            Segment(20, staff=False, on="massage-bed", guest=False),
        )
        lan = spa.therapist("Lan", mask, shifts=[f"{DAY} 09:00-14:00"])
        bed = spa.bed("bed 1")
        spa.take(lan, f"{DAY} 10:20-10:40")
        spa.take(bed, f"{DAY} 11:45-11:55")
        await spa.write()
        assert await starts(guest, spa, [mask]) == ["09:00", "10:00", "13:00"]

    async def test_preparation_may_begin_before_the_day(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="00:00-02:00", grid_minutes=60)
        mask = spa.service("mask", Segment(30, staff=False, on="massage-bed", guest=False), Segment(30))
        spa.therapist("Lan", mask, shifts=[f"{DAY} 00:00-02:00"])
        bed = spa.bed("bed 1")
        spa.take(bed, "2026-12-04 23:35-23:40")
        await spa.write()
        assert await starts(guest, spa, [mask]) == ["01:00"]

    async def test_a_treatment_may_end_on_the_next_day(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="00:00-24:00", grid_minutes=60)
        massage = spa.service("massage", 180)
        lan = spa.therapist("Lan", massage, shifts=[(spa.at(f"{DAY} 20:00"), spa.at("2026-12-06 02:00"))])
        spa.take(lan, "2026-12-06 01:50-02:00")
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["20:00", "21:00", "22:00"]

    async def test_add_ons_lengthen_a_treatment(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="09:00-10:30", grid_minutes=15)
        massage = spa.service("massage", 60)
        stones, scrub = spa.add_on("stones", 15, massage), spa.add_on("scrub", 15, massage)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-18:00"])
        await spa.write()
        assert len(await starts(guest, spa, [massage])) == 3
        wish = {"variant_id": massage, "add_on_ids": [str(stones), str(scrub), str(stones)]}
        assert await starts(guest, spa, [wish]) == ["09:00"]

    async def test_treatments_follow_one_another(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage, facial = spa.service("massage", 60), spa.service("facial", 30)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-13:00"])
        spa.therapist("Hoa", facial, shifts=[f"{DAY} 12:00-12:30"])
        await spa.write()
        query = party_query(spa, [massage, facial], day=DAY)
        response = await guest.post("/api/v1/availability/starts", json=query)
        [start] = response.json()["starts"]
        assert start["start"] == "2026-12-05T04:00:00Z"
        assert start["end"] == "2026-12-05T05:30:00Z"
        assert [
            (
                treatment["start"][11:16],
                treatment["end"][11:16],
                [assignment["name"] for assignment in treatment["assignments"]],
            )
            for treatment in start["guests"][0]
        ] == [("04:00", "05:00", ["Lan"]), ("05:00", "05:30", ["Hoa"])]

    async def test_a_couple_needs_two_beds_or_a_room_with_two(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", on_bed)
        for name in ("Lan", "Hoa"):
            spa.therapist(name, massage, shifts=[f"{DAY} 09:00-12:00"])
        beds = [spa.bed(f"bed {number}", room=room) for number, room in enumerate(["sen", "sen", "cúc"])]
        spa.block(beds[0], f"{DAY} 09:00-10:00")
        spa.block(beds[2], f"{DAY} 11:00-12:00")
        await spa.write()
        assert await starts(guest, spa, [massage], [massage]) == ["09:00", "10:00", "11:00"]
        assert await starts(guest, spa, [massage], [massage], same_room=True) == ["10:00", "11:00"]

    async def test_only_the_desk_can_choose_a_bed(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", on_bed)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-12:00"])
        spa.bed("bed 1")
        second, chair = spa.bed("bed 2"), spa.bed("chair", "facial-bed")
        spa.block(second, f"{DAY} 09:00-11:00")
        await spa.write()
        wish = {"variant_id": massage, "bed_id": second}
        query = party_query(spa, [wish], day=DAY)
        refused = await guest.post("/api/v1/availability/starts", json=query)
        assert code_of(refused) == (403, "BEDS_ARE_FOR_THE_DESK")
        guest.headers |= await signed_in(Role.RECEPTIONIST, branch_id=spa.branch_id)
        assert await starts(guest, spa, [wish]) == ["11:00"]
        for bed_id, code in ((chair, (409, "BED_DOES_NOT_FIT")), (uuid7(), (404, "RESOURCE_NOT_FOUND"))):
            query = party_query(spa, [wish | {"bed_id": bed_id}], day=DAY)
            assert code_of(await guest.post("/api/v1/availability/starts", json=query)) == code


class TestOffers:
    @pytest.mark.parametrize(
        ("offered", "customer", "desk", "code"),
        [
            ("online", 200, 200, None),
            ("desk", 409, 200, "SOLD_AT_THE_DESK"),
            ("no", 409, 409, "NOT_OFFERED"),
        ],
    )
    async def test_services_and_add_ons_are_offered_online_at_the_desk_or_not_at_all(
        self, guest: httpx2.AsyncClient, offered: str, customer: int, desk: int, code: str | None
    ) -> None:
        spa = Spa()
        rare, massage = spa.service("rare", 60, offered=offered), spa.service("massage", 60)
        stones = spa.add_on("stones", 15, massage, offered=offered)
        await spa.write()
        at_the_desk = await signed_in(Role.ADMIN, branch_id=spa.branch_id)
        for wish in (rare, {"variant_id": massage, "add_on_ids": [str(stones)]}):
            query = party_query(spa, [wish], day=DAY)
            answers = [
                await guest.post("/api/v1/availability/starts", json=query, headers=headers)
                for headers in ({}, at_the_desk)
            ]
            assert [answer.status_code for answer in answers] == [customer, desk]
            assert {code_of(answer)[1] for answer in answers if answer.is_error} <= {code}

    async def test_the_error_names_the_service_that_is_not_offered(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        old, rare = spa.service("old massage", 60), spa.service("rare", 60, offered="desk")
        retired = spa.variant(spa.service_of[old], 90, retired_at=datetime(2026, 12, 1, tzinfo=UTC))
        legs = LocalizedText("Chân", "Legs")
        at_the_desk = spa.variant(spa.service_of[rare], 90, name=legs)
        await spa.write()
        for variant, language, message in (
            (retired, "vi", "old massage (vi) 90 phút đã ngừng bán. Vui lòng chọn tùy chọn khác."),
            (retired, "en", "old massage of 90 minutes is not sold any more. Please choose another variant."),
            (at_the_desk, "vi", "rare (vi) · Chân chưa nhận đặt online. Vui lòng gọi chi nhánh."),
            (at_the_desk, "en", "rare · Legs cannot be booked online. Please call the branch."),
        ):
            query = party_query(spa, [variant], day=DAY)
            answer = await guest.post(
                "/api/v1/availability/starts", json=query, headers={"Accept-Language": language}
            )
            assert answer.json()["error"]["message"] == message

    async def test_an_add_on_of_another_service_is_refused(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        massage, facial = spa.service("massage", 60), spa.service("facial", 60)
        stones = spa.add_on("stones", 15, massage)
        await spa.write()
        query = party_query(spa, [{"variant_id": facial, "add_on_ids": [str(stones)]}], day=DAY)
        answer = await guest.post("/api/v1/availability/starts", json=query)
        assert code_of(answer) == (409, "ADD_ON_DOES_NOT_FIT")

    async def test_unknown_ids_are_not_found(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        massage = spa.service("massage", 60)
        await spa.write()
        missing = str(uuid7())
        for query, code in (
            (party_query(spa, [uuid7()], day=DAY), "SERVICE_VARIANT_NOT_FOUND"),
            (
                party_query(spa, [{"variant_id": massage, "add_on_ids": [missing]}], day=DAY),
                "ADD_ON_NOT_FOUND",
            ),
            (party_query(spa, [massage], day=DAY, branch_id=missing), "BRANCH_NOT_FOUND"),
        ):
            assert code_of(await guest.post("/api/v1/availability/starts", json=query)) == (404, code)


class TestStatements:
    async def test_the_number_of_statements_does_not_grow_with_people_and_days(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa = Spa()
        massage = spa.service("massage", on_bed)
        stones = spa.add_on("stones", 15, massage)
        wish = {"variant_id": massage, "add_on_ids": [str(stones)]}
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-12:00"])
        spa.bed("bed 1")
        await spa.write()
        with statements() as few:
            assert await days(guest, spa, [wish], last="2027-01-04") == [DAY]
        for number in range(20):
            lan = spa.therapist(
                "Lan", massage, shifts=[f"2026-12-{day:02} 09:00-18:00" for day in range(5, 31)]
            )
            for hour in range(10, 16):
                spa.take(lan, f"2026-12-{number + 5:02} {hour}:00-{hour}:30")
            spa.bed("bed")
        await spa.write()
        with statements() as many:
            assert len(await days(guest, spa, [wish, massage], [wish], last="2027-01-04")) == 26
        assert len(few) == 3  # the user, the catalogue, the branch with everything in it
        assert len(many) == 4  # and the whole branch, after a few resources of it

    async def test_a_few_resources_are_enough_when_every_day_has_a_start_with_them(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa = Spa()
        massage = spa.service("massage", on_bed)
        spa.bed("bed")
        shifts = [f"2026-12-{day:02} 09:00-18:00" for day in range(5, 9)]
        lan, *_ = [spa.therapist("Lan", massage, shifts=shifts) for _ in range(2 * FIRST_LOOK + 1)]
        spa.open_otherwise(date(2026, 12, 9), date(2026, 12, 9))
        await spa.write()
        with statements() as issued:
            assert len(await days(guest, spa, [massage], last="2026-12-09")) == 4
        assert len(issued) == 3
        with statements() as issued:
            wish = {"variant_id": massage, "therapist_id": lan}
            assert len(await days(guest, spa, [wish], last="2026-12-09")) == 4
        assert len(issued) == 3

    async def test_all_resources_are_loaded_when_a_day_has_no_start_with_a_few(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa = Spa()
        massage = spa.service("massage", on_bed)
        beds = [spa.bed("bed") for _ in range(2 * FIRST_LOOK + 1)]
        for bed in beds[1:]:
            spa.take(bed, f"{DAY} 09:00-21:00")
        spa.therapist("Hoa", massage, shifts=["2026-12-06 09:00-18:00"])
        for _ in range(2 * FIRST_LOOK):
            spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-18:00"])
        await spa.write()
        assert await days(guest, spa, [massage], last="2026-12-06") == [DAY, "2026-12-06"]


def _half_hours(text: str) -> list[str]:
    found = []
    for part in text.split():
        first, last = ((int(time[:2]) * 60 + int(time[3:])) // 30 for time in part.split("-"))
        found += [f"{number // 2:02}:{number % 2 * 30:02}" for number in range(first, last + 1)]
    return found
