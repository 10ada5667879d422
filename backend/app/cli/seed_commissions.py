"""Commission rules of the demo spa, as spas in Vietnam have them: less where machines do the work, more for a senior."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.branch.branch_models import Branch
from app.modules.catalogue.catalogue_models import Service, ServiceCategory
from app.modules.commission import commission_service
from app.modules.commission.commission_schemas import CommissionRuleCreate
from app.modules.commission.rules import CommissionScope
from app.modules.identity.access import SYSTEM_USER
from app.modules.staff.staff_models import Staff

type _Keyed = type[Branch | Service | ServiceCategory | Staff]


async def seed_commissions(session: AsyncSession, first_day: date) -> None:
    """Add the rules to the demo spa, whose set-up is there already."""

    async def find(table: _Keyed, key: str) -> UUID:
        return (await session.scalars(select(table.id).where(table.key == key))).one()

    rules = [
        CommissionRuleCreate(scope=CommissionScope.SERVICES, rate=1000, first_day=first_day),
        CommissionRuleCreate(scope=CommissionScope.PRODUCTS, rate=500, first_day=first_day),
        CommissionRuleCreate(scope=CommissionScope.COURSES, rate=300, first_day=first_day),
        CommissionRuleCreate(
            scope=CommissionScope.CATEGORY,
            thing_id=await find(ServiceCategory, "cong-nghe-cao"),
            rate=600,
            first_day=first_day,
        ),
        CommissionRuleCreate(
            scope=CommissionScope.SERVICE,
            thing_id=await find(Service, "massage-thai"),
            amount=70_000,
            first_day=first_day,
        ),
        CommissionRuleCreate(
            scope=CommissionScope.CATEGORY,
            thing_id=await find(ServiceCategory, "da-mat"),
            branch_id=await find(Branch, "thao-dien"),
            rate=1200,
            first_day=first_day,
        ),
        CommissionRuleCreate(
            scope=CommissionScope.SERVICES,
            staff_id=await find(Staff, "le-thi-hong-nhung"),
            rate=1250,
            first_day=first_day,
        ),
    ]
    for rule in rules:
        await commission_service.create_rule(session, SYSTEM_USER, rule)
