"""The private page of a visit: the form while it is held, then its status, another time, and cancelling it."""

import asyncio
import re
from datetime import timedelta

import pytest
import time_machine

from app.common.helpers import utc_now
from app.core.mail import shown_mails
from tests.builders.bookings import BookableSpa
from tests.builders.pages import PageGuest
from tests.support.database import run_sql


async def statuses() -> list[str]:
    return [row["status"] for row in await run_sql("SELECT status FROM appointment ORDER BY id")]


class TestConfirming:
    async def test_the_page_says_what_was_booked(self, visitor: PageGuest, spa: BookableSpa) -> None:
        page = await visitor.confirm(await visitor.hold(spa.hour(10)), note="Lực nhẹ")
        assert "Đã đặt lịch. Hẹn gặp quý khách!" in page.text
        assert "10:00 thứ" in page.text
        assert "massage (vi)" in page.text
        assert "500.000đ" in page.text
        assert "Nguyễn Thị Mai · 0912 345 678" in page.text
        assert "Lực nhẹ" in page.text
        assert "Đổi hoặc hủy miễn phí trước" in page.text

    async def test_the_page_names_the_therapist_asked_for(self, visitor: PageGuest, spa: BookableSpa) -> None:
        nhung = spa.therapist(
            "Lê Thị Hồng Nhung (NV 07)", spa.variant_id, shifts=[(spa.hour(9), spa.hour(18))]
        )
        await spa.write()
        box = (await visitor.open("/book/quan-1")).boxes[0].removeprefix("t.")
        times = await visitor.choose(party=f"{box}@{nhung.hex}")
        booked = await visitor.confirm(await visitor.press(times, spa.hour(10)))
        assert "Kỹ thuật viên: Hồng Nhung" in booked.text
        assert "NV 07" not in booked.text
        assert "Kỹ thuật viên" not in (await visitor.book(spa.hour(12))).text

    async def test_where_the_desk_approves_the_page_says_so(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET approve_online = true")
        page = await visitor.book(spa.hour(10))
        assert "Spa sẽ sớm xác nhận" in page.text
        assert await statuses() == ["pending"]

    async def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        details = await visitor.hold(spa.hour(10))
        refused = await visitor.confirm(details, full_name="", phone="12", email="mai@", note="Lực nhẹ")
        assert (refused.status, refused.focused) == (422, ["full_name"])
        assert refused.alerts[0] == "Vui lòng điền họ tên."
        assert refused.alerts[1].startswith("Số điện thoại chưa đúng")
        assert refused.alerts[2].startswith("Email chưa đúng")
        assert refused.answer.text.count('aria-invalid="true"') == 3
        fields = refused.form("/confirm").fields
        assert (fields["phone"], fields["email"], fields["note"]) == ("12", "mai@", "Lực nhẹ")
        assert await statuses() == ["held"]

    async def test_a_note_that_is_too_long_is_refused_at_its_field(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        refused = await visitor.confirm(await visitor.hold(spa.hour(10)), note="a" * 5000)
        assert refused.status == 422
        assert len(refused.alerts) == 1

    async def test_sending_twice_at_once_or_again_is_one_visit(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        form = (await visitor.hold(spa.hour(10))).form("/confirm")
        contact = {"full_name": "Mai", "phone": "0912 345 678"}
        answers = await asyncio.gather(*(visitor.send(form, **contact) for _ in range(2)))
        again = await visitor.send(form, **contact)
        assert [answer.status_code for answer in (*answers, again)] == [303] * 3
        assert await statuses() == ["confirmed"]

    async def test_a_limit_reads_as_call_the_branch_and_keeps_the_hold(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET online_visits_per_phone = 1, phone = '+842838221234'")
        await visitor.book(spa.hour(10))
        refused = await visitor.book(spa.hour(12))
        assert refused.status == 409
        assert "Vui lòng gọi chi nhánh" in refused.alerts[0]
        assert await statuses() == ["confirmed", "held"]

    async def test_a_robot_confirms_nothing(self, visitor: PageGuest, spa: BookableSpa) -> None:
        page = await visitor.confirm(await visitor.hold(spa.hour(10)), website="x")
        assert page.status == 409
        assert await statuses() == ["held"]

    async def test_the_next_booking_of_the_device_begins_empty(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        await visitor.book(spa.hour(10))
        assert (await visitor.hold(spa.hour(12))).form("/confirm").fields["full_name"] == ""
        assert await statuses() == ["confirmed", "held"]


async def test_the_address_of_a_refused_form_leads_back_when_it_is_opened_again(
    visitor: PageGuest, spa: BookableSpa
) -> None:
    details = await visitor.hold(spa.hour(10))
    for action in ("confirm", "code", "move", "cancel"):
        assert (await visitor.open(f"{details.path}/{action}")).path == details.path
    assert (await visitor.open("/book/quan-1/hold")).path == "/book/quan-1"


class TestCode:
    async def test_the_first_sending_mails_a_code_and_the_second_confirms(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET online_check = 'mail'")
        shown_mails.clear()
        details = await visitor.hold(spa.hour(10))
        without = await visitor.confirm(details)
        assert (without.status, without.focused) == (422, ["email"])
        with_code = await visitor.confirm(details, email="mai@example.com")
        assert "Mã 6 số đã gửi đến mai@example.com" in with_code.text
        assert with_code.form("/confirm").fields["full_name"] == "Nguyễn Thị Mai"
        found = re.search(r"\b[0-9]{6}\b", shown_mails[0].body)
        assert found is not None
        wrong = await visitor.confirm(
            with_code, email="mai@example.com", code=f"{(int(found[0]) + 1) % 10**6:06}"
        )
        assert (wrong.status, wrong.focused) == (422, ["code"])
        assert "Mã xác nhận chưa đúng" in wrong.alerts[0]
        done = await visitor.confirm(wrong, email="mai@example.com", code=found[0])
        assert "Hẹn gặp quý khách!" in done.text

    async def test_a_new_code_can_be_requested(self, visitor: PageGuest, spa: BookableSpa) -> None:
        await run_sql("UPDATE branch SET online_check = 'mail'")
        details = await visitor.hold(spa.hour(10))
        with_code = await visitor.confirm(details, email="mai@example.com")
        shown_mails.clear()
        form = with_code.form("/confirm")
        form.action = form.action.replace("/confirm", "/code")
        page = await visitor.submit(form, full_name="Mai", email="mai@example.com")
        assert "Mã 6 số đã gửi" in page.text
        assert len(shown_mails) == 1


class TestChanging:
    async def test_a_visit_moves_and_the_page_says_so(self, visitor: PageGuest, spa: BookableSpa) -> None:
        booked = await visitor.book(spa.hour(10))
        times = await visitor.open(f"{booked.path}/times?day={spa.day(3)}")
        assert "10:00 Lịch hiện tại" in times.text
        moved = await visitor.press(times, spa.hour(15))
        assert "Đã đổi lịch." in moved.text
        assert "15:00 thứ" in moved.text
        assert await statuses() == ["confirmed"]

    async def test_a_visit_is_cancelled_and_its_page_says_so(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        booked = await visitor.book(spa.hour(10))
        page = await visitor.submit(booked.form("/cancel"), reason="Bận")
        assert "Lịch hẹn đã hủy." in page.text
        assert page.forms == []
        assert await statuses() == ["cancelled"]

    async def test_too_late_the_page_names_the_phone_and_has_no_buttons(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET phone = '+842838221234'")
        booked = await visitor.book(spa.hour(10))
        with time_machine.travel(spa.hour(9)):
            page = await visitor.open(booked.path)
            assert page.forms == []
            assert "không đổi hoặc hủy online được nữa" in page.text
            assert "tel:+842838221234" in page.links
            late = await visitor.submit(booked.form("/cancel"))
            assert late.status == 409
            assert "Đã quá hạn hủy lịch online" in late.alerts[0]
        assert await statuses() == ["confirmed"]

    async def test_the_visit_goes_into_the_calendar_of_the_phone(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        booked = await visitor.book(spa.hour(10))
        answer = await visitor.http.get(f"{booked.path}/calendar.ics")
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert "BEGIN:VEVENT" in answer.text


class TestPrivacy:
    async def test_the_page_is_not_kept_not_indexed_and_not_framed(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        headers = (await visitor.hold(spa.hour(10))).answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"
        assert headers["x-frame-options"] == "DENY"

    @pytest.mark.parametrize("path", ["", "/times", "/calendar.ics"])
    async def test_an_unknown_token_is_a_page_that_says_so(self, visitor: PageGuest, path: str) -> None:
        page = await visitor.open(f"/visit/{'a' * 32}{path}")
        assert page.status == 404
        assert page.alerts == ["Liên kết này không còn mở được. Vui lòng gọi spa để được hỗ trợ."]

    async def test_what_a_guest_types_never_becomes_html(self, visitor: PageGuest, spa: BookableSpa) -> None:
        details = await visitor.hold(spa.hour(10))
        evil = '"><script>alert(1)</script>'
        refused = await visitor.confirm(details, full_name=evil, phone=evil, note=f"</textarea>{evil}")
        assert "<script>alert" not in refused.answer.text
        booked = await visitor.confirm(details, full_name=evil)
        assert "<script>alert" not in booked.answer.text
        assert "alert(1)" in booked.text

    async def test_the_log_has_no_token(
        self, visitor: PageGuest, spa: BookableSpa, capsys: pytest.CaptureFixture[str]
    ) -> None:
        details = await visitor.hold(spa.hour(10))
        await visitor.confirm(details, phone="")
        captured = capsys.readouterr()
        lines = [
            line for line in captured.out.splitlines() if "httpx2" not in line
        ]  # the log of the test's client
        assert any("/visit/{token}/confirm" in line for line in lines)
        assert not any(details.path.rpartition("/")[2] in line for line in lines)


async def test_a_held_visit_opened_on_another_device_can_be_confirmed_there(
    visitor: PageGuest, spa: BookableSpa
) -> None:
    details = await visitor.hold(spa.hour(10))
    visitor.http.cookies.clear()
    page = await visitor.open(details.path)
    assert any(link.startswith(f"{details.path}/times") for link in page.links)
    with time_machine.travel(utc_now() + timedelta(minutes=11)):
        over = await visitor.open(details.path)
        assert "Hết giờ giữ chỗ" in over.text
        assert "/book/quan-1" in over.links
    assert "Hẹn gặp quý khách!" in (await visitor.confirm(page)).text
