"""The sums of every report are those of the ledger, with any sales, payments and refunds."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx2
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.common.helpers import utc_now
from app.modules.identity.roles import Role
from tests.builders.bills import DRAWERS, Desk, card, cash, open_desk, therapist, transfer
from tests.builders.bookings import bookable_spa
from tests.builders.commissions import add_rule
from tests.builders.people import signed_in
from tests.builders.products import add_product
from tests.builders.reports import ledger_sums, read_report
from tests.builders.taxes import add_tax_category
from tests.support.database import empty_database
from tests.support.examples import examples

AMOUNTS = st.integers(1, 3_000_000)
LINES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["service", "service", "product", "product_5", "gift_card"]),
        "quantity": st.integers(1, 3),
        "percent": st.integers(0, 100),
        "value": AMOUNTS,
        "person": st.sampled_from([None, 0, 1]),
    }
)
BILLS = st.fixed_dictionaries(
    {
        "desk": st.integers(0, 1),
        "lines": st.lists(LINES, min_size=1, max_size=3),
        "off": st.integers(0, 20),
        "tips": st.lists(AMOUNTS, max_size=2),
        "pays": st.sampled_from([cash, card, transfer]),
        "part": st.integers(1, 3_000_000),
        "later": st.booleans(),
        "refund": st.sampled_from(["", "line", "part", "tip", "goodwill", "all"]),
    }
)


@given(bills=st.lists(BILLS, min_size=1, max_size=4), price=AMOUNTS)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=examples(8),
    deadline=None,
)
async def test_the_sums_of_every_report_are_those_of_the_ledger(
    client: httpx2.AsyncClient, bills: list[dict[str, Any]], price: int
) -> None:
    await empty_database()
    client.headers |= await signed_in(Role.ADMIN)
    desks, products = await _open_shop(client, price)
    sold = [await _sell(desks[bill["desk"]], products, bill) for bill in bills]
    for bill, closed in zip(bills, sold, strict=True):
        if not bill["later"]:
            await _refund(desks[bill["desk"]], bill, closed)
    with time_machine.travel(utc_now() + timedelta(days=1), tick=True):
        client.headers |= await signed_in(Role.ADMIN)
        for bill, closed in zip(bills, sold, strict=True):
            if bill["later"]:
                await _refund(desks[bill["desk"]], bill, closed)
        for branch_id in (None, *(desk.spa.branch_id for desk in desks)):
            await _compare(client, date.fromisoformat(sold[0]["business_day"]), branch_id)


async def _open_shop(client: httpx2.AsyncClient, price: int) -> tuple[list[Desk], dict[str, str]]:
    """Open two branches that sell a service and two products with other tax rates, each with cash in the drawer."""
    desks = [await open_desk(client), Desk(client, await bookable_spa(therapists=2, key="hai"))]
    drawer = {"branch_id": str(desks[1].spa.branch_id), "counted": 0}
    desks[1].drawer_id = (await desks[1].do(DRAWERS, drawer))["id"]
    for desk in desks:
        await desk.do(f"{DRAWERS}/{desk.drawer_id}/movements", {"kind": "safe", "amount": 9_000_000_000})
    await add_rule(rate=777)
    low_tax = await add_tax_category(500)
    products = {
        "product": str(await add_product(price=price)),
        "product_5": str(await add_product(price=price + 7, tax_category_id=low_tax)),
    }
    return desks, products


async def _sell(desk: Desk, products: dict[str, str], bill: dict[str, Any]) -> dict[str, Any]:
    lines: list[dict[str, Any]] = []
    for line in bill["lines"]:
        person = {} if line["person"] is None else {"staff_id": therapist(desk, line["person"])}
        if line["kind"] == "gift_card":
            lines.append({"gift_card": line["value"], **person})
        else:
            thing = (
                {"variant_id": str(desk.spa.variant_id)}
                if line["kind"] == "service"
                else {"product_id": products[line["kind"]]}
            )
            lines.append(
                {**thing, **person, "quantity": line["quantity"], "discount_percent": line["percent"]}
            )
    tips = [{"staff_id": therapist(desk, person), "amount": tip} for person, tip in enumerate(bill["tips"])]
    opened = await desk.open(lines=lines, tips=tips, discount_percent=bill["off"])
    if 0 < bill["part"] < opened["due"]:
        opened = await desk.pay(opened, bill["pays"](bill["part"]))
    return await desk.pay(opened)


async def _refund(desk: Desk, bill: dict[str, Any], closed: dict[str, Any]) -> None:
    paid = [line for line in closed["lines"] if line["gross"]]
    whole = [{"line_id": line["id"]} for line in paid]
    match bill["refund"]:
        case "line" if paid:
            await desk.refund(closed, lines=whole[:1])
        case "part" if paid and paid[-1]["kind"] != "gift_card":
            half = {"line_id": paid[-1]["id"], "amount": (paid[-1]["gross"] + 1) // 2}
            await desk.refund(closed, lines=[half])
        case "tip" if closed["tip"]:
            await desk.refund(closed, tip=(closed["tip"] + 1) // 2)
        case "goodwill" if closed["paid"]:
            await desk.refund(closed, goodwill=(closed["paid"] + 2) // 3, reason="Khách chờ lâu")
        case "all" if paid:
            await desk.refund(closed, lines=whole, tip=closed["tip"])


async def _compare(http: httpx2.AsyncClient, today: date, branch_id: UUID | None) -> None:
    tomorrow = today + timedelta(days=1)
    for day in (today, tomorrow):
        sums = await ledger_sums(day, day, branch_id)
        report = await read_report(http, "day", day=day, branch_id=branch_id)
        _compare_figures(report, sums)
        await _compare_money(report, day, branch_id)
        await _compare_owed(http, day, branch_id)
        assert sum(line["revenue"] for line in report["branches"]) in {0, report["revenue"]}
    months = [
        await read_report(http, "month", month=f"{month:%Y-%m}", branch_id=branch_id)
        for month in sorted({today.replace(day=1), tomorrow.replace(day=1)})
    ]
    all_days = await ledger_sums(today, tomorrow, branch_id)
    for field in ("revenue", "tax", "tips", "received", "refunded", "bills"):
        days = [line[field] for month in months for line in month["days"]]
        assert sum(days) == sum(month[field] for month in months)
    assert sum(month["revenue"] for month in months) == -all_days.get("revenue", 0)
    period = {"first_day": today, "last_day": tomorrow, "branch_id": branch_id}
    items = (await read_report(http, "services", **period))["items"]
    people = (await read_report(http, "staff", **period))["people"]
    assert sum(item["tax"] for item in items) == -all_days.get("vat", 0)
    assert sum(item["net"] for item in items if item["kind"] in {"service", "product"}) == -all_days.get(
        "revenue", 0
    )
    assert sum(person["revenue"] for person in people) == -all_days.get("revenue", 0)
    assert sum(person["tips"] for person in people) == -all_days.get("tip", 0)
    assert sum(person["commissions"] for person in people) == all_days.get("commission_cost", 0)


def _compare_figures(report: dict[str, Any], sums: dict[str, int]) -> None:
    kinds = {kind["kind"]: kind for kind in report["kinds"]}
    earned = [kind for name, kind in kinds.items() if name in {"service", "product"}]
    assert report["revenue"] == -sums.get("revenue", 0) == sum(kind["net"] for kind in earned)
    assert report["tax"] == -sums.get("vat", 0) == sum(tax["tax"] for tax in report["taxes"])
    assert report["tips"] == -sums.get("tip", 0)
    assert report["commissions"] == sums.get("commission_cost", 0) == -sums.get("commission", 0)
    assert report["goodwill"] == sums.get("goodwill", 0)
    for kind in report["kinds"]:
        assert (
            kind["price"] - kind["discount"] - kind["refunded"] == kind["gross"] == kind["net"] + kind["tax"]
        )


async def _compare_money(report: dict[str, Any], day: date, branch_id: UUID | None) -> None:
    received = await ledger_sums(day, day, branch_id, sources="payment")
    given_back = await ledger_sums(day, day, branch_id, sources="refund")
    for payment in report["payments"]:
        account = {"transfer": "bank"}.get(payment["method"], payment["method"])
        assert payment["received"] == received.get(account, 0)
        assert payment["refunded"] == -given_back.get(account, 0)
    assert report["received"] == -received.get("receivable", 0)


async def _compare_owed(http: httpx2.AsyncClient, day: date, branch_id: UUID | None) -> None:
    owed = await read_report(http, "owed", day=day, branch_id=branch_id)
    sums = await ledger_sums(date(2000, 1, 1), day, branch_id)
    fields = {"gift_cards": "gift_card", "tips": "tip", "commissions": "commission", "courses": "course"}
    for field, account in fields.items():
        assert owed[field] == -sums.get(account, 0)
    assert owed["open_bills"] == 0
    for field in ("tips", "commissions"):
        assert sum(person[field] for person in owed["people"]) == owed[field]
