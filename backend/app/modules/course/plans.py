"""Course plans: what the spa sells as a course."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.schemas import Bilingual, changes_of
from app.core.exceptions import ValidationException, ZenSpaException
from app.core.validation_messages import describe
from app.db.errors import translate_integrity_errors
from app.db.models import Entity
from app.db.queries import get_row
from app.modules.catalogue.catalogue_errors import VariantNotFound
from app.modules.course.course_errors import CoursePlanInUse, CoursePlanKeyTaken, CoursePlanNotFound
from app.modules.course.course_models import CoursePlan, CoursePlanVariant, CourseSession, CustomerCourse
from app.modules.course.course_schemas import LIST_PRICE, CoursePlanCreate, CoursePlanRead, CoursePlanUpdate
from app.modules.course.kinds import ReturnPolicy
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.tax.tax_errors import TaxCategoryNotFound

_INTEGRITY_ERRORS: dict[str, type[ZenSpaException]] = {
    "course_plan_key_key": CoursePlanKeyTaken,
    "course_plan_tax_category_id_fkey": TaxCategoryNotFound,
    "course_plan_variant_variant_id_fkey": VariantNotFound,
}


async def list_plans(session: AsyncSession, user: CurrentUser) -> list[CoursePlanRead]:
    """List all course plans by key, also those that are no longer sold."""
    authorize(user, *DESK)
    return await _read(session, (await session.scalars(select(CoursePlan).order_by(CoursePlan.key))).all())


async def create_plan(session: AsyncSession, user: CurrentUser, new: CoursePlanCreate) -> CoursePlanRead:
    """Add a course plan.

    Raises:
        CoursePlanKeyTaken, VariantNotFound, TaxCategoryNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    plan = CoursePlan(**new.model_dump(exclude={"name", "variant_ids"}), name=new.name.localized())
    await _save(session, plan)
    await _set_variants(session, plan.id, new.variant_ids)
    [read] = await _read(session, [plan])
    return read


async def update_plan(
    session: AsyncSession, user: CurrentUser, plan_id: UUID, changes: CoursePlanUpdate
) -> CoursePlanRead:
    """Change the fields that were sent. Courses that customers have bought stay as agreed.

    Raises:
        CoursePlanNotFound, CoursePlanKeyTaken, VariantNotFound, TaxCategoryNotFound
        CoursePlanInUse: A variant is dropped that customers can still use their sessions for.
        ValidationException: The list price is missing, or the return policy does not need it.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    plan = await get_row(session, CoursePlan, plan_id, CoursePlanNotFound, lock=True)
    values = changes_of(changes)
    variant_ids = values.pop("variant_ids", None)
    if values.get("return_policy") is ReturnPolicy.PRO_RATA:
        values.setdefault("list_price", None)
    if (retired := values.pop("retired", None)) is not None:
        plan.retired_at = (plan.retired_at or utc_now()) if retired else None
    for field, value in values.items():
        setattr(plan, field, value)
    if (plan.return_policy == ReturnPolicy.LIST_PRICE) != (plan.list_price is not None):
        raise _list_price_error()
    await _save(session, plan)
    if variant_ids is not None:
        await _set_variants(session, plan_id, variant_ids)
    [read] = await _read(session, [plan])
    return read


def _list_price_error() -> ValidationException:
    error = {"type": "list_price", "loc": ("body", "list_price"), "ctx": LIST_PRICE._asdict()}
    return ValidationException(details=[describe(error)])


async def _set_variants(session: AsyncSession, plan_id: UUID, variant_ids: Iterable[UUID]) -> None:
    """Replace the variants of a plan. Those that stay are left untouched, so that the audit ledger shows real changes only."""
    missing = dict.fromkeys(variant_ids)
    for row in await session.scalars(select(CoursePlanVariant).where(CoursePlanVariant.plan_id == plan_id)):
        if row.variant_id in missing:
            del missing[row.variant_id]
        elif await _has_sessions_left(session, plan_id):
            raise CoursePlanInUse
        else:
            await session.delete(row)
    await _save(
        session, *(CoursePlanVariant(plan_id=plan_id, variant_id=variant_id) for variant_id in missing)
    )


async def _has_sessions_left(session: AsyncSession, plan_id: UUID) -> bool:
    left = (
        select(CourseSession.id)
        .join(CustomerCourse, CustomerCourse.id == CourseSession.course_id)
        .where(CustomerCourse.plan_id == plan_id, CourseSession.state.in_(["free", "reserved"]))
    )
    return await session.scalar(left.limit(1)) is not None


async def _save(session: AsyncSession, *rows: Entity) -> None:
    session.add_all(rows)
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        await session.flush()


async def _read(session: AsyncSession, plans: Sequence[CoursePlan]) -> list[CoursePlanRead]:
    variant_ids = await variants_of(session, [plan.id for plan in plans])
    return [
        CoursePlanRead(
            id=plan.id,
            key=plan.key,
            name=Bilingual.model_validate(plan.name),
            price=plan.price,
            sessions=plan.sessions,
            valid_days=plan.valid_days,
            return_policy=ReturnPolicy(plan.return_policy),
            list_price=plan.list_price,
            no_show_uses_session=plan.no_show_uses_session,
            tax_category_id=plan.tax_category_id,
            variant_ids=variant_ids[plan.id],
            retired_at=plan.retired_at,
        )
        for plan in plans
    ]


async def variants_of(session: AsyncSession, plan_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return the variants that a session of each of these plans pays, in the order in which they were added."""
    rows = select(CoursePlanVariant).where(CoursePlanVariant.plan_id.in_(plan_ids))
    variant_ids: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await session.scalars(rows.order_by(CoursePlanVariant.id)):
        variant_ids[row.plan_id].append(row.variant_id)
    return variant_ids
