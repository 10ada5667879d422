"""What the law gives a person over their data (Vietnam's Law 91/2025/QH15): consent, a copy, to be forgotten."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.modules.audit import audit_service
from app.modules.customer.customer_models import Consent, Customer
from app.modules.customer.customer_schemas import (
    ConsentCreate,
    ConsentRead,
    CustomerRead,
    PersonalData,
)
from app.modules.customer.customer_service import (
    CustomerErased,
    CustomerMerged,
    CustomerNotFound,
    get_customer,
    get_visible_customer,
    merged_into,
)
from app.modules.identity import identity_service
from app.modules.identity.access import CurrentUser
from app.modules.identity.roles import Role

type PersonalDataSource = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Sequence[BaseModel]]]

OTHER_RECORDS: dict[str, PersonalDataSource] = {}
"""What modules that know of customers keep on them, of whom this one knows nothing: they add to it."""
_FORGOTTEN = "—"
_DESK = (Role.ADMIN, Role.RECEPTIONIST)


async def record_consent(
    session: AsyncSession, user: CurrentUser, customer_id: UUID, said: ConsentCreate
) -> Consent:
    """What a customer said, at a time and by a channel. A row more each time: what held when can be shown.

    Raises:
        CustomerNotFound: also for somebody else's id.
        CustomerErased
    """
    customer = await get_visible_customer(session, user, customer_id, everybody_for=_DESK)
    if customer.erased_at is not None:
        raise CustomerErased
    consent = Consent(customer_id=customer.id, **said.model_dump())
    session.add(consent)
    await session.flush()
    await session.refresh(consent)
    return consent


async def list_consents(session: AsyncSession, user: CurrentUser, customer_id: UUID) -> Sequence[Consent]:
    """Everything that was ever said, the newest first: of each purpose the first one holds."""
    customer = await get_visible_customer(session, user, customer_id, everybody_for=_DESK)
    records = [customer, *await merged_into(session, customer)]
    return await _consents_of(session, [record.id for record in records])


async def collect_personal_data(session: AsyncSession, user: CurrentUser, customer_id: UUID) -> PersonalData:
    """Everything that is held on a customer, with those who were merged into them.

    Raises:
        CustomerNotFound: also for somebody else's id.
    """
    customer = await get_customer(session, customer_id)
    if customer.user_id != user.id and not user.holds_everywhere(Role.ADMIN):
        raise CustomerNotFound
    records = [customer, *await merged_into(session, customer)]
    ids = [record.id for record in records]
    user_ids = [record.user_id for record in records if record.user_id is not None]
    users = [await identity_service.get_user(session, user_id) for user_id in user_ids]
    consents = await _consents_of(session, ids)
    rows = [*ids, *(consent.id for consent in consents), *await identity_service.rows_of(session, user_ids)]
    return PersonalData(
        collected_at=utc_now(),
        customer=CustomerRead.model_validate(customer),
        merged=[CustomerRead.model_validate(record) for record in records[1:]],
        accounts=[await identity_service.read_user(session, user) for user in users],
        consents=[ConsentRead.model_validate(consent) for consent in consents],
        other_records={
            name: [each.model_dump(mode="json") for each in await collect(session, ids)]
            for name, collect in OTHER_RECORDS.items()
        },
        changes=await audit_service.entries_about(session, rows),
    )


async def erase_customer(session: AsyncSession, customer_id: UUID) -> Customer:
    """The person is gone: from the customer, from those merged into them, from their account and from the audit
    ledger. The rows stay, so that what refers to them (visits, money, consents) still adds up. Again is no error.

    Raises:
        CustomerNotFound
        CustomerMerged: they live on as another customer, who is to be erased.
    """
    customer = await get_customer(session, customer_id, lock=True)
    if customer.merged_into_id is not None:
        raise CustomerMerged
    records = [customer, *await merged_into(session, customer, lock=True)]
    rows = [record.id for record in records]
    for record in records:
        if record.user_id is not None:
            rows += await identity_service.erase_customer_account(session, record.user_id)
        record.full_name = _FORGOTTEN
        record.phone = record.email = record.birthday = record.gender = record.user_id = None
        record.notes = record.contraindications = ""
        record.tags = []
        record.archived_at = record.archived_at or utc_now()
        record.erased_at = record.erased_at or utc_now()
    await session.flush()
    await audit_service.mask_entries_about(session, rows)
    await session.refresh(customer)
    return customer


async def _consents_of(session: AsyncSession, customer_ids: Sequence[UUID]) -> Sequence[Consent]:
    found = select(Consent).where(Consent.customer_id.in_(customer_ids)).order_by(Consent.id.desc())
    return (await session.scalars(found)).all()
