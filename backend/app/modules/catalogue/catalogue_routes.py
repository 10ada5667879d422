"""The catalogue over HTTP."""

from uuid import UUID

from fastapi import Request, Response
from pydantic import TypeAdapter

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.etags import NOT_MODIFIED, respond_with_etag
from app.http.router import PUBLIC, ApiRouter
from app.modules.catalogue import catalogue_service as service
from app.modules.catalogue.catalogue_errors import (
    AddOnKeyTaken,
    AddOnNotFound,
    CategoryKeyTaken,
    CategoryNotFound,
    ServiceKeyTaken,
    ServiceNotFound,
    VariantKeyTaken,
    VariantNotFound,
    VariantsAlike,
)
from app.modules.catalogue.catalogue_schemas import (
    AddOnCreate,
    AddOnUpdate,
    CategoryCreate,
    CategoryRead,
    CategoryUpdate,
    DeskAddOn,
    DeskCatalogue,
    DeskCategory,
    DeskService,
    DeskVariant,
    ServiceCreate,
    ServiceUpdate,
    VariantCreate,
    VariantUpdate,
)
from app.modules.identity.access import SignedIn
from app.modules.tax.tax_errors import TaxCategoryNotFound

router = ApiRouter(prefix=f"{API_V1}/catalogue", tags=["Catalogue"])

_CATALOGUE = TypeAdapter(list[CategoryRead])


@router.get("", response_model=list[CategoryRead], openapi_extra=PUBLIC, responses=NOT_MODIFIED)
async def read_catalogue(request: Request, session: SessionDep) -> Response:
    """List what guests can book online: categories, in each its services, with their lengths, prices in đồng and
    add-ons, all in order. What cannot be booked, a service without a length or a category without a service, is left
    out."""
    return respond_with_etag(request, _CATALOGUE.dump_json(await service.read_catalogue(session)))


@router.get("/desk")
async def read_desk_catalogue(user: SignedIn, session: SessionDep) -> DeskCatalogue:
    """List the whole catalogue, also what is sold at the desk only or no longer, with the segments of each variant."""
    return await service.read_desk_catalogue(session, user)


@router.post("/categories", status_code=201, responses=error_responses(CategoryKeyTaken))
async def create_service_category(user: SignedIn, session: SessionDep, new: CategoryCreate) -> DeskCategory:
    """Add a category. Guests see it once it has a service."""
    return await service.create_category(session, user, new)


@router.patch(
    "/categories/{category_id}",
    responses=error_responses(CategoryNotFound, CategoryKeyTaken),
)
async def update_service_category(
    user: SignedIn, session: SessionDep, category_id: UUID, changes: CategoryUpdate
) -> DeskCategory:
    """Change the fields that are sent."""
    return await service.update_category(session, user, category_id, changes)


@router.post(
    "/services",
    status_code=201,
    responses=error_responses(
        CategoryNotFound, TaxCategoryNotFound, AddOnNotFound, ServiceKeyTaken, VariantKeyTaken, VariantsAlike
    ),
)
async def create_service(user: SignedIn, session: SessionDep, new: ServiceCreate) -> DeskService:
    """Add a service. Its variants can be sent with it or added later."""
    return await service.create_service(session, user, new)


@router.patch(
    "/services/{service_id}",
    responses=error_responses(
        ServiceNotFound, CategoryNotFound, TaxCategoryNotFound, AddOnNotFound, ServiceKeyTaken
    ),
)
async def update_service(
    user: SignedIn, session: SessionDep, service_id: UUID, changes: ServiceUpdate
) -> DeskService:
    """Change the fields that are sent."""
    return await service.update_service(session, user, service_id, changes)


@router.post(
    "/services/{service_id}/variants",
    status_code=201,
    responses=error_responses(ServiceNotFound, VariantKeyTaken, VariantsAlike),
)
async def create_service_variant(
    user: SignedIn, session: SessionDep, service_id: UUID, new: VariantCreate
) -> DeskVariant:
    """Add a variant to a service."""
    return await service.create_variant(session, user, service_id, new)


@router.patch(
    "/variants/{variant_id}",
    responses=error_responses(VariantNotFound, VariantKeyTaken, VariantsAlike),
)
async def update_service_variant(
    user: SignedIn, session: SessionDep, variant_id: UUID, changes: VariantUpdate
) -> DeskVariant:
    """Change the fields that are sent. Appointments booked before keep their price and their times."""
    return await service.update_variant(session, user, variant_id, changes)


@router.post("/add-ons", status_code=201, responses=error_responses(TaxCategoryNotFound, AddOnKeyTaken))
async def create_add_on(user: SignedIn, session: SessionDep, new: AddOnCreate) -> DeskAddOn:
    """Add an add-on. Each service lists the add-ons it can have."""
    return await service.create_add_on(session, user, new)


@router.patch(
    "/add-ons/{add_on_id}", responses=error_responses(AddOnNotFound, TaxCategoryNotFound, AddOnKeyTaken)
)
async def update_add_on(
    user: SignedIn, session: SessionDep, add_on_id: UUID, changes: AddOnUpdate
) -> DeskAddOn:
    """Change the fields that are sent."""
    return await service.update_add_on(session, user, add_on_id, changes)
