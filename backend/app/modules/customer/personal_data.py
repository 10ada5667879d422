"""The rows of customers themselves, and the accounts by which they sign in, as personal data."""

from collections.abc import Sequence
from copy import copy
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.audit import mask_entries_about
from app.modules.customer.columns import CUSTOMER_COLUMNS, Erasure, keep
from app.modules.customer.customer_errors import MergeTooLarge
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import MAX_TAGS, MAX_TEXT, CustomerRead
from app.modules.customer.customer_service import get_customer, save_customer
from app.modules.customer.personal_data_holder import PersonalDataHolder
from app.modules.identity import identity_service


async def export_customers(session: AsyncSession, customer_ids: Sequence[UUID]) -> list[CustomerRead]:
    """Return the records of these customers, in the given order."""
    rows = await session.scalars(select(Customer).where(Customer.id.in_(customer_ids)))
    records = {row.id: CustomerRead.model_validate(row) for row in rows}
    return [records[customer_id] for customer_id in customer_ids]


async def _merge(session: AsyncSession, duplicate_id: UUID, survivor_id: UUID) -> None:
    survivor, duplicate = await get_customer(session, survivor_id), await get_customer(session, duplicate_id)
    merged = {
        name: rule.merge(getattr(survivor, name), getattr(duplicate, name))
        for name, rule in CUSTOMER_COLUMNS.items()
        if rule.merge is not keep
    }
    if survivor.user_id is None:  # with two accounts each stays where it is: exports and erasures find both
        duplicate.user_id = None
    await save_customer(
        session, duplicate
    )  # first: archived, it frees its phone and its account for the survivor
    reached = await _reached_by(session, [survivor_id, duplicate_id])
    if reached or merged["contact_id"] in {survivor_id, duplicate_id}:
        merged["contact_id"] = None  # a contact has no contact, and is another customer
    for person in reached:
        person.contact_id = survivor_id
    for name, value in merged.items():
        setattr(survivor, name, value)
    if len(survivor.tags) > MAX_TAGS or max(len(survivor.notes), len(survivor.contraindications)) > MAX_TEXT:
        raise MergeTooLarge  # it could be neither changed nor imported any more
    await save_customer(session, survivor)


async def _reached_by(session: AsyncSession, customer_ids: Sequence[UUID]) -> Sequence[Customer]:
    """Return the others whose contact is one of these customers."""
    reached = select(Customer).where(Customer.contact_id.in_(customer_ids), Customer.id.not_in(customer_ids))
    return (await session.scalars(reached.order_by(Customer.id))).all()


async def _erase(session: AsyncSession, customer_ids: Sequence[UUID], user_ids: Sequence[UUID]) -> None:
    changed_ids = list(customer_ids)
    for user_id in user_ids:
        changed_ids += await identity_service.erase_customer_account(session, user_id)
    for customer in await session.scalars(select(Customer).where(Customer.id.in_(customer_ids))):
        for name, rule in CUSTOMER_COLUMNS.items():
            if rule.erase is Erasure.NOW:
                setattr(customer, name, getattr(customer, name) or utc_now())
            elif rule.erase is not Erasure.KEEP:
                setattr(customer, name, copy(rule.erase))
    for person in await _reached_by(session, customer_ids):
        person.contact_id = None
    await session.flush()
    await mask_entries_about(session, changed_ids)


CUSTOMERS = PersonalDataHolder(
    name="customers", tables=frozenset({"customer"}), export=export_customers, merge=_merge, erase=_erase
)
