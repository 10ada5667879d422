"""Routes of blocked time."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.common.types.instants import Day
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.blocked_time import blocked_time_service as service
from app.modules.blocked_time.blocked_time_errors import (
    BlockedElsewhere,
    BlockedTimeNotFound,
    BlockedTimesFull,
    OccurrenceNotFound,
    TooManyBlockedTimes,
)
from app.modules.blocked_time.blocked_time_schemas import (
    BlockedTimeChange,
    BlockedTimeCreate,
    BlockedTimeDetail,
    BlockedTimeListed,
    BlockedTimeListQuery,
    BlockedTimeSaved,
    OccurrenceChange,
    OccurrenceSaved,
)
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.identity.access import SignedIn
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.staff.staff_errors import NotOfThisBranch

router = ApiRouter(prefix=f"{API_V1}/blocked-times", tags=["Blocked time"])


@router.get("", responses=error_responses(BranchNotFound, TooManyBlockedTimes))
async def list_blocked_times(
    user: SignedIn, session: SessionDep, query: Annotated[BlockedTimeListQuery, Query()]
) -> list[BlockedTimeListed]:
    """List the blocked times of some days, each with its occurrences. Therapists see their own."""
    return await service.list_blocked_times(session, user, query)


@router.post(
    "",
    status_code=201,
    responses=error_responses(
        BranchNotFound,
        ResourceNotFound,
        NotOfThisBranch,
        BlockedElsewhere,
        BlockedTimesFull,
        AppointmentsStranded,
    ),
)
async def block_time(user: SignedIn, session: SessionDep, new: BlockedTimeCreate) -> BlockedTimeSaved:
    """Block the time of a therapist, a bed or a device: for a break, a meeting or a cleaning, once or every week.

    If there are appointments in that time, the request is refused, and `details` lists the first hundred. With `force`
    they stay, and are listed as stranded. For more than 24 hours there is leave, and for what is broken an outage.
    """
    return await service.block_time(session, user, new)


@router.get("/{blocked_time_id}", responses=error_responses(BlockedTimeNotFound))
async def get_blocked_time(user: SignedIn, session: SessionDep, blocked_time_id: UUID) -> BlockedTimeDetail:
    """Return a blocked time, with its exceptions. Therapists see their own."""
    return await service.read_blocked_time(session, user, blocked_time_id)


@router.put(
    "/{blocked_time_id}",
    responses=error_responses(BlockedTimeNotFound, BlockedTimesFull, AppointmentsStranded),
)
async def change_blocked_time(
    user: SignedIn, session: SessionDep, blocked_time_id: UUID, change: BlockedTimeChange
) -> BlockedTimeSaved:
    """Replace a blocked time, for all its occurrences. To end it, set `last_day`.

    Occurrences that were skipped or changed stay so. Refused if appointments would be stranded, unless `force` is set.
    """
    return await service.change_blocked_time(session, user, blocked_time_id, change)


@router.delete("/{blocked_time_id}", status_code=204, responses=error_responses(BlockedTimeNotFound))
async def unblock_time(user: SignedIn, session: SessionDep, blocked_time_id: UUID) -> None:
    """Remove a blocked time with all its occurrences. To keep those of the past, set its `last_day` instead."""
    await service.unblock_time(session, user, blocked_time_id)


@router.put(
    "/{blocked_time_id}/occurrences/{day}",
    responses=error_responses(BlockedTimeNotFound, OccurrenceNotFound, AppointmentsStranded),
)
async def change_blocked_occurrence(
    user: SignedIn, session: SessionDep, blocked_time_id: UUID, day: Day, change: OccurrenceChange
) -> OccurrenceSaved:
    """Give the occurrence of one day other times, or let a skipped one take place again.

    Refused if appointments would be stranded, unless `force` is set.
    """
    return await service.change_occurrence(session, user, blocked_time_id, day, change)


@router.delete(
    "/{blocked_time_id}/occurrences/{day}",
    status_code=204,
    responses=error_responses(BlockedTimeNotFound, OccurrenceNotFound),
)
async def skip_blocked_occurrence(
    user: SignedIn, session: SessionDep, blocked_time_id: UUID, day: Day
) -> None:
    """Skip the occurrence of one day. The others stay."""
    await service.skip_occurrence(session, user, blocked_time_id, day)
