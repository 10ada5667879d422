"""The account that signs in as a customer."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.customer.customer_errors import OwnAccount
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import CustomerAccount
from app.modules.customer.customer_service import get_customer, refuse_unless_active, save_customer
from app.modules.identity import identity_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.identity_schemas import RoleGrant
from app.modules.identity.roles import DESK, Role


async def link_account(
    session: AsyncSession, user: CurrentUser, customer_id: UUID, account: CustomerAccount
) -> Customer:
    """Let the owner of an account sign in as this customer. The account gets the role of a customer.

    Raises:
        ForbiddenException: The user is not at the desk.
        CustomerNotFound, CustomerErased, CustomerMerged, CustomerArchived, UserNotFound
        AccountTaken: The account belongs to another customer.
        OwnAccount: The user would see what only an administrator and the customer may see.
    """
    authorize(user, *DESK)
    customer = await get_customer(session, customer_id, lock=True)
    refuse_unless_active(customer)
    if account.email is not None:
        owner = await identity_service.get_by_email(session, account.email)
    else:
        assert account.user_id is not None
        owner = await identity_service.get_user(session, account.user_id)
    refuse_own_account(user, owner.id)
    await identity_service.add_roles(session, owner.id, [RoleGrant(role=Role.CUSTOMER)])
    customer.user_id = owner.id
    await save_customer(session, customer)
    return customer


async def unlink_account(session: AsyncSession, user: CurrentUser, customer_id: UUID) -> Customer:
    """Take the account away from a customer, who may be archived. A repeat changes nothing.

    Raises:
        ForbiddenException: The user is not at the desk.
        CustomerNotFound
    """
    authorize(user, *DESK)
    customer = await get_customer(session, customer_id, lock=True)
    customer.user_id = None
    await save_customer(session, customer)
    return customer


def refuse_own_account(user: CurrentUser, *account_ids: UUID | None) -> None:
    """Refuse what concerns the user's own account, except to an administrator of the whole spa.

    Raises:
        OwnAccount
    """
    if user.id in account_ids and not user.holds_everywhere(Role.ADMIN):
        raise OwnAccount
