"""A guest books at a branch that asks for a deposit: the time is held until it has arrived, and then booked by itself."""

import asyncio
from datetime import datetime, timedelta

import pytest

from app.common.helpers import utc_now
from app.core.mail import shown_mails
from app.jobs import run_once
from app.modules.identity.roles import Role
from app.modules.payment.vietqr import read_vietqr
from tests.builders.bills import balances, code_of
from tests.builders.bookings import VISITS, with_headers
from tests.builders.deposits import AMOUNT, DEPOSITS, DepositSpa, end_holds, set_branch, set_status
from tests.builders.notices import send_sepay
from tests.builders.people import new_customer, signed_in
from tests.support.database import run_sql


async def test_a_visit_is_held_for_its_deposit_and_booked_when_it_has_arrived(spa: DepositSpa) -> None:
    deposit = await spa.ask()
    visit = await spa.visit()
    assert (visit["status"], visit["can_confirm"], visit["deposit"]["due"]) == ("held", False, AMOUNT)
    assert datetime.fromisoformat(visit["hold_expires_at"]) > utc_now() + timedelta(minutes=59)
    wanted = read_vietqr(visit["deposit"]["transfer"]["payload"])
    assert (wanted.account, wanted.amount, wanted.purpose) == ("0123456789", AMOUNT, deposit["transfer_code"])
    assert (deposit["state"], deposit["name"], deposit["phone"]) == (
        "waiting",
        "Nguyễn Thị Mai",
        "+84912345678",
    )
    await spa.transfer(deposit, AMOUNT)
    visit = await spa.visit()
    assert (visit["status"], visit["hold_expires_at"], visit["deposit"]["transfer"]) == (
        "confirmed",
        None,
        None,
    )
    assert (await spa.deposit())["state"] == "kept"
    assert await balances() == {"bank": AMOUNT, "deposit": -AMOUNT}
    assert [row["state"] for row in await run_sql("SELECT DISTINCT state FROM allocation")] == ["booked"]


async def test_other_guests_do_not_get_the_time_that_is_held(spa: DepositSpa) -> None:
    await spa.ask(guests=3)
    await run_sql("UPDATE branch SET hold_minutes = 1")
    assert code_of(await spa.guest.hold(spa.desk.spa.hour(10))) == (409, "SLOT_TAKEN")


async def test_transfers_of_parts_add_up(spa: DepositSpa) -> None:
    deposit = await spa.ask()
    await spa.transfer(deposit, 100_000)
    visit = await spa.visit()
    assert (visit["status"], visit["deposit"]["paid"], visit["deposit"]["due"]) == ("held", 100_000, 50_000)
    assert visit["deposit"]["transfer"]["amount"] == 50_000
    await spa.transfer(deposit, 50_000)
    assert ((await spa.visit())["status"], await spa.queue()) == ("confirmed", [])


async def test_two_parts_at_once_are_both_counted(spa: DepositSpa) -> None:
    deposit = await spa.ask()
    await asyncio.gather(*(spa.transfer(deposit, AMOUNT // 2) for _ in range(2)))
    assert ((await spa.visit())["status"], (await spa.deposit())["balance"]) == ("confirmed", AMOUNT)


async def test_a_notice_that_comes_again_pays_once(spa: DepositSpa) -> None:
    notice = await spa.transfer(await spa.ask(), 100_000)
    await asyncio.gather(*(send_sepay(spa.desk.client, notice) for _ in range(5)))
    assert ((await spa.deposit())["paid"], await balances()) == (
        100_000,
        {"bank": 100_000, "deposit": -100_000},
    )


async def test_more_than_is_due_waits_for_a_person_who_takes_what_is_due(spa: DepositSpa) -> None:
    deposit = await spa.ask()
    await spa.transfer(deposit, AMOUNT + 1)
    assert (await spa.queue(), (await spa.visit())["status"]) == ([(AMOUNT + 1, "too_much")], "held")
    [(transfer_id,)] = await run_sql("SELECT id FROM bank_transfer")
    path = f"/api/v1/bank-transfers/{transfer_id}/match"
    matched = await spa.desk.do(path, {"deposit_id": deposit["id"]})
    assert (matched["applied"], matched["reason"]) == (AMOUNT, "left_over")
    assert (await spa.visit())["status"] == "confirmed"
    assert await balances() == {"bank": AMOUNT + 1, "deposit": -AMOUNT, "unmatched": -1}
    assert code_of(await spa.desk.send(path, {"deposit_id": deposit["id"]})) == (409, "DEPOSIT_NOT_AWAITED")
    both = {"deposit_id": deposit["id"], "sale_id": deposit["id"]}
    assert (await spa.desk.send(path, both)).status_code == 422


async def test_a_second_transfer_of_the_whole_is_not_lost(spa: DepositSpa) -> None:
    await spa.transfer(await spa.paid(), AMOUNT)
    assert await spa.queue() == [(AMOUNT, "paid")]
    assert await balances() == {"bank": 2 * AMOUNT, "deposit": -AMOUNT, "unmatched": -AMOUNT}


async def test_a_transfer_to_another_account_waits_for_a_person(spa: DepositSpa) -> None:
    await spa.transfer(await spa.ask(), AMOUNT, accountNumber="999")
    assert (await spa.visit())["status"] == "held"
    assert [row["reason"] for row in await run_sql("SELECT reason FROM bank_transfer")] == ["other_account"]


async def test_without_a_transfer_the_booking_expires_and_the_time_is_free(spa: DepositSpa) -> None:
    deposit = await spa.ask(guests=3)
    await end_holds()
    await run_once()
    assert ((await spa.visit())["status"], (await spa.deposit())["state"]) == ("expired", "lapsed")
    assert await spa.deposits() == []
    await spa.transfer(deposit, AMOUNT)
    assert await spa.queue() == [(AMOUNT, "deposit_over")]
    assert (await balances(), (await spa.deposit())["paid"]) == ({"bank": AMOUNT, "unmatched": -AMOUNT}, 0)
    assert (await spa.guest.hold(spa.desk.spa.hour(10), guests=3)).status_code == 201


async def test_a_transfer_that_comes_before_the_job_but_after_the_hold_books_nothing(spa: DepositSpa) -> None:
    deposit = await spa.ask()
    await end_holds()
    await spa.transfer(deposit, AMOUNT)
    assert await spa.queue() == [(AMOUNT, "deposit_over")]
    await run_once()
    assert (await spa.visit())["status"] == "expired"


async def test_a_part_that_came_in_time_is_owed_when_the_rest_does_not_come(spa: DepositSpa) -> None:
    await spa.transfer(await spa.ask(), 100_000)
    await end_holds()
    await run_once()
    deposit = await spa.deposit()
    assert (deposit["state"], deposit["balance"]) == ("owed", 100_000)
    assert (await spa.give_back(deposit)).json()["state"] == "settled"
    assert await balances() == {}


async def test_where_the_branch_approves_bookings_a_paid_one_waits_for_the_desk(spa: DepositSpa) -> None:
    await set_branch(spa.desk, approve_online=True)
    deposit = await spa.paid()
    assert ((await spa.visit())["status"], deposit["state"]) == ("pending", "kept")
    await spa.desk.client.put(f"/api/v1/visits/{deposit['visit_id']}/status", json={"status": "declined"})
    assert (await spa.deposit())["state"] == "owed"


async def test_the_desk_books_without_waiting_and_the_deposit_can_still_come(spa: DepositSpa) -> None:
    deposit = await spa.ask()
    await spa.desk.client.put(f"/api/v1/visits/{deposit['visit_id']}/status", json={"status": "confirmed"})
    assert ((await spa.visit())["status"], (await spa.deposit())["state"]) == ("confirmed", "waiting")
    await spa.transfer(deposit, AMOUNT)
    assert ((await spa.deposit())["state"], await spa.queue()) == ("kept", [])


async def test_a_guest_who_has_paid_gets_a_mail(spa: DepositSpa) -> None:
    shown_mails.clear()
    await spa.paid(email="mai@example.com")
    [mail] = shown_mails
    assert mail.to == "mai@example.com"
    assert "150.000đ" in mail.body
    assert "10:00" in mail.body


async def test_a_booking_that_was_never_paid_makes_no_customer(spa: DepositSpa) -> None:
    deposit = await spa.ask()
    await run_once()
    assert await run_sql("SELECT FROM customer WHERE full_name = 'Nguyễn Thị Mai'") == []
    await spa.transfer(deposit, 1000)
    await run_once()
    assert len(await run_sql("SELECT FROM customer WHERE full_name = 'Nguyễn Thị Mai'")) == 1


async def test_holds_for_deposits_count_to_the_limits_of_a_phone_and_of_an_address(spa: DepositSpa) -> None:
    await set_branch(spa.desk, online_visits_per_phone=1, online_holds_per_address=2)
    await spa.ask(spa.desk.spa.hour(9))
    await spa.guest.hold(spa.desk.spa.hour(11))
    assert code_of(await spa.guest.confirm()) == (409, "CALL_THE_BRANCH")
    assert code_of(await spa.guest.hold(spa.desk.spa.hour(13))) == (409, "CALL_THE_BRANCH")


async def test_a_hold_ends_at_the_start_of_the_visit(spa: DepositSpa) -> None:
    await set_branch(spa.desk, deposit_minutes=1440, notice_minutes=0)
    start = (await spa.guest.starts(days=1)).json()["starts"][0]["start"]
    deposit = await spa.ask(datetime.fromisoformat(start))
    until = datetime.fromisoformat(deposit["hold_expires_at"])
    assert until <= datetime.fromisoformat(start)


@pytest.mark.parametrize("percent", [0, 30])
async def test_nothing_is_asked_for_without_a_percentage_or_a_price(spa: DepositSpa, percent: int) -> None:
    await set_branch(spa.desk, deposit_percent=percent)
    if percent:
        await run_sql("UPDATE service_variant SET price = 0")
    await spa.guest.hold(spa.desk.spa.hour(10))
    assert (await spa.guest.confirm()).json()["status"] == "confirmed"
    assert await spa.deposits(open="false") == []


async def test_a_branch_without_a_bank_account_cannot_ask_for_deposits(spa: DepositSpa) -> None:
    new = {"key": "quan-2", "name": "Quận 2"}
    branch = (await spa.desk.client.post("/api/v1/branches", json=new)).json()
    refused = await spa.desk.client.patch(f"/api/v1/branches/{branch['id']}", json={"deposit_percent": 20})
    assert code_of(refused) == (409, "BANK_ACCOUNT_NEEDED")
    at_once = await spa.desk.client.post(
        "/api/v1/branches", json=new | {"key": "quan-3", "deposit_percent": 20}
    )
    assert code_of(at_once) == (409, "BANK_ACCOUNT_NEEDED")


async def test_a_guest_reads_before_the_confirmation_what_is_asked_for(spa: DepositSpa) -> None:
    visit = (await spa.guest.hold(spa.desk.spa.hour(10), guests=2)).json()["visit"]
    assert (visit["deposit"], visit["deposit_asked"]) == (None, 2 * AMOUNT)
    branch = visit["branch"]
    assert (branch["deposit_percent"], branch["deposit_minutes"], branch["keep_deposit"]) == (30, 60, True)


async def test_the_desk_of_another_branch_sees_no_deposit(spa: DepositSpa) -> None:
    deposit = await spa.paid()
    new = {"key": "quan-2", "name": "Quận 2"}
    other = (await spa.desk.client.post("/api/v1/branches", json=new)).json()
    headers = await signed_in(Role.RECEPTIONIST, branch_id=other["id"])
    answer = await spa.desk.client.get(f"{DEPOSITS}/{deposit['id']}", headers=headers)
    assert answer.status_code == 403
    await set_status("cancelled")
    assert (await spa.give_back(deposit, **headers)).status_code == 403


async def test_a_customer_with_an_account_does_not_get_around_the_deposit(spa: DepositSpa) -> None:
    customer_id, headers = await new_customer()
    booking = with_headers(spa.desk.spa.booking(spa.desk.spa.hour(10)), headers)
    assert code_of(await spa.desk.client.post(VISITS, **booking)) == (409, "DEPOSIT_NEEDED")
    deposit = await spa.ask()
    await run_sql("UPDATE visit SET customer_id = $1", customer_id)
    path = f"{VISITS}/{deposit['visit_id']}/status"
    confirmed = await spa.desk.client.put(path, json={"status": "confirmed"}, headers=headers)
    assert code_of(confirmed) == (409, "DEPOSIT_NEEDED")
    await set_branch(spa.desk, deposit_percent=0)
    booking = with_headers(spa.desk.spa.booking(spa.desk.spa.hour(13)), headers)
    assert (await spa.desk.client.post(VISITS, **booking)).status_code == 201
