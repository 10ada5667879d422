"""The rights of a person over their data (Vietnam's Law 91/2025/QH15): a copy of it, and its erasure."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.modules.audit import audit_service
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.customer.consents import CONSENTS, export_consents
from app.modules.customer.customer_errors import CustomerMerged, CustomerNotFound
from app.modules.customer.customer_schemas import CustomerRead, CustomerRemoved, PersonalData
from app.modules.customer.customer_service import get_customer, list_duplicates, lock_customers
from app.modules.customer.personal_data import CUSTOMERS, export_customers
from app.modules.customer.personal_data_holder import PersonalDataHolders
from app.modules.identity import identity_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role


async def collect_personal_data(
    session: AsyncSession, user: CurrentUser, holders: PersonalDataHolders, customer_id: UUID
) -> PersonalData:
    """Return everything that is kept about a customer and about the duplicates merged into it.

    Raises:
        ForbiddenException: The user is neither a customer nor an administrator of the whole spa.
        CustomerNotFound: No such customer, or not the user's own record.
    """
    is_admin = user.holds_everywhere(Role.ADMIN)
    if not is_admin:
        authorize(user, Role.CUSTOMER)
    customer = await get_customer(session, customer_id)
    if customer.user_id != user.id and not is_admin:
        raise CustomerNotFound
    customers = [customer, *await list_duplicates(session, customer)]
    customer_ids = [record.id for record in customers]
    user_ids = [record.user_id for record in customers if record.user_id is not None]
    accounts = [await identity_service.get_user(session, user_id) for user_id in user_ids]
    consents = await export_consents(session, customer_ids)
    changed_ids = [*customer_ids, *(consent.id for consent in consents)]
    changed_ids += await identity_service.rows_of(session, user_ids)
    current, *merged = await export_customers(session, customer_ids)
    return PersonalData(
        collected_at=utc_now(),
        customer=current,
        merged=merged,
        accounts=[await identity_service.read_account(session, account) for account in accounts],
        consents=consents,
        other_records={
            holder.name: [
                record.model_dump(mode="json") for record in await holder.export(session, customer_ids)
            ]
            for holder in holders
            if holder not in (CUSTOMERS, CONSENTS)
        },
        changes=await audit_service.entries_about(session, changed_ids),
    )


async def erase_customer(
    session: AsyncSession, user: CurrentUser, holders: PersonalDataHolders, customer_id: UUID, *, force: bool
) -> CustomerRemoved:
    """Remove the person from the customer, its merged duplicates, their accounts and everything kept about them.

    The rows stay, so that visits, money and consents still add up. A repeat changes nothing.

    Raises:
        ForbiddenException: The user is no administrator of the whole spa.
        CustomerNotFound
        CustomerMerged: The customer lives on as another one. Erase that one.
        AppointmentsStranded: The customer is to come or has booked for others, and `force` was not sent.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    customer = (await lock_customers(session, [customer_id]))[customer_id]
    if customer.merged_into_id is not None:
        raise CustomerMerged
    duplicates = await list_duplicates(session, customer)  # nothing is merged into a locked customer
    records = [customer, *(await lock_customers(session, [record.id for record in duplicates])).values()]
    customer_ids = [record.id for record in records]
    user_ids = [record.user_id for record in records if record.user_id is not None]
    async with guard_coverage(session, customer_ids=customer_ids, force=force) as stranded:
        for holder in holders:
            await holder.erase(session, customer_ids, user_ids)
    await session.refresh(customer)
    return CustomerRemoved(**dict(CustomerRead.model_validate(customer)), stranded=stranded)
