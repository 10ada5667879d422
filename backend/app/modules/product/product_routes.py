"""Products and their stock over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.core.security import InvalidCursorException
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.identity.access import SignedIn
from app.modules.product import product_service as service
from app.modules.product import stock
from app.modules.product.product_errors import ProductKeyTaken, ProductNotFound, ProductSkuTaken
from app.modules.product.product_schemas import (
    ProductCreate,
    ProductListQuery,
    ProductRead,
    ProductUpdate,
    StockEntryCreate,
    StockEntryListQuery,
    StockEntryPage,
    StockEntryRead,
)
from app.modules.tax.tax_errors import TaxCategoryNotFound

products = ApiRouter(prefix=f"{API_V1}/products", tags=["Products"])
stock_entries = ApiRouter(prefix=f"{API_V1}/stock-entries", tags=["Products"])


@products.get("")
async def list_products(
    user: SignedIn, session: SessionDep, query: Annotated[ProductListQuery, Query()]
) -> list[ProductRead]:
    """List the products that are sold, or with `retired` those that no longer are, with the stock of each branch."""
    return await service.list_products(session, user, query)


@products.post(
    "",
    status_code=201,
    responses=error_responses(ProductKeyTaken, ProductSkuTaken, TaxCategoryNotFound),
)
async def create_product(user: SignedIn, session: SessionDep, new: ProductCreate) -> ProductRead:
    """Add a product."""
    return await service.create_product(session, user, new)


@products.patch(
    "/{product_id}",
    responses=error_responses(ProductNotFound, ProductKeyTaken, ProductSkuTaken, TaxCategoryNotFound),
)
async def update_product(
    user: SignedIn, session: SessionDep, product_id: UUID, changes: ProductUpdate
) -> ProductRead:
    """Change the fields that are sent. Bills keep the price that they have."""
    return await service.update_product(session, user, product_id, changes)


@stock_entries.get("", responses=error_responses(BranchNotFound, InvalidCursorException))
async def list_stock_entries(
    user: SignedIn, session: SessionDep, query: Annotated[StockEntryListQuery, Query()]
) -> StockEntryPage:
    """List what changed the stock of a branch, the newest first."""
    return await stock.list_stock_entries(session, user, query)


@stock_entries.post("", status_code=201, responses=error_responses(BranchNotFound, ProductNotFound))
async def record_stock(user: SignedIn, session: SessionDep, new: StockEntryCreate) -> StockEntryRead:
    """Record pieces that came, were counted, or were damaged. Bills record what is sold and brought back themselves."""
    return await stock.record_stock(session, user, new)
