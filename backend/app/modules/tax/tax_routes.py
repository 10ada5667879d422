"""Taxes over HTTP."""

from uuid import UUID

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.identity.access import SignedIn
from app.modules.tax import tax_service as service
from app.modules.tax.tax_errors import TaxCategoryKeyTaken, TaxCategoryNotFound
from app.modules.tax.tax_schemas import RateSchedule, TaxCategoryCreate, TaxCategoryRead, TaxCategoryUpdate

router = ApiRouter(prefix=f"{API_V1}/tax-categories", tags=["Taxes"])


@router.get("")
async def list_tax_categories(user: SignedIn, session: SessionDep) -> list[TaxCategoryRead]:
    """List the tax categories with their rates. Prices include the tax."""
    return await service.list_tax_categories(session, user)


@router.post("", status_code=201, responses=error_responses(TaxCategoryKeyTaken))
async def create_tax_category(user: SignedIn, session: SessionDep, new: TaxCategoryCreate) -> TaxCategoryRead:
    """Add a tax category with its rates."""
    return await service.create_tax_category(session, user, new)


@router.patch("/{tax_category_id}", responses=error_responses(TaxCategoryNotFound, TaxCategoryKeyTaken))
async def update_tax_category(
    user: SignedIn, session: SessionDep, tax_category_id: UUID, changes: TaxCategoryUpdate
) -> TaxCategoryRead:
    """Change the fields that are sent."""
    return await service.update_tax_category(session, user, tax_category_id, changes)


@router.put("/{tax_category_id}/rates", responses=error_responses(TaxCategoryNotFound))
async def set_tax_rates(
    user: SignedIn, session: SessionDep, tax_category_id: UUID, wanted: RateSchedule
) -> TaxCategoryRead:
    """Replace all rates of a category. Closed bills keep the rate that they were closed with."""
    return await service.set_tax_rates(session, user, tax_category_id, wanted)
