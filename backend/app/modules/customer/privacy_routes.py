"""A customer's account, consents and rights over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.customer import customer_service as service
from app.modules.customer import privacy
from app.modules.customer.customer_models import Consent, Customer
from app.modules.customer.customer_routes import PREFIX
from app.modules.customer.customer_schemas import (
    ConsentCreate,
    ConsentRead,
    CustomerAccount,
    CustomerRead,
    PersonalData,
)
from app.modules.identity.access import AdminEverywhere, CurrentUser, Desk, Requires
from app.modules.identity.identity_service import UserNotFound
from app.modules.identity.roles import Role

router = ApiRouter(prefix=f"{PREFIX}/{{customer_id}}", tags=["Customers: account and privacy"])
DeskOrThemselves = Annotated[CurrentUser, Requires(Role.ADMIN, Role.RECEPTIONIST, Role.CUSTOMER)]
AdminOrThemselves = Annotated[CurrentUser, Requires(Role.CUSTOMER, everywhere=[Role.ADMIN])]


@router.put(
    "/account",
    response_model=CustomerRead,
    responses=error_responses(
        service.CustomerNotFound,
        UserNotFound,
        service.CustomerArchived,
        service.CustomerMerged,
        service.CustomerErased,
        service.AccountTaken,
        service.OwnAccount,
    ),
)
async def link_customer_account(
    user: Desk, session: SessionDep, customer_id: UUID, account: CustomerAccount
) -> Customer:
    """Lets a user sign in as this customer and see what is theirs."""
    return await service.link_account(session, user, customer_id, account)


@router.delete(
    "/account",
    response_model=CustomerRead,
    responses=error_responses(service.CustomerNotFound),
)
async def unlink_customer_account(_: Desk, session: SessionDep, customer_id: UUID) -> Customer:
    """Nobody signs in as this customer any more."""
    return await service.unlink_account(session, customer_id)


@router.get(
    "/consents", response_model=list[ConsentRead], responses=error_responses(service.CustomerNotFound)
)
async def list_customer_consents(
    user: DeskOrThemselves, session: SessionDep, customer_id: UUID
) -> Sequence[Consent]:
    """What the customer ever agreed to or refused, newest first: of each purpose the first one holds."""
    return await privacy.list_consents(session, user, customer_id)


@router.post(
    "/consents",
    status_code=201,
    response_model=ConsentRead,
    responses=error_responses(service.CustomerNotFound, service.CustomerErased),
)
async def record_customer_consent(
    user: DeskOrThemselves, session: SessionDep, customer_id: UUID, said: ConsentCreate
) -> Consent:
    """Notes that the customer agreed or refused, to which text, and how they said it."""
    return await privacy.record_consent(session, user, customer_id, said)


@router.get("/personal-data", responses=error_responses(service.CustomerNotFound))
async def get_customer_personal_data(
    user: AdminOrThemselves, session: SessionDep, customer_id: UUID
) -> PersonalData:
    """All that is held on a customer, for the customer."""
    return await privacy.collect_personal_data(session, user, customer_id)


@router.post(
    "/erase",
    response_model=CustomerRead,
    responses=error_responses(service.CustomerNotFound, service.CustomerMerged),
)
async def erase_customer(_: AdminEverywhere, session: SessionDep, customer_id: UUID) -> Customer:
    """Forgets the person, for good; the numbers they left in the books stay."""
    return await privacy.erase_customer(session, customer_id)
