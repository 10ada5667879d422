"""Sessions of courses in reports: revenue of the day and the person that used them, and none of the bill that they pay."""

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest

from app.modules.identity.roles import Role
from app.scheduling.timegrid import this_step
from tests.api.booking.spa import Spa, spa_for
from tests.builders.bills import SALES, Desk, open_desk, therapist
from tests.builders.bookings import VISITS
from tests.builders.courses import add_plan, sell_course
from tests.builders.people import add_customer, signed_in
from tests.builders.products import add_product
from tests.builders.reports import read_report
from tests.builders.rosters import add_therapist
from tests.builders.taxes import add_tax_category
from tests.builders.visits import AddedVisit, service_rows
from tests.support.database import insert_all, run_sql

SHARE = 324_074
"""A session of a course of ten for 3,500,000, without 8 % of tax (money.md, 2.4)."""
USED = {
    "kind": "session",
    "quantity": 2,
    "price": 2 * SHARE,
    "discount": 0,
    "refunded": 0,
    "gross": 2 * SHARE,
    "tax": 0,
    "net": 2 * SHARE,
}


async def sell_and_use(desk: Desk) -> dict[str, Any]:
    """Sell a course of ten, an oil, and two treatments that the course pays, on one bill."""
    plan_id, oil = await add_plan(desk.spa.variant_id), await add_product(price=108_000)
    treatment = {"variant_id": str(desk.spa.variant_id), "by_new_course": True}
    lines = [
        {"course_plan_id": str(plan_id), "staff_id": therapist(desk, 0)},
        treatment | {"staff_id": therapist(desk, 0)},
        treatment | {"staff_id": therapist(desk, 1)},
        {"product_id": str(oil), "staff_id": therapist(desk, 1)},
    ]
    return await desk.pay(await desk.open(lines=lines, customer_id=str(await add_customer())))


class TestBills:
    @pytest.fixture
    async def desk(self, client: httpx2.AsyncClient) -> Desk:
        return await open_desk(client)

    async def test_a_day_has_used_sessions_as_revenue_without_tax(self, desk: Desk) -> None:
        bill = await sell_and_use(desk)
        report = await read_report(desk.client, "day", day=bill["business_day"])
        assert [kind["kind"] for kind in report["kinds"]] == ["session", "product", "course"]
        session, _, course = report["kinds"]
        assert session == USED
        assert (course["gross"], course["tax"]) == (3_500_000, 259_259)
        assert (report["revenue"], report["tax"]) == (2 * SHARE + 100_000, 259_259 + 8_000)
        assert report["taxes"] == [{"rate": 800, "gross": 3_608_000, "tax": 267_259}]

    async def test_sessions_are_listed_by_treatment_and_person(self, desk: Desk) -> None:
        bill = await sell_and_use(desk)
        period = {"first_day": bill["business_day"], "last_day": bill["business_day"]}
        items = (await read_report(desk.client, "services", **period))["items"]
        session = next(item for item in items if item["kind"] == "session")
        assert {name: session[name] for name in USED} == USED
        assert (session["item_id"], session["name"]["en"]) == (
            str(desk.spa.variant_id),
            "massage · 60 min",
        )
        assert session["category"] is not None
        mai, lan = (await read_report(desk.client, "staff", **period))["people"]
        assert (mai["treatments"], mai["sessions"], mai["revenue"]) == (1, SHARE, SHARE + 100_000)
        assert (lan["treatments"], lan["sessions"], lan["revenue"], lan["courses"]) == (
            *(1, SHARE, SHARE),
            3_240_741,
        )

    async def test_a_session_that_is_given_back_is_subtracted(self, desk: Desk) -> None:
        bill = await sell_and_use(desk)
        await desk.refund(bill, lines=[{"line_id": bill["lines"][2]["id"]}])
        day = bill["business_day"]
        report = await read_report(desk.client, "day", day=day)
        assert (report["kinds"][0]["quantity"], report["kinds"][0]["net"]) == (1, SHARE)
        people = (await read_report(desk.client, "staff", first_day=day, last_day=day))["people"]
        mai = next(person for person in people if person["staff_id"] == therapist(desk, 1))
        assert (mai["treatments"], mai["sessions"]) == (0, 0)


class TestVisits:
    """A session is used when its treatment is completed, before there is a bill."""

    @pytest.fixture
    async def spa(self, stranger: httpx2.AsyncClient) -> AsyncGenerator[Spa]:
        async with spa_for(stranger) as spa:
            stranger.headers |= await signed_in(Role.ADMIN)
            yield spa

    async def test_a_treatment_counts_for_the_therapist_until_it_is_taken_back(self, spa: Spa) -> None:
        visit = await visit_by_course(spa, "in_service")
        await spa.set_status(visit.id, "completed")
        assert await people(spa) == [(str(spa.lan), 1, SHARE)]
        await spa.set_status(visit.id, "reopened", "admin")
        assert await people(spa) == [(str(spa.lan), 0, 0)]
        await spa.set_status(visit.id, "completed")
        assert await people(spa) == [(str(spa.lan), 1, SHARE)]

    async def test_a_session_that_a_no_show_has_lost_is_no_treatment(self, spa: Spa) -> None:
        visit = await visit_by_course(spa, "confirmed", no_show_uses_session=True)
        await spa.set_status(visit.id, "no_show")
        report = await read_report(spa.http, "month", month=f"{await business_day():%Y-%m}")
        assert (report["forfeited"], report["revenue"], report["kinds"]) == (SHARE, 0, [])
        await spa.set_status(visit.id, "arrived")
        assert await people(spa) == []

    async def test_the_bill_says_who_did_it(self, spa: Spa) -> None:
        """The desk can name another therapist than the one who was booked; all entries of the treatment follow."""
        visit = await visit_by_course(spa, "in_service")
        await spa.set_status(visit.id, "completed")
        await add_tax_category(default=True)
        mai = await add_therapist(spa.branch_id)
        desk = Desk(spa.http, spa)  # type: ignore[arg-type]  # it has a branch
        bill = await desk.open({"id": str(visit.id)})
        [line] = bill["lines"]
        content = {"lines": [{"id": line["id"], "course_id": line["course_id"], "staff_id": str(mai)}]}
        bill = (await spa.http.put(f"{SALES}/{bill['id']}", json=content)).json()
        bill = await desk.pay(bill)
        assert await people(spa) == [(str(mai), 1, SHARE)]
        await desk.refund(bill, lines=[{"line_id": line["id"]}])
        assert {(count, net) for _, count, net in await people(spa)} == {(0, 0)}


async def visit_by_course(spa: Spa, status: str, **plan: Any) -> AddedVisit:
    """Add a visit of two hours ago that a course of ten pays."""
    variant, rows = service_rows()
    await insert_all(rows)
    course = await sell_course(spa.branch_id, spa.customer_id, variant.id, **plan)
    visit = await spa.visit(status, this_step() - timedelta(hours=2), variant_id=variant.id)
    wish = {"treatment_id": str(visit.treatment_id), "course_id": str(course.id)}
    answer = await spa.http.put(f"{VISITS}/{visit.id}/courses", json={"treatments": [wish]})
    assert answer.status_code == 200, answer.text
    return visit


async def business_day() -> date:
    """Return the day to which the sale of the course counts."""
    [row] = await run_sql("SELECT business_day FROM ledger_transaction LIMIT 1")
    day: date = row["business_day"]
    return day


async def people(spa: Spa) -> list[tuple[str | None, int, int]]:
    """Return who did how many treatments today, and their sessions in đồng."""
    day = await business_day()
    report = await read_report(spa.http, "staff", first_day=day, last_day=day)
    return [(person["staff_id"], person["treatments"], person["sessions"]) for person in report["people"]]
