"""Consents of customers. They are never changed, so that the consent in force at any time can be shown."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.customer.customer_errors import CustomerErased
from app.modules.customer.customer_models import Consent
from app.modules.customer.customer_schemas import ConsentCreate, ConsentRead
from app.modules.customer.customer_service import get_visible_customer, list_duplicates, share_customers
from app.modules.customer.personal_data_holder import PersonalDataHolder
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role


async def record_consent(
    session: AsyncSession, user: CurrentUser, customer_id: UUID, consent: ConsentCreate
) -> ConsentRead:
    """Record that a customer agreed to a purpose or refused it. Every change of mind is one more record.

    Raises:
        ForbiddenException: The user is neither a customer nor at the desk.
        CustomerNotFound: No such customer, or not the user's own record.
        CustomerErased
    """
    authorize(user, *DESK, Role.CUSTOMER)
    await get_visible_customer(session, user, customer_id, *DESK)
    customer = (await share_customers(session, [customer_id]))[customer_id]
    if customer.erased_at is not None:
        raise CustomerErased
    row = Consent(customer_id=customer.id, **consent.model_dump())
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return ConsentRead.model_validate(row)


async def list_consents(session: AsyncSession, user: CurrentUser, customer_id: UUID) -> list[ConsentRead]:
    """Return every consent of a customer and its merged duplicates, newest first. The first of each purpose holds.

    Raises:
        ForbiddenException: The user is neither a customer nor at the desk.
        CustomerNotFound: No such customer, or not the user's own record.
    """
    authorize(user, *DESK, Role.CUSTOMER)
    customer = await get_visible_customer(session, user, customer_id, *DESK)
    duplicates = await list_duplicates(session, customer)
    return await export_consents(session, [customer.id, *(duplicate.id for duplicate in duplicates)])


async def export_consents(session: AsyncSession, customer_ids: Sequence[UUID]) -> list[ConsentRead]:
    """Return the consents of these customers, newest first."""
    rows = select(Consent).where(Consent.customer_id.in_(customer_ids)).order_by(Consent.id.desc())
    return [ConsentRead.model_validate(row) for row in await session.scalars(rows)]


async def _merge(_session: AsyncSession, _duplicate_id: UUID, _survivor_id: UUID) -> None:
    """Leave each consent with the record that gave it; reads include merged duplicates."""


async def _erase(_session: AsyncSession, _customer_ids: Sequence[UUID], _user_ids: Sequence[UUID]) -> None:
    """Keep the consents: they prove what was allowed, and contain no names."""


CONSENTS = PersonalDataHolder(
    name="consents", tables=frozenset({"consent"}), export=export_consents, merge=_merge, erase=_erase
)
