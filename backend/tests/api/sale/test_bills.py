"""Bills over HTTP: from visits and from nothing, discounts, tips, and what they may not become."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from app.modules.identity.roles import Role
from tests.builders.bills import SALES, Desk, cash, code_of, therapist
from tests.builders.people import new_customer, new_user
from tests.support.database import run_sql


async def test_a_bill_of_a_visit_has_its_treatments_as_agreed(desk: Desk) -> None:
    customer_id, _ = await new_customer()
    visit = await desk.visit(guests=2, customer_id=customer_id)
    await run_sql("UPDATE service_variant SET price = price + 1")
    bill = await desk.open(visit)
    treatments = [guest["treatments"][0] for guest in visit["appointments"]]
    assert [line["item_id"] for line in bill["lines"]] == [treatment["id"] for treatment in treatments]
    assert [line["unit_price"] for line in bill["lines"]] == [treatment["price"] for treatment in treatments]
    staff = {allocation["resource_id"] for treatment in treatments for allocation in treatment["allocations"]}
    assert {line["staff_id"] for line in bill["lines"]} <= staff
    assert bill["lines"][0]["name"]["vi"].endswith("60 phút")
    assert (bill["status"], bill["number"], bill["customer_id"]) == ("open", None, str(customer_id))
    assert bill["due"] == bill["total"] == sum(treatment["price"] for treatment in treatments)


async def test_a_treatment_is_billed_once(desk: Desk) -> None:
    visit = await desk.visit(guests=2)
    bill = await desk.open(visit)
    body = {"branch_id": str(desk.spa.branch_id), "visit_ids": [visit["id"]]}
    assert code_of(await desk.send(SALES, body)) == (409, "NOTHING_TO_BILL")
    # One guest pays for themselves: the line is taken off, and billed on another bill.
    first, second = bill["lines"]
    changed = await desk.client.put(f"{SALES}/{bill['id']}", json={"lines": [{"id": first["id"]}]})
    assert [line["id"] for line in changed.json()["lines"]] == [first["id"]]
    other = await desk.do(SALES, body)
    assert [line["item_id"] for line in other["lines"]] == [second["item_id"]]
    await desk.do(f"{SALES}/{other['id']}/void", {"reason": "Khách đổi ý"})
    assert len((await desk.do(SALES, body))["lines"]) == 1


async def test_two_desks_that_bill_one_visit_get_one_bill(desk: Desk) -> None:
    visit = await desk.visit()
    body = {"branch_id": str(desk.spa.branch_id), "visit_ids": [visit["id"]]}
    answers = await asyncio.gather(*(desk.send(SALES, body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["error"]["code"] for answer in answers if answer.is_error} <= {
        "ALREADY_BILLED",
        "NOTHING_TO_BILL",
    }


async def test_several_visits_are_on_one_bill(desk: Desk) -> None:
    visits = [await desk.visit(10), await desk.visit(12)]
    bill = await desk.open(*visits)
    assert [line["visit_id"] for line in bill["lines"]] == [visit["id"] for visit in visits]


async def test_visits_are_added_to_a_bill_once(desk: Desk) -> None:
    first, second = await desk.visit(10), await desk.visit(12, guests=2)
    bill = await desk.open(first)
    [line] = bill["lines"]
    path, more = f"{SALES}/{bill['id']}", {"visit_ids": [first["id"], second["id"]]}
    content = {"lines": [{"id": line["id"], "quantity": 2}], **more}
    await desk.client.put(path, json=content)
    added = (await desk.client.put(path, json=content)).json()  # the first answer was lost
    assert [line["visit_id"] for line in added["lines"]] == [first["id"]] + [second["id"]] * 2
    assert added["total"] == bill["total"] * 4
    everything = {"lines": [{"id": line["id"]} for line in added["lines"]], **more}
    assert len((await desk.client.put(path, json=everything)).json()["lines"]) == 3
    other = await desk.send(SALES, {"branch_id": str(desk.spa.branch_id), "visit_ids": [second["id"]]})
    assert code_of(other) == (409, "NOTHING_TO_BILL")


async def test_a_bill_is_discounted_and_taxed_by_line(desk: Desk) -> None:
    bill = await desk.sell(350_000, discount_amount=30_000)
    [line] = bill["lines"]
    assert (line["discount"], line["gross"], line["tax_rate"], line["tax"]) == (30_000, 320_000, 800, 23_704)
    content = {"lines": [{"id": line["id"], "discount_percent": 100, "quantity": 2}]}
    changed = (await desk.client.put(f"{SALES}/{bill['id']}", json=content)).json()
    assert (changed["total"], changed["lines"][0]["discount"], changed["due"]) == (0, 700_000, 0)
    closed = await desk.pay(changed)
    assert (closed["status"], closed["number"], closed["paid"]) == ("closed", 1, 0)


async def test_two_desks_do_not_overwrite_each_other(desk: Desk) -> None:
    bill = await desk.sell(100)
    path, line = f"{SALES}/{bill['id']}", {"id": bill["lines"][0]["id"]}
    first = {"lines": [line], "note": "Bàn 1", "version": bill["version"]}
    changed = await desk.client.put(path, json=first)
    assert (changed.status_code, changed.json()["version"]) == (200, bill["version"] + 1)
    other = {"lines": [line | {"discount_percent": 50}], "version": bill["version"]}
    assert code_of(await desk.client.put(path, json=other)) == (409, "SALE_CHANGED")
    assert await desk.read(bill) == changed.json()
    # A payment changes nothing on it, and what is sent again because its response was lost is no other change.
    paid = await desk.pay(changed.json(), cash(40))
    assert (await desk.client.put(path, json=first)).json() == paid
    again = await desk.client.put(path, json=other | {"version": paid["version"]})
    assert (again.status_code, again.json()["due"]) == (200, 10)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"discount_amount": 350_001}, "DISCOUNT_TOO_LARGE"),
        ({"discount_amount": 1, "discount_percent": 1}, "VALIDATION_ERROR"),
        ({"discount_percent": 101}, "VALIDATION_ERROR"),
        ({"discount_amount": -1}, "VALIDATION_ERROR"),
        ({"customer_id": str(uuid4())}, "CUSTOMER_NOT_FOUND"),
        ({"tips": [{"staff_id": str(uuid4()), "amount": 10}]}, "STAFF_NOT_FOUND"),
        ({"lines": [{"id": str(uuid4())}]}, "LINE_NOT_FOUND"),
        ({"lines": [{"product_id": str(uuid4())}]}, "ITEM_NOT_SOLD"),
        ({"lines": [{}]}, "VALIDATION_ERROR"),
        ({"lines": [{"variant_id": str(uuid4()), "product_id": str(uuid4())}]}, "VALIDATION_ERROR"),
        ({"lines": [{"gift_card": 10, "discount_percent": 5}]}, "VALIDATION_ERROR"),
    ],
)
async def test_content_that_is_refused_changes_nothing(
    desk: Desk, content: dict[str, Any], code: str
) -> None:
    bill = await desk.sell(350_000)
    if "lines" not in content:
        content = content | {"lines": [{"id": bill["lines"][0]["id"]}]}
    refused = await desk.client.put(f"{SALES}/{bill['id']}", json=content)
    assert refused.json()["error"]["code"] == code
    assert await desk.read(bill) == bill


async def test_a_receptionist_takes_off_what_the_branch_allows(desk: Desk) -> None:
    bill = await desk.sell(100_000)
    await run_sql("UPDATE branch SET discount_limit = 15")
    _, headers = await new_user(Role.RECEPTIONIST)
    line, path = {"id": bill["lines"][0]["id"]}, f"{SALES}/{bill['id']}"
    allowed, above = ({"lines": [line | {"discount_amount": discount}]} for discount in (15_000, 15_001))
    assert (await desk.client.put(path, json=allowed, headers=headers)).status_code == 200
    refused = await desk.client.put(path, json=above, headers=headers)
    assert code_of(refused) == (403, "DISCOUNT_NOT_ALLOWED")
    assert (await desk.client.put(path, json=above)).status_code == 200


async def test_a_tip_for_all_is_shared_by_the_prices_of_what_they_did(desk: Desk) -> None:
    lines = [
        {"variant_id": str(desk.spa.variant_id), "staff_id": therapist(desk), "quantity": 2},
        {"variant_id": str(desk.spa.variant_id), "staff_id": therapist(desk, 1)},
    ]
    bill = await desk.open(lines=lines, tip=30_001)
    assert {tip["staff_id"]: tip["amount"] for tip in bill["tips"]} == {
        therapist(desk): 20_001,
        therapist(desk, 1): 10_000,
    }
    assert bill["due"] == bill["total"] + 30_001


async def test_a_bill_that_was_paid_in_part_is_not_given_up(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell(), cash(100_000))
    assert (bill["status"], bill["due"]) == ("open", 250_000)
    void = await desk.send(f"{SALES}/{bill['id']}/void", {"reason": "Nhầm"})
    assert code_of(void) == (409, "PAYMENTS_LEFT")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sale SET total = total + 1, paid = paid + 1",
        "UPDATE sale SET status = 'open', number = NULL, year = NULL, business_day = NULL, z_number = NULL, closed_at = NULL",
        "DELETE FROM sale",
        "UPDATE sale_line SET gross = gross + 1, unit_price = unit_price + 1",
        "DELETE FROM sale_line",
        "UPDATE tip_share SET amount = amount + 1",
        "DELETE FROM tip_share",
        "UPDATE payment SET amount = amount + 1",
        "DELETE FROM payment",
    ],
)
async def test_no_statement_changes_a_closed_bill(desk: Desk, change: str) -> None:
    await desk.pay(await desk.sell(tips=[{"staff_id": therapist(desk), "amount": 5_000}]))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await run_sql(change)


async def test_a_closed_bill_cannot_be_changed_paid_or_given_up(desk: Desk) -> None:
    bill = await desk.pay(await desk.sell())
    path = f"{SALES}/{bill['id']}"
    answers = [
        await desk.client.put(path, json={"lines": []}),
        await desk.send(f"{path}/payments", {"payments": [cash(1)]}),
        await desk.send(f"{path}/void", {"reason": "Nhầm"}),
    ]
    assert [code_of(answer) for answer in answers] == [(409, "SALE_NOT_OPEN")] * 3


async def test_bills_are_listed_by_day_customer_and_visit(desk: Desk, client: httpx2.AsyncClient) -> None:
    customer_id, _ = await new_customer()
    visit = await desk.visit(customer_id=customer_id)
    of_visit = await desk.open(visit)
    closed = await desk.refund(await desk.pay(await desk.sell()), goodwill=1_000, reason="Chờ lâu")
    branch = {"branch_id": str(desk.spa.branch_id)}
    for filters, found in (
        ({}, [closed, of_visit]),
        ({"status": "open"}, [of_visit]),
        ({"day": closed["business_day"]}, [closed, of_visit]),
        ({"day": "2020-01-01"}, []),
        ({"number": closed["number"]}, [closed]),
        ({"number": closed["number"] + 1}, []),
        ({"customer_id": str(customer_id)}, [of_visit]),
        ({"visit_id": visit["id"]}, [of_visit]),
        ({"visit_id": str(uuid4())}, []),
    ):
        page = (await client.get(SALES, params=branch | filters)).json()
        assert [item["id"] for item in page["items"]] == [bill["id"] for bill in found], filters
    items = (await client.get(SALES, params=branch)).json()["items"]
    assert [(item["name"], item["refunded"]) for item in items] == [(None, 1_000), ("Mai", 0)]
