"""Finding times over HTTP: each thing that a search honours, and what it says when there is none."""

from datetime import UTC, date, datetime
from typing import Any

import httpx2
import pytest
import time_machine
from uuid_utils.compat import uuid7

from app.core.database import engine
from app.modules.availability import availability_service
from app.modules.availability.availability_service import FIRST_LOOK
from app.modules.identity.roles import Role
from app.scheduling import search
from tests.api.availability.asking import DAY, asking, days, starts
from tests.builders.people import signed_in
from tests.builders.rosters import code_of, statements
from tests.builders.spas import Segment, Spa

on_bed = Segment(60, on="massage-bed")


async def test_one_guest_any_therapist(guest: httpx2.AsyncClient) -> None:
    spa = Spa(hours="09:00-11:00")
    massage = spa.service("massage", on_bed)
    spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:30"])
    spa.bed("bed 1")
    await spa.write()
    assert await starts(guest, spa, [massage]) == ["09:00", "09:15", "09:30"]


async def test_no_connection_waits_while_it_is_worked_out(
    guest: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One customer with twenty searches for large parties had all that there are, for forty seconds."""
    spa = Spa(hours="09:00-10:00")
    massage = spa.service("massage", on_bed)
    spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:00"])
    spa.bed("bed 1")
    await spa.write()
    out: list[int] = []

    def place(*arguments: Any) -> Any:
        out.append(engine.pool.checkedout())  # type: ignore[attr-defined]  # of a QueuePool
        return search.assign(*arguments)

    monkeypatch.setattr(availability_service, "assign", place)
    assert await starts(guest, spa, [massage]) == ["09:00"]
    assert out == [0]


class TestWhen:
    async def test_while_it_is_open_with_a_break_and_past_midnight(self, guest: httpx2.AsyncClient) -> None:
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

    async def test_other_hours_and_closed_days(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        spa.open_otherwise(date(2026, 12, 5), date(2026, 12, 5), "10:00-12:00")
        spa.open_otherwise(date(2026, 12, 6), date(2026, 12, 7))
        spa.therapist("Lan", massage, shifts=[f"2026-12-0{day} 09:00-21:00" for day in (5, 6, 7, 8)])
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["10:00", "11:00"]
        assert await days(guest, spa, [massage], last="2026-12-08") == ["2026-12-05", "2026-12-08"]

    async def test_not_once_the_branch_is_closed_for_good(self, guest: httpx2.AsyncClient) -> None:
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
    async def test_in_the_night_in_which_clocks_are_changed(
        self, guest: httpx2.AsyncClient, zone: str, day: str, times: list[str]
    ) -> None:
        spa = Spa(zone, hours="00:00-05:00", grid_minutes=60, horizon_days=730)
        massage = spa.service("massage", 60)
        spa.therapist("Lan", massage, shifts=[f"{day} 00:00-05:00"])
        await spa.write()
        with time_machine.travel(datetime(2026, 10, 1, tzinfo=UTC), tick=False):
            guest.headers |= await signed_in()
            assert await starts(guest, spa, [massage], day=day) == times

    async def test_on_the_grid_of_the_branch(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="09:10-10:30", grid_minutes=20)
        massage = spa.service("massage", 30)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-12:00"])
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["09:20", "09:40", "10:00"]

    async def test_notice_and_horizon_are_for_customers(self, guest: httpx2.AsyncClient) -> None:
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


class TestWho:
    async def test_who_is_on_shift_in_this_branch(self, guest: httpx2.AsyncClient) -> None:
        spa, other = Spa(grid_minutes=60), Spa()
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:32", f"{DAY} 10:32-12:00"])
        spa.shift(lan, f"{DAY} 15:00-18:00", branch_id=other.branch_id)
        await other.write()
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["09:00", "10:00", "11:00"]

    async def test_a_shift_gives_only_whole_steps_and_what_is_taken_takes_them_whole(
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

    async def test_who_has_the_skill(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage, facial = spa.service("massage", 60), spa.service("facial", 60)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-11:00"])
        spa.therapist("Hoa", facial, shifts=[f"{DAY} 15:00-16:00"])
        await spa.write()
        assert await starts(guest, spa, [facial]) == ["15:00"]

    async def test_the_one_whom_the_guest_wants(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-11:00"])
        hoa = spa.therapist("Hoa", massage, shifts=[f"{DAY} 15:00-16:00"])
        await spa.write()
        assert await starts(guest, spa, [{"variant_id": massage, "therapist_id": hoa}]) == ["15:00"]

    async def test_somebody_of_the_gender_that_the_guest_wants(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        spa.therapist("Lan", massage, gender="female", shifts=[f"{DAY} 09:00-11:00"])
        spa.therapist("Nam", massage, gender="male", shifts=[f"{DAY} 15:00-16:00"])
        spa.therapist("An", massage, shifts=[f"{DAY} 18:00-19:00"])
        await spa.write()
        assert await starts(guest, spa, [{"variant_id": massage, "gender": "male"}]) == ["15:00"]

    async def test_whom_nobody_knows_is_not_found(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage)
        await spa.write()
        for requirement in ([uuid7()], [lan, uuid7()]):
            wishes = [{"variant_id": massage, "therapist_id": each} for each in requirement]
            refused = await guest.post("/api/v1/availability/starts", json=asking(spa, wishes, day=DAY))
            assert code_of(refused) == (404, "STAFF_NOT_FOUND")

    async def test_nobody_is_chosen_for_what_needs_no_therapist(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        bath = spa.service("bath", Segment(60, staff=False, on="tub"))
        massage = spa.service("massage", Segment(10, staff=False), 60)
        lan = spa.therapist("Lan", massage)
        await spa.write()
        for wish in ({"therapist_id": lan}, {"gender": "female"}):
            for variant, answer in ((bath, (409, "NO_THERAPIST_NEEDED")), (massage, (200, ""))):
                asked = asking(spa, [wish | {"variant_id": variant}], day=DAY)
                told = await guest.post("/api/v1/availability/starts", json=asked)
                assert (code_of(told) if told.is_error else (told.status_code, "")) == answer

    async def test_a_wish_for_a_therapist_costs_no_statement(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="09:00-10:00")
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:00"])
        await spa.write()
        with statements() as anybody:
            await starts(guest, spa, [massage])
        with statements() as somebody:
            await starts(guest, spa, [{"variant_id": massage, "therapist_id": lan}])
        assert len(somebody) == len(anybody)

    async def test_nobody_on_leave_that_began_days_ago(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-13:00"])
        spa.block(lan, (spa.at("2026-11-20 00:00"), spa.at(f"{DAY} 12:00")))
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["12:00"]

    async def test_any_therapist_is_all_of_them(self, guest: httpx2.AsyncClient) -> None:
        """The first free name would be Lan, whom the other guest needs."""
        spa = Spa(grid_minutes=60)
        massage, facial = spa.service("massage", 60), spa.service("facial", 60)
        spa.therapist("Lan", massage, facial, shifts=[f"{DAY} 09:00-10:00"])
        spa.therapist("Hoa", massage, shifts=[f"{DAY} 09:00-10:00"])
        await spa.write()
        assert await starts(guest, spa, [massage], [facial]) == ["09:00"]
        assert await starts(guest, spa, [facial], [facial]) == []


class TestWhat:
    async def test_booked_held_and_expired(self, guest: httpx2.AsyncClient) -> None:
        """A hold is over by the clock of the database."""
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", 60)
        lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-13:00"])
        spa.take(lan, f"{DAY} 09:00-10:00")
        spa.take(lan, f"{DAY} 10:00-11:00", held_until=datetime(2199, 1, 1, tzinfo=UTC))
        spa.take(lan, f"{DAY} 11:00-12:00", held_until=datetime(2026, 1, 1, tzinfo=UTC))
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["11:00", "12:00"]

    async def test_beds_and_devices_of_the_type_that_are_in_use_here(self, guest: httpx2.AsyncClient) -> None:
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

    async def test_segments_take_what_they_say(self, guest: httpx2.AsyncClient) -> None:
        """Prepared 10 minutes before, the therapist free in between, the bed turned over for 20 minutes."""
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

    async def test_preparation_before_the_day_begins(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="00:00-02:00", grid_minutes=60)
        mask = spa.service("mask", Segment(30, staff=False, on="massage-bed", guest=False), Segment(30))
        spa.therapist("Lan", mask, shifts=[f"{DAY} 00:00-02:00"])
        bed = spa.bed("bed 1")
        spa.take(bed, "2026-12-04 23:35-23:40")
        await spa.write()
        assert await starts(guest, spa, [mask]) == ["01:00"]

    async def test_a_treatment_that_ends_on_the_next_day(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="00:00-24:00", grid_minutes=60)
        massage = spa.service("massage", 180)
        lan = spa.therapist("Lan", massage, shifts=[(spa.at(f"{DAY} 20:00"), spa.at("2026-12-06 02:00"))])
        spa.take(lan, "2026-12-06 01:50-02:00")
        await spa.write()
        assert await starts(guest, spa, [massage]) == ["20:00", "21:00", "22:00"]

    async def test_add_ons_make_it_longer(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(hours="09:00-10:30", grid_minutes=15)
        massage = spa.service("massage", 60)
        stones, scrub = spa.add_on("stones", 15, massage), spa.add_on("scrub", 15, massage)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-18:00"])
        await spa.write()
        assert len(await starts(guest, spa, [massage])) == 3
        wish = {"variant_id": massage, "add_on_ids": [str(stones), str(scrub), str(stones)]}
        assert await starts(guest, spa, [wish]) == ["09:00"]

    async def test_treatments_one_after_another(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage, facial = spa.service("massage", 60), spa.service("facial", 30)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-13:00"])
        spa.therapist("Hoa", facial, shifts=[f"{DAY} 12:00-12:30"])
        await spa.write()
        answer = await guest.post("/api/v1/availability/starts", json=asking(spa, [massage, facial], day=DAY))
        [only] = answer.json()["starts"]
        assert only["start"] == "2026-12-05T04:00:00Z"
        assert only["end"] == "2026-12-05T05:30:00Z"
        assert [
            (each["start"][11:16], each["end"][11:16], [taken["name"] for taken in each["allocations"]])
            for each in only["guests"][0]
        ] == [("04:00", "05:00", ["Lan"]), ("05:00", "05:30", ["Hoa"])]

    async def test_a_couple_and_a_room_for_two(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", on_bed)
        for name in ("Lan", "Hoa"):
            spa.therapist(name, massage, shifts=[f"{DAY} 09:00-12:00"])
        beds = [spa.bed(f"bed {number}", room=room) for number, room in enumerate(["sen", "sen", "cúc"])]
        spa.take(beds[0], f"{DAY} 09:00-10:00")
        spa.take(beds[2], f"{DAY} 11:00-12:00")
        await spa.write()
        assert await starts(guest, spa, [massage], [massage]) == ["09:00", "10:00", "11:00"]
        assert await starts(guest, spa, [massage], [massage], same_room=True) == ["10:00", "11:00"]

    async def test_a_bed_is_for_the_desk_to_choose(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa(grid_minutes=60)
        massage = spa.service("massage", on_bed)
        spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-12:00"])
        spa.bed("bed 1")
        second, chair = spa.bed("bed 2"), spa.bed("chair", "facial-bed")
        spa.take(second, f"{DAY} 09:00-11:00")
        await spa.write()
        wish = {"variant_id": massage, "bed_id": second}
        asked = asking(spa, [wish], day=DAY)
        refused = await guest.post("/api/v1/availability/starts", json=asked)
        assert code_of(refused) == (403, "BEDS_ARE_FOR_THE_DESK")
        guest.headers |= await signed_in(Role.RECEPTIONIST, branch_id=spa.branch_id)
        assert await starts(guest, spa, [wish]) == ["11:00"]
        for bed_id, code in ((chair, (409, "BED_DOES_NOT_FIT")), (uuid7(), (404, "RESOURCE_NOT_FOUND"))):
            asked = asking(spa, [wish | {"bed_id": bed_id}], day=DAY)
            assert code_of(await guest.post("/api/v1/availability/starts", json=asked)) == code


class TestOffers:
    @pytest.mark.parametrize(
        ("offered", "customer", "desk"), [("online", 200, 200), ("desk", 409, 200), ("no", 409, 409)]
    )
    async def test_to_whom_it_is_offered(
        self, guest: httpx2.AsyncClient, offered: str, customer: int, desk: int
    ) -> None:
        spa = Spa()
        rare, massage = spa.service("rare", 60, offered=offered), spa.service("massage", 60)
        stones = spa.add_on("stones", 15, massage, offered=offered)
        await spa.write()
        at_the_desk = await signed_in(Role.ADMIN, branch_id=spa.branch_id)
        for wish in (rare, {"variant_id": massage, "add_on_ids": [str(stones)]}):
            asked = asking(spa, [wish], day=DAY)
            answers = [
                await guest.post("/api/v1/availability/starts", json=asked, headers=headers)
                for headers in ({}, at_the_desk)
            ]
            assert [answer.status_code for answer in answers] == [customer, desk]
            assert {code_of(answer)[1] for answer in answers if answer.is_error} <= {"NOT_OFFERED"}

    async def test_what_is_not_offered_is_named(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        old = spa.service("old massage", 60)
        retired = spa.variant(spa.service_of[old], 90, retired_at=datetime(2026, 12, 1, tzinfo=UTC))
        await spa.write()
        asked = asking(spa, [retired], day=DAY)
        for language, words in (
            ("vi", "Spa hiện không làm old massage (vi)."),
            ("en", "The spa does not offer old massage any more."),
        ):
            answer = await guest.post(
                "/api/v1/availability/starts", json=asked, headers={"Accept-Language": language}
            )
            assert answer.json()["error"]["message"] == words

    async def test_an_add_on_goes_with_its_services(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        massage, facial = spa.service("massage", 60), spa.service("facial", 60)
        stones = spa.add_on("stones", 15, massage)
        await spa.write()
        asked = asking(spa, [{"variant_id": facial, "add_on_ids": [str(stones)]}], day=DAY)
        answer = await guest.post("/api/v1/availability/starts", json=asked)
        assert code_of(answer) == (409, "ADD_ON_DOES_NOT_FIT")

    async def test_what_is_not_there(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        massage = spa.service("massage", 60)
        await spa.write()
        missing = str(uuid7())
        for asked, code in (
            (asking(spa, [uuid7()], day=DAY), "SERVICE_VARIANT_NOT_FOUND"),
            (asking(spa, [{"variant_id": massage, "add_on_ids": [missing]}], day=DAY), "ADD_ON_NOT_FOUND"),
            (asking(spa, [massage], day=DAY, branch_id=missing), "BRANCH_NOT_FOUND"),
        ):
            assert code_of(await guest.post("/api/v1/availability/starts", json=asked)) == (404, code)


class TestQuestions:
    async def test_as_many_for_many_people_and_days_as_for_one(self, guest: httpx2.AsyncClient) -> None:
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

    async def test_a_few_of_many_are_enough_when_each_day_has_a_start_with_them(
        self, guest: httpx2.AsyncClient
    ) -> None:
        spa = Spa()
        massage = spa.service("massage", on_bed)
        spa.bed("bed")
        shifts = [f"2026-12-{day:02} 09:00-18:00" for day in range(5, 9)]
        lan, *_ = [spa.therapist("Lan", massage, shifts=shifts) for _ in range(2 * FIRST_LOOK + 1)]
        spa.open_otherwise(date(2026, 12, 9), date(2026, 12, 9))
        await spa.write()
        with statements() as asked:
            assert len(await days(guest, spa, [massage], last="2026-12-09")) == 4
        assert len(asked) == 3
        with statements() as asked:
            wish = {"variant_id": massage, "therapist_id": lan}
            assert len(await days(guest, spa, [wish], last="2026-12-09")) == 4
        assert len(asked) == 3

    async def test_all_are_asked_when_a_day_has_none_with_a_few(self, guest: httpx2.AsyncClient) -> None:
        spa = Spa()
        massage = spa.service("massage", on_bed)
        beds = [spa.bed("bed") for _ in range(2 * FIRST_LOOK + 1)]
        for each in beds[1:]:
            spa.take(each, f"{DAY} 09:00-21:00")
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
