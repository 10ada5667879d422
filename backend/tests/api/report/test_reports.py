"""Reports over HTTP: their figures, who reads them, and as files."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
import time_machine
from openpyxl import load_workbook  # type: ignore[import-untyped]  # the library has no types
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.queries import fetch_raw
from app.modules.identity.roles import Role
from app.modules.report import reads
from tests.builders.bills import Desk, card, cash, open_desk, therapist
from tests.builders.bookings import bookable_spa
from tests.builders.branches import add_branch
from tests.builders.commissions import add_rule
from tests.builders.people import add_customer, signed_in
from tests.builders.products import add_product
from tests.builders.reports import REPORTS, read_report
from tests.builders.visits import add_visit
from tests.support.database import run_sql


@pytest.fixture
async def desk(client: httpx2.AsyncClient) -> Desk:
    return await open_desk(client)


async def sell_everything(desk: Desk) -> dict[str, Any]:
    """Sell a treatment with 10 % off, an oil and a gift card, with a tip, in cash and by card, and refund the oil."""
    await add_rule(rate=1000)
    await run_sql("UPDATE service_variant SET price = 540000")
    lan, mai = therapist(desk, 0), therapist(desk, 1)
    oil = await add_product(price=108_000)
    lines = [
        {"variant_id": str(desk.spa.variant_id), "staff_id": lan, "discount_percent": 10},
        {"product_id": str(oil), "staff_id": mai, "quantity": 2},
        {"gift_card": 500_000, "staff_id": mai},
    ]
    bill = await desk.open(lines=lines, tips=[{"staff_id": lan, "amount": 50_000}])
    bill = await desk.pay(bill, card(700_000), cash(bill["due"] - 700_000))
    return await desk.refund(bill, lines=[{"line_id": bill["lines"][1]["id"]}])


def day_of(bill: dict[str, Any]) -> date:
    return date.fromisoformat(bill["business_day"])


async def test_a_day_has_what_was_sold_taxed_paid_and_refunded(desk: Desk) -> None:
    bill = await sell_everything(desk)
    report = await read_report(desk.client, "day", day=day_of(bill), branch_id=desk.spa.branch_id)
    assert {name: value for name, value in report.items() if isinstance(value, int)} == {
        "bills": 1,
        "revenue": 450_000,
        "tax": 36_000,
        "tips": 50_000,
        "received": 1_252_000,
        "refunded": 216_000,
        "fees": 0,
        "forfeited": 0,
        "discounts": 54_000,
        "commissions": 48_600,
        "goodwill": 0,
        "expenses": 0,
        "cash_difference": 0,
    }
    service, product, gift_card = report["kinds"]
    assert service == {
        "kind": "service",
        "quantity": 1,
        "price": 540_000,
        "discount": 54_000,
        "refunded": 0,
        "gross": 486_000,
        "tax": 36_000,
        "net": 450_000,
    }
    assert (product["quantity"], product["price"], product["refunded"], product["net"]) == (
        2,
        216_000,
        216_000,
        0,
    )
    assert (gift_card["gross"], gift_card["tax"]) == (500_000, 0)
    assert report["taxes"] == [{"rate": 800, "gross": 486_000, "tax": 36_000}]
    assert report["payments"] == [
        {"method": "cash", "received": 552_000, "refunded": 0},
        {"method": "card", "received": 700_000, "refunded": 216_000},
    ]


async def test_a_day_has_what_was_paid_out_of_the_drawer_and_its_difference(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(100_000))
    drawer = f"/api/v1/drawer-sessions/{desk.drawer_id}"
    await desk.do(f"{drawer}/movements", {"kind": "expense", "amount": -20_000, "note": "Đá"})
    await desk.do(f"{drawer}/close", {"counted": 79_000})
    report = await read_report(desk.client, "day", day=day_of(bill))
    assert (report["expenses"], report["cash_difference"]) == (20_000, -1_000)


async def test_an_open_bill_is_no_revenue_and_its_payment_is_owed(desk: Desk) -> None:
    await desk.pay(await desk.sell(100_000), cash(40_000))
    day = utc_now().date() + timedelta(days=1)
    report = await read_report(desk.client, "month", month=f"{desk.spa.day(0):%Y-%m}")
    assert (report["bills"], report["revenue"], report["received"]) == (0, 0, 40_000)
    assert (await read_report(desk.client, "owed", day=day))["open_bills"] == 40_000


async def test_a_month_has_every_day_and_every_branch(desk: Desk) -> None:
    other = await add_branch(name="Quận 7")
    bill = await desk.pay(await desk.sell(108_000))
    day = day_of(bill)
    report = await read_report(desk.client, "month", month=f"{day:%Y-%m}")
    days = {line["day"]: line["revenue"] for line in report["days"]}
    assert (
        len(days)
        == (date.fromisoformat(report["last_day"]) - date.fromisoformat(report["first_day"])).days + 1
    )
    assert {revenue for at, revenue in days.items() if at != str(day)} == {0}
    assert days[str(day)] == 100_000
    branches = {line["branch_id"]: line["revenue"] for line in report["branches"]}
    assert branches == {str(desk.spa.branch_id): 100_000, str(other): 0}
    of_other = await read_report(desk.client, "month", month=f"{day:%Y-%m}", branch_id=other)
    assert (of_other["revenue"], of_other["branches"]) == (0, [])
    other_month = await read_report(desk.client, "month", month="2020-02")
    assert (other_month["revenue"], len(other_month["days"])) == (0, 29)


async def test_services_are_listed_with_their_category_and_people_with_their_work(desk: Desk) -> None:
    bill = await sell_everything(desk)
    period = {"first_day": day_of(bill), "last_day": day_of(bill)}
    items = (await read_report(desk.client, "services", **period))["items"]
    seen = {item["kind"]: (item["name"]["vi"], item["quantity"], item["net"]) for item in items}
    assert seen == {
        "service": ("massage (vi) · 60 phút", 1, 450_000),
        "product": ("Dầu massage oải hương", 2, 0),
        "gift_card": ("Thẻ quà tặng", 1, 500_000),
    }
    assert [item["category"] is None for item in items if item["kind"] == "service"] == [False]
    lan, mai = (await read_report(desk.client, "staff", **period))["people"]
    assert (lan["full_name"], lan["treatments"], lan["revenue"], lan["tips"], lan["commissions"]) == (
        *("Lan 1", 1, 450_000, 50_000),
        48_600,
    )
    assert (mai["full_name"], mai["revenue"], mai["gift_cards"], mai["commissions"]) == (
        "Lan 2",
        0,
        500_000,
        0,
    )


async def test_what_is_owed_is_that_of_the_day_whatever_happened_since(desk: Desk) -> None:
    bill = await sell_everything(desk)
    today = day_of(bill)
    card_id = bill["lines"][2]["gift_card_id"]
    with time_machine.travel(utc_now() + timedelta(days=1), tick=True):
        desk.client.headers |= await signed_in(Role.ADMIN)
        pay = {"method": "gift_card", "amount": 100_000, "gift_card_id": card_id}
        await desk.pay(await desk.sell(100_000), pay)
        movements = f"/api/v1/drawer-sessions/{desk.drawer_id}/movements"
        await desk.do(movements, {"kind": "tip", "amount": -50_000, "staff_id": therapist(desk)})
        owed = [
            await read_report(desk.client, "owed", day=today + timedelta(days=days)) for days in (-1, 0, 1)
        ]
    assert [report["gift_cards"] for report in owed] == [0, 500_000, 400_000]
    assert [report["tips"] for report in owed] == [0, 50_000, 0]
    assert [report["total"] for report in owed] == [0, 598_600, 448_600]
    assert [branch["total"] for branch in owed[1]["branches"]] == [598_600]
    assert owed[1]["people"] == [
        {"staff_id": therapist(desk), "full_name": "Lan 1", "tips": 50_000, "commissions": 48_600}
    ]


async def test_guests_are_new_once_and_then_returning(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    mai, hoa = await add_customer(), await add_customer()
    came: dict[str, Any] = {"status": "completed"}
    await add_visit(spa.branch_id, spa.hour(10, -40), spa.hour(11, -40), customer_id=mai, **came)
    for days, customer_id in ((-9, mai), (-8, hoa), (-7, hoa), (-6, None)):
        begins, ends = spa.hour(10, days), spa.hour(11, days)
        await add_visit(spa.branch_id, begins, ends, customer_id=customer_id, **came)
    await add_visit(spa.branch_id, spa.hour(10, -5), spa.hour(11, -5), customer_id=mai, status="cancelled")
    # The night after the last day belongs to it, until the branch's business day ends.
    night = spa.hour(3.5, -4)
    await add_visit(spa.branch_id, night, night + timedelta(hours=1), **came)
    period = {"first_day": spa.day(-9), "last_day": spa.day(-5), "branch_id": spa.branch_id}
    guests = (await read_report(client, "visits", **period))["guests"]
    assert guests == {"came": 5, "unnamed": 2, "new": 1, "returning": 1}
    later = period | {"first_day": spa.day(-7)}
    assert (await read_report(client, "visits", **later))["guests"]["new"] == 0


async def test_therapists_and_beds_have_booked_and_available_minutes(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=1, days=range(-3, 2))
    start, end = spa.hour(10, -1), spa.hour(11.5, -1)
    allocations = {spa.therapists[0]: (start, end), spa.beds[0]: (start, spa.hour(12, -1))}
    await add_visit(spa.branch_id, start, end, allocations=allocations, status="completed")
    report = await read_report(client, "visits", first_day=spa.day(-2), last_day=spa.day(-1))
    therapists = [
        (use["name"], use["booked_minutes"], use["available_minutes"]) for use in report["therapists"]
    ]
    assert therapists == [("Lan 1", 90, 1440), ("Lan 2", 0, 1440)]
    [bed] = report["beds"]
    assert (bed["room"], bed["booked_minutes"], bed["available_minutes"]) == ("Sen", 120, 1440)


class TestAccess:
    async def test_a_receptionist_reads_the_day_of_their_branch_alone(self, desk: Desk) -> None:
        desk.client.headers |= await signed_in(Role.RECEPTIONIST, branch_id=desk.spa.branch_id)
        other = await add_branch()
        query = {"day": "2026-12-01"}
        answers = [
            (await desk.client.get(f"{REPORTS}/day", params=query | branch)).status_code
            for branch in ({"branch_id": str(desk.spa.branch_id)}, {"branch_id": str(other)}, {})
        ]
        assert answers == [200, 403, 403]

    async def test_the_administrator_of_a_branch_does_not_read_all_branches(self, desk: Desk) -> None:
        desk.client.headers |= await signed_in(Role.ADMIN, branch_id=desk.spa.branch_id)
        of_branch = {"branch_id": str(desk.spa.branch_id)}
        for name, query in QUERIES.items():
            answers = [
                (await desk.client.get(f"{REPORTS}/{name}", params=query | branch)).status_code
                for branch in (of_branch, {})
            ]
            assert answers == [200, 403]

    async def test_a_branch_that_does_not_exist_has_no_report(self, client: httpx2.AsyncClient) -> None:
        for name, query in QUERIES.items():
            missing = query | {"branch_id": "01a206a3-bbc1-7112-bf9a-c2a198f43843"}
            answer = await client.get(f"{REPORTS}/{name}", params=missing)
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "BRANCH_NOT_FOUND")


PERIOD = {"first_day": "2026-12-01", "last_day": "2026-12-31"}
QUERIES: dict[str, dict[str, str]] = {
    "day": {"day": "2026-12-01"},
    "month": {"month": "2026-12"},
    "services": PERIOD,
    "staff": PERIOD,
    "visits": PERIOD,
    "owed": {"day": "2026-12-01"},
}


class TestFiles:
    @pytest.mark.parametrize(
        ("language", "header"),
        [("vi", ["Loại", "Nhóm dịch vụ", "Tên"]), ("en", ["Kind", "Category", "Name"])],
    )
    async def test_a_csv_has_a_mark_for_excel_and_runs_nothing(
        self, desk: Desk, language: str, header: list[str]
    ) -> None:
        await run_sql("UPDATE service SET name_vi = '=cmd|calc', name_en = '=cmd|calc'")
        bill = await desk.pay(await desk.sell(108_000))
        day = bill["business_day"]
        response = await desk.client.get(
            f"{REPORTS}/services",
            params={"first_day": day, "last_day": day, "format": "csv"},
            headers={"Accept-Language": language},
        )
        assert response.content.startswith(b"\xef\xbb\xbf")
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        assert response.headers["content-disposition"] == f'attachment; filename="services-{day}-{day}.csv"'
        first, row = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
        assert first[:3] == header
        assert row[2].startswith("'=cmd")
        assert row[-1] == "100000"

    async def test_an_excel_file_has_numbers_and_days_and_texts_that_are_no_formulas(
        self, desk: Desk
    ) -> None:
        await run_sql("UPDATE service SET name_vi = '=1+1'")
        bill = await desk.pay(await desk.sell(108_000))
        day = bill["business_day"]
        params = {"first_day": day, "last_day": day, "format": "xlsx"}
        response = await desk.client.get(f"{REPORTS}/services", params=params)
        book = load_workbook(io.BytesIO(response.content))
        assert book.sheetnames == ["Đã bán"]
        [_, row] = book["Đã bán"].iter_rows()
        assert (row[2].value, row[2].data_type) == ("=1+1 · 60 phút", "s")
        assert (row[-1].value, row[-1].data_type, row[-1].number_format) == (100_000, "n", "#,##0")

        month = {"month": day[:7], "format": "xlsx"}
        response = await desk.client.get(f"{REPORTS}/month", params=month, headers={"Accept-Language": "en"})
        sheet = load_workbook(io.BytesIO(response.content))["By day"]
        [of_day] = [row for row in sheet.iter_rows(min_row=2, values_only=True) if str(row[0].date()) == day]
        assert of_day[1:] == (1, 100_000, 8_000, 0, 108_000, 0)

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    async def test_every_report_comes_as_a_file(self, desk: Desk, file_format: str) -> None:
        bill = await sell_everything(desk)
        day = bill["business_day"]
        period = {"first_day": day, "last_day": day}
        queries = {"day": {"day": day}, "month": {"month": day[:7]}, "owed": {"day": day}}
        for name in QUERIES:
            query = queries.get(name, period)
            response = await desk.client.get(f"{REPORTS}/{name}", params=query | {"format": file_format})
            assert response.status_code == 200
            assert response.content[:2] == (b"PK" if file_format == "xlsx" else b"\xef\xbb")


async def test_a_report_is_of_one_moment_and_reads_by_indexes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bill that is closed while a report is read is in all parts of it or in none."""
    bill = await desk.pay(await desk.sell(108_000))
    others = [await desk.sell(216_000) for _ in range(3)]
    costs: list[str] = []

    def interrupt[T](read: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        async def run(session: AsyncSession, *arguments: Any) -> T:
            await desk.pay(others.pop())
            [(cost,)] = await fetch_raw(session, "SELECT current_setting('random_page_cost')")
            costs.append(cost)
            return await read(session, *arguments)

        return run

    for name in ("count_bills", "read_parts", "read_payments"):
        monkeypatch.setattr(reads, name, interrupt(getattr(reads, name)))
    report = await read_report(desk.client, "day", day=day_of(bill))
    assert (others, costs) == ([], ["1.1"] * 3)
    assert (report["bills"], report["revenue"], report["received"]) == (1, 100_000, 108_000)
    assert [kind["net"] for kind in report["kinds"]] == [100_000]


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "1999-12", "2026-12-01", "2026-12 ", ""])
async def test_a_month_is_written_in_one_way(client: httpx2.AsyncClient, month: str) -> None:
    answer = await client.get(f"{REPORTS}/month", params={"month": month})
    assert answer.status_code == 422


async def test_a_period_is_of_at_most_366_days(client: httpx2.AsyncClient) -> None:
    statuses = [
        (
            await client.get(f"{REPORTS}/staff", params={"first_day": "2024-01-01", "last_day": last})
        ).status_code
        for last in ("2023-12-31", "2024-12-31", "2025-01-01")
    ]
    assert statuses == [422, 200, 422]
