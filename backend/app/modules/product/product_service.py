"""Products that a spa sells."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.schemas import changes_of
from app.common.types.localized import LocalizedText
from app.core.exceptions import ZenSpaException
from app.db.errors import translate_integrity_errors
from app.db.queries import fetch_raw, get_row
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.product.product_errors import (
    ProductKeyTaken,
    ProductNotFound,
    ProductRetired,
    ProductSkuTaken,
)
from app.modules.product.product_models import Product, ProductStock
from app.modules.product.product_schemas import (
    BranchStock,
    ProductCreate,
    ProductListQuery,
    ProductOffer,
    ProductRead,
    ProductUpdate,
)
from app.modules.tax.tax_errors import TaxCategoryNotFound

_INTEGRITY_ERRORS: dict[str, type[ZenSpaException]] = {
    "product_key_key": ProductKeyTaken,
    "product_sku_key": ProductSkuTaken,
    "product_tax_category_id_fkey": TaxCategoryNotFound,
}
_OFFER = """
SELECT id, name_vi, name_en, price, tax_category_id, retired_at FROM product WHERE id = ANY($1)
"""


async def offer(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, ProductOffer]:
    """Return names, prices and tax categories of products that are to be sold, for a module that has authorized the user.

    One message to PostgreSQL.

    Raises:
        ProductNotFound, ProductRetired
    """
    rows = await fetch_raw(session, _OFFER, [*ids])
    if len(rows) < len({*ids}):
        raise ProductNotFound
    if any(retired_at is not None for *_, retired_at in rows):
        raise ProductRetired
    return {row[0]: ProductOffer(LocalizedText(row[1], row[2]), row[3], row[4]) for row in rows}


async def list_products(
    session: AsyncSession, user: CurrentUser, query: ProductListQuery
) -> list[ProductRead]:
    """List the products that are sold, or those that no longer are, in order, with their stock."""
    authorize(user, *DESK)
    statement = select(Product).where(
        Product.retired_at.is_not(None) if query.retired else Product.retired_at.is_(None)
    )
    if query.q is not None:
        columns = Product.__table__.columns
        texts = (columns["name_vi"], columns["name_en"], func.coalesce(Product.sku, ""))
        searched = func.zenspa_fold(query.q)
        statement = statement.where(
            or_(*(func.strpos(func.zenspa_fold(text), searched) > 0 for text in texts))
        )
    rows = await session.scalars(statement.order_by(Product.position, Product.key))
    return await _read(session, rows.all())


async def create_product(session: AsyncSession, user: CurrentUser, new: ProductCreate) -> ProductRead:
    """Add a product.

    Raises:
        ProductKeyTaken, ProductSkuTaken, TaxCategoryNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    product = Product(**new.model_dump(exclude={"name"}), name=new.name.localized())
    return await _save(session, product)


async def update_product(
    session: AsyncSession, user: CurrentUser, product_id: UUID, changes: ProductUpdate
) -> ProductRead:
    """Change the fields that were sent. Bills keep the price that they have.

    Raises:
        ProductNotFound, ProductKeyTaken, ProductSkuTaken, TaxCategoryNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    product = await get_row(session, Product, product_id, ProductNotFound, lock=True)
    values = changes_of(changes)
    if (retired := values.pop("retired", None)) is not None:
        product.retired_at = (product.retired_at or utc_now()) if retired else None
    for field, value in values.items():
        setattr(product, field, value)
    return await _save(session, product)


async def _save(session: AsyncSession, product: Product) -> ProductRead:
    session.add(product)
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        await session.flush()
    [read] = await _read(session, [product])
    return read


async def _read(session: AsyncSession, products: Sequence[Product]) -> list[ProductRead]:
    stock: dict[UUID, list[BranchStock]] = defaultdict(list)
    of_products = select(ProductStock).where(ProductStock.product_id.in_([row.id for row in products]))
    for row in await session.scalars(of_products.order_by(ProductStock.branch_id)):
        stock[row.product_id].append(BranchStock(branch_id=row.branch_id, count=row.count))
    return [
        ProductRead(
            id=product.id,
            key=product.key,
            name=product.name,
            price=product.price,
            sku=product.sku,
            tax_category_id=product.tax_category_id,
            position=product.position,
            retired_at=product.retired_at,
            stock=stock[product.id],
        )
        for product in products
    ]
