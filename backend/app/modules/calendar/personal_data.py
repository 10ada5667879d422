"""The calendars to which customers subscribe, as personal data."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.modules.calendar.calendar_models import CalendarFeed
from app.modules.calendar.calendar_schemas import CalendarRecord
from app.modules.customer.personal_data_holder import PersonalDataHolder


async def _export(session: AsyncSession, customer_ids: Sequence[UUID]) -> list[CalendarRecord]:
    feeds = select(CalendarFeed).where(CalendarFeed.customer_id.in_(customer_ids)).order_by(CalendarFeed.id)
    return [CalendarRecord.model_validate(feed) for feed in await session.scalars(feeds)]


async def _merge(_session: AsyncSession, _duplicate_id: UUID, _survivor_id: UUID) -> None:
    """Leave the duplicate's calendars with the duplicate, which is archived: their addresses open nothing any more."""


async def _erase(session: AsyncSession, customer_ids: Sequence[UUID], _user_ids: Sequence[UUID]) -> None:
    feeds = update(CalendarFeed).where(
        CalendarFeed.customer_id.in_(customer_ids), CalendarFeed.revoked_at.is_(None)
    )
    await session.execute(feeds.values(revoked_at=utc_now()))


CALENDARS = PersonalDataHolder(
    name="calendars", tables=frozenset({"calendar_feed"}), export=_export, merge=_merge, erase=_erase
)
