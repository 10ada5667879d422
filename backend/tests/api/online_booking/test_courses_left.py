"""Courses on the private page of a visit, which only its guest may see."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.common.types.localized import LocalizedText
from app.modules.customer.customer_models import Customer
from app.modules.online_booking.joining import join_customers
from tests.builders.bookings import BookableSpa
from tests.builders.courses import sell_course
from tests.builders.pages import PageGuest
from tests.support.database import insert, run_sql

LAST_DAY = date(2031, 12, 24)


@pytest.fixture
async def mai() -> UUID:
    """A customer whose number the visitor types."""
    return await insert(Customer(full_name="Trần Thị Mai", phone="+84912345678"))


async def sell(spa: BookableSpa, customer_id: UUID, **more: Any) -> UUID:
    course = await sell_course(spa.branch_id, customer_id, spa.variant_id, **more)
    await run_sql("UPDATE customer_course SET expires_on = $2 WHERE id = $1", course.id, LAST_DAY)
    return course.id


async def book_and_join(visitor: PageGuest, spa: BookableSpa) -> str:
    """Book, let the visit get its customer, and return the address of its page."""
    page = await visitor.book(spa.hour(10))
    await join_customers(asyncio.Event())
    return page.path.partition("?")[0]


async def set_statuses(status: str) -> None:
    await run_sql("UPDATE appointment SET status = $1", status)


async def test_who_types_the_number_of_another_person_sees_none_of_their_courses(
    visitor: PageGuest, spa: BookableSpa, mai: UUID
) -> None:
    await sell(spa, mai)
    url = await book_and_join(visitor, spa)
    assert await run_sql("SELECT FROM visit WHERE customer_id = $1", mai)
    assert "Liệu trình" not in (await visitor.open(url)).text
    read = await visitor.http.get(f"/api/v1/public/visits/{url.rpartition('/')[2]}")
    assert read.json()["courses"] == []


async def test_a_guest_who_has_come_sees_what_is_left_in_both_languages(
    visitor: PageGuest, spa: BookableSpa, mai: UUID
) -> None:
    await sell(spa, mai)
    other = await insert(Customer(full_name="Lan"))
    await sell(spa, other, name=LocalizedText("Của người khác", "Of another"))
    url = await book_and_join(visitor, spa)
    await set_statuses("arrived")
    page = (await visitor.open(url)).text
    assert "Liệu trình 10 buổi" in page
    assert "còn 10/10 buổi" in page
    assert "Hết hạn 24/12/2031" in page
    assert "Của người khác" not in page
    english = (await visitor.open(f"{url}?lang=en")).text
    assert "10 of 10 sessions left" in english
    assert "Valid until 24 Dec 2031" in english


async def test_a_course_that_the_desk_lets_pay_is_shown_before_the_visit(
    visitor: PageGuest, spa: BookableSpa, mai: UUID, client: httpx2.AsyncClient
) -> None:
    course_id = await sell(spa, mai)
    await sell(spa, mai, name=LocalizedText("Thẻ khác", "Another"))
    url = await book_and_join(visitor, spa)
    [(visit_id, treatment_id)] = await run_sql(
        "SELECT visit_id, treatment.id FROM appointment_treatment AS treatment"
        " JOIN appointment ON appointment.id = treatment.appointment_id"
    )
    body = {"treatments": [{"treatment_id": str(treatment_id), "course_id": str(course_id)}]}
    answer = await client.put(f"/api/v1/visits/{visit_id}/courses", json=body)
    assert answer.status_code == 200, answer.text
    page = (await visitor.open(url)).text
    assert "Liệu trình 10 buổi" in page
    assert "còn 9/10 buổi" in page
    assert "Đang giữ 1 buổi cho lịch hẹn · hết hạn 24/12/2031" in page
    assert "Lịch hẹn này trừ vào liệu trình." in page
    assert "Thẻ khác" not in page
