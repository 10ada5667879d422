"""Accounts, duplicates, consents and personal data of customers over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.coverage.coverage_schemas import QueryForce
from app.modules.customer import account_link, consents, merge, privacy
from app.modules.customer.customer_errors import (
    AccountTaken,
    CustomerArchived,
    CustomerErased,
    CustomerMerged,
    CustomerNotFound,
    MergeSameTime,
    MergeTooLarge,
    MergeWithItself,
    OwnAccount,
    PhoneTaken,
)
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_routes import PREFIX
from app.modules.customer.customer_schemas import (
    ConsentCreate,
    ConsentRead,
    CustomerAccount,
    CustomerMerge,
    CustomerRead,
    CustomerRemoved,
    PersonalData,
)
from app.modules.customer.personal_data_holder import PersonalDataHolders
from app.modules.identity.access import SignedIn
from app.modules.identity.identity_errors import UserNotFound

router = ApiRouter(prefix=f"{PREFIX}/{{customer_id}}", tags=["Customers: account, duplicates and privacy"])


async def _holders(request: Request) -> PersonalDataHolders:
    holders: PersonalDataHolders = request.app.state.personal_data_holders
    return holders


Holders = Annotated[PersonalDataHolders, Depends(_holders)]


@router.put(
    "/account",
    response_model=CustomerRead,
    responses=error_responses(
        CustomerNotFound,
        UserNotFound,
        CustomerArchived,
        CustomerMerged,
        CustomerErased,
        AccountTaken,
        OwnAccount,
    ),
)
async def link_customer_account(
    user: SignedIn, session: SessionDep, customer_id: UUID, account: CustomerAccount
) -> Customer:
    """Let the owner of an account sign in as this customer and see the customer's data. For the desk."""
    return await account_link.link_account(session, user, customer_id, account)


@router.delete("/account", response_model=CustomerRead, responses=error_responses(CustomerNotFound))
async def unlink_customer_account(user: SignedIn, session: SessionDep, customer_id: UUID) -> Customer:
    """Take the account away from a customer. For the desk."""
    return await account_link.unlink_account(session, user, customer_id)


@router.post(
    "/merge",
    response_model=CustomerRead,
    responses=error_responses(
        CustomerNotFound,
        CustomerMerged,
        CustomerArchived,
        CustomerErased,
        MergeWithItself,
        MergeSameTime,
        MergeTooLarge,
        OwnAccount,
        PhoneTaken,
    ),
)
async def merge_customers(
    user: SignedIn, session: SessionDep, holders: Holders, customer_id: UUID, request: CustomerMerge
) -> Customer:
    """Merge a duplicate into this customer, which takes over what it lacks. For the desk.

    Two records with appointments at the same time may be two people: the merge is refused unless `allow_same_time` is set.
    """
    return await merge.merge_customers(session, user, holders, customer_id, request)


@router.get("/consents", responses=error_responses(CustomerNotFound))
async def list_customer_consents(user: SignedIn, session: SessionDep, customer_id: UUID) -> list[ConsentRead]:
    """List the consents and refusals of a customer, newest first. The first entry of each purpose is in force.

    For the desk and the customer.
    """
    return await consents.list_consents(session, user, customer_id)


@router.post("/consents", status_code=201, responses=error_responses(CustomerNotFound, CustomerErased))
async def record_customer_consent(
    user: SignedIn, session: SessionDep, customer_id: UUID, consent: ConsentCreate
) -> ConsentRead:
    """Record that the customer agreed or refused, to which text, and through which channel.

    For the desk and the customer.
    """
    return await consents.record_consent(session, user, customer_id, consent)


@router.get("/personal-data", responses=error_responses(CustomerNotFound))
async def get_customer_personal_data(
    user: SignedIn, session: SessionDep, holders: Holders, customer_id: UUID
) -> PersonalData:
    """Return everything that is kept about a customer. For the customer and for administrators of the whole spa."""
    return await privacy.collect_personal_data(session, user, holders, customer_id)


@router.post("/erase", responses=error_responses(CustomerNotFound, CustomerMerged, AppointmentsStranded))
async def erase_customer(
    user: SignedIn, session: SessionDep, holders: Holders, customer_id: UUID, *, force: QueryForce = False
) -> CustomerRemoved:
    """Erase the person for good. The visits and sums in the books stay. For administrators of the whole spa.

    Refused if the customer is to come or has booked for others, unless `force` is set.
    """
    return await privacy.erase_customer(session, user, holders, customer_id, force=force)
