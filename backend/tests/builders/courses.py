"""Course plans and courses, in one line.

course = await sell_course(branch_id, customer_id, variant_id)
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.money import tax_within
from app.common.types.localized import LocalizedText
from app.db.transactions import run_in_transaction
from app.modules.course.course_models import (
    CourseEntry,
    CoursePlan,
    CoursePlanVariant,
    CourseSession,
    CustomerCourse,
)
from app.modules.course.selling import grant_course
from app.modules.course.shares import shares_of
from app.modules.ledger import ledger_service
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry, Fact
from app.modules.ledger.till import lock_till
from tests.builders.people import add_customer
from tests.builders.rows import keyed_id
from tests.builders.taxes import FIRST_DAY
from tests.support.database import insert_all, new

PRICE, SESSIONS, TAX_RATE = 3_500_000, 10, 800


@dataclass(frozen=True)
class SoldCourse:
    """The ids of a course that was sold."""

    id: UUID
    plan_id: UUID
    customer_id: UUID
    sale_line_id: UUID


def plan_row(**values: Any) -> CoursePlan:
    """Return a plan of ten sessions for 3,500,000 đồng, which pay no variant."""
    return CoursePlan(
        **keyed_id()
        | {
            "name": LocalizedText("Liệu trình 10 buổi", "Ten sessions"),
            "price": PRICE,
            "sessions": SESSIONS,
            "return_policy": "pro_rata",
        }
        | values
    )


async def add_plan(*variant_ids: UUID, **values: Any) -> UUID:
    """Add a plan whose sessions pay these variants, and return its id."""
    plan = plan_row(**values)
    pays = [CoursePlanVariant(plan_id=plan.id, variant_id=variant_id) for variant_id in variant_ids]
    await insert_all([plan, *pays])
    return plan.id


async def sell_course(
    branch_id: UUID,
    customer_id: UUID | None = None,
    *variant_ids: UUID,
    plan_id: UUID | None = None,
    price: int = PRICE,
    sessions: int = SESSIONS,
    tax_rate: int = TAX_RATE,
    **plan: Any,
) -> SoldCourse:
    """Sell a course for cash as a bill does, by a new plan unless one is given, and return its ids."""
    customer_id = customer_id or await add_customer()
    plan_id = plan_id or await add_plan(*variant_ids, price=price, sessions=sessions, **plan)
    sale_line_id = uuid7()
    tax = tax_within(price, tax_rate)

    async def sell(session: AsyncSession) -> UUID:
        till = await lock_till(session, branch_id)
        course_id = await grant_course(
            session,
            till,
            None,
            customer_id=customer_id,
            plan_id=plan_id,
            price=price,
            tax_rate=tax_rate,
            sessions=sessions,
            sale_line_id=sale_line_id,
        )
        sold = [
            Entry(Account.CASH, price),
            Entry(Account.COURSE, tax - price),
            Entry(Account.VAT, -tax),
        ]
        await ledger_service.post(session, till, Fact("sale", uuid7(), sold))
        return course_id

    return SoldCourse(await run_in_transaction(sell), plan_id, customer_id, sale_line_id)


def course_rows(
    branch_id: UUID,
    customer_id: UUID,
    plan_id: UUID,
    *,
    sessions: int = SESSIONS,
    expires_on: date | None = None,
) -> tuple[CustomerCourse, list[Any]]:
    """Return a course whose sessions are free, and all new rows, parents first. The ledger knows nothing of it."""
    shares = shares_of(PRICE, TAX_RATE, sessions)
    net = sum(share.net for share in shares)
    course = new(
        CustomerCourse(
            customer_id=customer_id,
            plan_id=plan_id,
            branch_id=branch_id,
            price=PRICE,
            tax_rate=TAX_RATE,
            net=net,
            sessions=sessions,
            return_policy="pro_rata",
            return_base=PRICE,
            no_show_uses_session=False,
            expires_on=expires_on,
        )
    )
    granted = CourseEntry(
        id=uuid7(),
        course_id=course.id,
        kind="granted",
        numbers=[*range(1, sessions + 1)],
        amount=net,
        branch_id=branch_id,
        business_day=FIRST_DAY,
    )
    rows = [
        CourseSession(
            course_id=course.id,
            number=number,
            gross=share.gross,
            net=share.net,
            state="free",
            entry_id=granted.id,
        )
        for number, share in enumerate(shares, 1)
    ]
    return course, [course, granted, *rows]
