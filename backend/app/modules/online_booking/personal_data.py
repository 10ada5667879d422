"""The contacts that guests typed when they booked without an account, as personal data of the customers they became."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.modules.customer.personal_data_holder import PersonalDataHolder
from app.modules.online_booking.online_booking_models import GuestLink
from app.modules.online_booking.online_booking_schemas import GuestLinkRecord


async def _export(session: AsyncSession, customer_ids: Sequence[UUID]) -> list[GuestLinkRecord]:
    links = select(GuestLink).where(GuestLink.customer_id.in_(customer_ids)).order_by(GuestLink.id)
    return [GuestLinkRecord.model_validate(link) for link in await session.scalars(links)]


async def _merge(session: AsyncSession, duplicate_id: UUID, survivor_id: UUID) -> None:
    links = update(GuestLink).where(GuestLink.customer_id == duplicate_id)
    await session.execute(links.values(customer_id=survivor_id))


async def _erase(session: AsyncSession, customer_ids: Sequence[UUID], _user_ids: Sequence[UUID]) -> None:
    """Remove what was typed, and make the links stop working: they would show the visits."""
    links = update(GuestLink).where(GuestLink.customer_id.in_(customer_ids))
    await session.execute(
        links.values(contact_name="", contact_phone=None, contact_email=None, revoked_at=utc_now())
    )


GUEST_LINKS = PersonalDataHolder(
    name="guest_links", tables=frozenset({"guest_link"}), export=_export, merge=_merge, erase=_erase
)
