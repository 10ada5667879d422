"""Tax categories with dated rates. Prices include the tax; a bill freezes the rates of its day when it closes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import changes_of
from app.db.errors import translate_integrity_errors
from app.db.models import Entity
from app.db.queries import fetch_raw
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import TEAM, Role
from app.modules.tax.tax_errors import TaxCategoryKeyTaken, TaxCategoryNotFound
from app.modules.tax.tax_models import TaxCategory, TaxRate
from app.modules.tax.tax_schemas import (
    DatedRate,
    RateSchedule,
    TaxCategoryCreate,
    TaxCategoryRead,
    TaxCategoryUpdate,
    TaxRates,
)

# The newest rate that has begun; on a day before all of them the first one.
_RATES_ON = """
SELECT category.id, category.is_default, applied.rate FROM tax_category AS category CROSS JOIN LATERAL (
    SELECT rate FROM tax_rate WHERE tax_category_id = category.id
    ORDER BY from_day > $1, CASE WHEN from_day <= $1 THEN from_day END DESC, from_day LIMIT 1
) AS applied
"""


async def rates_on(session: AsyncSession, day: date) -> TaxRates:
    """Return the rates of a day, for a module that has authorized the user. One message to PostgreSQL."""
    rows = await fetch_raw(session, _RATES_ON, day)
    default_id = next((category_id for category_id, is_default, _ in rows if is_default), None)
    return TaxRates(default_id, {category_id: rate for category_id, _, rate in rows})


async def list_tax_categories(session: AsyncSession, user: CurrentUser) -> list[TaxCategoryRead]:
    """Return all categories with their rates, in the order in which they were added."""
    authorize(user, *TEAM)
    return await _read(session, (await session.scalars(select(TaxCategory).order_by(TaxCategory.id))).all())


async def create_tax_category(
    session: AsyncSession, user: CurrentUser, new: TaxCategoryCreate
) -> TaxCategoryRead:
    """Add a category with its rates.

    Raises:
        TaxCategoryKeyTaken
    """
    authorize(user, Role.ADMIN, everywhere=True)
    others = await _lock_all(session)
    category = TaxCategory(key=new.key, name=new.name.localized(), is_default=new.is_default or not others)
    if category.is_default:
        await _clear_default(session, others)
    await _save(session, category)
    await _save(session, *(_rate_row(category.id, rate) for rate in new.rates))
    return await _read_one(session, category)


async def update_tax_category(
    session: AsyncSession, user: CurrentUser, category_id: UUID, changes: TaxCategoryUpdate
) -> TaxCategoryRead:
    """Change the fields that were sent.

    Raises:
        TaxCategoryNotFound, TaxCategoryKeyTaken
    """
    authorize(user, Role.ADMIN, everywhere=True)
    categories = {category.id: category for category in await _lock_all(session)}
    if (category := categories.get(category_id)) is None:
        raise TaxCategoryNotFound
    values = changes_of(changes)
    if "is_default" in values:
        await _clear_default(session, (other for other in categories.values() if other is not category))
    for field, value in values.items():
        setattr(category, field, value)
    await _save(session, category)
    return await _read_one(session, category)


async def set_tax_rates(
    session: AsyncSession, user: CurrentUser, category_id: UUID, wanted: RateSchedule
) -> TaxCategoryRead:
    """Replace the rates of a category. Closed bills keep the rate that they were closed with.

    Rates that stay are left untouched, so that the audit ledger shows real changes only.

    Raises:
        TaxCategoryNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    category = {category.id: category for category in await _lock_all(session)}.get(category_id)
    if category is None:
        raise TaxCategoryNotFound
    rates = {rate.from_day: rate for rate in wanted.rates}
    for row in await session.scalars(select(TaxRate).where(TaxRate.tax_category_id == category_id)):
        if (rate := rates.pop(row.from_day, None)) is None:
            await session.delete(row)
        else:
            row.rate = rate.rate
    await _save(session, *(_rate_row(category_id, rate) for rate in rates.values()))
    return await _read_one(session, category)


async def _lock_all(session: AsyncSession) -> Sequence[TaxCategory]:
    """Lock the few categories, so that two changes of the default wait for each other."""
    statement = select(TaxCategory).order_by(TaxCategory.id).with_for_update(key_share=True)
    return (await session.scalars(statement, execution_options={"populate_existing": True})).all()


async def _clear_default(session: AsyncSession, categories: Iterable[TaxCategory]) -> None:
    """Save that none of these is the default, before another one is: PostgreSQL lets only one be it at any time."""
    for category in categories:
        category.is_default = False
    await session.flush()


def _rate_row(category_id: UUID, rate: DatedRate) -> TaxRate:
    return TaxRate(tax_category_id=category_id, from_day=rate.from_day, rate=rate.rate)


async def _save(session: AsyncSession, *rows: Entity) -> None:
    session.add_all(rows)
    with translate_integrity_errors({"tax_category_key_key": TaxCategoryKeyTaken}):
        await session.flush()


async def _read_one(session: AsyncSession, category: TaxCategory) -> TaxCategoryRead:
    [read] = await _read(session, [category])
    return read


async def _read(session: AsyncSession, categories: Sequence[TaxCategory]) -> list[TaxCategoryRead]:
    rates: dict[UUID, list[DatedRate]] = defaultdict(list)
    of_categories = select(TaxRate).where(TaxRate.tax_category_id.in_([row.id for row in categories]))
    for rate in await session.scalars(of_categories.order_by(TaxRate.from_day)):
        rates[rate.tax_category_id].append(DatedRate.model_validate(rate))
    return [
        TaxCategoryRead(
            id=category.id,
            key=category.key,
            name=category.name,
            is_default=category.is_default,
            rates=rates[category.id],
        )
        for category in categories
    ]
