"""Customers: add, change, archive. Merges are in `merge`, copies and erasures of personal data in `privacy`."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.core.database import claim_connection
from app.core.exceptions import ZenSpaException
from app.db.errors import translate_integrity_errors
from app.db.queries import get_row
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.customer.customer_errors import (
    NO_RECORD_OF_ACCOUNT,
    AccountTaken,
    ContactRefused,
    CustomerArchived,
    CustomerChanged,
    CustomerErased,
    CustomerMerged,
    CustomerNotFound,
    PhoneTaken,
)
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import (
    CustomerCreate,
    CustomerRead,
    CustomerRemoved,
    CustomerUpdate,
    PhoneRead,
)
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, TEAM, Role

CONSTRAINT_ERRORS: dict[str, type[ZenSpaException]] = {
    "customer_phone_living_key": PhoneTaken,
    "customer_user_id_key": AccountTaken,
}
"""A phone number and an account have one customer."""
_PHONE_OWNER = LocalizedText("Khách hàng đang dùng số này.", "The customer with this number.")
_OWN_RECORD_ARCHIVED = LocalizedText(
    "Hồ sơ của quý khách đang tạm ngừng. Vui lòng gọi chi nhánh.",
    "Your customer record is not in use. Please call the branch.",
)


class CustomerSummary(NamedTuple):
    """The facts about a customer that the team needs at work."""

    id: UUID
    full_name: str
    phone: str | None
    phone_owner: str | None
    """The full name of the contact whose phone it is; None: it is the customer's own."""
    contraindications: str


async def create_customer(session: AsyncSession, user: CurrentUser, new: CustomerCreate) -> Customer:
    """Add a customer.

    Raises:
        ForbiddenException: The user is not at the desk.
        PhoneTaken, ContactRefused
        CustomerNotFound, CustomerErased, CustomerMerged, CustomerArchived: The contact is not active.
    """
    authorize(user, *DESK)
    if new.contact_id is not None:
        await _check_contact(session, new.contact_id)
    customer = Customer(**new.model_dump())
    session.add(customer)
    await save_customer(session, customer)
    return customer


async def read_phone(session: AsyncSession, user: CurrentUser, phone: str) -> PhoneRead:
    """Return who has a phone number, before a customer is added or changed.

    Raises:
        ForbiddenException: The user is not at the desk.
    """
    authorize(user, *DESK)
    owner = await session.scalar(_with_phone(phone))
    return PhoneRead(phone=phone, owner=None if owner is None else CustomerRead.model_validate(owner))


async def read_customer(session: AsyncSession, user: CurrentUser, customer_id: UUID) -> Customer:
    """Return a customer: any of them to the team, and to a customer only their own record.

    Raises:
        ForbiddenException: The user has no role.
        CustomerNotFound: No such customer, or not the user's own record.
    """
    authorize(user, *Role)
    return await get_visible_customer(session, user, customer_id, *TEAM)


async def get_own_customer(session: AsyncSession, user: CurrentUser) -> Customer:
    """Return the customer that the user's account belongs to.

    Raises:
        CustomerNotFound: The user's account belongs to no customer.
    """
    customer = await find_customer_of_user(session, user.id)
    if customer is None:
        raise CustomerNotFound(NO_RECORD_OF_ACCOUNT)
    return customer


async def update_customer(
    session: AsyncSession, user: CurrentUser, customer_id: UUID, changes: CustomerUpdate
) -> Customer:
    """Change the fields that were sent.

    Raises:
        ForbiddenException: The user is not at the desk.
        CustomerNotFound, CustomerErased, CustomerMerged, CustomerArchived: Also of the contact.
        CustomerChanged: Another user changed the customer after `unmodified_since`.
        PhoneTaken, ContactRefused
    """
    authorize(user, *DESK)
    if changes.contact_id is not None:
        current = await get_customer(session, customer_id)
        if (
            changes.contact_id != current.contact_id
        ):  # what stays is not checked: the contact may be archived by now
            await _check_contact(session, changes.contact_id, of=customer_id)
    customer = await get_customer(session, customer_id, lock=True)
    refuse_unless_active(customer)
    if changes.unmodified_since is not None and changes.unmodified_since != customer.updated_at:
        raise CustomerChanged
    for field, value in changes.model_dump(exclude_unset=True, exclude={"unmodified_since"}).items():
        setattr(customer, field, value)
    await save_customer(session, customer)
    return customer


async def _check_contact(session: AsyncSession, contact_id: UUID, *, of: UUID | None = None) -> None:
    """Refuse a contact who has no phone or a contact, or whose contact is the customer. Lock both.

    Raises:
        CustomerNotFound, CustomerErased, CustomerMerged, CustomerArchived, ContactRefused
    """
    customers = await _lock(
        session, select(Customer).with_for_update(key_share=True), {contact_id, of or contact_id}
    )
    contact = customers[contact_id]
    refuse_unless_active(contact)
    is_contact = of is not None and await session.scalar(select(exists().where(Customer.contact_id == of)))
    if contact_id == of or contact.phone is None or contact.contact_id is not None or is_contact:
        raise ContactRefused


async def archive_customer(
    session: AsyncSession, user: CurrentUser, customer_id: UUID, *, force: bool
) -> CustomerRemoved:
    """Take a customer out of lists and searches, and free the phone number. A repeat changes nothing.

    Raises:
        ForbiddenException: The user is not at the desk.
        CustomerNotFound
        AppointmentsStranded: The customer is to come or has booked for others, and `force` was not sent.
    """
    authorize(user, *DESK)
    customer = (await lock_customers(session, [customer_id]))[customer_id]  # no booking meanwhile
    async with guard_coverage(session, customer_ids=[customer_id], force=force) as stranded:
        if customer.archived_at is None:
            customer.archived_at = func.clock_timestamp()
            await save_customer(session, customer)
    return CustomerRemoved(**dict(CustomerRead.model_validate(customer)), stranded=stranded)


async def restore_customer(session: AsyncSession, user: CurrentUser, customer_id: UUID) -> Customer:
    """Bring an archived customer back. A repeat changes nothing.

    Raises:
        ForbiddenException: The user is not at the desk.
        CustomerNotFound, CustomerErased
        CustomerMerged: The customer lives on as another one.
        PhoneTaken: Another customer has the number now.
    """
    authorize(user, *DESK)
    customer = await get_customer(session, customer_id, lock=True)
    _refuse_erased_or_merged(customer)
    if customer.archived_at is not None:
        customer.archived_at = None
        await save_customer(session, customer)
    return customer


async def get_customer(session: AsyncSession, customer_id: UUID, *, lock: bool = False) -> Customer:
    """Return an active, archived or merged customer. `lock` keeps other transactions from changing it.

    Raises:
        CustomerNotFound
    """
    return await get_row(session, Customer, customer_id, CustomerNotFound, lock=lock)


async def get_visible_customer(
    session: AsyncSession, user: CurrentUser, customer_id: UUID, *roles: Role
) -> Customer:
    """Return a customer to users with one of these roles, and to the customer.

    Raises:
        CustomerNotFound: No such customer, or not the user's own record: the two answers are the same.
    """
    customer = await get_customer(session, customer_id)
    if not user.holds(*roles) and customer.user_id != user.id:
        raise CustomerNotFound
    return customer


async def find_customer_of_user(session: AsyncSession, user_id: UUID) -> Customer | None:
    """Return the customer that this account belongs to, if there is one."""
    customer: Customer | None = await session.scalar(select(Customer).where(Customer.user_id == user_id))
    return customer


async def list_duplicates(session: AsyncSession, customer: Customer) -> Sequence[Customer]:
    """Return the customers that were merged into this one, and those merged into them before."""
    merged = select(Customer.id).where(Customer.merged_into_id == customer.id).cte("merged", recursive=True)
    merged = merged.union(select(Customer.id).where(Customer.merged_into_id == merged.c.id))
    duplicates = select(Customer).where(Customer.id.in_(select(merged.c.id))).order_by(Customer.id)
    return (await session.scalars(duplicates)).all()


async def summarize_customers(session: AsyncSession, customer_ids: Collection[UUID]) -> list[CustomerSummary]:
    """Return the facts about these customers, active or not, in the order in which they were added."""
    contact = aliased(Customer)
    summaries = select(
        Customer.id,
        Customer.full_name,
        func.coalesce(Customer.phone, contact.phone),
        case((Customer.phone.is_(None), contact.full_name)),
        Customer.contraindications,
    ).outerjoin(contact, contact.id == Customer.contact_id)
    rows = await session.execute(summaries.where(Customer.id.in_(customer_ids)).order_by(Customer.id))
    return [CustomerSummary(*row) for row in rows]


async def names_of_customers(session: AsyncSession, customer_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the full names by id. An empty collection issues no query."""
    if not customer_ids:
        return {}
    rows = await session.execute(select(Customer.id, Customer.full_name).where(Customer.id.in_(customer_ids)))
    return {row.id: row.full_name for row in rows}


async def find_or_add_by_phone(session: AsyncSession, new: CustomerCreate) -> Customer:
    """Return the active customer with the phone number of `new`, or add `new`. Lock it as `share_customers` does.

    A known customer is not changed. A number of a duplicate leads to the customer that it was merged into. One who is
    archived stays so: the number is free, and who comes with it is a new customer until the desk decides otherwise.
    """
    while True:
        known = await session.scalar(_with_phone(new.phone)) or await _survivor_with_phone(session, new.phone)
        if known is None:
            added = insert(Customer).values(id=uuid7(), **new.model_dump())
            free = added.on_conflict_do_nothing(
                index_elements=[Customer.phone], index_where=Customer.archived_at.is_(None)
            )
            await session.execute(free)
            continue
        customer = (await share_customers(session, [known.id]))[known.id]
        if customer.archived_at is None:  # merged and erased customers are archived as well
            return customer


async def _survivor_with_phone(session: AsyncSession, phone: str | None) -> Customer | None:
    """Return the active customer that the duplicates with this number were merged into."""
    merged = select(Customer.merged_into_id).where(
        Customer.phone == phone, Customer.merged_into_id.is_not(None)
    )
    survivors = merged.cte("survivors", recursive=True)
    further = select(Customer.merged_into_id).where(
        Customer.id == survivors.c.merged_into_id, Customer.merged_into_id.is_not(None)
    )
    survivors = survivors.union(further)
    active = select(Customer).where(
        Customer.id.in_(select(survivors.c.merged_into_id)), Customer.archived_at.is_(None)
    )
    survivor: Customer | None = await session.scalar(active.order_by(Customer.id).limit(1))
    return survivor


async def lock_own_customer(session: AsyncSession, user: CurrentUser) -> Customer | None:
    """Lock the user's own customer record until the transaction ends, and return it; None if they have none.

    Raises:
        CustomerMerged, CustomerErased, CustomerArchived
    """
    statement = select(Customer).where(Customer.user_id == user.id).with_for_update(key_share=True)
    customer: Customer | None = await session.scalar(statement.execution_options(populate_existing=True))
    if customer is not None:
        _refuse_unless_active_self(customer)
    return customer


async def require_own_active(session: AsyncSession, user: CurrentUser) -> None:
    """Refuse a user whose own customer record is not active, without a lock.

    Raises:
        CustomerMerged, CustomerErased, CustomerArchived
    """
    customer = await find_customer_of_user(session, user.id)
    if customer is not None:
        _refuse_unless_active_self(customer)


def _refuse_unless_active_self(customer: Customer) -> None:
    """Raise the errors of `refuse_unless_active`, as the customers themselves read them."""
    _refuse_erased_or_merged(customer)
    if customer.archived_at is not None:
        raise CustomerArchived(_OWN_RECORD_ARCHIVED)


async def require_active(session: AsyncSession, customer_ids: Collection[UUID]) -> None:
    """Refuse unless all of these customers are active, and keep them from being merged or erased meanwhile.

    Call it before writing anything new about a customer, and before locking visits.

    Raises:
        CustomerNotFound, CustomerErased, CustomerMerged, CustomerArchived
    """
    if customer_ids:
        for customer in (await share_customers(session, customer_ids)).values():
            refuse_unless_active(customer)


async def share_customers(session: AsyncSession, customer_ids: Collection[UUID]) -> dict[UUID, Customer]:
    """Return the customers by id, and keep them from being merged or erased until the transaction ends.

    FOR KEY SHARE: others may do the same, or change the customer. The check of a foreign key takes this lock anyway.

    Raises:
        CustomerNotFound
    """
    customers = select(Customer).with_for_update(read=True, key_share=True)
    return await _lock(session, customers, customer_ids)


async def lock_customers(session: AsyncSession, customer_ids: Collection[UUID]) -> dict[UUID, Customer]:
    """Return the customers by id, and have everybody wait who writes about them, until the transaction ends.

    FOR UPDATE, not FOR NO KEY UPDATE as elsewhere: a booking that has only checked a foreign key must wait as well.

    Raises:
        CustomerNotFound
    """
    return await _lock(session, select(Customer).with_for_update(), customer_ids)


async def _lock(
    session: AsyncSession, customers: Select[Customer], customer_ids: Collection[UUID]
) -> dict[UUID, Customer]:
    """Lock in the order of ids, so that two transactions never deadlock, and return the rows as they are now."""
    in_order = customers.where(Customer.id.in_(customer_ids)).order_by(Customer.id)
    rows = await session.scalars(in_order.execution_options(populate_existing=True))
    locked = {row.id: row for row in rows}
    if locked.keys() != set(customer_ids):
        raise CustomerNotFound
    return locked


def refuse_unless_active(customer: Customer) -> None:
    """Raise CustomerErased, CustomerMerged or CustomerArchived unless the customer is active."""
    _refuse_erased_or_merged(customer)
    if customer.archived_at is not None:
        raise CustomerArchived


def _refuse_erased_or_merged(customer: Customer) -> None:
    if customer.erased_at is not None:
        raise CustomerErased
    if customer.merged_into_id is not None:
        raise CustomerMerged


async def save_customer(session: AsyncSession, customer: Customer) -> None:
    """Flush now, so that a violated constraint is raised here as an error of the domain.

    Raises:
        PhoneTaken: `details` has the id of the customer with this number.
        AccountTaken
    """
    phone = customer.phone
    try:
        with translate_integrity_errors(CONSTRAINT_ERRORS):
            await session.flush()
    except PhoneTaken as taken:
        taken.details = await _owner_of_phone(session, phone)
        raise
    await session.refresh(customer)


async def _owner_of_phone(
    session: AsyncSession, phone: str | None
) -> list[dict[str, str | LocalizedText]] | None:
    """Return the active customer with this number, as `details`. The failed transaction is rolled back first."""
    await session.rollback()
    await claim_connection(session)
    owner = await session.scalar(_with_phone(phone))
    if owner is None:
        return None
    return [{"field": "customer_id", "message": _PHONE_OWNER, "type": "phone_owner", "value": str(owner.id)}]


def _with_phone(phone: str | None) -> Select[Customer]:
    return select(Customer).where(Customer.phone == phone, Customer.archived_at.is_(None))
