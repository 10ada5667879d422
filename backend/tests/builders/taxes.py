"""Tax categories, in one line: an empty database has none, and a bill needs the default one.

massage = await add_tax_category(1000)
await add_tax_category({date(2025, 7, 1): 800, date(2027, 1, 1): 1000}, default=True)
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from app.common.types.localized import LocalizedText
from app.db.models import Entity
from app.modules.tax.tax_models import TaxCategory, TaxRate
from tests.builders.rows import keyed_id
from tests.support.database import insert_all

FIRST_DAY = date(2025, 7, 1)


def tax_category_rows(
    rates: int | Mapping[date, int], *, default: bool = False, name: LocalizedText | None = None
) -> tuple[TaxCategory, list[Entity]]:
    """Return a category, and all new rows. One number is its only rate; rates are hundredths of a percent."""
    category = TaxCategory(
        **keyed_id(), name=name or LocalizedText("Dịch vụ", "Services"), is_default=default
    )
    dated = {FIRST_DAY: rates} if isinstance(rates, int) else rates
    rows = [TaxRate(tax_category_id=category.id, from_day=day, rate=rate) for day, rate in dated.items()]
    return category, [category, *rows]


async def add_tax_category(rates: int | Mapping[date, int] = 800, *, default: bool = False) -> UUID:
    category, rows = tax_category_rows(rates, default=default)
    await insert_all(rows)
    return category.id
