"""Sixteen desks at one till, in two processes: no đồng is taken, given or counted twice, and the rules hold."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.builders.bills import DRAWERS, SALES, Desk, card, cash, open_desk
from tests.builders.courses import add_plan
from tests.builders.notices import SEPAY_KEY, accept_notices, add_bank_account, sepay_notice
from tests.builders.people import add_customer
from tests.support.crowd import Answer, Crowd, CrowdClient, crowd_of, request
from tests.support.database import run_sql
from tests.support.shop import Shop
from tests.support.till_rules import broken_rules

CLIENTS, ACTIONS, BILLS_EACH = 16, 12, 5


@pytest.fixture(scope="module")
async def crowd() -> AsyncIterator[Crowd]:
    """Clients of two processes, which end without a deadlock and without an error of the server."""
    async with crowd_of(CLIENTS, SEPAY_WEBHOOK_KEY=SEPAY_KEY) as crowd:
        yield crowd


@pytest.fixture
async def desk(client: httpx2.AsyncClient) -> Desk:
    desk = await open_desk(client)
    await add_bank_account(desk)
    return desk


def posts(desk: Desk, path: str, body: object) -> bytes:
    """Return a request with a key of its own."""
    headers = {"Authorization": desk.client.headers["Authorization"], "Idempotency-Key": str(uuid4())}
    return request("POST", path, headers, body)


def pays(desk: Desk, bill: dict[str, Any], *payments: dict[str, Any]) -> bytes:
    return posts(desk, f"{SALES}/{bill['id']}/payments", {"payments": [*payments]})


def count(answers: Sequence[Answer]) -> Counter[str]:
    return Counter(answer.code or str(answer.status) for answer in answers)


async def test_refunds_of_sixty_on_a_hundred_at_once(desk: Desk, crowd: Crowd) -> None:
    bill = await desk.pay(await desk.sell(100))
    body = {"lines": [{"line_id": bill["lines"][0]["id"], "amount": 60}]}
    answers = await crowd.send([posts(desk, f"{SALES}/{bill['id']}/refunds", body) for _ in range(CLIENTS)])
    assert count(answers) == {"200": 1, "REFUND_TOO_LARGE": CLIENTS - 1}
    assert await broken_rules() == {}


async def test_a_card_of_ten_at_sixteen_checkouts(desk: Desk, crowd: Crowd) -> None:
    sold = await desk.pay(await desk.open(lines=[{"gift_card": 10}]))
    card_id = (await desk.read(sold))["lines"][0]["gift_card_id"]
    bills = [await desk.sell(10) for _ in range(CLIENTS)]
    by_card = {"method": "gift_card", "amount": 10, "gift_card_id": card_id}
    answers = await crowd.send([pays(desk, bill, by_card) for bill in bills])
    assert count(answers) == {"200": 1, "GIFT_CARD_BALANCE_TOO_LOW": CLIENTS - 1}
    [(balance,)] = await run_sql("SELECT balance FROM gift_card")
    assert (balance, await broken_rules()) == (0, {})


async def test_the_last_session_on_sixteen_bills(desk: Desk, crowd: Crowd) -> None:
    customer = str(await add_customer())
    plan_id = await add_plan(desk.spa.variant_id, sessions=1)
    await desk.pay(await desk.open(lines=[{"course_plan_id": str(plan_id)}], customer_id=customer))
    [(course_id,)] = await run_sql("SELECT id FROM customer_course")
    line = {"variant_id": str(desk.spa.variant_id), "course_id": str(course_id)}
    body = {"branch_id": str(desk.spa.branch_id), "content": {"lines": [line], "customer_id": customer}}
    answers = await crowd.send([posts(desk, SALES, body) for _ in range(CLIENTS)])
    assert count(answers) == {"201": 1, "COURSE_USED_UP": CLIENTS - 1}
    [bill] = [answer.body for answer in answers if answer.status == 201]
    closings = await crowd.send([pays(desk, bill)] * CLIENTS)  # one request, and its copies
    assert count(closings).keys() <= {"200", "IDEMPOTENCY_IN_FLIGHT"}
    assert await broken_rules() == {}


async def test_a_bill_is_paid_by_as_many_as_it_takes(desk: Desk, crowd: Crowd) -> None:
    bill = await desk.sell(100)
    answers = await crowd.send([pays(desk, bill, cash(30) if n % 2 else card(30)) for n in range(CLIENTS)])
    assert count(answers) == {"200": 3, "PAID_TOO_MUCH": CLIENTS - 3}
    answers = await crowd.send([pays(desk, bill, card(10)) for _ in range(CLIENTS)])
    assert count(answers) == {"200": 1, "SALE_NOT_OPEN": CLIENTS - 1}
    assert await broken_rules() == {}


async def test_one_notice_that_names_another_bill_each_time(desk: Desk, crowd: Crowd) -> None:
    """The number of a transfer is its own, whatever a copy of the notice says."""
    bills = [await desk.sell(100) for _ in range(CLIENTS)]
    notices = [sepay_notice(100, bill["transfer_code"], id=4711) for bill in bills]
    for _ in range(2):
        answers = await crowd.send(
            [request("POST", "/api/v1/bank-notices/sepay", n["headers"], n["content"]) for n in notices]
        )
        assert count(answers) == {"200": CLIENTS}
        [(transfers, closed)] = await run_sql(
            "SELECT (SELECT count(*) FROM bank_transfer), (SELECT count(*) FROM sale WHERE status = 'closed')"
        )
        assert (transfers, closed) == (1, 1)
    assert await broken_rules() == {}


async def test_bills_are_numbered_without_gaps_though_some_writers_fail(desk: Desk, crowd: Crowd) -> None:
    bills = [[await desk.sell(100) for _ in range(BILLS_EACH)] for _ in range(CLIENTS)]

    async def work(number: int) -> None:
        for turn, bill in enumerate(bills[number]):
            if (number + turn) % 4 == 0:
                refused = await crowd.send_as(number, pays(desk, bill, card(99), card(2)))
                assert refused.code == "PAID_TOO_MUCH"
            assert (await crowd.send_as(number, pays(desk, bill, card(100)))).status == 200

    await asyncio.gather(*map(work, range(CLIENTS)))
    numbers = await run_sql("SELECT number FROM sale ORDER BY number")
    assert [row["number"] for row in numbers] == [*range(1, CLIENTS * BILLS_EACH + 1)]
    assert await broken_rules() == {}


async def test_a_drawer_is_closed_while_cash_is_taken(desk: Desk, crowd: Crowd) -> None:
    """A payment is in the Z report, or finds the drawer closed."""
    bills = [await desk.sell(100) for _ in range(CLIENTS - 2)]
    requests = [pays(desk, bill, cash(100)) for bill in bills]
    for place in (3, 9):
        requests.insert(place, posts(desk, f"{DRAWERS}/{desk.drawer_id}/close", {"counted": 0}))
    answers = await crowd.send(requests)
    closings = [answers.pop(place) for place in (9, 3)]
    assert count(closings) == {"200": 1, "DRAWER_CLOSED": 1}
    assert count(answers).keys() <= {"200", "DRAWER_CLOSED"}
    [z] = [answer.body for answer in closings if answer.status == 200]
    assert z["expected"] == 100 * count(answers)["200"]
    assert await broken_rules() == {}


async def test_courses_that_pay_the_lines_of_many_bills_meet_without_a_deadlock(
    desk: Desk, crowd: Crowd
) -> None:
    """Bills that two courses pay are opened in both orders, closed by desks and by notices, and refunded, all at once."""
    customer = await add_customer()
    for price in (4_000_007, 41):
        plan_id = await add_plan(desk.spa.variant_id, price=price, sessions=40)
        lines = [{"course_plan_id": str(plan_id)}]
        await desk.pay(await desk.open(lines=lines, customer_id=str(customer)))
    courses = [str(row["id"]) for row in await run_sql("SELECT id FROM customer_course ORDER BY id")]
    variant = {"variant_id": str(desk.spa.variant_id)}

    async def work(number: int) -> None:
        ordered = courses if number % 2 else courses[::-1]
        lines = [variant | {"course_id": course} for course in ordered] + [variant]
        content = {"lines": lines, "customer_id": str(customer)}
        body = {"branch_id": str(desk.spa.branch_id), "content": content}
        for turn in range(2):
            bill = (await crowd.send_as(number, posts(desk, SALES, body))).body
            if (number + turn) % 3:
                paid = await crowd.send_as(number, pays(desk, bill, card(bill["due"])))
                assert paid.status == 200, paid
            else:
                notice = sepay_notice(bill["due"], bill["transfer_code"])
                await crowd.send_as(
                    number,
                    request("POST", "/api/v1/bank-notices/sepay", notice["headers"], notice["content"]),
                )
            covered = [{"line_id": line["id"]} for line in bill["lines"] if line["course_session_id"]]
            back = await crowd.send_as(
                number, posts(desk, f"{SALES}/{bill['id']}/refunds", {"lines": covered})
            )
            assert back.status == 200, back

    await asyncio.gather(*map(work, range(CLIENTS)))
    [(free,)] = await run_sql("SELECT count(*) FROM course_session WHERE state = 'free'")
    assert free == 80
    [(new,)] = await run_sql("SELECT count(*) FROM bank_transfer WHERE status <> 'matched'")
    assert new == 0


async def test_customers_are_merged_while_their_bills_are_closed(desk: Desk, crowd: Crowd) -> None:
    """A merge locks customers and then their bills; so does a payment that gives a customer a course."""
    plan_id = await add_plan(desk.spa.variant_id, price=1000)
    pairs = [(await add_customer(), await add_customer()) for _ in range(CLIENTS // 2)]
    bills = [
        [
            await desk.open(lines=[{"course_plan_id": str(plan_id)}], customer_id=str(pair[0]))
            for _ in range(3)
        ]
        for pair in pairs
    ]

    async def merge(number: int) -> None:
        duplicate, survivor = pairs[number]
        path = f"/api/v1/customers/{survivor}/merge"
        merged = await crowd.send_as(number, posts(desk, path, {"duplicate_id": str(duplicate)}))
        assert merged.status == 200, merged

    async def close(number: int) -> None:
        for bill in bills[number]:
            paid = await crowd.send_as(number + len(pairs), pays(desk, bill, card(1000)))
            assert paid.status == 200, paid

    numbers = range(len(pairs))
    await asyncio.gather(*map(merge, numbers), *map(close, numbers))
    owners = await run_sql("SELECT DISTINCT customer_id FROM customer_course")
    assert {row["customer_id"] for row in owners} == {survivor for _, survivor in pairs}
    assert await broken_rules() == {}


async def test_everything_at_once(
    client: httpx2.AsyncClient,
    crowd: Crowd,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """Desks that do random things with the same bills, cards, courses, deposits and drawer."""
    accept_notices(monkeypatch)
    answers: Counter[str] = Counter()
    shop = replace(await Shop.opened(client, answers, 350_001), is_alone=False)
    for customer in (0, 1, 0, None):
        await shop.add_visit(customer, has_deposit=customer == 1)
        await shop.open_bill(
            customer=customer, lines=[("service", 1, 10, 0), ("product", 2, 0, 1)], tip=10_001
        )
        await shop.open_bill(customer=customer or 0, lines=[("course", 0, 0, 1), ("gift_card", 3, 0, 0)])
        await shop.pay_last("card")

    authorization = client.headers["Authorization"]
    clients = [CrowdClient(crowd, number, authorization=authorization) for number in range(CLIENTS)]

    async def work(number: int) -> None:
        draw = random.Random(number)
        own = replace(shop, desk=replace(shop.desk, client=clients[number]), last=None)
        for _ in range(ACTIONS):
            await act(own, draw)

    await asyncio.gather(*map(work, range(CLIENTS)))
    record_property("answers", dict(answers.most_common()))
    assert await broken_rules() == {}


async def act(shop: Shop, draw: random.Random) -> None:
    """Do one random thing."""
    number, customer = draw.randrange(20), draw.choice([None, 0, 1])
    part = draw.choice(["all", "all", "third", "one"])
    kinds = ["service", "product", "gift_card", "course", "session", "session", "new session"]
    lines = [
        (draw.choice(kinds), draw.randrange(1, 4), draw.choice([0, 0, 10, 100]), draw.randrange(3))
        for _ in range(draw.randrange(4))
    ]
    method = draw.choice(["cash", "cash", "card", "transfer", "gift_card", "deposit"])
    actions = [
        lambda: shop.open_bill(customer=customer, visit=draw.choice([None, number]), lines=lines),
        lambda: shop.open_bill(customer=customer, lines=lines),
        lambda: shop.edit_bill(number, keep=3, by_course=draw.random() < 0.5, customer=customer, lines=lines),
        lambda: shop.pay(number, method, part),
        lambda: shop.pay(number, "card", "all"),
        lambda: shop.pay_last(method),
        lambda: shop.notice(number, part, again=draw.random() < 0.3),
        lambda: shop.decide(number, number, draw.choice(["match", "return", "ignore"])),
        lambda: shop.refund(number, draw.choice(["line", "all", "tip", "goodwill", "payment"]), part),
        lambda: shop.refund(number, "all", "all"),
        lambda: shop.return_deposit(number),
        lambda: shop.void(number),
        lambda: shop.open_drawer(1_000_000),
        lambda: shop.move_cash(draw.choice(["safe", "tip"]), 5_000, number),
        lambda: shop.close_drawer(1, to_safe=False),
        lambda: shop.set_status(number, draw.choice(["completed", "reopened"])),
        lambda: shop.choose_course(number, is_wanted=draw.random() < 0.7),
        shop.send_last_again,
    ]
    await draw.choice(actions)()
