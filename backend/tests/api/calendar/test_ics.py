"""What a phone reads that has subscribed to a calendar."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
import pytest
import time_machine
from ical.event import Event

from app.modules.booking.status.status import AppointmentStatus
from app.modules.calendar.ics import given_name
from tests.api.calendar.phones import Phone, change, on_the_clock
from tests.builders.branches import add_branch
from tests.builders.people import add_customer
from tests.builders.resources import add_bed, add_room
from tests.builders.rosters import add_leave, add_therapist, statements
from tests.builders.visits import add_allocation, add_guest, add_treatment, add_visit
from tests.support.database import run_sql

NOW = datetime(2026, 10, 20, 5, tzinfo=UTC)
LONG = ", ".join(["Chăm sóc cổ vai gáy bằng đá nóng và tinh dầu sả chanh; có ngâm chân thảo dược"] * 3)


def at(hour: float, day: int = 21) -> datetime:
    return datetime(2026, 10, day, tzinfo=UTC) + timedelta(hours=hour)


@pytest.fixture
async def branch(client: httpx2.AsyncClient) -> UUID:
    return await add_branch(address="12 Lê Lợi\nQuận 1")


@pytest.fixture
async def lan(client: httpx2.AsyncClient, branch: UUID) -> UUID:
    return await add_therapist(branch)


@pytest.fixture
async def mai(client: httpx2.AsyncClient) -> UUID:
    return await add_customer("Nguyễn Thị Thu Mai")


@pytest.fixture
async def lans(client: httpx2.AsyncClient, lan: UUID) -> AsyncGenerator[Phone]:
    """The phone of Lan, who works here; from then on it is `NOW`."""
    phone = await Phone.subscribe(client, staff_id=lan)
    with time_machine.travel(NOW, tick=False):
        yield phone


@pytest.fixture
async def mais(client: httpx2.AsyncClient, mai: UUID) -> AsyncGenerator[Phone]:
    """The phone of Mai, who comes here; from then on it is `NOW`."""
    phone = await Phone.subscribe(client, customer_id=mai)
    with time_machine.travel(NOW, tick=False):
        yield phone


async def rename_treatments(name: str) -> None:
    await run_sql("UPDATE service SET name_vi = $1", name)


class TestTherapist:
    async def test_what_they_do_is_there_with_when_whom_and_where(
        self, lans: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        bed = await add_bed(branch)
        await change("resource", bed, room_id=await add_room(branch))
        allocations = {lan: (at(3), at(4)), bed: (at(2.75), at(4.25))}
        visit = await add_visit(branch, at(3), at(4), allocations=allocations, customer_id=mai)
        [event] = await lans.events()
        assert (event.dtstart, event.dtend) == (at(3), at(4))
        assert event.summary == "Massage Thụy Điển – Mai"
        assert event.location == "Sen Trắng Quận 1, 12 Lê Lợi Quận 1"
        assert event.description == "Giường 1 (Phòng Sen)"
        assert (event.status, event.uid) == ("CONFIRMED", f"{visit.treatment_id}@zenspa")

    async def test_of_a_guest_it_tells_no_more_than_the_given_name(
        self, lans: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))}, customer_id=mai)
        text = (await lans.ics()).decode().replace("\r\n ", "")
        assert "Mai" in text
        assert [word for word in ("Nguyễn", "Thu", "84912", "ứng", str(mai)) if word in text] == []

    async def test_a_guest_of_whom_only_a_name_was_written_down_has_it(
        self, lans: Phone, lan: UUID, branch: UUID
    ) -> None:
        named = await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))})
        await change("appointment", named.appointment_id, guest_name="Chị Hoa 0912 345 678")
        await add_visit(branch, at(5), at(6), allocations={lan: (at(5), at(6))})
        assert await lans.summaries() == ["Massage Thụy Điển – Hoa", "Massage Thụy Điển"]

    async def test_what_they_do_without_a_break_is_one_and_after_a_break_another(
        self, lans: Phone, lan: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(6), allocations={lan: (at(3), at(3.5))})
        for start, end in ((3.5, 4), (5, 6)):
            owner = {"appointment_id": visit.appointment_id, "treatment_id": visit.treatment_id}
            await add_allocation(lan, at(start), at(end), **owner)
        events = await lans.events()
        assert [(event.dtstart, event.dtend) for event in events] == [(at(3), at(4)), (at(5), at(6))]
        assert [event.uid for event in events] == [
            f"{visit.treatment_id}@zenspa",
            f"{visit.treatment_id}-1@zenspa",
        ]

    async def test_each_of_two_treatments_of_a_guest_is_one(
        self, lans: Phone, lan: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(5), allocations={lan: (at(3), at(4))})
        second = await add_treatment(visit)
        owner = {"appointment_id": visit.appointment_id, "treatment_id": second}
        await add_allocation(lan, at(4), at(5), **owner)
        assert {event.uid for event in await lans.events()} == {
            f"{visit.treatment_id}@zenspa",
            f"{second}@zenspa",
        }

    async def test_what_others_do_is_not_there(self, lans: Phone, lan: UUID, branch: UUID) -> None:
        hoa = await add_therapist(branch)
        visit = await add_visit(branch, at(3), at(5), allocations={hoa: (at(3), at(4))})
        await add_visit(branch, at(6), at(7), allocations={hoa: (at(6), at(7))})
        second = await add_treatment(visit)
        owner = {"appointment_id": visit.appointment_id, "treatment_id": second}
        await add_allocation(lan, at(4), at(5), **owner)
        assert [event.uid for event in await lans.events()] == [f"{second}@zenspa"]

    async def test_holds_and_leave_are_not_there(self, lans: Phone, lan: UUID, branch: UUID) -> None:
        allocations = {lan: (at(3), at(4))}
        expires = datetime(2100, 1, 1, tzinfo=UTC)
        await add_visit(branch, at(3), at(4), allocations=allocations, status="held", hold_expires_at=expires)
        await add_leave(lan, at(5), at(6))
        assert await lans.events() == []

    async def test_what_the_desk_has_yet_to_approve_is_tentative(
        self, lans: Phone, lan: UUID, branch: UUID
    ) -> None:
        await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))}, status="pending")
        assert [event.status for event in await lans.events()] == ["TENTATIVE"]

    async def test_it_reaches_from_30_days_ago_to_180_ahead(
        self, lans: Phone, lan: UUID, branch: UUID
    ) -> None:
        day, hour = timedelta(days=1), timedelta(hours=1)
        shown = (NOW - 30 * day - hour / 2, NOW, NOW + 180 * day - hour)
        for start in (*shown, NOW - 30 * day - 2 * hour, NOW + 180 * day):
            await add_visit(branch, start, start + hour, allocations={lan: (start, start + hour)})
        assert [event.dtstart for event in await lans.events()] == list(shown)


class TestCustomer:
    async def test_their_appointments_are_there_with_when_what_and_where(
        self, mais: Phone, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(5), customer_id=mai)
        await change("appointment_treatment", visit.treatment_id, position=1)
        await rename_treatments("Gội đầu")
        massage = await add_visit(branch, at(6), at(7))  # somebody else's
        await add_treatment(massage, appointment_id=visit.appointment_id, position=0)
        [event] = await mais.events()
        assert (event.dtstart, event.dtend) == (at(3), at(5))
        assert event.summary == "Massage Thụy Điển, Gội đầu – Sen Trắng Quận 1"
        assert (event.location, event.description) == ("Sen Trắng Quận 1, 12 Lê Lợi Quận 1", None)
        assert event.uid == f"{visit.appointment_id}@zenspa"

    async def test_what_they_booked_for_others_says_for_whom(
        self, mais: Phone, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(5), customer_id=mai)
        await add_guest(visit, name="Anh Long")
        await add_guest(visit, customer_id=await add_customer("Trần Hoa"))
        assert {event.description for event in await mais.events()} == {None, "Khách: Long", "Khách: Hoa"}

    async def test_where_they_are_the_guest_of_another_only_they_are_shown(
        self, mais: Phone, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(5), customer_id=await add_customer("Trần Hoa"))
        own = await add_guest(visit, customer_id=mai)
        assert [(event.uid, event.description) for event in await mais.events()] == [(f"{own}@zenspa", None)]

    async def test_other_customers_appointments_are_not_there(self, mais: Phone, branch: UUID) -> None:
        await add_visit(branch, at(3), at(5), customer_id=await add_customer("Trần Hoa"))
        await add_visit(branch, at(6), at(7))
        assert await mais.events() == []

    async def test_what_was_booked_by_who_was_merged_into_them_is_theirs(
        self, mais: Phone, mai: UUID, branch: UUID
    ) -> None:
        twin, twins_twin = await add_customer("Mai"), await add_customer("Mai")
        await add_visit(branch, at(3), at(5), customer_id=twins_twin)
        await change("customer", twin, archived_at=NOW, merged_into_id=mai)
        await change("customer", twins_twin, archived_at=NOW, merged_into_id=twin)
        assert [event.description for event in await mais.events()] == [None]

    @pytest.mark.parametrize("status", AppointmentStatus)
    async def test_each_state_is_told_as_what_it_means(
        self, mais: Phone, mai: UUID, branch: UUID, status: AppointmentStatus
    ) -> None:
        expires = datetime(2100, 1, 1, tzinfo=UTC) if status is AppointmentStatus.HELD else None
        await add_visit(branch, at(3), at(5), customer_id=mai, status=status, hold_expires_at=expires)
        told = {
            AppointmentStatus.HELD: [],
            AppointmentStatus.EXPIRED: [],
            AppointmentStatus.PENDING: ["TENTATIVE"],
            AppointmentStatus.DECLINED: ["CANCELLED"],
            AppointmentStatus.CANCELLED: ["CANCELLED"],
            AppointmentStatus.LATE_CANCELLED: ["CANCELLED"],
            AppointmentStatus.NO_SHOW: ["CANCELLED"],
        }.get(status, ["CONFIRMED"])
        assert [event.status for event in await mais.events()] == told

    async def test_it_reaches_from_30_days_ago_to_180_ahead(
        self, mais: Phone, mai: UUID, branch: UUID
    ) -> None:
        day, hour = timedelta(days=1), timedelta(hours=1)
        shown = (NOW - 30 * day - hour / 2, NOW, NOW + 180 * day - hour / 2)
        for start in (*shown, NOW - 30 * day - hour, NOW + 180 * day):
            await add_visit(branch, start, start + hour, customer_id=mai)
        assert [event.dtstart for event in await mais.events()] == list(shown)


class TestChanges:
    async def test_moved_it_is_the_same_event_in_a_later_revision(
        self, mais: Phone, lans: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(4), customer_id=mai, allocations={lan: (at(3), at(4))})
        before = [*await mais.events(), *await lans.events()]
        await run_sql("UPDATE allocation SET during = tstzrange($1, $2)", at(5), at(6))
        changed = datetime.now(UTC) + timedelta(days=400)
        for table, row_id in (
            ("appointment", visit.appointment_id),
            ("appointment_treatment", visit.treatment_id),
        ):
            await change(table, row_id, starts_at=at(5), ends_at=at(6), updated_at=changed)
        after = [*await mais.events(), *await lans.events()]
        assert [event.uid for event in after] == [event.uid for event in before]
        assert [event.dtstart for event in after] == [at(5), at(5)]
        for old, new in zip(before, after, strict=True):
            assert revision(new) > revision(old) == 0
            assert new.dtstamp == new.last_modified == changed.replace(microsecond=0)

    async def test_a_change_of_one_treatment_is_a_change_of_the_appointment(
        self, mais: Phone, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(4), customer_id=mai)
        [before] = await mais.events()
        changed = datetime.now(UTC) + timedelta(days=400)
        await change("appointment_treatment", visit.treatment_id, updated_at=changed)
        [after] = await mais.events()
        assert revision(after) > revision(before)
        assert after.dtstamp == changed.replace(microsecond=0)


def revision(event: Event) -> int:
    assert event.sequence is not None
    return event.sequence


class TestClocks:
    @pytest.mark.parametrize(
        ("time_zone", "days"),
        [
            ("Europe/Paris", (date(2026, 10, 20), date(2026, 10, 27))),
            ("Europe/Paris", (date(2026, 3, 24), date(2026, 3, 31))),
            ("America/New_York", (date(2026, 10, 27), date(2026, 11, 3))),
        ],
        ids=["Paris, set back", "Paris, set forward", "New York, set back"],
    )
    async def test_ten_o_clock_is_ten_on_both_sides_of_a_change(
        self, client: httpx2.AsyncClient, time_zone: str, days: tuple[date, date]
    ) -> None:
        branch = await add_branch(time_zone=time_zone)
        lan, mai = await add_therapist(branch), await add_customer("Mai")
        phones = [
            await Phone.subscribe(client, staff_id=lan),
            await Phone.subscribe(client, customer_id=mai),
        ]
        for day in days:
            start, end = (
                datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(time_zone)) for hour in (10, 11)
            )
            await add_visit(branch, start, end, allocations={lan: (start, end)}, customer_id=mai)
        with time_machine.travel(datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC), tick=False):
            for phone in phones:
                events = await phone.events()
                assert [on_the_clock(event, time_zone) for event in events] == [
                    f"{day} 10:00" for day in days
                ]
                assert [event.end - event.start for event in events] == [timedelta(hours=1)] * 2
                starts = [line for line in (await phone.ics()).split(b"\r\n") if line.startswith(b"DTSTART")]
                assert all(line.endswith(b"Z") for line in starts)


class TestText:
    async def test_the_calendar_says_whose_it_is_and_how_often_to_look(
        self, mais: Phone, lans: Phone
    ) -> None:
        ours, theirs = await lans.calendar(), await mais.calendar()
        assert (ours.name, theirs.name) == (["Lịch làm: Lan"], ["Lịch hẹn: Mai"])
        assert ours.refresh_interval == timedelta(minutes=15)
        assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in await lans.ics()  # RFC 7986 §5.7
        assert {extra.name: extra.value for extra in ours.extras} == {
            "x-wr-calname": "Lịch làm: Lan",
            "x-published-ttl": "PT15M",
        }
        assert (ours.version, ours.prodid, ours.method) == ("2.0", "-//ZenSpa//Calendar//VI", None)

    async def test_long_lines_are_folded_between_characters(
        self, lans: Phone, lan: UUID, branch: UUID
    ) -> None:
        await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))})
        for shift in range(4):  # so that the 75th octet is each octet of a character once
            name = "x" * shift + LONG
            await rename_treatments(name)
            assert await lans.summaries() == [name]

    async def test_what_is_written_into_a_name_stays_text(
        self, lans: Phone, mais: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        evil = 'Sả, chanh; "gừng"\\n\r\nEND:VEVENT\r\nBEGIN:VEVENT\rSUMMARY:x\x0b\x1e\u2028\x7fhết'
        visit = await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))}, customer_id=mai)
        await rename_treatments(evil)
        await change("branch", branch, name=evil, address=evil)
        await change("customer", mai, full_name="Mai\r\nATTACH:http://x")
        await change("staff", lan, full_name="Lan\r\nMETHOD:REQUEST")
        text = 'Sả, chanh; "gừng"\\n END:VEVENT BEGIN:VEVENT SUMMARY:x hết'
        [work], [visited] = await lans.events(), await mais.events()
        assert (work.summary, work.location) == (f"{text} – Mai", f"{text}, {text}")
        assert (visited.summary, visited.uid) == (f"{text} – {text}", f"{visit.appointment_id}@zenspa")
        assert (await lans.calendar()).name == ["Lịch làm: Lan METHOD:REQUEST"]

    @pytest.mark.parametrize(
        ("whole", "given"),
        [
            ("Nguyễn Thị Thu Lan", "Lan"),
            ("Lan", "Lan"),
            ("Chị Hoa 0912 345 678", "Hoa"),
            ("0912345678 Chị Hoa", "Hoa"),
            ("Mai (dị ứng sả)", "Mai"),
            ("Mai, dị ứng sả", "Mai"),
            ("Mai - dị ứng sả", "Mai"),
            ("Anne-Marie", "Anne-Marie"),
            ("—", ""),
            ("", ""),
            ("0912345678", ""),
        ],
    )
    def test_a_given_name_is_the_last_word_of_the_name(self, whole: str, given: str) -> None:
        assert given_name(whole) == given


class TestQuestions:
    async def test_thirty_appointments_take_as_many_as_three(
        self, lans: Phone, mais: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        bed = await add_bed(branch)
        counts = []
        for number in range(6):
            start, end = at(number, day=22), at(number + 1, day=22)
            await add_visit(
                branch, start, end, allocations={lan: (start, end), bed: (start, end)}, customer_id=mai
            )
            for phone in (lans, mais):
                with statements() as asked:
                    await phone.events()
                counts.append(len(asked))
        assert counts == counts[:2] * 6
