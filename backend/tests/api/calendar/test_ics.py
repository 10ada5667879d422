"""The contents of a calendar, as a phone reads them."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
import pytest
import time_machine
from ical.event import Event

from app.modules.booking.status.status import AppointmentStatus
from app.modules.calendar.ics import short_name
from tests.api.calendar.phones import Phone, change, local_start
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
async def lan_phone(client: httpx2.AsyncClient, lan: UUID) -> AsyncGenerator[Phone]:
    """Subscribe the phone of a therapist, and set the time to `NOW`."""
    phone = await Phone.subscribe(client, staff_id=lan)
    with time_machine.travel(NOW, tick=False):
        yield phone


@pytest.fixture
async def mai_phone(client: httpx2.AsyncClient, mai: UUID) -> AsyncGenerator[Phone]:
    """Subscribe the phone of a customer, and set the time to `NOW`."""
    phone = await Phone.subscribe(client, customer_id=mai)
    with time_machine.travel(NOW, tick=False):
        yield phone


async def rename_treatments(name: str) -> None:
    await run_sql("UPDATE service SET name_vi = $1", name)


class TestTherapist:
    async def test_an_event_has_times_treatment_guest_bed_and_address(
        self, lan_phone: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        bed = await add_bed(branch)
        await change("resource", bed, room_id=await add_room(branch))
        allocations = {lan: (at(3), at(4)), bed: (at(2.75), at(4.25))}
        visit = await add_visit(branch, at(3), at(4), allocations=allocations, customer_id=mai)
        [event] = await lan_phone.events()
        assert (event.dtstart, event.dtend) == (at(3), at(4))
        assert event.summary == "Massage Thụy Điển – Thu Mai"
        assert event.location == "Sen Trắng Quận 1, 12 Lê Lợi Quận 1"
        assert event.description == "Giường 1 (Phòng Sen)"
        assert (event.status, event.uid) == ("CONFIRMED", f"{visit.treatment_id}@zenspa")

    async def test_an_event_has_the_name_of_the_variant(
        self, lan_phone: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))}, customer_id=mai)
        await run_sql("UPDATE service_variant SET name_vi = 'Nửa chân', name_en = 'Half legs'")
        [event] = await lan_phone.events()
        assert event.summary == "Massage Thụy Điển · Nửa chân – Thu Mai"

    async def test_an_event_has_no_more_of_the_guest_than_the_short_name(
        self, lan_phone: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))}, customer_id=mai)
        text = (await lan_phone.ics()).decode().replace("\r\n ", "")
        assert "Mai" in text
        assert [word for word in ("Nguyễn", "Thị", "84912", "ứng", str(mai)) if word in text] == []

    async def test_a_guest_who_is_no_customer_has_the_name_that_the_desk_wrote(
        self, lan_phone: Phone, lan: UUID, branch: UUID
    ) -> None:
        named = await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))})
        await change("appointment", named.appointment_id, guest_name="Chị Hoa 0912 345 678")
        await add_visit(branch, at(5), at(6), allocations={lan: (at(5), at(6))})
        assert await lan_phone.summaries() == ["Massage Thụy Điển – Hoa", "Massage Thụy Điển"]

    async def test_work_without_a_break_is_one_event_and_after_a_break_another(
        self, lan_phone: Phone, lan: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(6), allocations={lan: (at(3), at(3.5))})
        for start, end in ((3.5, 4), (5, 6)):
            owner = {"appointment_id": visit.appointment_id, "treatment_id": visit.treatment_id}
            await add_allocation(lan, at(start), at(end), **owner)
        events = await lan_phone.events()
        assert [(event.dtstart, event.dtend) for event in events] == [(at(3), at(4)), (at(5), at(6))]
        assert [event.uid for event in events] == [
            f"{visit.treatment_id}@zenspa",
            f"{visit.treatment_id}-1@zenspa",
        ]

    async def test_two_treatments_of_a_guest_are_two_events(
        self, lan_phone: Phone, lan: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(5), allocations={lan: (at(3), at(4))})
        second = await add_treatment(visit)
        owner = {"appointment_id": visit.appointment_id, "treatment_id": second}
        await add_allocation(lan, at(4), at(5), **owner)
        assert {event.uid for event in await lan_phone.events()} == {
            f"{visit.treatment_id}@zenspa",
            f"{second}@zenspa",
        }

    async def test_work_of_colleagues_is_left_out(self, lan_phone: Phone, lan: UUID, branch: UUID) -> None:
        hoa = await add_therapist(branch)
        visit = await add_visit(branch, at(3), at(5), allocations={hoa: (at(3), at(4))})
        await add_visit(branch, at(6), at(7), allocations={hoa: (at(6), at(7))})
        second = await add_treatment(visit)
        owner = {"appointment_id": visit.appointment_id, "treatment_id": second}
        await add_allocation(lan, at(4), at(5), **owner)
        assert [event.uid for event in await lan_phone.events()] == [f"{second}@zenspa"]

    async def test_holds_and_leave_are_left_out(self, lan_phone: Phone, lan: UUID, branch: UUID) -> None:
        allocations = {lan: (at(3), at(4))}
        expires = datetime(2100, 1, 1, tzinfo=UTC)
        await add_visit(branch, at(3), at(4), allocations=allocations, status="held", hold_expires_at=expires)
        await add_leave(lan, at(5), at(6))
        assert await lan_phone.events() == []

    async def test_a_pending_appointment_is_tentative(
        self, lan_phone: Phone, lan: UUID, branch: UUID
    ) -> None:
        await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))}, status="pending")
        assert [event.status for event in await lan_phone.events()] == ["TENTATIVE"]

    async def test_it_reaches_from_30_days_ago_to_180_ahead(
        self, lan_phone: Phone, lan: UUID, branch: UUID
    ) -> None:
        day, hour = timedelta(days=1), timedelta(hours=1)
        shown = (NOW - 30 * day - hour / 2, NOW, NOW + 180 * day - hour)
        for start in (*shown, NOW - 30 * day - 2 * hour, NOW + 180 * day):
            await add_visit(branch, start, start + hour, allocations={lan: (start, start + hour)})
        assert [event.dtstart for event in await lan_phone.events()] == list(shown)


class TestCustomer:
    async def test_an_event_has_times_treatments_and_branch(
        self, mai_phone: Phone, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(5), customer_id=mai)
        await change("appointment_treatment", visit.treatment_id, position=1)
        await rename_treatments("Gội đầu")
        massage = await add_visit(branch, at(6), at(7))  # of another guest
        await add_treatment(massage, appointment_id=visit.appointment_id, position=0)
        [event] = await mai_phone.events()
        assert (event.dtstart, event.dtend) == (at(3), at(5))
        assert event.summary == "Massage Thụy Điển, Gội đầu – Sen Trắng Quận 1"
        assert (event.location, event.description) == ("Sen Trắng Quận 1, 12 Lê Lợi Quận 1", None)
        assert event.uid == f"{visit.appointment_id}@zenspa"

    async def test_an_appointment_booked_for_another_guest_names_the_guest(
        self, mai_phone: Phone, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(5), customer_id=mai)
        await add_guest(visit, name="Anh Long")
        await add_guest(visit, customer_id=await add_customer("Trần Hoa"))
        assert {event.description for event in await mai_phone.events()} == {
            None,
            "Khách: Anh Long",
            "Khách: Hoa",
        }

    async def test_a_visit_booked_by_another_customer_shows_the_own_appointment_only(
        self, mai_phone: Phone, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(5), customer_id=await add_customer("Trần Hoa"))
        own = await add_guest(visit, customer_id=mai)
        assert [(event.uid, event.description) for event in await mai_phone.events()] == [
            (f"{own}@zenspa", None)
        ]

    async def test_appointments_of_other_customers_are_left_out(self, mai_phone: Phone, branch: UUID) -> None:
        await add_visit(branch, at(3), at(5), customer_id=await add_customer("Trần Hoa"))
        await add_visit(branch, at(6), at(7))
        assert await mai_phone.events() == []

    async def test_appointments_of_merged_duplicates_are_shown(
        self, mai_phone: Phone, mai: UUID, branch: UUID
    ) -> None:
        duplicate, older_duplicate = await add_customer("Mai"), await add_customer("Mai")
        await add_visit(branch, at(3), at(5), customer_id=older_duplicate)
        await change("customer", duplicate, archived_at=NOW, merged_into_id=mai)
        await change("customer", older_duplicate, archived_at=NOW, merged_into_id=duplicate)
        assert [event.description for event in await mai_phone.events()] == [None]

    @pytest.mark.parametrize("status", AppointmentStatus)
    async def test_each_status_has_its_meaning_for_a_phone(
        self, mai_phone: Phone, mai: UUID, branch: UUID, status: AppointmentStatus
    ) -> None:
        expires = datetime(2100, 1, 1, tzinfo=UTC) if status is AppointmentStatus.HELD else None
        await add_visit(branch, at(3), at(5), customer_id=mai, status=status, hold_expires_at=expires)
        expected = {
            AppointmentStatus.HELD: [],
            AppointmentStatus.EXPIRED: [],
            AppointmentStatus.PENDING: ["TENTATIVE"],
            AppointmentStatus.DECLINED: ["CANCELLED"],
            AppointmentStatus.CANCELLED: ["CANCELLED"],
            AppointmentStatus.LATE_CANCELLED: ["CANCELLED"],
            AppointmentStatus.NO_SHOW: ["CANCELLED"],
        }.get(status, ["CONFIRMED"])
        assert [event.status for event in await mai_phone.events()] == expected

    async def test_it_reaches_from_30_days_ago_to_180_ahead(
        self, mai_phone: Phone, mai: UUID, branch: UUID
    ) -> None:
        day, hour = timedelta(days=1), timedelta(hours=1)
        shown = (NOW - 30 * day - hour / 2, NOW, NOW + 180 * day - hour / 2)
        for start in (*shown, NOW - 30 * day - hour, NOW + 180 * day):
            await add_visit(branch, start, start + hour, customer_id=mai)
        assert [event.dtstart for event in await mai_phone.events()] == list(shown)


class TestChanges:
    async def test_a_moved_appointment_is_the_same_event_in_a_later_revision(
        self, mai_phone: Phone, lan_phone: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(4), customer_id=mai, allocations={lan: (at(3), at(4))})
        before = [*await mai_phone.events(), *await lan_phone.events()]
        await run_sql("UPDATE allocation SET during = tstzrange($1, $2)", at(5), at(6))
        changed = datetime.now(UTC) + timedelta(days=400)
        for table, row_id in (
            ("appointment", visit.appointment_id),
            ("appointment_treatment", visit.treatment_id),
        ):
            await change(table, row_id, starts_at=at(5), ends_at=at(6), updated_at=changed)
        after = [*await mai_phone.events(), *await lan_phone.events()]
        assert [event.uid for event in after] == [event.uid for event in before]
        assert [event.dtstart for event in after] == [at(5), at(5)]
        for old, new in zip(before, after, strict=True):
            assert revision(new) > revision(old) == 0
            assert new.dtstamp == new.last_modified == changed.replace(microsecond=0)

    async def test_a_change_of_one_treatment_is_a_change_of_the_appointment(
        self, mai_phone: Phone, mai: UUID, branch: UUID
    ) -> None:
        visit = await add_visit(branch, at(3), at(4), customer_id=mai)
        [before] = await mai_phone.events()
        changed = datetime.now(UTC) + timedelta(days=400)
        await change("appointment_treatment", visit.treatment_id, updated_at=changed)
        [after] = await mai_phone.events()
        assert revision(after) > revision(before)
        assert after.dtstamp == changed.replace(microsecond=0)

    @pytest.mark.parametrize("shown", ["branch", "service", "customer"])
    async def test_a_change_of_anything_that_an_event_shows_is_a_later_revision(
        self, mai_phone: Phone, lan_phone: Phone, *, lan: UUID, mai: UUID, branch: UUID, shown: str
    ) -> None:
        await add_visit(branch, at(3), at(4), customer_id=mai, allocations={lan: (at(3), at(4))})
        before = [*await mai_phone.events(), *await lan_phone.events()]
        changed = datetime.now(UTC) + timedelta(days=400)
        await run_sql(f"UPDATE {shown} SET updated_at = $1", changed)
        after = [*await mai_phone.events(), *await lan_phone.events()]
        for old, new in zip(before, after, strict=True):
            assert revision(new) > revision(old)
            assert new.dtstamp == new.last_modified == changed.replace(microsecond=0)

    @pytest.mark.parametrize("shown", ["allocation", "resource", "room"])
    async def test_a_change_of_the_bed_is_a_later_revision_for_the_therapist_alone(
        self, mai_phone: Phone, lan_phone: Phone, *, lan: UUID, mai: UUID, branch: UUID, shown: str
    ) -> None:
        bed = await add_bed(branch)
        await change("resource", bed, room_id=await add_room(branch))
        during = (at(3), at(4))
        await add_visit(branch, *during, customer_id=mai, allocations={lan: during, bed: during})
        [of_mai], [of_lan] = await mai_phone.events(), await lan_phone.events()
        changed = datetime.now(UTC) + timedelta(days=400)
        await run_sql(f"UPDATE {shown} SET updated_at = $1", changed)
        assert await mai_phone.events() == [of_mai]
        [after] = await lan_phone.events()
        assert revision(after) > revision(of_lan)
        assert after.dtstamp == after.last_modified == changed.replace(microsecond=0)

    async def test_requests_that_change_what_is_shown_change_the_revision(
        self, client: httpx2.AsyncClient, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        bed, start = await add_bed(branch), datetime.now(UTC) + timedelta(days=1)
        during = (start, start + timedelta(hours=1))
        visit = await add_visit(branch, *during, customer_id=mai, allocations={lan: during, bed: during})
        phone = await Phone.subscribe(client, staff_id=lan)
        [(service_id, variant_id)] = await run_sql("SELECT service_id, id FROM service_variant")
        room = await add_room(branch)
        rows = {
            "branch": branch,
            "service": service_id,
            "service_variant": variant_id,
            "customer": mai,
            "appointment": visit.appointment_id,
            "appointment_treatment": visit.treatment_id,
        }
        for path, body in (
            (f"branches/{branch}", {"address": "1 Lê Lai"}),
            (f"catalogue/services/{service_id}", {"name": {"vi": "Gội đầu", "en": "Hair wash"}}),
            (f"customers/{mai}", {"full_name": "Trần Hoa"}),
            (f"resources/{bed}", {"name": "Giường hai"}),
            (f"resources/{bed}", {"room_id": str(room)}),
            (f"rooms/{room}", {"name": "Phòng Trúc"}),
        ):
            yesterday = datetime.now(UTC) - timedelta(days=1)
            for table, row_id in (rows | {"room": room}).items():
                await change(table, row_id, updated_at=yesterday)
            for table in ("resource", "allocation"):
                await run_sql(f"UPDATE {table} SET updated_at = $1", yesterday)
            await change("appointment_treatment", visit.treatment_id, created_at=yesterday)
            [before] = await phone.events()
            assert (await client.patch(f"/api/v1/{path}", json=body)).status_code == 200
            [after] = await phone.events()
            assert revision(after) > revision(before) == 0, path
            assert after.dtstamp == after.last_modified, path
            assert after.last_modified > before.dtstamp, path


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
    async def test_local_times_stay_when_clocks_change(
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
                assert [local_start(event, time_zone) for event in events] == [f"{day} 10:00" for day in days]
                assert [event.end - event.start for event in events] == [timedelta(hours=1)] * 2
                starts = [line for line in (await phone.ics()).split(b"\r\n") if line.startswith(b"DTSTART")]
                assert all(line.endswith(b"Z") for line in starts)


class TestText:
    async def test_the_calendar_has_a_name_and_a_refresh_interval(
        self, mai_phone: Phone, lan_phone: Phone
    ) -> None:
        of_lan, of_mai = await lan_phone.calendar(), await mai_phone.calendar()
        assert (of_lan.name, of_mai.name) == (["Lịch làm: Lan"], ["Lịch hẹn: Thu Mai"])
        assert of_lan.refresh_interval == timedelta(minutes=15)
        assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in await lan_phone.ics()  # RFC 7986 §5.7
        assert {extra.name: extra.value for extra in of_lan.extras} == {
            "x-wr-calname": "Lịch làm: Lan",
            "x-published-ttl": "PT15M",
        }
        assert (of_lan.version, of_lan.prodid, of_lan.method) == ("2.0", "-//ZenSpa//Calendar//VI", None)

    async def test_long_lines_are_folded_between_characters(
        self, lan_phone: Phone, lan: UUID, branch: UUID
    ) -> None:
        await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))})
        for shift in range(4):  # so that the 75th octet is each octet of a character once
            name = "x" * shift + LONG
            await rename_treatments(name)
            assert await lan_phone.summaries() == [name]

    async def test_names_with_ical_syntax_stay_text(
        self, lan_phone: Phone, mai_phone: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        evil = 'Sả, chanh; "gừng"\\n\r\nEND:VEVENT\r\nBEGIN:VEVENT\rSUMMARY:x\x0b\x1e\u2028\x7fhết'
        visit = await add_visit(branch, at(3), at(4), allocations={lan: (at(3), at(4))}, customer_id=mai)
        await rename_treatments(evil)
        await change("branch", branch, name=evil, address=evil)
        await change("customer", mai, full_name="Mai\r\nATTACH:http://x")
        await change("staff", lan, full_name="Lan\r\nMETHOD:REQUEST")
        text = 'Sả, chanh; "gừng"\\n END:VEVENT BEGIN:VEVENT SUMMARY:x hết'
        [work], [visited] = await lan_phone.events(), await mai_phone.events()
        assert (work.summary, work.location) == (f"{text} – Mai", f"{text}, {text}")
        assert (visited.summary, visited.uid) == (f"{text} – {text}", f"{visit.appointment_id}@zenspa")
        assert (await lan_phone.calendar()).name == ["Lịch làm: Lan METHOD:REQUEST"]

    @pytest.mark.parametrize(
        ("full", "short"),
        [
            ("Nguyễn Thị Thu Lan", "Thu Lan"),
            ("Vũ Thị Lan Anh", "Lan Anh"),
            ("Nguyễn Thị Mai", "Mai"),
            ("Trần Văn An", "An"),
            ("Trần Minh Quân", "Minh Quân"),
            ("Lê Lan", "Lan"),
            ("Lan Anh", "Lan Anh"),
            ("Chị Lan Anh", "Lan Anh"),
            ("Mai Anh", "Mai Anh"),
            ("NGUYEN ANH", "ANH"),
            ("Nguyễn Lan Anh", "Lan Anh"),
            ("Thầy Minh", "Minh"),
            ("Lan", "Lan"),
            ("Chị Hoa 0912 345 678", "Hoa"),
            ("0912345678 Chị Hoa", "Hoa"),
            ("Mai (dị ứng sả)", "Mai"),
            ("Mai, dị ứng sả", "Mai"),
            ("Mai - dị ứng sả", "Mai"),
            ("Anne-Marie", "Anne-Marie"),
            ("John Smith", "John Smith"),
            ("Mr John Smith", "John Smith"),
            ("María del Carmen", "María del Carmen"),
            ("Kim Min-jun", "Kim Min-jun"),
            ("Müller", "Müller"),
            ("Anna Le", "Anna Le"),
            ("Lê Thị Bình", "Bình"),
            ("Nông Đức Mạnh", "Đức Mạnh"),
            ("Nguyen Thi Lan Anh", "Lan Anh"),
            ("Anh Nguyễn Văn An", "An"),
            ("Anh Thư", "Anh Thư"),
            ("Cô Ba", "Ba"),
            ("Em Mai", "Em Mai"),
            ("—", ""),
            ("", ""),
            ("0912345678", ""),
        ],
    )
    def test_a_short_name_is_the_vietnamese_given_name_or_the_whole_name(self, full: str, short: str) -> None:
        assert short_name(full) == short


class TestQueries:
    async def test_the_number_of_queries_does_not_grow_with_appointments(
        self, lan_phone: Phone, mai_phone: Phone, lan: UUID, mai: UUID, branch: UUID
    ) -> None:
        bed = await add_bed(branch)
        counts = []
        for number in range(6):
            start, end = at(number, day=22), at(number + 1, day=22)
            await add_visit(
                branch, start, end, allocations={lan: (start, end), bed: (start, end)}, customer_id=mai
            )
            for phone in (lan_phone, mai_phone):
                with statements() as queries:
                    await phone.events()
                counts.append(len(queries))
        assert counts == counts[:2] * 6
