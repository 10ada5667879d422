"""Products, in one line.

oil = await add_product(price=250_000)
"""

from typing import Any
from uuid import UUID

from app.common.types.localized import LocalizedText
from app.modules.product.product_models import Product
from tests.builders.rows import keyed_id
from tests.support.database import insert

OIL = LocalizedText("Dầu massage oải hương", "Lavender massage oil")


def product_row(**values: Any) -> Product:
    return Product(**keyed_id() | {"name": OIL, "price": 250_000, "position": 0} | values)


async def add_product(**values: Any) -> UUID:
    return await insert(product_row(**values))
