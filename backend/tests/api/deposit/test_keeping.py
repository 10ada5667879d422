"""The way of a deposit: it pays the bill, is sent back, or is lost by the rules of the branch."""

import asyncio
from typing import Any

import pytest

from app.jobs import run_once
from app.modules.identity.roles import Role
from tests.builders.bills import balances, cash, code_of
from tests.builders.deposits import (
    AMOUNT,
    DEPOSITS,
    PRICE,
    DepositSpa,
    let_a_day_pass,
    set_branch,
    set_status,
)
from tests.builders.people import signed_in
from tests.support.database import run_sql


def by_deposit(deposit: dict[str, Any], amount: int = AMOUNT) -> dict[str, Any]:
    return {"method": "deposit", "deposit_id": deposit["id"], "amount": amount}


async def bill_of(spa: DepositSpa, deposit: dict[str, Any], **content: Any) -> dict[str, Any]:
    return await spa.desk.open({"id": deposit["visit_id"]}, **content)


async def owed(spa: DepositSpa) -> int:
    answer = await spa.desk.client.get(
        "/api/v1/reports/owed", params={"branch_id": str(spa.desk.spa.branch_id), "day": "2099-12-31"}
    )
    deposits: int = answer.json()["deposits"]
    return deposits


class TestOnABill:
    async def test_it_is_offered_and_pays_its_part(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        await set_status("completed")
        bill = await bill_of(spa, deposit)
        [offered] = await spa.deposits(sale_id=bill["id"])
        assert (offered["id"], offered["state"], await owed(spa)) == (deposit["id"], "kept", AMOUNT)
        bill = await spa.desk.pay(bill, by_deposit(offered), cash(PRICE - AMOUNT))
        assert (bill["status"], bill["payments"][0]["deposit_id"]) == ("closed", deposit["id"])
        assert ((await spa.deposit())["state"], await owed(spa)) == ("settled", 0)
        sums = await balances()
        assert (sums["bank"], sums["cash"], "deposit" in sums, "receivable" in sums) == (
            *(AMOUNT, PRICE - AMOUNT),
            *(False, False),
        )

    async def test_the_part_that_is_left_is_sent_back(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        await set_status("completed")
        bill = await bill_of(spa, deposit, discount_amount=PRICE - 100_000)
        bill = await spa.desk.pay(bill, by_deposit(deposit, 100_000))
        deposit = await spa.deposit()
        assert (bill["status"], deposit["state"], deposit["balance"]) == ("closed", "owed", 50_000)
        assert (await spa.give_back(deposit)).json()["balance"] == 0
        assert (await balances())["bank"] == 100_000

    async def test_no_more_than_is_left_of_it_can_be_used(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        bill = await bill_of(spa, deposit)
        path = f"/api/v1/sales/{bill['id']}/payments"
        refused = await spa.desk.send(path, {"payments": [by_deposit(deposit, AMOUNT + 1)]})
        assert code_of(refused) == (409, "DEPOSIT_TOO_SMALL")
        twice = await spa.desk.send(path, {"payments": [by_deposit(deposit), by_deposit(deposit)]})
        assert code_of(twice) == (409, "DEPOSIT_TOO_SMALL")
        nameless = await spa.desk.send(path, {"payments": [{"method": "deposit", "amount": 1}]})
        assert nameless.status_code == 422

    async def test_two_desks_at_once_use_it_once(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        bills = [await bill_of(spa, deposit), await spa.desk.sell(PRICE)]
        answers = await asyncio.gather(
            *(
                spa.desk.send(f"/api/v1/sales/{bill['id']}/payments", {"payments": [by_deposit(deposit)]})
                for bill in bills
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert (await spa.deposit())["balance"] == 0

    async def test_a_refund_of_the_bill_makes_it_owed_again(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        await set_status("completed")
        bill = await bill_of(spa, deposit)
        bill = await spa.desk.pay(bill, by_deposit(deposit), cash(PRICE - AMOUNT))
        await spa.desk.refund(
            bill, lines=[{"line_id": bill["lines"][0]["id"]}], reason="Khách không hài lòng"
        )
        deposit = await spa.deposit()
        assert (deposit["state"], deposit["balance"]) == ("owed", AMOUNT)
        assert await balances() == {"bank": AMOUNT, "deposit": -AMOUNT}
        kinds = [entry["kind"] for entry in (await spa.give_back(deposit)).json()["entries"]]
        assert (kinds, await balances()) == (["paid", "used", "restored", "returned"], {})

    async def test_the_payment_of_an_open_bill_is_taken_back(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        bill = await spa.desk.pay(await bill_of(spa, deposit), by_deposit(deposit))
        assert (bill["status"], (await spa.deposit())["balance"]) == ("open", 0)
        part = {"payment_id": bill["payments"][0]["id"], "amount": AMOUNT}
        await spa.desk.refund(bill, payments=[part])
        assert ((await spa.deposit())["state"], await balances()) == (
            "kept",
            {"bank": AMOUNT, "deposit": -AMOUNT},
        )


class TestOfACancelledVisit:
    async def test_in_time_the_guest_gets_it_back(self, spa: DepositSpa) -> None:
        await spa.paid()
        cancelled = (await spa.guest.cancel()).json()
        assert (cancelled["status"], cancelled["deposit"]["state"]) == ("cancelled", "owed")
        [deposit] = await spa.deposits()
        receptionist = await signed_in(Role.RECEPTIONIST)
        sent = await spa.give_back(deposit, **receptionist)
        assert (sent.status_code, sent.json()["state"], sent.json()["entries"][-1]["note"]) == (
            *(200, "settled"),
            "Vietcombank, 10:30",
        )
        assert (await balances(), await spa.deposits()) == ({}, [])
        assert code_of(await spa.give_back(deposit)) == (409, "DEPOSIT_SETTLED")

    async def test_the_report_of_a_past_day_still_owes_it(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        await spa.guest.cancel()
        [(day,)] = await run_sql("SELECT business_day FROM ledger_transaction LIMIT 1")
        await run_sql("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        await run_sql("UPDATE ledger_entry SET business_day = business_day - 1")
        await run_sql("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
        await spa.give_back(deposit)
        params = {"branch_id": str(spa.desk.spa.branch_id)}
        was, now = [
            (await spa.desk.client.get("/api/v1/reports/owed", params=params | {"day": str(one)})).json()[
                "deposits"
            ]
            for one in (day.fromordinal(day.toordinal() - 1), day)
        ]
        assert (was, now) == (AMOUNT, 0)

    async def test_it_is_not_sent_back_while_the_guest_is_expected(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        assert code_of(await spa.give_back(deposit)) == (409, "DEPOSIT_KEPT")
        await set_status("completed")
        assert code_of(await spa.give_back(deposit)) == (409, "DEPOSIT_KEPT")

    async def test_it_is_sent_back_once_however_often_it_is_tried(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        await spa.guest.cancel()
        answers = await asyncio.gather(*(spa.give_back(deposit) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert await balances() == {}


class TestOfAMissedVisit:
    @pytest.mark.parametrize("status", ["late_cancelled", "no_show"])
    async def test_it_is_lost_after_a_day_as_a_fee(self, spa: DepositSpa, status: str) -> None:
        await spa.paid()
        await set_status(status)
        assert (await spa.deposit())["state"] == "missed"
        await let_a_day_pass()
        assert ((await spa.deposit())["state"], await balances()) == (
            "settled",
            {"bank": AMOUNT, "fee": -AMOUNT},
        )
        bill = await spa.desk.read({"id": (await run_sql("SELECT id FROM sale"))[0]["id"]})
        assert (bill["status"], bill["lines"][0]["kind"], bill["number"]) == ("closed", "fee", 1)
        await let_a_day_pass()
        assert len(await run_sql("SELECT FROM sale")) == 1

    async def test_it_stays_while_the_desk_can_undo(self, spa: DepositSpa) -> None:
        await spa.paid()
        await set_status("no_show")
        await run_sql("UPDATE appointment_transition SET created_at = now() - interval '23 hours'")
        await run_once()
        assert (await spa.deposit())["balance"] == AMOUNT

    async def test_the_desk_takes_the_fee_at_once_by_a_bill(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        await set_status("no_show")
        bill = await bill_of(spa, deposit)
        assert (bill["due"], bill["lines"][0]["kind"]) == (AMOUNT, "fee")
        assert (await spa.desk.pay(bill, by_deposit(deposit)))["status"] == "closed"
        assert (await spa.deposit())["state"] == "settled"

    async def test_a_fee_of_the_branch_above_the_deposit_is_billed_at_the_desk(self, spa: DepositSpa) -> None:
        await set_branch(spa.desk, no_show_fee=50)
        deposit = await spa.paid()
        await set_status("no_show")
        assert (await bill_of(spa, deposit))["due"] == PRICE // 2

    async def test_the_job_takes_no_more_than_the_deposit(self, spa: DepositSpa) -> None:
        await set_branch(spa.desk, no_show_fee=50)
        await spa.paid()
        await set_status("no_show")
        await let_a_day_pass()
        assert await balances() == {"bank": AMOUNT, "fee": -AMOUNT}

    async def test_where_it_is_not_kept_only_the_fee_is_taken_and_the_rest_is_owed(
        self, spa: DepositSpa
    ) -> None:
        await set_branch(spa.desk, no_show_fee=10, keep_deposit=False)
        await spa.paid()
        await set_status("no_show")
        await let_a_day_pass()
        deposit = await spa.deposit()
        assert (deposit["state"], deposit["balance"]) == ("owed", AMOUNT - PRICE // 10)
        assert (await balances())["fee"] == -PRICE // 10

    async def test_without_a_rule_it_is_owed(self, spa: DepositSpa) -> None:
        await set_branch(spa.desk, keep_deposit=False)
        await spa.paid()
        await set_status("no_show")
        await let_a_day_pass()
        assert (await spa.deposit())["state"] == "owed"

    async def test_only_an_administrator_gives_it_back_all_the_same(self, spa: DepositSpa) -> None:
        deposit = await spa.paid()
        await set_status("late_cancelled")
        receptionist = await signed_in(Role.RECEPTIONIST)
        assert (await spa.give_back(deposit, **receptionist)).status_code == 403
        assert (await spa.give_back(deposit)).json()["state"] == "settled"

    async def test_of_a_couple_only_the_part_of_the_guest_who_missed_is_lost(self, spa: DepositSpa) -> None:
        deposit = await spa.paid(guests=2)
        [first, _] = await run_sql("SELECT id FROM appointment ORDER BY id")
        await set_status("completed")
        await run_sql("UPDATE appointment SET status = 'no_show' WHERE id = $1", first["id"])
        bill = await bill_of(spa, deposit)
        assert [(line["kind"], line["gross"]) for line in bill["lines"]] == [
            ("fee", AMOUNT),
            ("service", PRICE),
        ]
        bill = await spa.desk.pay(bill, by_deposit(deposit, 2 * AMOUNT), cash(PRICE - AMOUNT))
        assert (bill["status"], (await spa.deposit())["state"]) == ("closed", "settled")


async def test_what_is_written_down_is_never_changed(spa: DepositSpa) -> None:
    await spa.paid()
    for statement in (
        "UPDATE deposit SET balance = 0",
        "UPDATE deposit SET amount = 1",
        "DELETE FROM deposit_entry",
        "UPDATE deposit_entry SET amount = 1",
        "DELETE FROM deposit",
    ):
        with pytest.raises(Exception, match="never changed"):
            await run_sql(statement)


async def test_a_guest_gets_the_deposits_in_the_copy_of_their_data(spa: DepositSpa) -> None:
    await spa.paid()
    await run_once()  # the visit gets its customer
    [row] = await run_sql("SELECT id FROM customer WHERE full_name = 'Nguyễn Thị Mai'")
    copy = (await spa.desk.client.get(f"/api/v1/customers/{row['id']}/personal-data")).json()
    [deposit] = copy["other_records"]["deposits"]
    assert (deposit["amount"], deposit["entries"][0]["kind"]) == (AMOUNT, "paid")


async def test_the_desk_reads_the_deposit_of_a_visit(spa: DepositSpa) -> None:
    deposit = await spa.paid()
    await spa.paid(spa.desk.spa.hour(14), phone="0912 345 679")
    [found] = await spa.deposits(visit_id=deposit["visit_id"])
    assert found["id"] == deposit["id"]
    detail = (await spa.desk.client.get(f"{DEPOSITS}/{deposit['id']}")).json()
    assert [(entry["kind"], entry["amount"]) for entry in detail["entries"]] == [("paid", AMOUNT)]
