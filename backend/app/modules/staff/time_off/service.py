"""Leave (time off): requested, approved or refused, withdrawn. A person on approved leave cannot be booked."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.wall_time import Span
from app.core.exceptions import MAX_DETAILS
from app.db.errors import translate_integrity_errors
from app.db.paging import fetch_page
from app.db.queries import bounds, get_row
from app.modules.branch import branch_service
from app.modules.coverage.coverage_schemas import Stranding
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, TEAM, Role
from app.modules.resource.appointments import lock_resources
from app.modules.staff.staff_errors import (
    OwnTimeOff,
    StaffNotFound,
    TimeOffBegun,
    TimeOffDecided,
    TimeOffNotFound,
    TimeOffOverlaps,
)
from app.modules.staff.staff_models import Staff, StaffBranch, TimeOff, TimeOffStatus
from app.modules.staff.staff_service import (
    branches_of_staff,
    find_staff_of_user,
    get_own_or_managed,
    get_staff,
    managed_by,
    require_manager,
    work_in,
)
from app.modules.staff.time_off.schemas import (
    TimeOffAnswer,
    TimeOffApproval,
    TimeOffApproved,
    TimeOffCreate,
    TimeOffListQuery,
    TimeOffPage,
    TimeOffRead,
)
from app.redis.events import publish_branch_change


async def request_time_off(session: AsyncSession, user: CurrentUser, new: TimeOffCreate) -> TimeOffRead:
    """Request leave for oneself, or at the desk for a colleague of one's branches.

    Raises:
        ForbiddenException: The user does not work in the spa, or the person works in other branches only.
        StaffNotFound: No such person, or not visible to the user; or the user has no staff record and names no person.
    """
    authorize(user, *TEAM)
    if new.staff_id is not None:
        staff = await get_own_or_managed(session, user, new.staff_id, *DESK)
    else:
        own = await find_staff_of_user(session, user.id)
        if own is None:
            raise StaffNotFound
        staff = own
    leave = TimeOff(
        staff_id=staff.id,
        during=Range(new.start, new.end),
        status=TimeOffStatus.REQUESTED,
        reason=new.reason,
    )
    session.add(leave)
    await session.flush()
    await session.refresh(leave)
    return read_time_off(leave)


async def list_time_off(session: AsyncSession, user: CurrentUser, query: TimeOffListQuery) -> TimeOffPage:
    """List leave, newest first: one's own, and at the desk that of everybody who works in one's branches.

    Raises:
        ForbiddenException: The user does not work in the spa, or not in the branch.
        BranchNotFound, StaffNotFound
    """
    authorize(user, *TEAM, branch_id=query.branch_id)
    found = select(TimeOff).where(TimeOff.staff_id.in_(managed_by(user, *DESK)))
    if query.status is not None:
        found = found.where(TimeOff.status == query.status)
    if query.branch_id is not None:
        await branch_service.get_branch(session, query.branch_id)
        found = found.where(TimeOff.staff_id.in_(work_in([query.branch_id])))
    if query.staff_id is not None:
        await get_own_or_managed(session, user, query.staff_id, *DESK)
        found = found.where(TimeOff.staff_id == query.staff_id)
    # Two half-open ranges: one range of an end before its start is an error of PostgreSQL.
    if query.start is not None:
        found = found.where(TimeOff.during.overlaps(Range(query.start, None)))
    if query.end is not None:
        found = found.where(TimeOff.during.overlaps(Range(None, query.end)))
    purpose = f"time-off:{query.status}:{query.branch_id}:{query.staff_id}:{query.start}:{query.end}"
    leaves, next_cursor = await fetch_page(session, TimeOff, found, query, purpose=purpose)
    return TimeOffPage(items=[read_time_off(leave) for leave in leaves], next_cursor=next_cursor)


async def approve_time_off(
    session: AsyncSession, user: CurrentUser, time_off_id: UUID, approval: TimeOffApproval
) -> TimeOffApproved:
    """Approve leave: the person cannot be booked in that time any more.

    Raises:
        TimeOffNotFound, ForbiddenException, OwnTimeOff, TimeOffDecided
        TimeOffOverlaps: Other leave in that time is approved already.
        AppointmentsStranded: Appointments lie in that time, and `force` was not sent.
    """
    authorize(user, Role.ADMIN)
    leave = await _get_to_decide(session, user, time_off_id)
    await lock_resources(session, [leave.staff_id])
    await _refuse_overlapping(session, leave)
    async with guard_coverage(
        session, resource_ids=[leave.staff_id], within=[leave.during], force=approval.force
    ) as stranded:
        leave = await _decide(session, user, leave, TimeOffStatus.APPROVED, approval.answer)
    await _publish_where_they_work(session, leave.staff_id)
    return TimeOffApproved(time_off=read_time_off(leave), stranded=stranded)


async def preview_approval(session: AsyncSession, user: CurrentUser, time_off_id: UUID) -> Stranding:
    """Return the appointments that would be stranded if the leave were approved.

    It is approved, and rolled back: the answer is that of the same rules.

    Raises:
        TimeOffNotFound, ForbiddenException, OwnTimeOff, TimeOffDecided, TimeOffOverlaps
    """
    approved = await approve_time_off(session, user, time_off_id, TimeOffApproval(force=True))
    await session.rollback()
    return Stranding(stranded=approved.stranded)


async def approved_leave(
    session: AsyncSession, staff_ids: Collection[UUID], during: Range[datetime]
) -> dict[UUID, list[Span]]:
    """Return the approved leave that touches this time, by person."""
    rows = await session.execute(
        select(TimeOff.staff_id, TimeOff.during)
        .where(TimeOff.staff_id.in_(staff_ids), TimeOff.status == TimeOffStatus.APPROVED)
        .where(TimeOff.during.overlaps(during))
    )
    leave: dict[UUID, list[Span]] = defaultdict(list)
    for row in rows:
        leave[row.staff_id].append(Span(*bounds(row.during)))
    return leave


async def refuse_time_off(
    session: AsyncSession, user: CurrentUser, time_off_id: UUID, refusal: TimeOffAnswer
) -> TimeOffRead:
    """Refuse leave.

    Raises:
        TimeOffNotFound, ForbiddenException, OwnTimeOff, TimeOffDecided
    """
    authorize(user, Role.ADMIN)
    leave = await _get_to_decide(session, user, time_off_id)
    return read_time_off(await _decide(session, user, leave, TimeOffStatus.REFUSED, refusal.answer))


async def withdraw_time_off(session: AsyncSession, user: CurrentUser, time_off_id: UUID) -> TimeOffRead:
    """Withdraw leave, also if it was approved: the person can be booked again. `decided_by_id` stays.

    Raises:
        TimeOffNotFound: Also for another person's leave, unless the user is an administrator.
        ForbiddenException, TimeOffDecided
        TimeOffBegun: One's own leave has begun; others have to withdraw it.
    """
    authorize(user, *TEAM)
    leave = await get_row(session, TimeOff, time_off_id, TimeOffNotFound)
    try:
        staff = await get_own_or_managed(session, user, leave.staff_id, Role.ADMIN)
    except StaffNotFound as error:
        raise TimeOffNotFound from error
    await lock_resources(session, [leave.staff_id])  # no booking or approval meanwhile
    if read_time_off(leave).start <= utc_now() and _is_for_others(user, staff):
        raise TimeOffBegun
    withdrawn = await _move(
        session,
        leave,
        {TimeOffStatus.REQUESTED, TimeOffStatus.APPROVED},
        status=TimeOffStatus.WITHDRAWN,
    )
    await _publish_where_they_work(session, leave.staff_id)
    return read_time_off(withdrawn)


async def _refuse_overlapping(session: AsyncSession, leave: TimeOff) -> None:
    """Refuse to approve leave at whose time the person, who is locked, has approved leave.

    Raises:
        TimeOffOverlaps
    """
    if leave.status != TimeOffStatus.REQUESTED:
        return
    others = await session.execute(
        select(TimeOff.id, TimeOff.during)
        .where(TimeOff.staff_id == leave.staff_id, TimeOff.status == TimeOffStatus.APPROVED)
        # Without itself: it may have been approved while this transaction waited for the lock.
        .where(TimeOff.during.overlaps(leave.during), TimeOff.id != leave.id)
        .order_by(TimeOff.during)
        .limit(MAX_DETAILS)
    )
    if spans := [(row.id, Span(*bounds(row.during))) for row in others]:
        raise TimeOffOverlaps.naming(spans, await _zone_of(session, leave.staff_id))


async def _zone_of(session: AsyncSession, staff_id: UUID) -> ZoneInfo:
    """Return the time zone of the first branch where a person works."""
    of_person = select(StaffBranch.branch_id).where(StaffBranch.staff_id == staff_id)
    branch_id = await session.scalar(of_person.order_by(StaffBranch.branch_id).limit(1))
    if branch_id is None:
        return ZoneInfo("UTC")
    return ZoneInfo((await branch_service.get_branch(session, branch_id)).time_zone)


async def _publish_where_they_work(session: AsyncSession, staff_id: UUID) -> None:
    for branch_id in await branches_of_staff(session, staff_id):
        publish_branch_change(session, branch_id)


async def _get_to_decide(session: AsyncSession, user: CurrentUser, time_off_id: UUID) -> TimeOff:
    leave = await get_row(session, TimeOff, time_off_id, TimeOffNotFound)
    await require_manager(session, user, leave.staff_id, Role.ADMIN)
    staff = await get_staff(session, leave.staff_id)
    if _is_for_others(user, staff):
        raise OwnTimeOff
    return leave


def _is_for_others(user: CurrentUser, staff: Staff) -> bool:
    """Return whether others have to decide: the leave is the user's own, and they do not administer the whole spa."""
    return staff.user_id == user.id and not user.holds_everywhere(Role.ADMIN)


async def _decide(
    session: AsyncSession, user: CurrentUser, leave: TimeOff, status: TimeOffStatus, answer: str
) -> TimeOff:
    decision = {"status": status, "decided_by_id": user.id, "decided_at": utc_now(), "answer": answer}
    return await _move(session, leave, {TimeOffStatus.REQUESTED}, **decision)


async def _move(
    session: AsyncSession, leave: TimeOff, old: Collection[TimeOffStatus], **values: object
) -> TimeOff:
    moved = update(TimeOff).where(TimeOff.id == leave.id, TimeOff.status.in_(old)).values(values)
    returned = moved.returning(TimeOff).execution_options(populate_existing=True)
    with translate_integrity_errors({"time_off_overlap": TimeOffOverlaps}):
        found = await session.scalar(returned)
    if found is None:
        raise TimeOffDecided
    return found


def read_time_off(leave: TimeOff) -> TimeOffRead:
    """Return the leave as the API shows it."""
    start, end = bounds(leave.during)
    return TimeOffRead(
        id=leave.id,
        staff_id=leave.staff_id,
        start=start,
        end=end,
        status=TimeOffStatus(leave.status),
        reason=leave.reason,
        decided_by_id=leave.decided_by_id,
        decided_at=leave.decided_at,
        answer=leave.answer,
        created_at=leave.created_at,
    )
