"""Offer starts of the following days if a time is refused and its own day has too few.

The work has a bound: the branch and two statements at most, for the week after the day and for the days after that week, up to the horizon
of the branch and for `_MOST_DAYS`. The second one reads few therapists and beds, like the first look at a month.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.modules.availability.availability_schemas import MAX_DAYS
from app.modules.availability.availability_service import FIRST_LOOK, BranchSnapshot, load_snapshot
from app.modules.booking.allocation.requests import AllocationRequest, Reservation
from app.modules.booking.allocation.reserve import describe_alternative, reserve
from app.modules.booking.booking_errors import SlotTaken
from app.modules.branch.branch_service import get_branch
from app.scheduling.timegrid import this_step

_WANTED = 3
"""The number of starts that a refusal offers."""
_WEEK = timedelta(days=7)
_MOST_DAYS = timedelta(days=MAX_DAYS)
_ONE_DAY = timedelta(days=1)


async def reserve_or_offer(
    session: AsyncSession, request: AllocationRequest, snapshot: BranchSnapshot | None = None
) -> Reservation:
    """Reserve, or refuse with starts of the following days if the day itself has too few. See `reserve`.

    Raises:
        SlotTaken
    """
    try:
        return await reserve(session, request, snapshot)
    except SlotTaken as refusal:
        details = [*(refusal.details or ())]
        missing = _WANTED - sum(detail["type"] == "alternative" for detail in details)
        if missing <= 0 or request.start < this_step():  # nothing replaces a walk-in of the past
            raise
        later = await _later_starts(session, request, missing)
        raise SlotTaken(refusal.message, details=details + later) from refusal


async def _later_starts(
    session: AsyncSession, request: AllocationRequest, missing: int
) -> list[Mapping[str, str | LocalizedText]]:
    party = request.parties[-1]
    found: list[Mapping[str, str | LocalizedText]] = []
    async for snapshot in _following_days(session, request):
        search = partial(snapshot.nearest_starts, party, request.start, missing - len(found))
        # A large party may take a second, in which other requests run.
        starts = await asyncio.to_thread(search)
        found += [describe_alternative(start.astimezone(snapshot.zone)) for start in starts]
        if len(found) == missing:
            break
    return found


async def _following_days(session: AsyncSession, request: AllocationRequest) -> AsyncIterator[BranchSnapshot]:
    """Load the week after the day of the request, and then the days after that week."""
    branch = await get_branch(session, request.branch_id)
    zone = ZoneInfo(branch.time_zone)
    day = request.start.astimezone(zone).date()
    horizon = utc_now().astimezone(zone).date() + timedelta(days=branch.horizon_days)
    at_most = FIRST_LOOK * (len(request.parties[-1].guests) + 1)
    for first, last, limit in (
        (day + _ONE_DAY, day + _WEEK, None),
        (day + _WEEK + _ONE_DAY, day + _MOST_DAYS, at_most),
    ):
        if first <= min(last, horizon):
            yield await load_snapshot(
                session,
                request.branch_id,
                first,
                min(last, horizon),
                request.parties[-1],
                at_desk=request.at_desk,
                ignored=request.replaced.appointment_ids if request.replaced else (),
                at_most=limit,
            )
