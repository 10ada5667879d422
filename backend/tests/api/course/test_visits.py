"""Sessions of courses follow the visits that they pay: reserved, used, released, and taken back."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.jobs import run_once
from app.modules.course.selling import LineUse, pay_line
from app.modules.ledger.accounts import Account
from app.scheduling.timegrid import this_step
from tests.api.booking.spa import Spa, spa_for
from tests.api.course.books import act, balances, close, kinds, owed, states, use
from tests.builders.bookings import APPOINTMENTS, VISITS, BookableSpa, bookable_spa, create_booking
from tests.builders.courses import SoldCourse, sell_course
from tests.builders.people import add_customer
from tests.builders.taxes import add_tax_category
from tests.builders.visits import AddedVisit, add_guest, service_rows
from tests.support.database import insert_all, run_sql

SOLD = {Account.CASH: 3_500_000, Account.COURSE: -3_240_741, Account.VAT: -259_259}
ONE_USED = SOLD | {Account.COURSE: -2_916_667, Account.REVENUE: -324_074}
HOUR = timedelta(hours=1)
SALES = "/api/v1/sales"

type Treatments = list[dict[str, Any]]


@pytest.fixture
async def spa(stranger: httpx2.AsyncClient) -> AsyncGenerator[Spa]:
    async with spa_for(stranger) as spa:
        stranger.headers |= spa.headers["receptionist"]
        yield spa


@pytest.fixture
async def variant_id(stranger: httpx2.AsyncClient) -> UUID:
    variant, rows = service_rows()
    await insert_all(rows)
    return variant.id


@pytest.fixture
async def course(spa: Spa, variant_id: UUID) -> SoldCourse:
    """A course of ten of the spa's customer."""
    return await sell_course(spa.branch_id, spa.customer_id, variant_id)


@pytest.fixture
async def visit(spa: Spa, variant_id: UUID) -> AddedVisit:
    return await spa.visit("confirmed", variant_id=variant_id)


@pytest.fixture
async def running(spa: Spa, variant_id: UUID, course: SoldCourse) -> AddedVisit:
    """A visit that is almost over, and is to be paid by the course."""
    visit = await spa.visit("in_service", this_step() - HOUR, variant_id=variant_id)
    assert (await choose(spa.http, visit.id, {visit.treatment_id: course.id})).status_code == 200
    return visit


async def choose(
    http: httpx2.AsyncClient, visit_id: UUID | str, courses: dict[UUID, UUID | None]
) -> httpx2.Response:
    treatments = [
        {"treatment_id": str(treatment_id), "course_id": str(course_id) if course_id else None}
        for treatment_id, course_id in courses.items()
    ]
    return await http.put(f"{VISITS}/{visit_id}/courses", json={"treatments": treatments})


async def courses_of(http: httpx2.AsyncClient, visit_id: UUID) -> Treatments:
    treatments: Treatments = (await http.get(f"{VISITS}/{visit_id}/courses")).json()["treatments"]
    return treatments


async def undo(http: httpx2.AsyncClient, visit_id: UUID, status: str) -> httpx2.Response:
    return await http.post(
        f"{VISITS}/{visit_id}/undo", json={"status": status}, headers={"Idempotency-Key": str(uuid7())}
    )


def refusal_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def add_line(course: SoldCourse, branch_id: UUID, visit: AddedVisit, variant_id: UUID) -> LineUse:
    """Put the treatment on an open bill."""
    line = uuid7()
    paid = await act(
        lambda session: pay_line(
            session,
            branch_id,
            None,
            sale_line_id=line,
            course_id=course.id,
            customer_ids={course.customer_id},
            variant_id=variant_id,
            treatment_id=visit.treatment_id,
            day=utc_now().date(),
        )
    )
    return LineUse(line, course.id, paid.session_id, visit.treatment_id)


class TestChoosing:
    async def test_the_desk_sees_which_courses_could_pay_and_reserves_a_session(
        self, spa: Spa, course: SoldCourse, visit: AddedVisit
    ) -> None:
        [before] = await courses_of(spa.http, visit.id)
        assert (before["session"], before["is_on_bill"]) == (None, False)
        [offered] = before["courses"]
        assert (offered["course_id"], offered["free"], offered["sessions"]) == (str(course.id), 10, 10)
        chosen = await choose(spa.http, visit.id, {visit.treatment_id: course.id})
        assert chosen.status_code == 200, chosen.text
        [after] = chosen.json()["treatments"]
        assert after["session"] == {
            "course_id": str(course.id),
            "number": 1,
            "sessions": 10,
            "state": "reserved",
            "is_billed": False,
        }
        assert after["courses"][0]["free"] == 9
        assert await balances() == SOLD

    async def test_a_repeat_changes_nothing(self, spa: Spa, course: SoldCourse, visit: AddedVisit) -> None:
        for _ in range(2):
            await choose(spa.http, visit.id, {visit.treatment_id: course.id})
        assert await kinds(course.id) == ["granted", "reserved"]

    async def test_another_course_takes_over_and_none_sets_it_free(
        self, spa: Spa, course: SoldCourse, visit: AddedVisit
    ) -> None:
        other = await sell_course(spa.branch_id, spa.customer_id, plan_id=course.plan_id)
        for course_id in (course.id, other.id, None):
            chosen = await choose(spa.http, visit.id, {visit.treatment_id: course_id})
            assert chosen.status_code == 200, chosen.text
        assert await kinds(course.id) == await kinds(other.id) == ["granted", "reserved", "removed"]

    async def test_the_courses_of_the_guest_come_before_those_of_the_booker(
        self, spa: Spa, course: SoldCourse, visit: AddedVisit
    ) -> None:
        daughter = await add_customer("Hoa")
        own = await sell_course(spa.branch_id, daughter, plan_id=course.plan_id)
        soon = await sell_course(spa.branch_id, daughter, plan_id=course.plan_id)
        await run_sql(
            "UPDATE customer_course SET expires_on = $1 WHERE id = $2",
            utc_now().date() + timedelta(days=30),
            soon.id,
        )
        guest_id = await add_guest(visit, customer_id=daughter)
        _, second = await courses_of(spa.http, visit.id)
        assert second["appointment_id"] == str(guest_id)
        assert [offered["course_id"] for offered in second["courses"]] == [
            str(soon.id),
            str(own.id),
            str(course.id),
        ]
        chosen = await choose(spa.http, visit.id, {UUID(second["treatment_id"]): course.id})
        assert chosen.json()["treatments"][1]["session"]["course_id"] == str(course.id)

    async def test_a_course_that_cannot_pay_is_refused(
        self, spa: Spa, course: SoldCourse, visit: AddedVisit, variant_id: UUID
    ) -> None:
        strangers = await sell_course(spa.branch_id, None, plan_id=course.plan_id)
        other_service = await sell_course(spa.branch_id, spa.customer_id)
        used_up = await sell_course(spa.branch_id, spa.customer_id, plan_id=course.plan_id, sessions=1)
        await use(spa.branch_id, used_up.id)
        expired = await sell_course(spa.branch_id, spa.customer_id, plan_id=course.plan_id)
        await run_sql(
            "UPDATE customer_course SET expires_on = $1 WHERE id = $2",
            utc_now().date() - timedelta(days=2),
            expired.id,
        )
        for course_id, code in (
            (strangers.id, "COURSE_DOES_NOT_FIT"),
            (other_service.id, "COURSE_DOES_NOT_FIT"),
            (used_up.id, "COURSE_USED_UP"),
            (expired.id, "COURSE_EXPIRED"),
            (uuid7(), "COURSE_NOT_FOUND"),
        ):
            refused = await choose(spa.http, visit.id, {visit.treatment_id: course_id})
            assert refusal_of(refused)[1] == code
        [offered] = await courses_of(spa.http, visit.id)
        assert [paying["course_id"] for paying in offered["courses"]] == [str(course.id)]

    async def test_all_are_chosen_or_none(self, spa: Spa, course: SoldCourse, visit: AddedVisit) -> None:
        refused = await choose(spa.http, visit.id, {visit.treatment_id: course.id, uuid7(): course.id})
        assert refusal_of(refused) == (404, "TREATMENT_NOT_FOUND")
        assert await states(course.id) == {"free": 10}
        twice = [{"treatment_id": str(visit.treatment_id), "course_id": None}] * 2
        answer = await spa.http.put(f"{VISITS}/{visit.id}/courses", json={"treatments": twice})
        assert refusal_of(answer) == (422, "VALIDATION_ERROR")

    async def test_a_treatment_that_does_not_take_place_needs_no_session(
        self, spa: Spa, course: SoldCourse, variant_id: UUID
    ) -> None:
        cancelled = await spa.visit("cancelled", variant_id=variant_id)
        refused = await choose(spa.http, cancelled.id, {cancelled.treatment_id: course.id})
        assert refusal_of(refused) == (409, "STATUS_CONFLICT")

    async def test_a_guest_who_has_left_uses_it_at_once(
        self, spa: Spa, course: SoldCourse, variant_id: UUID
    ) -> None:
        done = await spa.visit("completed", this_step() - 2 * HOUR, variant_id=variant_id)
        await choose(spa.http, done.id, {done.treatment_id: course.id})
        assert await balances() == ONE_USED
        await choose(spa.http, done.id, {done.treatment_id: None})
        assert await balances() == SOLD
        assert await kinds(course.id) == ["granted", "consumed", "restored"]

    async def test_the_last_session_is_used_once_however_many_want_it(
        self, spa: Spa, variant_id: UUID
    ) -> None:
        course = await sell_course(spa.branch_id, spa.customer_id, variant_id, sessions=1)
        visits = [await spa.visit("confirmed", variant_id=variant_id) for _ in range(8)]
        answers = await asyncio.gather(
            *(choose(spa.http, visit.id, {visit.treatment_id: course.id}) for visit in visits)
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
        assert {refusal_of(answer)[1] for answer in answers if answer.is_error} == {"COURSE_USED_UP"}
        assert await states(course.id) == {"reserved": 1}


class TestStatuses:
    async def test_a_completed_treatment_uses_the_session(
        self, spa: Spa, course: SoldCourse, running: AddedVisit
    ) -> None:
        assert await balances() == SOLD
        await spa.set_status(running.id, "completed")
        assert await balances() == ONE_USED
        assert await states(course.id) == {"free": 9, "used": 1}
        [posted] = await run_sql(
            "SELECT business_day, source_id FROM ledger_transaction WHERE source = 'course_entry'"
        )
        [entry] = await run_sql("SELECT id, business_day, user_id FROM course_entry WHERE kind = 'consumed'")
        assert (entry["id"], entry["business_day"]) == (posted["source_id"], posted["business_day"])
        assert entry["user_id"] is not None

    async def test_a_completion_that_is_undone_or_reopened_is_taken_back(
        self, spa: Spa, course: SoldCourse, running: AddedVisit
    ) -> None:
        await spa.set_status(running.id, "completed")
        assert (await undo(spa.http, running.id, "completed")).status_code == 200
        assert await balances() == SOLD
        assert await states(course.id) == {"free": 9, "reserved": 1}
        await spa.set_status(running.id, "completed")
        assert await balances() == ONE_USED
        await spa.set_status(running.id, "reopened", "admin")
        assert await balances() == SOLD
        await spa.set_status(running.id, "completed")
        assert await kinds(course.id) == ["granted", "reserved", *["consumed", "restored"] * 2, "consumed"]
        assert await owed() == 2_916_667

    async def test_a_repeated_completion_uses_no_other_session(
        self, spa: Spa, course: SoldCourse, running: AddedVisit
    ) -> None:
        for _ in range(2):
            await spa.set_status(running.id, "completed")
        assert await states(course.id) == {"free": 9, "used": 1}

    @pytest.mark.parametrize(
        ("old", "request_"), [("confirmed", "cancelled"), ("pending", "declined"), ("held", "cancelled")]
    )
    async def test_a_visit_that_does_not_take_place_releases_its_session(
        self, spa: Spa, course: SoldCourse, variant_id: UUID, old: str, request_: str
    ) -> None:
        visit = await spa.visit(old, variant_id=variant_id)
        await choose(spa.http, visit.id, {visit.treatment_id: course.id})
        assert await states(course.id) == {"free": 9, "reserved": 1}
        assert (await spa.set_status(visit.id, request_)).status_code == 200
        assert await states(course.id) == {"free": 10}
        assert await kinds(course.id) == ["granted", "reserved", "released"]

    async def test_the_jobs_release_and_a_guest_who_comes_after_all_has_a_session(
        self, spa: Spa, course: SoldCourse, variant_id: UUID
    ) -> None:
        late = await spa.visit("confirmed", this_step() - 2 * HOUR, variant_id=variant_id)
        unconfirmed = await spa.visit("held", variant_id=variant_id)
        unanswered = await spa.visit("pending", this_step() - HOUR, variant_id=variant_id)
        for visit in (late, unconfirmed, unanswered):
            await choose(spa.http, visit.id, {visit.treatment_id: course.id})
        for table in ("appointment", "allocation"):
            await run_sql(
                f"UPDATE {table} SET hold_expires_at = now() - interval '1 minute'"
                " WHERE hold_expires_at IS NOT NULL"
            )
        await run_once()
        assert await states(course.id) == {"free": 10}
        assert (await spa.set_status(late.id, "arrived")).status_code == 200
        [after] = await courses_of(spa.http, late.id)
        assert after["session"]["state"] == "reserved"


class TestNoShows:
    """The plan says that a no-show or a late cancellation uses the session."""

    @pytest.fixture
    async def course(self, spa: Spa, variant_id: UUID) -> SoldCourse:
        return await sell_course(spa.branch_id, spa.customer_id, variant_id, no_show_uses_session=True)

    @pytest.fixture
    async def missed(self, spa: Spa, variant_id: UUID, course: SoldCourse) -> AddedVisit:
        visit = await spa.visit("confirmed", this_step() - 2 * HOUR, variant_id=variant_id)
        await choose(spa.http, visit.id, {visit.treatment_id: course.id})
        return visit

    async def test_a_no_show_uses_the_session_until_the_guest_comes_after_all(
        self, spa: Spa, course: SoldCourse, missed: AddedVisit
    ) -> None:
        await spa.set_status(missed.id, "no_show")
        lost = SOLD | {Account.COURSE: -2_916_667, Account.FORFEITED: -324_074}
        assert await balances() == lost
        assert (await spa.set_status(missed.id, "arrived")).status_code == 200
        assert await balances() == SOLD
        assert await states(course.id) == {"free": 9, "reserved": 1}
        assert await kinds(course.id) == ["granted", "reserved", "forfeited", "restored"]

    async def test_a_cancellation_in_time_uses_none(
        self, spa: Spa, course: SoldCourse, visit: AddedVisit
    ) -> None:
        await choose(spa.http, visit.id, {visit.treatment_id: course.id})
        await spa.set_status(visit.id, "cancelled")
        assert await states(course.id) == {"free": 10}


class TestBills:
    async def test_a_session_on_a_closed_bill_stays_used(
        self, spa: Spa, course: SoldCourse, running: AddedVisit, variant_id: UUID
    ) -> None:
        await spa.set_status(running.id, "completed")
        await close(spa.branch_id, await add_line(course, spa.branch_id, running, variant_id))
        assert await balances() == ONE_USED
        await spa.set_status(running.id, "reopened", "admin")
        assert await balances() == ONE_USED
        await spa.set_status(running.id, "completed")
        assert await kinds(course.id) == ["granted", "reserved", "consumed"]
        refused = await choose(spa.http, running.id, {running.treatment_id: None})
        assert refusal_of(refused) == (409, "COURSE_SESSION_BILLED")

    async def test_a_bill_that_is_closed_before_the_end_uses_the_session_once(
        self, spa: Spa, course: SoldCourse, running: AddedVisit, variant_id: UUID
    ) -> None:
        await close(spa.branch_id, await add_line(course, spa.branch_id, running, variant_id))
        assert await balances() == ONE_USED
        await spa.set_status(running.id, "completed")
        assert await balances() == ONE_USED
        assert await owed() == 2_916_667

    async def test_a_completion_that_is_undone_leaves_the_line_of_an_open_bill(
        self, spa: Spa, course: SoldCourse, running: AddedVisit, variant_id: UUID
    ) -> None:
        await spa.set_status(running.id, "completed")
        line = await add_line(course, spa.branch_id, running, variant_id)
        await undo(spa.http, running.id, "completed")
        assert await balances() == SOLD
        await close(spa.branch_id, line)
        assert await balances() == ONE_USED

    async def test_the_bill_says_what_pays_a_treatment_that_is_on_it(
        self, spa: Spa, course: SoldCourse, running: AddedVisit
    ) -> None:
        bill = await self.open(spa, running)
        [line] = bill["lines"]
        assert (line["course_id"], bill["due"]) == (str(course.id), 0)
        refused = await choose(spa.http, running.id, {running.treatment_id: None})
        assert refusal_of(refused) == (409, "TREATMENT_ON_BILL")
        [after] = await courses_of(spa.http, running.id)
        assert (after["is_on_bill"], after["session"]["state"], after["courses"]) == (True, "reserved", [])

    @pytest.mark.parametrize("is_done", [False, True], ids=["running", "completed"])
    async def test_a_treatment_that_is_paid_otherwise_keeps_no_session(
        self, spa: Spa, course: SoldCourse, running: AddedVisit, *, is_done: bool
    ) -> None:
        if is_done:
            await spa.set_status(running.id, "completed")
        bill = await self.open(spa, running)
        content = {"lines": [{"id": bill["lines"][0]["id"]}], "customer_id": str(spa.customer_id)}
        bill = (await spa.http.put(f"{SALES}/{bill['id']}", json=content)).json()
        assert bill["due"] > 0
        assert await states(course.id) == {"free": 10}
        payment = {"payments": [{"method": "card", "amount": bill["due"]}]}
        paid = await spa.http.post(
            f"{SALES}/{bill['id']}/payments", json=payment, headers={"Idempotency-Key": "b"}
        )
        assert paid.json()["status"] == "closed", paid.text
        await spa.set_status(running.id, "completed")
        assert await states(course.id) == {"free": 10}
        assert await owed() == 3_240_741
        refused = await choose(spa.http, running.id, {running.treatment_id: course.id})
        assert refusal_of(refused) == (409, "TREATMENT_ON_BILL")

    @staticmethod
    async def open(spa: Spa, visit: AddedVisit) -> dict[str, Any]:
        await add_tax_category(default=True)
        answer = await spa.http.post(
            SALES,
            json={"branch_id": str(spa.branch_id), "visit_ids": [str(visit.id)]},
            headers={"Idempotency-Key": "a"},
        )
        assert answer.status_code == 201, answer.text
        bill: dict[str, Any] = answer.json()
        return bill


class TestEdits:
    """Edits of what was booked, with the therapists and beds of a real spa."""

    @pytest.fixture
    async def house(self, client: httpx2.AsyncClient) -> BookableSpa:
        return await bookable_spa(therapists=2, beds=2)

    @pytest.fixture
    async def sold(self, house: BookableSpa) -> SoldCourse:
        return await sell_course(house.branch_id, None, house.variant_id)

    @staticmethod
    async def book(client: httpx2.AsyncClient, house: BookableSpa, sold: SoldCourse) -> tuple[UUID, UUID]:
        """Book a treatment for the customer, and return the ids of the visit and the treatment."""
        visit = await create_booking(client, house, 10, customer_id=sold.customer_id)
        return UUID(visit["id"]), UUID(visit["appointments"][0]["treatments"][0]["id"])

    @staticmethod
    async def cancel(client: httpx2.AsyncClient, visit_id: UUID) -> None:
        cancelled = await client.put(f"{VISITS}/{visit_id}/status", json={"status": "cancelled"})
        assert cancelled.status_code == 200, cancelled.text

    async def test_a_dropped_treatment_releases_its_session_and_gets_it_back(
        self, client: httpx2.AsyncClient, house: BookableSpa, sold: SoldCourse
    ) -> None:
        visit = await create_booking(
            client, house, 10, house.treatment(), house.treatment(), customer_id=sold.customer_id
        )
        [guest] = visit["appointments"]
        first, second = [UUID(treatment["id"]) for treatment in guest["treatments"]]
        await choose(client, visit["id"], {first: sold.id, second: sold.id})
        dropped = await client.patch(
            f"{APPOINTMENTS}/{guest['id']}", json={"treatments": [{"id": str(first)}]}
        )
        assert dropped.status_code == 200, dropped.text
        assert await states(sold.id) == {"free": 9, "reserved": 1}
        undone = await client.post(
            f"/api/v1/appointment-edits/{dropped.json()['edit_id']}/undo",
            json={},
            headers={"Idempotency-Key": "a"},
        )
        assert undone.status_code == 200, undone.text
        assert await states(sold.id) == {"free": 8, "reserved": 2}

    async def test_an_added_treatment_that_is_undone_releases_its_session(
        self, client: httpx2.AsyncClient, house: BookableSpa, sold: SoldCourse
    ) -> None:
        visit = await create_booking(client, house, 10, customer_id=sold.customer_id)
        [guest] = visit["appointments"]
        first = guest["treatments"][0]["id"]
        more = await client.patch(
            f"{APPOINTMENTS}/{guest['id']}", json={"treatments": [{"id": first}, house.treatment()]}
        )
        added = UUID(more.json()["appointments"][0]["treatments"][1]["id"])
        await choose(client, visit["id"], {added: sold.id})
        undone = await client.post(
            f"/api/v1/appointment-edits/{more.json()['edit_id']}/undo",
            json={},
            headers={"Idempotency-Key": "a"},
        )
        assert undone.status_code == 200, undone.text
        assert await states(sold.id) == {"free": 10}

    async def test_a_treatment_on_a_closed_bill_is_not_dropped(
        self, client: httpx2.AsyncClient, house: BookableSpa, sold: SoldCourse
    ) -> None:
        visit = await create_booking(
            client, house, 10, house.treatment(), house.treatment(), customer_id=sold.customer_id
        )
        [guest] = visit["appointments"]
        first, second = [UUID(treatment["id"]) for treatment in guest["treatments"]]
        added = AddedVisit(UUID(visit["id"]), UUID(guest["id"]), second)
        await close(house.branch_id, await add_line(sold, house.branch_id, added, house.variant_id))
        dropped = await client.patch(
            f"{APPOINTMENTS}/{guest['id']}", json={"treatments": [{"id": str(first)}]}
        )
        assert refusal_of(dropped) == (409, "COURSE_SESSION_BILLED")

    async def test_another_guest_does_not_use_the_course_of_the_first(
        self, client: httpx2.AsyncClient, house: BookableSpa, sold: SoldCourse
    ) -> None:
        visit = await create_booking(client, house, 10, customer_id=sold.customer_id)
        [guest] = visit["appointments"]
        await choose(client, visit["id"], {UUID(guest["treatments"][0]["id"]): sold.id})
        other = await add_customer("Hoa")
        changed = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"customer_id": str(other)})
        assert changed.status_code == 200, changed.text
        assert await states(sold.id) == {"free": 10}

    async def test_a_cancellation_that_is_undone_reserves_a_session_again(
        self, client: httpx2.AsyncClient, house: BookableSpa, sold: SoldCourse
    ) -> None:
        visit_id, treatment_id = await self.book(client, house, sold)
        await choose(client, visit_id, {treatment_id: sold.id})
        await self.cancel(client, visit_id)
        assert await states(sold.id) == {"free": 10}
        assert (await undo(client, visit_id, "cancelled")).status_code == 200
        assert await kinds(sold.id) == ["granted", "reserved", "released", "reserved"]

    async def test_what_the_desk_took_off_does_not_come_back(
        self, client: httpx2.AsyncClient, house: BookableSpa, sold: SoldCourse
    ) -> None:
        visit_id, treatment_id = await self.book(client, house, sold)
        await choose(client, visit_id, {treatment_id: sold.id})
        await choose(client, visit_id, {treatment_id: None})
        await self.cancel(client, visit_id)
        assert (await undo(client, visit_id, "cancelled")).status_code == 200
        assert await states(sold.id) == {"free": 10}

    async def test_an_undo_without_a_session_left_is_an_undo_all_the_same(
        self, client: httpx2.AsyncClient, house: BookableSpa
    ) -> None:
        sold = await sell_course(house.branch_id, None, house.variant_id, sessions=1)
        visit_id, treatment_id = await self.book(client, house, sold)
        await choose(client, visit_id, {treatment_id: sold.id})
        await self.cancel(client, visit_id)
        await use(house.branch_id, sold.id)
        assert (await undo(client, visit_id, "cancelled")).status_code == 200
        [after] = await courses_of(client, visit_id)
        assert after["session"] is None

    async def test_a_late_cancellation_uses_the_session_until_it_is_undone(
        self, client: httpx2.AsyncClient
    ) -> None:
        house = await bookable_spa(free_cancel_minutes=10_080)
        sold = await sell_course(house.branch_id, None, house.variant_id, no_show_uses_session=True)
        visit_id, treatment_id = await self.book(client, house, sold)
        await choose(client, visit_id, {treatment_id: sold.id})
        await self.cancel(client, visit_id)
        assert (await balances())[Account.FORFEITED] == -324_074
        assert (await undo(client, visit_id, "cancelled")).status_code == 200
        assert await balances() == SOLD
        assert await states(sold.id) == {"free": 9, "reserved": 1}

    async def test_a_visit_that_is_moved_keeps_its_session(
        self, client: httpx2.AsyncClient, house: BookableSpa, sold: SoldCourse
    ) -> None:
        visit = await create_booking(client, house, 10, customer_id=sold.customer_id)
        treatment_id = UUID(visit["appointments"][0]["treatments"][0]["id"])
        await choose(client, visit["id"], {treatment_id: sold.id})
        moved = await client.patch(
            f"{VISITS}/{visit['id']}", json={"start": house.hour(14, days=5).isoformat()}
        )
        assert moved.status_code == 200, moved.text
        [after] = await courses_of(client, UUID(visit["id"]))
        assert after["session"]["number"] == 1
        assert await kinds(sold.id) == ["granted", "reserved"]
