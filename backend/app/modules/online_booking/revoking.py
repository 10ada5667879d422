"""The desk's side of guest links."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.queries import fetch_raw
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.online_booking.guest_links import LINK_LIFETIME
from app.modules.online_booking.online_booking_errors import NoGuestLink
from app.modules.online_booking.online_booking_models import GuestLink
from app.modules.online_booking.online_booking_schemas import GuestLinkRead

_OF_VISIT = "SELECT branch_id, ends_at FROM guest_link_visit WHERE visit_id = $1"


async def read_link(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> GuestLinkRead:
    """Return the end of the private link of a visit.

    Raises:
        NoGuestLink: No such visit, or it has no link.
        ForbiddenException: The user is not at the desk of the branch.
    """
    authorize(user, *DESK)
    ends_at = await _require_desk(session, user, visit_id)
    link = await session.scalar(select(GuestLink).where(GuestLink.visit_id == visit_id))
    if link is None:
        raise NoGuestLink
    return GuestLinkRead(expires_at=ends_at + LINK_LIFETIME, revoked_at=link.revoked_at)


async def revoke_link(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> None:
    """Make the private link of a visit stop working. A repeat changes nothing.

    Raises:
        NoGuestLink: No such visit, or it has no link.
        ForbiddenException: The user is not at the desk of the branch.
    """
    authorize(user, *DESK)
    await _require_desk(session, user, visit_id)
    locked = select(GuestLink).where(GuestLink.visit_id == visit_id).with_for_update(key_share=True)
    if (link := await session.scalar(locked)) is None:
        raise NoGuestLink
    link.revoked_at = link.revoked_at or utc_now()
    await session.flush()


async def _require_desk(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> datetime:
    """Check that the user is at the desk of a visit that has a link, and return the end of the visit.

    Raises:
        NoGuestLink, ForbiddenException
    """
    rows = await fetch_raw(session, _OF_VISIT, visit_id)
    if not rows:
        raise NoGuestLink
    [(branch_id, ends_at)] = rows
    authorize(user, *DESK, branch_id=branch_id)
    return cast("datetime", ends_at)
