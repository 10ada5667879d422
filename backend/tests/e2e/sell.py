"""Sell on past days in a branch, for the pictures of reports: `python -m tests.e2e.sell URL BRANCH FIRST_DAY LAST_DAY`.

The API closes bills on the business day of now only. Here its services run at another time, so that the ledger, the bills
and the commissions are what they would be.
"""

import asyncio
import json
import os
import random
import sys
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import time_machine

if TYPE_CHECKING:  # `app` reads its settings when it is imported: not before they are set
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.modules.identity.access import CurrentUser

_GUESTS = (5, 6, 6, 8, 10, 15, 13)
"""The bills of a day, from Monday on."""
_METHODS = ("cash", "transfer", "transfer", "card")


@dataclass
class _Menu:
    """The offers of a branch, its people and customers, and the user who enters the bills."""

    user: "CurrentUser"
    zone: ZoneInfo
    variants: list[UUID]
    products: list[UUID]
    plans: list[UUID]
    staff: list[UUID]
    customers: list[UUID]


async def sell(branch_id: UUID, first_day: date, last_day: date) -> int:
    """Sell on each day from the first to the last. Return the number of bills."""
    import app.main  # noqa: F401 - all tables, which refer to each other
    from app.core.database import close_db, init_db
    from app.db.transactions import run_in_transaction
    from app.modules.commission.commission_schemas import CommissionRuleCreate
    from app.modules.commission.commission_service import create_rule
    from app.modules.commission.rules import CommissionScope
    from app.modules.drawer.drawer_schemas import DrawerOpening
    from app.modules.drawer.drawer_service import open_drawer

    rng = random.Random(7)
    days = [first_day + timedelta(days=count) for count in range((last_day - first_day).days + 1)]
    await init_db()
    menu = await run_in_transaction(lambda session: _read_menu(session, branch_id))
    rule = CommissionRuleCreate(
        branch_id=branch_id, scope=CommissionScope.SERVICES, rate=1000, first_day=first_day
    )
    opening = DrawerOpening(branch_id=branch_id, counted=2_000_000)
    bills = 0
    with time_machine.travel(datetime.combine(first_day, time(8), menu.zone)):
        await run_in_transaction(lambda session: create_rule(session, menu.user, rule))
        await run_in_transaction(lambda session: open_drawer(session, menu.user, str(uuid4()), opening))
    for day in days:
        for number in range(_GUESTS[day.weekday()] + rng.randint(-2, 2)):
            at = datetime.combine(day, time(9 + number * 12 // 20, rng.randrange(60)), menu.zone)
            with time_machine.travel(at):
                await _sell_once(branch_id, menu, rng)
            bills += 1
    await close_db()
    return bills


async def _read_menu(session: "AsyncSession", branch_id: UUID) -> _Menu:
    from sqlalchemy import select

    from app.modules.branch import branch_service
    from app.modules.catalogue import catalogue_service
    from app.modules.course.course_models import CoursePlan
    from app.modules.customer.customer_models import Customer
    from app.modules.identity.access import SYSTEM_USER
    from app.modules.identity.identity_models import User
    from app.modules.product.product_models import Product
    from app.modules.staff.staff_models import Staff, StaffBranch

    branch = await branch_service.get_branch(session, branch_id)
    categories = await catalogue_service.read_catalogue(session)
    services = [service for category in categories for service in category.services]
    of_branch = select(StaffBranch.staff_id).where(StaffBranch.branch_id == branch_id)
    user_id = (await session.scalars(select(User.id).order_by(User.email).limit(1))).one()
    return _Menu(
        replace(SYSTEM_USER, id=user_id),
        ZoneInfo(branch.time_zone),
        [variant.id for service in services for variant in service.variants],
        [*await session.scalars(select(Product.id).order_by(Product.id))],
        [*await session.scalars(select(CoursePlan.id).order_by(CoursePlan.id))],
        [*await session.scalars(select(Staff.id).where(Staff.id.in_(of_branch)).order_by(Staff.key))],
        [*await session.scalars(select(Customer.id).order_by(Customer.id))],
    )


async def _sell_once(branch_id: UUID, menu: _Menu, rng: random.Random) -> None:
    """Close one bill: mostly a treatment, now and then with a product, a course, a gift card, a tip or a refund."""
    from app.db.transactions import run_in_transaction
    from app.modules.sale.payments import take_payments
    from app.modules.sale.refunds import refund_sale
    from app.modules.sale.sale_schemas import PaymentsCreate, RefundCreate, SaleCreate
    from app.modules.sale.sale_service import open_bill

    def chance(share: float) -> bool:
        return rng.random() < share

    def draw(ids: list[UUID]) -> str:
        return str(rng.choice(ids))

    # Some therapists and some treatments are asked for more than others.
    staff_id = str(menu.staff[min(rng.randrange(len(menu.staff)), rng.randrange(len(menu.staff)))])
    variant = menu.variants[min(rng.randrange(len(menu.variants)), rng.randrange(len(menu.variants)))]
    lines: list[dict[str, Any]] = [{"variant_id": str(variant), "staff_id": staff_id}]
    if chance(0.12):
        lines[0]["discount_percent"] = 10
    if menu.products and chance(0.2):
        lines.append({"product_id": draw(menu.products), "staff_id": staff_id})
    if menu.plans and chance(0.05):
        lines.append({"course_plan_id": draw(menu.plans), "staff_id": staff_id})
    if chance(0.04):
        lines.append({"gift_card": 500_000})
    content = {
        "customer_id": draw(menu.customers),
        "lines": lines,
        "tip": rng.choice((50_000, 100_000)) if chance(0.4) else 0,
    }

    new = SaleCreate.model_validate_json(json.dumps({"branch_id": str(branch_id), "content": content}))
    bill = await run_in_transaction(lambda session: open_bill(session, menu.user, new))
    paid = PaymentsCreate.model_validate({"payments": [{"method": rng.choice(_METHODS), "amount": bill.due}]})
    await run_in_transaction(lambda session: take_payments(session, menu.user, str(uuid4()), bill.id, paid))
    if chance(0.02):
        refund = RefundCreate.model_validate_json(
            json.dumps({"lines": [{"line_id": str(bill.lines[0].id)}], "reason": "Khách chờ lâu"})
        )
        await run_in_transaction(
            lambda session: refund_sale(session, menu.user, str(uuid4()), bill.id, refund)
        )


if __name__ == "__main__":
    url, branch, first, last = sys.argv[1:]
    os.environ["DATABASE_URL"] = url
    sold = asyncio.run(sell(UUID(branch), date.fromisoformat(first), date.fromisoformat(last)))
    sys.stdout.write(f"{sold}\n")
