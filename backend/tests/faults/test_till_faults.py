"""PostgreSQL is killed, and answers are lost, while desks take and give back money: nothing is lost, nothing is doubled."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest

from app.cli.embedded import EmbeddedPostgres
from app.core.config import settings
from app.modules.identity.roles import Role
from tests.builders.bills import DRAWERS, SALES, balances, card, cash, open_desk
from tests.builders.bookings import BookableSpa
from tests.builders.notices import ACCOUNT, SEPAY_KEY, send_sepay, sepay_notice
from tests.builders.people import signed_in
from tests.support import eventually
from tests.support.app_process import AppProcess
from tests.support.crowd import request
from tests.support.database import run_sql
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.till_rules import broken_rules

pytestmark = pytest.mark.usefixtures("client")

CLIENTS, KILLS, CUTS = 8, 8, 12
SETTINGS = {"LOG_LEVEL": "CRITICAL", "SEPAY_WEBHOOK_KEY": SEPAY_KEY, "JOB_INTERVAL_SECONDS": "1"}
_PAUSE = 0.02
"""Seconds between two requests of a client."""


class Cashiers:
    """Clients that sell, take payments, and refund. A request is repeated with its key until it is answered, a notice too."""

    def __init__(self, http: httpx2.AsyncClient, spa: BookableSpa) -> None:
        self.bills: list[dict[str, Any]] = []
        """The bills as they were last answered."""
        self.notices: list[str] = []
        """The bills whose transfers were noticed and acknowledged."""
        self.answers: Counter[str] = Counter()
        self._http, self._spa = http, spa
        self._open = True

    async def open_branch(self) -> None:
        """Give the branch a bank account and an open drawer with change."""
        account = {"bin": "970436", "number": ACCOUNT, "holder": "SEN TRANG"}
        path = f"/api/v1/branches/{self._spa.branch_id}/bank-account"
        assert (await self._http.put(path, json=account)).is_success
        await self._post(DRAWERS, {"branch_id": str(self._spa.branch_id), "counted": 10_000_000})

    async def work(self, number: int) -> None:
        draw = random.Random(number)
        while self._open:
            await draw.choice([self._sell, self._sell, self._sell_by_transfer])(draw)

    async def wait_until_sold(self, more: int) -> None:
        """Wait until `more` bills more than now are paid."""
        goal = len(self.bills) + len(self.notices) + more

        async def reached() -> bool:
            return len(self.bills) + len(self.notices) >= goal

        await eventually(reached)

    def stop(self) -> None:
        """Begin no new bill; requests without an answer are still repeated."""
        self._open = False

    async def _sell(self, draw: random.Random) -> None:
        """Sell a treatment for a part in cash and the rest by card, and refund some of it sometimes."""
        bill = await self._bill()
        path = f"{SALES}/{bill['id']}"
        part = draw.randrange(1, bill["due"])
        bill = await self._post(f"{path}/payments", {"payments": [cash(part)]})
        bill = await self._post(f"{path}/payments", {"payments": [card(bill["due"])]})
        if draw.random() < 0.4:
            line = {"line_id": bill["lines"][0]["id"], "amount": draw.randrange(1, bill["total"])}
            bill = await self._post(f"{path}/refunds", {"lines": [line]})
        self.bills.append(bill)

    async def _sell_by_transfer(self, _draw: random.Random) -> None:
        bill = await self._bill()
        notice = sepay_notice(bill["due"], bill["transfer_code"])
        while not (answer := await self._answer(send_sepay(self._http, notice), "notice")):
            pass
        assert answer.json() == {"success": True}
        self.notices.append(bill["id"])

    async def _bill(self) -> dict[str, Any]:
        content = {"lines": [{"variant_id": str(self._spa.variant_id)}]}
        return await self._post(SALES, {"branch_id": str(self._spa.branch_id), "content": content})

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(uuid4())}
        name = path.rsplit("/", maxsplit=1)[-1]
        while not (answer := await self._answer(self._http.post(path, json=body, headers=headers), name)):
            pass
        result: dict[str, Any] = answer.json()
        return result

    async def _answer(self, sending: Awaitable[httpx2.Response], name: str) -> httpx2.Response | None:
        """Return the answer; None: it was lost, or the request has to be repeated."""
        try:
            answer = await sending
        except httpx2.TransportError:
            self.answers[f"{name}: lost"] += 1
            await asyncio.sleep(_PAUSE)
            return None
        await asyncio.sleep(_PAUSE)
        code = "" if answer.is_success else answer.json()["error"]["code"]
        self.answers[f"{name}: {code or answer.status_code}"] += 1
        assert not code or code in {"SERVICE_UNAVAILABLE", "IDEMPOTENCY_IN_FLIGHT"}, answer.text
        return None if code else answer


async def add_branch(connection: asyncpg.Connection) -> tuple[BookableSpa, dict[str, str]]:
    """Add a spa that sells a treatment. Return it and the headers of an administrator."""
    spa = BookableSpa("Asia/Ho_Chi_Minh", "09:00-21:00")
    await spa.write(connection)
    return spa, await signed_in(Role.ADMIN, connection=connection)


async def sell_through(
    app: AppProcess,
    http: httpx2.AsyncClient,
    spa: BookableSpa,
    fail: Callable[[], Awaitable[None]],
    times: int,
) -> Cashiers:
    """Let clients sell while something fails again and again, and return what they were answered."""
    cashiers = Cashiers(http, spa)
    async with app.http(headers=http.headers) as direct:
        await Cashiers(direct, spa).open_branch()
    async with asyncio.TaskGroup() as tasks:
        for number in range(CLIENTS):
            tasks.create_task(cashiers.work(number))
        for _ in range(times):
            await cashiers.wait_until_sold(6)
            await fail()
        await cashiers.wait_until_sold(6)
        cashiers.stop()
    return cashiers


async def compare(connection: asyncpg.Connection, cashiers: Cashiers) -> None:
    """Everything that was acknowledged is stored as it was answered, once, and nothing else is."""

    async def all_matched() -> bool:
        """A job matches what could not be matched while PostgreSQL was away."""
        return not await connection.fetch("SELECT FROM bank_transfer WHERE status <> 'matched'")

    await eventually(all_matched)
    payments = await connection.fetch("SELECT id, amount, refunded FROM payment WHERE method <> 'transfer'")
    answered = [payment for bill in cashiers.bills for payment in bill["payments"]]
    assert {row["id"]: (row["amount"], row["refunded"]) for row in payments} == {
        UUID(payment["id"]): (payment["amount"], payment["refunded"]) for payment in answered
    }
    refunds = await connection.fetch("SELECT id FROM refund")
    assert {row["id"] for row in refunds} == {
        UUID(refund["id"]) for bill in cashiers.bills for refund in bill["refunds"]
    }
    sales = await connection.fetch("SELECT id, number FROM sale WHERE status = 'closed'")
    assert {row["id"] for row in sales} == {UUID(bill["id"]) for bill in cashiers.bills} | {
        UUID(bill_id) for bill_id in cashiers.notices
    }
    numbers = {row["id"]: row["number"] for row in sales}
    assert [numbers[UUID(bill["id"])] for bill in cashiers.bills] == [
        bill["number"] for bill in cashiers.bills
    ]
    [(all_bills, transfers)] = await connection.fetch(
        "SELECT (SELECT count(*) FROM sale), (SELECT count(*) FROM payment WHERE method = 'transfer')"
    )
    assert (all_bills, transfers) == (len(sales), len(cashiers.notices))
    assert await broken_rules(connection) == {}


async def test_kills_lose_no_payment_and_double_none(
    postgres: EmbeddedPostgres, record_property: Callable[[str, object], None]
) -> None:
    url = postgres.url("postgres")
    driver_url = url.replace("+asyncpg", "")
    connection = await asyncpg.connect(driver_url)
    spa, headers = await add_branch(connection)
    await connection.close()

    async def kill() -> None:
        await asyncio.to_thread(postgres.kill)
        await asyncio.to_thread(postgres.start)

    async with AppProcess({"DATABASE_URL": url} | SETTINGS) as app, app.http(headers=headers) as http:
        cashiers = await sell_through(app, http, spa, kill, KILLS)
        connection = await asyncpg.connect(driver_url)
        await compare(connection, cashiers)
        await connection.close()
    record_property("answers", dict(cashiers.answers))
    assert (
        cashiers.answers["payments: SERVICE_UNAVAILABLE"] + cashiers.answers["notice: SERVICE_UNAVAILABLE"]
        > 0
    )


async def test_answers_that_are_lost_on_the_way_are_answered_again(
    postgres: EmbeddedPostgres, record_property: Callable[[str, object], None]
) -> None:
    url = postgres.url("postgres")
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    spa, headers = await add_branch(connection)
    async with (
        AppProcess({"DATABASE_URL": url} | SETTINGS) as app,
        FaultProxy("127.0.0.1", app.port) as proxy,
        httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{proxy.port}", headers=headers, trust_env=False, verify=False
        ) as http,
    ):

        async def cut() -> None:
            """Reset every connection, whatever is on the way in it."""
            proxy.mode = Mode.REFUSE
            proxy.mode = Mode.PASS

        cashiers = await sell_through(app, http, spa, cut, CUTS)
        await compare(connection, cashiers)
    await connection.close()
    record_property("answers", dict(cashiers.answers))
    assert sum(count for name, count in cashiers.answers.items() if name.endswith("lost")) > 0


@pytest.mark.parametrize("action", ["payments", "refunds"])
async def test_a_desk_that_never_read_the_answer_gets_it_again(
    client: httpx2.AsyncClient, action: str
) -> None:
    """The connection ends after the commit, with the answer in it."""
    desk = await open_desk(client)
    bill = await desk.sell(108)
    body: dict[str, Any] = {"payments": [cash(108)]}
    if action == "refunds":
        bill = await desk.pay(bill)
        body = {"lines": [{"line_id": bill["lines"][0]["id"], "amount": 54}]}
    headers = {"Authorization": client.headers["Authorization"], "Idempotency-Key": "once"}
    path = f"{SALES}/{bill['id']}/{action}"

    async def is_stored() -> bool:
        return bool(await run_sql("SELECT FROM idempotency_key WHERE key = 'once'"))

    async with AppProcess({"DATABASE_URL": settings.DATABASE_URL.get_secret_value()}) as app:
        _, writer = await asyncio.open_connection("127.0.0.1", app.port)
        writer.write(request("POST", path, headers, body))
        await eventually(is_stored)
        writer.transport.abort()
        async with app.http(headers=headers) as http:
            answers = [await http.post(path, json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    [(payments, refunds)] = await run_sql(
        "SELECT (SELECT count(*) FROM payment), (SELECT count(*) FROM refund)"
    )
    assert (payments, refunds) == (1, int(action == "refunds"))
    assert (await balances())["cash"] == (108 if action == "payments" else 54)
    assert await broken_rules() == {}
