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
from tests.builders.courses import add_plan
from tests.builders.people import add_customer, signed_in
from tests.builders.products import add_product
from tests.builders.reports import ledger_sums, read_report
from tests.builders.taxes import add_tax_category
from tests.support.database import empty_database, run_sql
from tests.support.examples import examples

AMOUNTS = st.integers(1, 3_000_000)
EARNED = {"service", "session", "product"}
SESSIONS = 6
"""More than the lines of a bill and the uses after it."""
LINES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["service", "service", "session", "product", "product_5", "gift_card"]),
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
        "uses": st.integers(0, 2),
        "tips": st.lists(AMOUNTS, max_size=2),
        "pays": st.sampled_from([cash, card, transfer]),
        "part": st.integers(1, 3_000_000),
        "later": st.booleans(),
        "refund": st.sampled_from(["", "line", "part", "tip", "goodwill", "session", "all"]),
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
    desks, things = await _open_shop(client, price)
    sold = [await _sell(desks[bill["desk"]], things, bill) for bill in bills]
    for bill, closed in zip(bills, sold, strict=True):
        await _use(desks[1 - bill["desk"]], things, bill, closed)
    for bill, closed in zip(bills, sold, strict=True):
        if not bill["later"]:
            await _refund(desks[bill["desk"]], bill, closed)
    with time_machine.travel(utc_now() + timedelta(days=1), tick=True):
        client.headers |= await signed_in(Role.ADMIN)
        for bill, closed in zip(bills, sold, strict=True):
            if bill["later"]:
                await _refund(desks[bill["desk"]], bill, closed)
        for desk in desks:
            await _compare_z(desk)
        for branch_id in (None, *(desk.spa.branch_id for desk in desks)):
            await _compare(client, date.fromisoformat(sold[0]["business_day"]), branch_id)


async def _open_shop(client: httpx2.AsyncClient, price: int) -> tuple[list[Desk], dict[str, str]]:
    """Open two branches that sell a service, a course of it and two products with other tax rates, each with cash in the
    drawer. Return the ids of products, the course plan and a customer."""
    desks = [await open_desk(client), Desk(client, await bookable_spa(therapists=2, key="hai"))]
    drawer = {"branch_id": str(desks[1].spa.branch_id), "counted": 0}
    desks[1].drawer_id = (await desks[1].do(DRAWERS, drawer))["id"]
    for desk in desks:
        await desk.do(f"{DRAWERS}/{desk.drawer_id}/movements", {"kind": "safe", "amount": 9_000_000_000})
    await add_rule(rate=777)
    low_tax = await add_tax_category(500)
    variants = [desk.spa.variant_id for desk in desks]
    things = {
        "product": await add_product(price=price),
        "product_5": await add_product(price=price + 7, tax_category_id=low_tax),
        "course": await add_plan(*variants, price=price + 2 * SESSIONS, sessions=SESSIONS),
        "customer": await add_customer(),
    }
    return desks, {name: str(thing) for name, thing in things.items()}


async def _sell(desk: Desk, things: dict[str, str], bill: dict[str, Any]) -> dict[str, Any]:
    """Sell a bill. One with sessions sells the course that they are of, at a discount, and takes no other."""
    lines: list[dict[str, Any]] = []
    content: dict[str, Any] = {"discount_percent": bill["off"]}
    if any(line["kind"] == "session" for line in bill["lines"]):
        lines.append({"course_plan_id": things["course"], "discount_percent": bill["off"]})
        content = {"customer_id": things["customer"]}
    for line in bill["lines"]:
        person = {} if line["person"] is None else {"staff_id": therapist(desk, line["person"])}
        treatment = {"variant_id": str(desk.spa.variant_id), **person}
        cheaper = {"quantity": line["quantity"], "discount_percent": line["percent"]}
        match line["kind"]:
            case "gift_card":
                lines.append({"gift_card": line["value"], **person})
            case "session":
                lines.append({**treatment, "by_new_course": True})
            case "service":
                lines.append({**treatment, **cheaper})
            case product:
                lines.append({"product_id": things[product], **person, **cheaper})
    tips = [{"staff_id": therapist(desk, person), "amount": tip} for person, tip in enumerate(bill["tips"])]
    opened = await desk.open(lines=lines, tips=tips, **content)
    if 0 < bill["part"] < opened["due"]:
        opened = await desk.pay(opened, bill["pays"](bill["part"]))
    return await desk.pay(opened)


async def _use(desk: Desk, things: dict[str, str], bill: dict[str, Any], closed: dict[str, Any]) -> None:
    """Use sessions of the course that a bill has sold, in the other branch and beside an oil."""
    [*courses] = await run_sql(
        "SELECT id FROM customer_course WHERE sale_line_id = ANY($1)",
        [UUID(line["id"]) for line in closed["lines"]],
    )
    for course in courses:
        session = {"variant_id": str(desk.spa.variant_id), "course_id": str(course["id"])}
        lines = [session | {"staff_id": therapist(desk)}] * bill["uses"] + [{"product_id": things["product"]}]
        used = await desk.pay(await desk.open(lines=lines, customer_id=things["customer"]))
        if bill["refund"] == "session" and bill["uses"]:
            await desk.refund(used, lines=[{"line_id": used["lines"][0]["id"]}])


async def _refund(desk: Desk, bill: dict[str, Any], closed: dict[str, Any]) -> None:
    paid = [line for line in closed["lines"] if line["gross"]]
    whole = [{"line_id": line["id"]} for line in paid]
    match bill["refund"]:
        case "line" if paid:
            await desk.refund(closed, lines=whole[:1])
        case "part" if paid and paid[-1]["kind"] != "gift_card" and not paid[-1]["course_session_id"]:
            half = {"line_id": paid[-1]["id"], "amount": (paid[-1]["gross"] + 1) // 2}
            await desk.refund(closed, lines=[half])
        case "tip" if closed["tip"]:
            await desk.refund(closed, tip=(closed["tip"] + 1) // 2)
        case "goodwill" if closed["paid"]:
            await desk.refund(closed, goodwill=(closed["paid"] + 2) // 3, reason="Khách chờ lâu")
        case "all" if paid:
            await desk.refund(closed, lines=whole, tip=closed["tip"])


async def _compare_z(desk: Desk) -> None:
    """Close the drawer as expected, and compare its Z report with its accounts."""
    drawer = f"{DRAWERS}/{desk.drawer_id}"
    expected = (await desk.client.get(drawer)).json()["expected"]
    z = (await desk.do(f"{drawer}/close", {"counted": expected}))["z"]
    accounts = z["accounts"]
    paid = {payment["method"]: payment["received"] - payment["refunded"] for payment in z["payments"]}
    assert expected == paid.get("cash", 0) + z["paid_in"] - z["paid_out"]
    assert (paid.get("card", 0), paid.get("transfer", 0)) == (
        accounts.get("card", 0),
        accounts.get("bank", 0),
    )
    assert sum(kind["gross"] - kind["tax"] for kind in z["kinds"] if kind["kind"] in EARNED) == -accounts.get(
        "revenue", 0
    )
    assert sum(kind["tax"] for kind in z["kinds"]) == -accounts.get("vat", 0)
    assert sum(tax["tax"] for tax in z["taxes"]) == -accounts.get("vat", 0)
    assert z["tips"] == -accounts.get("tip", 0)


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
    assert sum(item["net"] for item in items if item["kind"] in EARNED) == -all_days.get("revenue", 0)
    assert sum(person["revenue"] for person in people) == -all_days.get("revenue", 0)
    assert sum(person["tips"] for person in people) == -all_days.get("tip", 0)
    assert sum(person["commissions"] for person in people) == all_days.get("commission_cost", 0)


def _compare_figures(report: dict[str, Any], sums: dict[str, int]) -> None:
    kinds = {kind["kind"]: kind for kind in report["kinds"]}
    earned = [kind for name, kind in kinds.items() if name in EARNED]
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
        if payment["method"] == "course":
            continue  # the use of the session is posted
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
