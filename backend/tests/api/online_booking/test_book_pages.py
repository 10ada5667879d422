"""The pages on which a guest chooses treatments and a time, without JavaScript."""

import asyncio
import json
import re
from urllib.robotparser import RobotFileParser

import pytest

from app.http.middleware import RequestContextMiddleware
from app.modules.booking.status.jobs import expire_holds
from app.modules.online_booking import online_booking_service
from app.modules.online_booking.limits import HOLDS, count_request
from app.modules.online_booking.pages.rendering import FILES
from tests.builders.bookings import BookableSpa, overlaps
from tests.builders.branches import add_branch
from tests.builders.pages import PAGE_GUEST_ADDRESS, PageGuest, page_guest_at
from tests.support.database import run_sql
from tests.support.stores import changed_settings


async def statuses() -> list[str]:
    return [row["status"] for row in await run_sql("SELECT status FROM appointment ORDER BY id")]


async def let_holds_run_out() -> None:
    for table in ("appointment", "allocation"):
        await run_sql(f"UPDATE {table} SET hold_expires_at = now() - interval '1 second'")
    await expire_holds(asyncio.Event())


class TestChoosing:
    async def test_what_is_ticked_becomes_an_address_with_keys(self, visitor: PageGuest) -> None:
        page = await visitor.open("/book/quan-1")
        box = page.boxes[0]
        answer = await visitor.send(page.form("/party"), **{box: 1, "w": "female", "next": "times"})
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/book/quan-1/times?g={box.removeprefix('t.')}@female"

    async def test_an_add_on_goes_with_its_treatment_and_without_it_is_left_out(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        spa.add_on("hot stones", 15, spa.variant_id)
        await spa.write()
        page = await visitor.open("/book/quan-1")
        treatment, add_on = page.boxes
        times = await visitor.submit(page.form("/party"), **{treatment: 1, add_on: 1})
        assert "75 phút · 550.000đ" in times.text
        assert times.path.endswith(f".{add_on.rpartition('.')[2]}")
        alone = await visitor.submit(page.form("/party"), **{add_on: 1})
        assert alone.status == 422

    async def test_without_a_treatment_the_page_says_so_where_the_focus_is(self, visitor: PageGuest) -> None:
        page = await visitor.open("/book/quan-1")
        refused = await visitor.submit(page.form("/party"), w="male", next="times")
        assert (refused.status, refused.focused) == (422, ["p"])
        assert refused.alerts == ["Chưa chọn dịch vụ. Chọn ít nhất một dịch vụ."]

    async def test_two_lengths_of_one_treatment_are_refused_and_stay_ticked(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        spa.variant(spa.service_of[spa.variant_id], 90)
        await spa.write()
        page = await visitor.open("/book/quan-1")
        refused = await visitor.submit(page.form("/party"), **dict.fromkeys(page.boxes, 1))
        assert refused.status == 422
        assert {*page.boxes} <= {*refused.form("/party").fields}
        assert refused.focused == page.boxes[:1]

    async def test_a_therapist_who_does_none_of_it_is_refused(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        other = spa.therapist("Đỗ Quốc Khánh")
        await spa.write()
        page = await visitor.open("/book/quan-1")
        refused = await visitor.submit(page.form("/party"), **{page.boxes[0]: 1, "w": other.hex})
        assert refused.status in {404, 422}

    async def test_a_second_guest_chooses_next_and_can_be_taken_off_again(self, visitor: PageGuest) -> None:
        page = await visitor.open("/book/quan-1")
        box = page.boxes[0]
        second = await visitor.submit(page.form("/party"), **{box: 1, "next": "guest"})
        assert "Chọn dịch vụ cho khách 2" in second.text
        times = await visitor.submit(
            second.form("/party"), **{box: 1, "w": "male", "room": 1, "next": "times"}
        )
        code = box.removeprefix("t.")
        assert times.path == f"/book/quan-1/times?g={code},{code}@male&room=1"
        assert f"/book/quan-1/times?g={code}&room=1" in times.links
        again = await visitor.open(f"/book/quan-1?g={code}&room=1&edit={code}@male")
        assert again.form("/party").fields.items() >= {box: "1", "g": code, "room": "1"}.items()

    @pytest.mark.parametrize("party", ["nothing.60", "x", "a.b@", "a..b", "%00", "a.b," * 20])
    async def test_an_address_that_names_nothing_of_this_spa_is_a_page_that_says_so(
        self, visitor: PageGuest, party: str
    ) -> None:
        page = await visitor.open(f"/book/quan-1/times?g={party}")
        assert page.status in {404, 422}
        assert page.answer.headers["content-type"].startswith(("text/html", "application/json"))


class TestBranches:
    async def test_the_only_branch_is_opened_at_once(self, visitor: PageGuest) -> None:
        assert (await visitor.open("/book")).path == "/book/quan-1"

    async def test_several_are_listed_without_those_that_take_no_online_booking(
        self, visitor: PageGuest
    ) -> None:
        await add_branch(key="thao-dien", name="Sen Trắng Thảo Điền", online_booking=True)
        await add_branch(name="Sen Trắng Paris")
        page = await visitor.open("/book")
        assert page.path == "/book"
        assert [link for link in page.links if "lang=" not in link] == ["/book/quan-1", "/book/thao-dien"]
        assert "Sen Trắng Paris" not in page.text

    async def test_without_any_the_page_says_so(self, visitor: PageGuest) -> None:
        await run_sql("UPDATE branch SET online_booking = false")
        page = await visitor.open("/book")
        assert (page.status, len(page.alerts)) == (404, 1)


async def test_a_bug_is_a_page_that_says_so(visitor: PageGuest, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(online_booking_service, "read_offer", fail)
    page = await visitor.open("/book/quan-1")
    assert page.status == 500
    assert page.answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert len(page.alerts) == 1


class TestTimes:
    async def test_starts_are_those_of_the_branch_and_of_the_day(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        page = await visitor.choose()
        assert page.starts[0] == spa.hour(9)
        assert "09:00" in page.text
        assert "Sáng" in page.text

    async def test_a_day_without_a_start_says_why_and_names_the_next_that_has_one(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        spa.open_otherwise(spa.day(3), spa.day(3))
        await spa.write()
        page = await visitor.choose()
        assert page.starts == []
        assert "Chi nhánh đóng cửa." in page.text
        assert f"day={spa.day(4)}" in next(link for link in page.links if f"day={spa.day(4)}" in link)
        assert "Ngày gần nhất còn giờ" in page.text

    async def test_the_page_begins_with_the_first_day_that_has_a_start(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET notice_minutes = 2880")
        page = await visitor.choose()
        code = page.form("/hold").fields["g"]
        first = await visitor.open(f"/book/quan-1/times?g={code}")
        assert first.starts[0].astimezone(spa.zone).date() in {spa.day(2), spa.day(3)}


class TestHolding:
    async def test_a_start_is_held_and_the_private_page_asks_for_the_contact(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        page = await visitor.hold(spa.hour(10))
        assert page.path.startswith("/visit/")
        assert "10:00 thứ" in page.text
        assert "Giữ chỗ đến" in page.text
        assert await statuses() == ["held"]

    async def test_the_own_hold_is_marked_among_the_times_and_another_start_moves_it(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        details = await visitor.hold(spa.hour(10))
        times = await visitor.choose()
        assert "10:00 đang giữ cho quý khách" in times.text
        assert details.path in times.links
        assert spa.hour(10) not in times.starts
        assert (await visitor.press(times, spa.hour(15))).path == details.path
        assert [tuple(row) for row in await run_sql("SELECT status FROM appointment")] == [("held",)]
        assert "15:00 đang giữ cho quý khách" in (await visitor.choose()).text

    async def test_the_same_start_pressed_again_is_the_same_hold(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        times = await visitor.choose()
        first = await visitor.press(times, spa.hour(10))
        assert (await visitor.press(times, spa.hour(10))).path == first.path
        assert await statuses() == ["held"]

    async def test_two_taps_at_once_are_one_hold(self, running_app: object, spa: BookableSpa) -> None:
        async with page_guest_at(running_app, spa) as first, page_guest_at(running_app, spa) as second:
            form = (await first.choose()).form("/hold")
            start = spa.hour(10).isoformat()
            answers = await asyncio.gather(*(guest.send(form, start=start) for guest in (first, second)))
        assert [answer.status_code for answer in answers] == [303, 303]
        assert len({answer.headers["location"] for answer in answers}) == 1
        assert await statuses() == ["held"]

    async def test_another_party_replaces_the_hold_also_where_only_one_of_them_fits(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        await run_sql("DELETE FROM shift WHERE staff_id <> $1", spa.therapists[0])
        await visitor.hold(spa.hour(10))
        code = (await visitor.choose()).form("/hold").fields["g"]
        page = await visitor.choose(party=f"{code}@{spa.therapists[0].hex}")
        assert spa.hour(10) in page.starts
        details = await visitor.press(page, spa.hour(10))
        assert details.path.startswith("/visit/")
        assert await statuses() == ["expired", "held"]

    async def test_a_refused_replacement_leaves_the_present_hold(
        self, visitor: PageGuest, spa: BookableSpa, running_app: object
    ) -> None:
        await run_sql("DELETE FROM shift WHERE staff_id <> $1", spa.therapists[0])
        await visitor.hold(spa.hour(10))
        code = (await visitor.choose()).form("/hold").fields["g"]
        page = await visitor.choose(party=f"{code}@{spa.therapists[0].hex}")
        async with page_guest_at(running_app, spa, "203.0.113.8") as faster:
            await faster.hold(spa.hour(15))
        refused = await visitor.press(page, spa.hour(15))
        assert refused.status == 409
        assert await statuses() == ["held", "held"]

    async def test_who_comes_second_reads_a_sentence_and_the_times_that_are_left(
        self, visitor: PageGuest, spa: BookableSpa, running_app: object
    ) -> None:
        await run_sql("DELETE FROM shift WHERE staff_id <> $1", spa.therapists[0])
        times = await visitor.choose()
        async with page_guest_at(running_app, spa, "203.0.113.8") as faster:
            await faster.hold(spa.hour(10))
        refused = await visitor.press(times, spa.hour(10))
        assert (refused.status, refused.focused) == (409, ["p"])
        assert "vừa có khách đặt" in refused.alerts[0]
        assert spa.hour(10) not in refused.starts
        assert spa.hour(11.5) in refused.starts

    async def test_a_robot_that_fills_every_field_books_nothing(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        times = await visitor.choose()
        page = await visitor.submit(
            times.form("/hold"), start=spa.hour(10).isoformat(), website="https://spam.example"
        )
        assert page.status == 409
        assert "Vui lòng gọi" in page.text
        assert await statuses() == []

    @pytest.mark.parametrize(
        "forged",
        [{"start": "tomorrow"}, {"key": "short"}, {"start": "2026-12-05T10:01:00+07:00"}, {"g": "x"}],
    )
    async def test_a_forged_form_is_refused_with_a_page(
        self, visitor: PageGuest, spa: BookableSpa, forged: dict[str, str]
    ) -> None:
        form = (await visitor.choose()).form("/hold")
        page = await visitor.submit(form, **{"start": spa.hour(10).isoformat()} | forged)
        assert page.status in {404, 409}
        assert page.alerts
        assert await statuses() == []

    async def test_an_address_over_its_limit_is_refused_before_its_form_is_looked_at(
        self, visitor: PageGuest
    ) -> None:
        form = {"g": "nothing.60", "key": "x"}
        assert (await visitor.http.post("/book/quan-1/hold", data=form)).status_code == 404
        for _ in range(HOLDS.requests):
            await count_request(HOLDS, PAGE_GUEST_ADDRESS)
        refused = await visitor.http.post("/book/quan-1/hold", data=form)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0

    async def test_a_form_of_another_site_is_refused(self, visitor: PageGuest, spa: BookableSpa) -> None:
        form = (await visitor.choose()).form("/hold")
        visitor.http.headers["sec-fetch-site"] = "cross-site"
        page = await visitor.submit(form, start=spa.hour(10).isoformat())
        assert page.status == 403
        assert await statuses() == []

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b"g=a&g=b", "application/x-www-form-urlencoded"),
            (b"g=%ff", "application/x-www-form-urlencoded"),
            (b"g=%00", "application/x-www-form-urlencoded"),
            (b"{}", "application/json"),
            (b"g=" + b"a" * 20_000, "application/x-www-form-urlencoded"),
        ],
    )
    async def test_a_body_that_is_no_plain_form_is_refused(
        self, visitor: PageGuest, body: bytes, content_type: str
    ) -> None:
        answer = await visitor.http.post(
            "/book/quan-1/hold", content=body, headers={"Content-Type": content_type}
        )
        assert answer.status_code in {400, 413, 415}


async def test_of_fifty_guests_one_books_the_last_time(running_app: object, spa: BookableSpa) -> None:
    await run_sql("DELETE FROM shift WHERE staff_id <> $1", spa.therapists[0])

    async def book(number: int) -> int:
        async with page_guest_at(running_app, spa, f"203.0.113.{number}") as guest:
            details = await guest.hold(spa.hour(10))
            if details.status != 200:
                return details.status
            booked = await guest.confirm(details, phone=f"09123456{number:02}")
            assert "Hẹn gặp quý khách!" in booked.text
            return booked.status

    answers = await asyncio.gather(*(book(number) for number in range(50)))
    assert sorted(answers) == [200] + [409] * 49
    assert await overlaps() == 0
    assert await statuses() == ["confirmed"]


class TestHeaders:
    async def test_no_script_and_no_frame_of_another_site_is_allowed(self, visitor: PageGuest) -> None:
        headers = (await visitor.open("/book/quan-1")).answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "private, no-cache"

    async def test_the_sites_of_the_setting_may_show_the_booking_in_a_frame_but_no_private_page(self) -> None:
        changed = changed_settings(EMBED_ORIGINS="https://sentrang.vn, https://*.example.com")
        headers = RequestContextMiddleware(None, changed).headers  # type: ignore[arg-type]  # no app is called
        book, visit = dict(headers.book), dict(headers.visit)
        policy = book[b"content-security-policy"]
        assert policy.endswith(b"frame-ancestors https://sentrang.vn https://*.example.com")
        assert b"x-frame-options" not in book
        assert visit[b"content-security-policy"].endswith(b"frame-ancestors 'none'")
        assert visit[b"x-robots-tag"] == b"noindex"

    async def test_a_file_is_kept_for_ever_and_compressed(self, visitor: PageGuest) -> None:
        page = await visitor.open("/book/quan-1")
        [style] = re.findall(r'href="(/book/static/\w+/book\.css)"', page.answer.text)
        answer = await visitor.http.get(style)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == FILES["book.css"].content
        assert (await visitor.http.get(style.replace("book.css", "none.css"))).status_code == 404

    async def test_the_script_has_at_most_ten_kilobytes(self) -> None:
        assert len(FILES["book.js"].compressed) <= 10_000

    async def test_the_cookie_of_the_device_is_out_of_reach_of_scripts(
        self, visitor: PageGuest, spa: BookableSpa
    ) -> None:
        form = (await visitor.choose()).form("/hold")
        cookie = (await visitor.send(form, start=spa.hour(10).isoformat())).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie

    @pytest.mark.parametrize("value", ["x", "e30", "bm90IGpzb24", "é", "=" * 50])
    async def test_a_cookie_that_makes_no_sense_is_forgotten(self, visitor: PageGuest, value: str) -> None:
        code = (await visitor.choose()).form("/hold").fields["g"]
        headers = {"Cookie": f"zenspa_booking={value}".encode()}
        answer = await visitor.http.get(f"/book/quan-1/times?g={code}", headers=headers)  # type: ignore[arg-type]  # bytes are fine
        assert answer.status_code == 200


class TestLanguages:
    async def test_the_browser_decides_until_the_guest_does(self, visitor: PageGuest) -> None:
        assert "Chọn dịch vụ" in (await visitor.open("/book/quan-1")).text
        visitor.http.headers["accept-language"] = "en-GB,en;q=0.9"
        assert "Choose your treatments" in (await visitor.open("/book/quan-1")).text
        page = await visitor.open("/book/quan-1?lang=vi")
        assert "Chọn dịch vụ" in page.text
        assert "/book/quan-1?lang=en" in page.links
        assert "Chọn dịch vụ" in (await visitor.open("/book/quan-1")).text

    async def test_a_branch_without_online_booking_says_so_in_the_language_of_the_guest(
        self, visitor: PageGuest
    ) -> None:
        page = await visitor.open("/book/nowhere?lang=en")
        assert page.status == 404
        assert page.answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "online" in page.alerts[0]


class TestForSearchEnginesAndPaper:
    async def test_the_page_describes_the_spa(self, visitor: PageGuest) -> None:
        await run_sql("UPDATE branch SET name = $1, phone = '+842838221234'", "Sen </script><b>&")
        page = await visitor.open("/book/quan-1")
        [script] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.answer.text)
        spa = json.loads(script)
        assert (spa["@type"], spa["name"]) == ("DaySpa", "Sen </script><b>&")
        assert spa["telephone"] == "+842838221234"
        assert spa["openingHoursSpecification"][0]["opens"] == "09:00"
        assert len(spa["openingHoursSpecification"][0]["dayOfWeek"]) == 7
        assert "<b>" not in page.answer.text.replace(script, "").replace("<b>Khách", "")
        assert '<meta property="og:title"' in page.answer.text

    async def test_crawlers_are_let_to_the_booking_pages_alone(self, visitor: PageGuest) -> None:
        answer = await visitor.http.get("/robots.txt")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        rules = RobotFileParser()
        rules.parse(answer.text.splitlines())
        assert rules.can_fetch("Googlebot", "/book/quan-1")
        assert not rules.can_fetch("Googlebot", "/visit/token")
        assert not rules.can_fetch("Googlebot", "/desk")

    async def test_the_poster_has_the_address_of_the_page(self, visitor: PageGuest) -> None:
        page = await visitor.open("/book/quan-1/poster")
        assert "<svg" in page.answer.text
        assert "http://testserver/book/quan-1" in page.text


async def test_a_hold_that_has_run_out_is_offered_again_and_what_was_typed_is_kept(
    visitor: PageGuest, spa: BookableSpa
) -> None:
    details = await visitor.hold(spa.hour(10))
    await let_holds_run_out()
    over = await visitor.confirm(details, note="Lực nhẹ")
    assert "Hết giờ giữ chỗ" in over.text
    assert spa.hour(10) in over.starts
    assert spa.hour(10.25) in over.starts
    again = await visitor.press(over, spa.hour(10))
    fields = again.form("/confirm").fields
    assert (fields["full_name"], fields["phone"]) == ("Nguyễn Thị Mai", "0912 345 678")
    assert fields["note"] == "Lực nhẹ"
    assert "Hẹn gặp quý khách!" in (await visitor.confirm(again)).text


async def test_a_time_that_was_taken_meanwhile_is_not_offered_again(
    visitor: PageGuest, spa: BookableSpa, running_app: object
) -> None:
    await run_sql("DELETE FROM shift WHERE staff_id <> $1", spa.therapists[0])
    details = await visitor.hold(spa.hour(10))
    await let_holds_run_out()
    async with page_guest_at(running_app, spa, "203.0.113.8") as other:
        await other.book(spa.hour(10))
    over = await visitor.open(details.path)
    assert spa.hour(10) not in over.starts
    assert "vừa có khách khác đặt" in over.text
    assert spa.hour(11.5) in over.starts
