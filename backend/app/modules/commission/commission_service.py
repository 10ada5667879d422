"""Rules of commissions (hoa hồng), and what a sale would earn by them."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.exceptions import ValidationException, ZenSpaException
from app.db.errors import translate_integrity_errors
from app.db.queries import get_row
from app.modules.branch import branch_service
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.catalogue.catalogue_errors import CategoryNotFound, ServiceNotFound
from app.modules.commission import rules
from app.modules.commission.commission_errors import (
    CommissionRuleNotFound,
    CommissionRuleOverlaps,
    CommissionRuleUsed,
)
from app.modules.commission.commission_models import THING_COLUMNS, CommissionEntry, CommissionRule
from app.modules.commission.commission_schemas import (
    CommissionCheck,
    CommissionCheckQuery,
    CommissionRuleCreate,
    CommissionRuleRead,
    CommissionRuleUpdate,
    date_order_error,
)
from app.modules.commission.in_force import load_rules
from app.modules.course.course_errors import CoursePlanNotFound
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role
from app.modules.product.product_errors import ProductNotFound
from app.modules.staff.staff_errors import StaffNotFound

_CONSTRAINT_ERRORS: dict[str, type[ZenSpaException]] = {
    "commission_rule_overlap": CommissionRuleOverlaps,
    "commission_rule_branch_id_fkey": BranchNotFound,
    "commission_rule_staff_id_fkey": StaffNotFound,
    "commission_rule_category_id_fkey": CategoryNotFound,
    "commission_rule_service_id_fkey": ServiceNotFound,
    "commission_rule_product_id_fkey": ProductNotFound,
    "commission_rule_course_plan_id_fkey": CoursePlanNotFound,
}


async def list_rules(session: AsyncSession, user: CurrentUser) -> list[CommissionRuleRead]:
    """Return the rules of the user's branches and those of every branch, the newest first. A spa has tens: no pages.

    Raises:
        ForbiddenException: The user is administrator of no branch.
    """
    authorize(user, Role.ADMIN)
    listing = select(CommissionRule).order_by(CommissionRule.first_day.desc(), CommissionRule.id.desc())
    if not user.holds_everywhere(Role.ADMIN):
        branch_ids = [grant.branch_id for grant in user.grants if grant.role is Role.ADMIN]
        listing = listing.where(
            or_(CommissionRule.branch_id.is_(None), CommissionRule.branch_id.in_(branch_ids))
        )
    return [CommissionRuleRead.model_validate(rule) for rule in await session.scalars(listing)]


async def create_rule(
    session: AsyncSession, user: CurrentUser, new: CommissionRuleCreate
) -> CommissionRuleRead:
    """Add a rule. One without a last day ends the rule for the same that was in force before, on the day before.

    Raises:
        ForbiddenException: The user is not administrator of the branch, or of the whole spa for a rule of every branch.
        BranchNotFound, StaffNotFound, CategoryNotFound, ServiceNotFound, ProductNotFound, CoursePlanNotFound
        CommissionRuleOverlaps: There is a rule for the same from that day on, or the new one has a last day.
    """
    _authorize(user, new.branch_id)
    values = new.model_dump(exclude={"thing_id"})
    if (column := THING_COLUMNS.get(new.scope)) is not None:
        values[column] = new.thing_id
    rule = CommissionRule(**values)
    if new.last_day is None:
        await session.execute(
            update(CommissionRule)
            .where(
                CommissionRule.branch_id.is_not_distinct_from(new.branch_id),
                CommissionRule.staff_id.is_not_distinct_from(new.staff_id),
                CommissionRule.scope == new.scope,
                CommissionRule.thing_id.is_not_distinct_from(new.thing_id),
                CommissionRule.first_day < new.first_day,
                or_(CommissionRule.last_day.is_(None), CommissionRule.last_day >= new.first_day),
            )
            .values(last_day=new.first_day - timedelta(days=1))
        )
    return await _save(session, rule)


async def update_rule(
    session: AsyncSession, user: CurrentUser, rule_id: UUID, changes: CommissionRuleUpdate
) -> CommissionRuleRead:
    """Set the last day of a rule. What was earned by it stays.

    Raises:
        ForbiddenException: The user is not administrator of the branch, or of the whole spa for a rule of every branch.
        CommissionRuleNotFound, CommissionRuleOverlaps
        ValidationException: The last day is before the first.
    """
    rule = await _lock(session, user, rule_id)
    if changes.last_day is not None and changes.last_day < rule.first_day:
        raise ValidationException.of(date_order_error())
    rule.last_day = changes.last_day
    return await _save(session, rule)


async def delete_rule(session: AsyncSession, user: CurrentUser, rule_id: UUID) -> None:
    """Delete a rule that has not paid anything, such as a mistake.

    Raises:
        ForbiddenException: The user is not administrator of the branch, or of the whole spa for a rule of every branch.
        CommissionRuleNotFound, CommissionRuleUsed
    """
    rule = await _lock(session, user, rule_id)
    await session.delete(rule)
    with translate_integrity_errors({"commission_entry_rule_id_fkey": CommissionRuleUsed}):
        await session.flush()


async def check_rules(
    session: AsyncSession, user: CurrentUser, query: CommissionCheckQuery
) -> CommissionCheck:
    """Return which rule would pay for a sale, and how much.

    Raises:
        ForbiddenException: The user is not administrator of the branch.
        BranchNotFound
    """
    authorize(user, Role.ADMIN, branch_id=query.branch_id)
    await branch_service.get_branch(session, query.branch_id)
    is_variant = query.kind is rules.EarningKind.SERVICE
    in_force = await load_rules(
        session,
        branch_id=query.branch_id,
        day=query.day,
        staff_ids=[query.staff_id],
        variant_ids=[query.thing_id] if is_variant else [],
    )
    thing = in_force.thing(query.kind, query.thing_id)
    rule = rules.find_rule(in_force.rules, branch_id=query.branch_id, staff_id=query.staff_id, thing=thing)
    if rule is None:
        return CommissionCheck(rule=None, amount=0)
    read = CommissionRuleRead.model_validate(
        await get_row(session, CommissionRule, rule.id, CommissionRuleNotFound)
    )
    return CommissionCheck(rule=read, amount=rules.commission(rule, query.price, 1))


def _authorize(user: CurrentUser, branch_id: UUID | None) -> None:
    authorize(user, Role.ADMIN, branch_id=branch_id, everywhere=branch_id is None)


async def sum_commissions(
    session: AsyncSession, branch_ids: Collection[UUID], first_day: date, last_day: date
) -> dict[UUID, int]:
    """Return what people have earned on these days, less what was taken back, for a module that has authorized the user."""
    of_days = select(CommissionEntry.staff_id, func.sum(CommissionEntry.amount)).where(
        CommissionEntry.branch_id.in_(branch_ids), CommissionEntry.business_day.between(first_day, last_day)
    )
    rows = await session.execute(of_days.group_by(CommissionEntry.staff_id))
    return {staff_id: int(amount) for staff_id, amount in rows}


async def _lock(session: AsyncSession, user: CurrentUser, rule_id: UUID) -> CommissionRule:
    authorize(user, Role.ADMIN)  # before the lock, and again for the branch of the rule
    rule = await get_row(session, CommissionRule, rule_id, CommissionRuleNotFound)
    _authorize(user, rule.branch_id)
    return await get_row(session, CommissionRule, rule_id, CommissionRuleNotFound, lock=True)


async def _save(session: AsyncSession, rule: CommissionRule) -> CommissionRuleRead:
    session.add(rule)
    with translate_integrity_errors(_CONSTRAINT_ERRORS):
        await session.flush()
    await session.refresh(rule)
    return CommissionRuleRead.model_validate(rule)
