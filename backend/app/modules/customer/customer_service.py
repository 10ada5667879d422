"""What a spa does with its customers."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.common.types.localized import LocalizedText
from app.core.database import claim_connection
from app.core.exceptions import (
    ConflictException,
    ForbiddenException,
    NotFoundException,
    ZenSpaException,
)
from app.core.security import read_cursor, sign_cursor
from app.db.errors import translate_integrity_errors
from app.db.queries import get_row
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import (
    MAX_TAGS,
    MAX_TEXT,
    CustomerAccount,
    CustomerCreate,
    CustomerListQuery,
    CustomerPage,
    CustomerRead,
    CustomerUpdate,
)
from app.modules.identity import identity_service
from app.modules.identity.access import CurrentUser
from app.modules.identity.identity_schemas import RoleGrant
from app.modules.identity.roles import Role

STAFF = (Role.ADMIN, Role.RECEPTIONIST, Role.THERAPIST)
_RARE_TAG = 1_000  # customers


class CustomerNotFound(NotFoundException):
    code = "CUSTOMER_NOT_FOUND"
    text = LocalizedText("Không tìm thấy khách hàng này.", "There is no such customer.")


class PhoneTaken(ConflictException):
    code = "CUSTOMER_PHONE_TAKEN"
    """`details` has their id, when one phone was asked for."""
    text = LocalizedText(
        "Số điện thoại này đã thuộc về khách hàng khác.", "Another customer has this phone number."
    )


class CustomerArchived(ConflictException):
    code = "CUSTOMER_ARCHIVED"
    text = LocalizedText(
        "Khách hàng đã được lưu trữ; hãy khôi phục trước.", "The customer is archived; restore them first."
    )


class CustomerMerged(ConflictException):
    code = "CUSTOMER_MERGED"
    text = LocalizedText(
        "Khách hàng đã được gộp vào khách hàng khác.", "The customer was merged into another one."
    )


class MergeTooLarge(ConflictException):
    code = "CUSTOMER_MERGE_TOO_LARGE"
    text = LocalizedText(
        f"Gộp lại sẽ có hơn {MAX_TAGS} nhãn hoặc ghi chú dài hơn {MAX_TEXT} ký tự; hãy rút gọn trước.",
        f"Together they have more than {MAX_TAGS} tags or notes of more than {MAX_TEXT} characters; "
        "shorten them first.",
    )


class MergeWithItself(ConflictException):
    code = "CUSTOMER_MERGE_WITH_ITSELF"
    text = LocalizedText(
        "Không thể gộp khách hàng với chính họ.", "A customer cannot be merged with themselves."
    )


class CustomerErased(ConflictException):
    code = "CUSTOMER_ERASED"
    text = LocalizedText("Dữ liệu của khách hàng này đã được xóa.", "This customer's data has been erased.")


class OwnAccount(ForbiddenException):
    code = "OWN_ACCOUNT"
    text = LocalizedText(
        "Bạn không thể gắn tài khoản của chính mình; hãy nhờ quản lý.",
        "You cannot link your own account; ask an administrator.",
    )


class AccountTaken(ConflictException):
    code = "CUSTOMER_ACCOUNT_TAKEN"
    text = LocalizedText(
        "Tài khoản này đã gắn với khách hàng khác.", "The account belongs to another customer."
    )


REFUSALS: dict[str, type[ZenSpaException]] = {
    "customer_phone_living_key": PhoneTaken,
    "customer_user_id_key": AccountTaken,
}
"""A number and an account have one owner: what PostgreSQL refuses, in the spa's words (`answering`)."""


class Contact(NamedTuple):
    """What whoever works with a customer has to know."""

    id: UUID
    full_name: str
    phone: str | None
    contraindications: str


async def create_customer(session: AsyncSession, new: CustomerCreate) -> Customer:
    customer = Customer(**new.model_dump())
    session.add(customer)
    await _save(session, customer)
    return customer


async def get_customer(session: AsyncSession, customer_id: UUID, *, lock: bool = False) -> Customer:
    """Living, archived or merged. With `lock` nobody else changes the customer until the transaction ends.

    Raises:
        CustomerNotFound: no customer has this id.
    """
    return await get_row(session, Customer, customer_id, CustomerNotFound, lock=lock)


async def contacts_of(session: AsyncSession, ids: Collection[UUID]) -> list[Contact]:
    """Of these customers, living or not, in the order in which they were added."""
    wanted = select(Customer.id, Customer.full_name, Customer.phone, Customer.contraindications)
    found = await session.execute(wanted.where(Customer.id.in_(ids)).order_by(Customer.id))
    return [Contact(*row) for row in found]


async def get_visible_customer(
    session: AsyncSession, user: CurrentUser, customer_id: UUID, *, everybody_for: Sequence[Role] = STAFF
) -> Customer:
    """Any customer for these roles, and for everybody else the one they are themselves.

    Raises:
        CustomerNotFound: no such customer, or somebody else's: the answers must not differ.
    """
    customer = await get_customer(session, customer_id)
    if not user.holds(*everybody_for) and customer.user_id != user.id:
        raise CustomerNotFound
    return customer


async def merged_into(session: AsyncSession, customer: Customer, *, lock: bool = False) -> Sequence[Customer]:
    """Those who live on as this customer; also those merged into them, and so on."""
    chain = select(Customer.id).where(Customer.merged_into_id == customer.id).cte("chain", recursive=True)
    chain = chain.union(select(Customer.id).where(Customer.merged_into_id == chain.c.id))
    found = select(Customer).where(Customer.id.in_(select(chain.c.id))).order_by(Customer.id)
    return (await session.scalars(found.with_for_update() if lock else found)).all()


async def names_of_customers(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    rows = await session.execute(select(Customer.id, Customer.full_name).where(Customer.id.in_(ids)))
    return {row.id: row.full_name for row in rows}


async def link_account(
    session: AsyncSession, user: CurrentUser, customer_id: UUID, account: CustomerAccount
) -> Customer:
    """Lets somebody sign in as this customer: their account gets the role of a customer.

    Raises:
        CustomerNotFound, CustomerErased, CustomerMerged, CustomerArchived, UserNotFound
        AccountTaken: it is another customer's already.
        OwnAccount: the desk would see what only an administrator and the person may.
    """
    customer = await get_customer(session, customer_id, lock=True)
    _refuse_unless_living(customer)
    if account.email is not None:
        owner = await identity_service.get_by_email(session, account.email)
    else:
        assert account.user_id is not None
        owner = await identity_service.get_user(session, account.user_id)
    _refuse_own(user, owner.id)
    await identity_service.add_roles(session, owner.id, [RoleGrant(role=Role.CUSTOMER)])
    customer.user_id = owner.id
    await _save(session, customer)
    return customer


def _refuse_own(user: CurrentUser, *account_ids: UUID | None) -> None:
    if user.id in account_ids and not user.holds_everywhere(Role.ADMIN):
        raise OwnAccount


async def get_own_customer(session: AsyncSession, user: CurrentUser) -> Customer:
    """Who the user is as a customer.

    Raises:
        CustomerNotFound: nobody has linked them yet.
    """
    customer = await find_customer_of_user(session, user.id)
    if customer is None:
        raise CustomerNotFound
    return customer


async def find_customer_of_user(session: AsyncSession, user_id: UUID) -> Customer | None:
    customer: Customer | None = await session.scalar(select(Customer).where(Customer.user_id == user_id))
    return customer


async def lock_own_customer(session: AsyncSession, user: CurrentUser) -> Customer | None:
    """Lock the customer record of the user until the transaction ends, and return it; None if they have none.

    Raises:
        CustomerMerged, CustomerErased, CustomerArchived
    """
    statement = select(Customer).where(Customer.user_id == user.id).with_for_update(key_share=True)
    customer: Customer | None = await session.scalar(statement.execution_options(populate_existing=True))
    if customer is not None:
        _refuse_unless_living(customer)
    return customer


async def require_active(session: AsyncSession, customer_ids: Collection[UUID]) -> None:
    """Raises CustomerNotFound, CustomerErased, CustomerMerged, CustomerArchived."""
    found = (await session.scalars(select(Customer).where(Customer.id.in_(customer_ids)))).all()
    if len(found) != len(set(customer_ids)):
        raise CustomerNotFound
    for customer in found:
        _refuse_unless_living(customer)


async def unlink_account(session: AsyncSession, customer_id: UUID) -> Customer:
    """Nobody signs in as this customer any more, also when archived. Again is no error."""
    customer = await get_customer(session, customer_id, lock=True)
    customer.user_id = None
    await _save(session, customer)
    return customer


async def update_customer(session: AsyncSession, customer_id: UUID, changes: CustomerUpdate) -> Customer:
    """Raises CustomerNotFound, CustomerErased, CustomerMerged, CustomerArchived, PhoneTaken."""
    customer = await get_customer(session, customer_id, lock=True)
    _refuse_unless_living(customer)
    for field, value in changes.model_dump(exclude_unset=True).items():
        setattr(customer, field, value)
    await _save(session, customer)
    return customer


async def archive_customer(session: AsyncSession, customer_id: UUID) -> Customer:
    """Takes the customer out of lists and searches and frees the phone number. Again is no error."""
    customer = await get_customer(session, customer_id, lock=True)
    if customer.archived_at is None:
        customer.archived_at = func.clock_timestamp()
        await _save(session, customer)
    return customer


async def restore_customer(session: AsyncSession, customer_id: UUID) -> Customer:
    """Brings an archived customer back. Again is no error.

    Raises:
        CustomerMerged: they live on as another customer.
        CustomerErased
        PhoneTaken: meanwhile somebody else has the number.
    """
    customer = await get_customer(session, customer_id, lock=True)
    _refuse_if_gone(customer)
    if customer.archived_at is not None:
        customer.archived_at = None
        await _save(session, customer)
    return customer


async def merge_customers(
    session: AsyncSession, user: CurrentUser, survivor_id: UUID, duplicate_id: UUID
) -> Customer:
    """Makes one customer of two: the survivor keeps what it has, takes what it lacks, and both stories.

    Again is no error: the first answer may have been lost.

    Raises:
        MergeWithItself, CustomerNotFound, CustomerMerged, CustomerErased, MergeTooLarge
        PhoneTaken: the duplicate was archived, and meanwhile somebody else has the number.
        CustomerArchived: the survivor is archived.
        OwnAccount: one of them is who asks, who would see what is held on the other.
    """
    if survivor_id == duplicate_id:
        raise MergeWithItself
    for customer_id in sorted(
        (survivor_id, duplicate_id)
    ):  # in one order, so that two merges cannot deadlock
        await get_customer(session, customer_id, lock=True)
    survivor = await get_customer(session, survivor_id)
    duplicate = await get_customer(session, duplicate_id)
    _refuse_own(user, survivor.user_id, duplicate.user_id)
    if duplicate.merged_into_id == survivor_id:
        return survivor
    if duplicate.merged_into_id is not None:
        raise CustomerMerged
    _refuse_unless_living(survivor)
    if duplicate.erased_at is not None:
        raise CustomerErased
    duplicate.archived_at = duplicate.archived_at or func.clock_timestamp()
    duplicate.merged_into_id = survivor_id
    account = duplicate.user_id
    if survivor.user_id is None:  # else both stay, so that an export or an erasure finds both
        duplicate.user_id = None
    # First: its phone and its account must be free before the survivor takes them.
    await _save(session, duplicate)
    survivor.user_id = survivor.user_id or account
    _take_over(survivor, duplicate)
    await _save(session, survivor)
    return survivor


def _take_over(survivor: Customer, duplicate: Customer) -> None:
    for field in ("phone", "email", "birthday", "gender"):
        if getattr(survivor, field) is None:
            setattr(survivor, field, getattr(duplicate, field))
    for field in ("notes", "contraindications"):
        parts = dict.fromkeys(part for part in (getattr(survivor, field), getattr(duplicate, field)) if part)
        setattr(survivor, field, "\n".join(parts))
    survivor.tags = list(dict.fromkeys([*survivor.tags, *duplicate.tags]))
    if len(survivor.tags) > MAX_TAGS or max(len(survivor.notes), len(survivor.contraindications)) > MAX_TEXT:
        raise MergeTooLarge  # such a customer could be neither saved nor imported any more


def _refuse_if_gone(customer: Customer) -> None:
    if customer.erased_at is not None:
        raise CustomerErased
    if customer.merged_into_id is not None:
        raise CustomerMerged


def _refuse_unless_living(customer: Customer) -> None:
    _refuse_if_gone(customer)
    if customer.archived_at is not None:
        raise CustomerArchived


async def list_customers(session: AsyncSession, query: CustomerListQuery) -> CustomerPage:
    """One page by keyset: the hundredth costs what the first costs, and a row made meanwhile shifts none."""
    purpose = f"customers:{query.sort}:{query.archived}:{query.tag or ''}"
    after = read_cursor(purpose, query.cursor) if query.cursor is not None else None
    customer = Customer if query.tag is None else await _holders(session, query.tag)
    rows = (await session.execute(_listing(customer, query, after))).all()
    items = [item for item, _ in rows[: query.limit]]
    next_cursor = None
    if len(rows) > query.limit:
        last, name_key = rows[query.limit - 1]
        next_cursor = sign_cursor(purpose, [name_key, str(last.id)])
    return CustomerPage(items=[CustomerRead.model_validate(item) for item in items], next_cursor=next_cursor)


def _listing(
    customer: type[Customer], query: CustomerListQuery, after: Sequence[str] | None
) -> Select[Customer, str]:
    name_key = customer.name_keys[1]
    statement = select(customer, name_key).where(
        customer.archived_at.is_not(None) if query.archived else customer.archived_at.is_(None)
    )
    if query.tag is not None:
        statement = statement.where(customer.tags.contains([query.tag]))
    if query.sort == "name":
        statement = statement.order_by(name_key, customer.id)
        if after is not None:
            statement = statement.where(tuple_(name_key, customer.id) > tuple_(after[0], UUID(after[1])))
    else:
        statement = statement.order_by(customer.id.desc())
        if after is not None:
            statement = statement.where(customer.id < UUID(after[1]))
    return statement.limit(query.limit + 1)


async def _holders(session: AsyncSession, tag: str) -> type[Customer]:
    """Where to look for the customers with a tag: whoever has a common one is met soon in any order, whoever has
    a rare one is better gathered first.

    Left to itself the planner walks a million customers to find the two with a rare tag (1.1 s).
    """
    holders = select(Customer.__table__).where(Customer.tags.contains([tag]))
    # The tag stands in the statement, so that PostgreSQL always plans for it: as a parameter it gets one plan for
    # every tag after five executions, by which a common one takes 25 ms instead of 6 (1,000,000 customers).
    written = literal([tag], Customer.tags.type, literal_execute=True)
    probe = select(Customer.id).where(Customer.tags.contains(written)).offset(_RARE_TAG).limit(1)
    if await session.scalar(select(probe.exists())):
        return Customer
    return aliased(Customer, holders.cte("holders").prefix_with("MATERIALIZED"))


async def _save(session: AsyncSession, customer: Customer) -> None:
    """Writes now, so that PostgreSQL's refusal is met here and answered in the spa's words."""
    phone = customer.phone
    try:
        with translate_integrity_errors(REFUSALS):
            await session.flush()
    except PhoneTaken as taken:
        taken.details = await _owner(session, phone)
        raise
    await session.refresh(customer)


async def _owner(session: AsyncSession, phone: str | None) -> list[dict[str, str]] | None:
    """The id of the living customer with this number, in the shape of `details`; ends the failed transaction."""
    await session.rollback()
    await claim_connection(session)
    owner = await session.scalar(
        select(Customer.id).where(Customer.phone == phone, Customer.archived_at.is_(None))
    )
    return [{"field": "customer_id", "message": str(owner), "type": "phone_owner"}] if owner else None
