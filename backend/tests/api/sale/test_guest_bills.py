"""The bills of guests, as the board of their day shows them."""

from typing import Any

from app.modules.identity.roles import Role
from tests.builders.bills import SALES, Desk, cash
from tests.builders.people import new_user


async def states(desk: Desk, **headers: str) -> list[tuple[str, str, str]]:
    path = f"/api/v1/branches/{desk.spa.branch_id}/board"
    board = (await desk.client.get(path, params={"day": str(desk.spa.day())}, headers=headers)).json()
    return [(bill["appointment_id"], bill["sale_id"], bill["state"]) for bill in board["bills"]]


def of(visit: dict[str, Any], *bills: tuple[dict[str, Any], str]) -> list[tuple[str, str, str]]:
    guests = sorted(guest["id"] for guest in visit["appointments"])
    return [(guest, bill["id"], state) for guest, (bill, state) in zip(guests, bills, strict=True)]


async def test_the_board_shows_how_far_a_guest_has_paid(desk: Desk) -> None:
    visit = await desk.visit()
    assert await states(desk) == []
    bill = await desk.open(visit)
    assert await states(desk) == of(visit, (bill, "open"))
    bill = await desk.pay(bill, cash(1_000))
    assert await states(desk) == of(visit, (bill, "part"))
    bill = await desk.pay(bill)
    assert await states(desk) == of(visit, (bill, "paid"))
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"]}])
    assert await states(desk) == of(visit, (bill, "refunded"))
    again = await desk.open(visit)
    assert await states(desk) == of(visit, (again, "open"))
    await desk.do(f"{SALES}/{again['id']}/void", {"reason": "Nhầm"})
    assert await states(desk) == of(visit, (bill, "refunded"))


async def test_a_guest_owes_nothing_for_a_treatment_that_was_refunded(desk: Desk) -> None:
    """One of two treatments is refunded: the guest has paid for the other, and nothing is left to pay."""
    treatments = [desk.spa.treatment(), desk.spa.treatment()]
    visit = await desk.visit(guests=[{"treatments": treatments}])
    bill = await desk.pay(await desk.open(visit))
    await desk.refund(bill, lines=[{"line_id": bill["lines"][0]["id"]}])
    assert await states(desk) == of(visit, (bill, "paid"))


async def test_guests_of_a_party_who_pay_apart_have_their_own_states(desk: Desk) -> None:
    visit = await desk.visit(guests=2)
    bill = await desk.open(visit)
    line = next(
        line for line in bill["lines"] if line["item_id"] == first_guest(visit)["treatments"][0]["id"]
    )
    changed = await desk.client.put(f"{SALES}/{bill['id']}", json={"lines": [{"id": line["id"]}]})
    await desk.pay(changed.json())
    assert await states(desk) == [(first_guest(visit)["id"], bill["id"], "paid")]
    other = await desk.open(visit)
    assert await states(desk) == of(visit, (bill, "paid"), (other, "open"))
    await desk.do(f"{SALES}/{other['id']}/void", {"reason": "Nhầm"})
    assert await states(desk) == [(first_guest(visit)["id"], bill["id"], "paid")]


async def test_an_add_on_after_the_payment_is_left_to_pay(desk: Desk) -> None:
    visit = await desk.visit()
    bill = await desk.pay(await desk.open(visit))
    treatment = visit["appointments"][0]["treatments"][0]
    change = {
        "treatments": [{"id": treatment["id"]}, {"variant_id": str(desk.spa.variant_id)}],
        "force": True,
    }
    answer = await desk.client.patch(f"/api/v1/appointments/{visit['appointments'][0]['id']}", json=change)
    assert answer.is_success, answer.text
    assert await states(desk) == of(visit, (bill, "rest"))
    rest = await desk.open(visit)
    assert await states(desk) == of(visit, (rest, "part"))


async def test_a_therapist_does_not_see_bills(desk: Desk) -> None:
    await desk.pay(await desk.open(await desk.visit()))
    _, headers = await new_user(Role.THERAPIST)
    assert await states(desk, **headers) == []


def first_guest(visit: dict[str, Any]) -> dict[str, Any]:
    guest: dict[str, Any] = min(visit["appointments"], key=lambda guest: guest["id"])
    return guest
