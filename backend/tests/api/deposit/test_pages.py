"""The pages of a guest who pays a deposit, in a browser that runs no script: the code, the countdown, and the turn to booked."""

import asyncio

from tests.api.deposit.conftest import Guests
from tests.builders.deposits import AMOUNT, end_holds, set_branch, set_status
from tests.builders.pages import Page

KEEP = "Hủy trong hạn được hoàn cọc; hủy sát giờ hoặc không đến thì không."


async def book(guests: Guests) -> Page:
    return await guests.visitor.book(guests.spa.desk.spa.hour(10))


async def test_the_form_says_what_a_confirmation_asks_for(guests: Guests) -> None:
    page = await guests.visitor.hold(guests.spa.desk.spa.hour(10))
    assert "Chi nhánh nhận cọc 150.000đ: chuyển khoản trong 60 phút sau khi xác nhận." in page.text
    assert KEEP in page.text
    await set_branch(guests.spa.desk, deposit_percent=0)
    page = await guests.visitor.open(page.path)
    assert "cọc" not in page.text


async def test_the_page_has_the_code_and_turns_to_booked_by_a_reload(guests: Guests) -> None:
    page = await book(guests)
    deposit = await guests.spa.deposit()
    assert "Chuyển cọc để giữ lịch" in page.text
    assert f"Nội dung chuyển khoản {deposit['transfer_code']}" in page.text
    assert "0123456789 Vietcombank · SEN TRANG" in page.text
    assert "Giữ chỗ chờ tiền cọc đến" in page.text
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in page.answer.text
    assert page.answer.text.count("<svg") == 1
    await guests.spa.transfer(deposit, AMOUNT)
    booked = await guests.visitor.open(page.path)
    assert "Đã đặt lịch. Hẹn gặp quý khách!" in booked.text
    assert "Tiền cọc Đã nhận 150.000đ" in booked.text
    assert "refresh" not in booked.answer.text


async def test_the_page_is_in_english_too(guests: Guests) -> None:
    page = await book(guests)
    english = await guests.visitor.open(f"{page.path}?lang=en")
    assert "Transfer the deposit to keep your time" in english.text
    assert "Text of the transfer" in english.text


async def test_after_a_part_the_code_asks_for_the_rest(guests: Guests) -> None:
    page = await book(guests)
    await guests.spa.transfer(await guests.spa.deposit(), 100_000)
    part = await guests.visitor.open(page.path)
    assert "Số tiền 50.000đ Đã nhận 100.000đ, còn 50.000đ." in part.text


async def test_when_the_time_is_over_the_page_tells_the_guest_to_call(guests: Guests) -> None:
    page = await book(guests)
    await end_holds()
    over = await guests.visitor.open(page.path)
    assert "Hết giờ giữ chỗ. Nếu đã chuyển khoản, vui lòng gọi spa." in over.text
    assert "<svg" not in over.answer.text


async def test_a_part_that_arrived_is_promised_back(guests: Guests) -> None:
    page = await book(guests)
    await guests.spa.transfer(await guests.spa.deposit(), 100_000)
    await end_holds()
    assert "Spa sẽ hoàn lại 100.000đ." in (await guests.visitor.open(page.path)).text


async def test_the_guest_releases_the_time_instead(guests: Guests) -> None:
    page = await book(guests)
    released = await guests.visitor.submit(page.form("/cancel"))
    assert "Hết giờ giữ chỗ" in released.text
    assert (await guests.spa.deposit())["state"] == "lapsed"


async def test_a_cancelled_visit_says_that_the_deposit_is_returned(guests: Guests) -> None:
    page = await book(guests)
    await guests.spa.transfer(await guests.spa.deposit(), AMOUNT)
    cancelled = await guests.visitor.submit((await guests.visitor.open(page.path)).form("/cancel"))
    assert "Tiền cọc Spa sẽ hoàn lại 150.000đ" in cancelled.text


async def test_a_missed_visit_says_that_it_is_not(guests: Guests) -> None:
    page = await book(guests)
    await guests.spa.transfer(await guests.spa.deposit(), AMOUNT)
    await set_status("no_show")
    assert "150.000đ, không được hoàn vì lỡ hẹn" in (await guests.visitor.open(page.path)).text


async def test_a_visit_that_the_desk_has_booked_still_shows_the_code(guests: Guests) -> None:
    page = await book(guests)
    deposit = await guests.spa.deposit()
    path = f"/api/v1/visits/{deposit['visit_id']}/status"
    await guests.spa.desk.client.put(path, json={"status": "confirmed"})
    booked = await guests.visitor.open(page.path)
    assert "Đã đặt lịch. Hẹn gặp quý khách!" in booked.text
    assert deposit["transfer_code"] in booked.text


async def test_sending_the_form_twice_at_once_asks_for_one_deposit(guests: Guests) -> None:
    form = (await guests.visitor.hold(guests.spa.desk.spa.hour(10))).form("/confirm")
    contact = {"full_name": "Mai", "phone": "0912 345 678"}
    answers = await asyncio.gather(*(guests.visitor.send(form, **contact) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [303] * 3
    assert len(await guests.spa.deposits()) == 1
