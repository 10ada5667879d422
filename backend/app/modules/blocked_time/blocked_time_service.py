"""Blocked time: meetings, breaks and cleanings, in which a therapist, a bed or a device cannot be booked.

PostgreSQL expands what repeats every week (`zenspa_blocked_occurrences`), for searches and for the lists here alike.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.wall_time import Span, instant_of
from app.db.queries import fetch_raw, get_row
from app.modules.blocked_time.blocked_time_errors import (
    MAX_BLOCKED_TIMES,
    BlockedElsewhere,
    BlockedTimeNotFound,
    BlockedTimesFull,
    OccurrenceNotFound,
    TooManyBlockedTimes,
)
from app.modules.blocked_time.blocked_time_models import BlockedTime, BlockedTimeException
from app.modules.blocked_time.blocked_time_schemas import (
    MAX_EXCEPTIONS,
    BlockedOccurrenceRead,
    BlockedTimeChange,
    BlockedTimeCreate,
    BlockedTimeDetail,
    BlockedTimeListed,
    BlockedTimeListQuery,
    BlockedTimeRead,
    BlockedTimeSaved,
    BlockReason,
    BoardBlockedTime,
    OccurrenceChange,
    OccurrenceException,
    OccurrenceSaved,
    OccurrenceTimes,
)
from app.modules.branch import branch_service
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, TEAM
from app.modules.resource.appointments import lock_resources
from app.modules.resource.resource_service import branch_of_resource
from app.modules.staff.roster.weekly import require_branches
from app.modules.staff.staff_service import branches_of_staff, managed_by, work_in
from app.redis.events import publish_branch_change

_MAX_LISTED = 1_000
_ONE_DAY = timedelta(days=1)
_OCCURRENCES = """
SELECT blocked_time_id, day, during, skipped, changed
FROM zenspa_blocked_occurrences($1::uuid[], array_fill($2::timestamptz, ARRAY[cardinality($1)]),
    array_fill($3::timestamptz, ARRAY[cardinality($1)]))
ORDER BY during
"""
_BLOCKED = """
SELECT occurrence.resource_id, blocked_time_id, day, lower(during), upper(during), occurrence.reason, note
FROM zenspa_blocked_occurrences($1::uuid[], array_fill($2::timestamptz, ARRAY[cardinality($1)]),
    array_fill($3::timestamptz, ARRAY[cardinality($1)])) AS occurrence
JOIN blocked_time ON blocked_time.id = blocked_time_id
WHERE NOT skipped ORDER BY during
"""


async def list_blocked_times(
    session: AsyncSession, user: CurrentUser, query: BlockedTimeListQuery
) -> list[BlockedTimeListed]:
    """Return the blocked times that occur on these days, each with its occurrences that begin on them.

    At the desk those of its branches and of everybody who works there; a therapist gets their own only.

    Raises:
        ForbiddenException: The user does not work in the spa, or not in the branch.
        BranchNotFound, TooManyBlockedTimes
    """
    authorize(user, *TEAM, branch_id=query.branch_id)
    statement = _visible_to(user).where(
        BlockedTime.first_day <= query.last_day,
        or_(BlockedTime.last_day.is_(None), BlockedTime.last_day >= query.first_day),
    )
    if query.branch_id is not None:
        await branch_service.get_branch(session, query.branch_id)
        statement = statement.where(
            or_(
                BlockedTime.branch_id == query.branch_id,
                BlockedTime.resource_id.in_(work_in([query.branch_id])),
            )
        )
    if query.resource_id is not None:
        statement = statement.where(BlockedTime.resource_id == query.resource_id)
    rows = (await session.scalars(statement.order_by(BlockedTime.id).limit(_MAX_LISTED + 1))).all()
    if len(rows) > _MAX_LISTED:
        raise TooManyBlockedTimes
    occurrences = await _occurrences(session, rows, query.first_day, query.last_day)
    return [
        BlockedTimeListed.model_construct(**dict(_read(row)), occurrences=occurrences[row.id])
        for row in rows
        if row.id in occurrences
    ]


async def read_blocked_time(
    session: AsyncSession, user: CurrentUser, blocked_time_id: UUID
) -> BlockedTimeDetail:
    """Return a blocked time with its exceptions.

    Raises:
        ForbiddenException: The user does not work in the spa, or at the desk of other branches only.
        BlockedTimeNotFound: No such blocked time, or another person's and the user is not at a desk.
    """
    authorize(user, *TEAM)
    row = await session.scalar(_visible_to(user).where(BlockedTime.id == blocked_time_id))
    if row is None and user.holds(*DESK):
        row = await get_row(session, BlockedTime, blocked_time_id, BlockedTimeNotFound)
        authorize(user, *DESK, branch_id=row.branch_id)
    if row is None:
        raise BlockedTimeNotFound
    return BlockedTimeDetail.model_construct(
        **dict(_read(row)), exceptions=await _read_exceptions(session, row)
    )


async def block_time(session: AsyncSession, user: CurrentUser, new: BlockedTimeCreate) -> BlockedTimeSaved:
    """Block the time of a therapist, a bed or a device, which then cannot be booked.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        BranchNotFound, ResourceNotFound, NotOfThisBranch, BlockedElsewhere, BlockedTimesFull
        AppointmentsStranded: Appointments lie in that time, and `force` was not sent.
    """
    authorize(user, *DESK, branch_id=new.branch_id)
    await branch_service.get_branch(session, new.branch_id)
    await lock_resources(session, [new.resource_id])
    await _require_in_branch(session, new.resource_id, new.branch_id)
    blocked = BlockedTime(**_columns(new))
    await _refuse_if_full(session, blocked)
    async with guard_coverage(session, resource_ids=[new.resource_id], force=new.force) as stranded:
        session.add(blocked)
        await session.flush()
        times_by_day = {exception.day: exception.times for exception in new.exceptions}
        session.add_all(
            BlockedTimeException(
                blocked_time_id=blocked.id, day=day, starts=times and times.starts, ends=times and times.ends
            )
            for day, times in times_by_day.items()
        )
    await _publish(session, blocked)
    return BlockedTimeSaved(blocked_time=_read(blocked), stranded=stranded)


async def change_blocked_time(
    session: AsyncSession, user: CurrentUser, blocked_time_id: UUID, change: BlockedTimeChange
) -> BlockedTimeSaved:
    """Replace everything of a blocked time but what it blocks. Occurrences that were skipped or changed stay so.

    Raises:
        ForbiddenException: The user is not at the desk of its branch.
        BlockedTimeNotFound, BlockedTimesFull
        AppointmentsStranded: Appointments lie in the new time, and `force` was not sent.
    """
    blocked = await _lock(session, user, blocked_time_id)
    async with guard_coverage(session, resource_ids=[blocked.resource_id], force=change.force) as stranded:
        for column, value in _columns(change).items():
            setattr(blocked, column, value)
        await _refuse_if_full(session, blocked)
    await _publish(session, blocked)
    return BlockedTimeSaved(blocked_time=_read(blocked), stranded=stranded)


async def unblock_time(session: AsyncSession, user: CurrentUser, blocked_time_id: UUID) -> None:
    """Remove a blocked time with all its occurrences, past ones included.

    Raises:
        ForbiddenException: The user is not at the desk of its branch.
        BlockedTimeNotFound
    """
    blocked = await _lock(session, user, blocked_time_id)
    await _publish(session, blocked)
    await session.delete(blocked)


async def change_occurrence(
    session: AsyncSession, user: CurrentUser, blocked_time_id: UUID, day: date, change: OccurrenceChange
) -> OccurrenceSaved:
    """Give one occurrence other times. The times of the blocked time itself undo a change or a skip.

    Raises:
        ForbiddenException: The user is not at the desk of its branch.
        BlockedTimeNotFound, OccurrenceNotFound
        AppointmentsStranded: Appointments lie in the new time, and `force` was not sent.
    """
    blocked = await _lock(session, user, blocked_time_id)
    _require_occurrence(blocked, day)
    async with guard_coverage(session, resource_ids=[blocked.resource_id], force=change.force) as stranded:
        changed = (change.starts, change.ends) != (blocked.starts, blocked.ends)
        await _set_exception(session, blocked, day, (change.starts, change.ends) if changed else None)
    await _publish(session, blocked)
    zone = ZoneInfo((await branch_service.get_branch(session, blocked.branch_id)).time_zone)
    occurrence = BlockedOccurrenceRead(
        day=day,
        start=instant_of(day, change.starts, zone),
        end=instant_of(day, change.ends, zone),
        skipped=False,
        changed=changed,
    )
    return OccurrenceSaved(occurrence=occurrence, stranded=stranded)


async def skip_occurrence(session: AsyncSession, user: CurrentUser, blocked_time_id: UUID, day: date) -> None:
    """Skip one occurrence: the resource can be booked then.

    Raises:
        ForbiddenException: The user is not at the desk of its branch.
        BlockedTimeNotFound, OccurrenceNotFound
    """
    blocked = await _lock(session, user, blocked_time_id)
    _require_occurrence(blocked, day)
    await _set_exception(session, blocked, day, (None, None))
    await _publish(session, blocked)


# Below: for the other modules, which have authorized the user.


async def list_weekly_blocks(session: AsyncSession) -> dict[UUID, list[BlockedTimeRead]]:
    """Return the blocked times that repeat every week, by resource."""
    blocked: dict[UUID, list[BlockedTimeRead]] = defaultdict(list)
    for row in await session.scalars(_weekly()):
        blocked[row.resource_id].append(_read(row))
    return blocked


async def set_weekly_blocks(
    session: AsyncSession, user: CurrentUser, resource_id: UUID, wanted: Iterable[BlockedTimeCreate]
) -> None:
    """Replace the blocked times of a resource that repeat every week. Rows that stay are left untouched, with the
    occurrences that were skipped or changed. The caller guards the appointments.

    Raises:
        ForbiddenException: The user is not at the desk of each branch.
        ResourceNotFound, BlockedTimesFull
    """
    authorize(user, *DESK)
    await lock_resources(session, [resource_id])
    missing = [_columns(new) for new in wanted]
    for row in await session.scalars(_weekly().where(BlockedTime.resource_id == resource_id)):
        columns = {name: getattr(row, name) for name in BlockedTimeRead.model_fields if name != "id"}
        if columns in missing:
            missing.remove(columns)
        else:
            authorize(user, *DESK, branch_id=row.branch_id)
            await session.delete(row)
    await session.flush()
    for columns in missing:
        blocked = BlockedTime(**columns)
        authorize(user, *DESK, branch_id=blocked.branch_id)
        await _refuse_if_full(session, blocked)
        session.add(blocked)
        await session.flush()
        await _publish(session, blocked)


async def blocked_during(
    session: AsyncSession, resource_ids: Collection[UUID], during: Span
) -> dict[UUID, list[BoardBlockedTime]]:
    """Return when these resources are blocked in this time, in order, by resource."""
    blocked: dict[UUID, list[BoardBlockedTime]] = defaultdict(list)
    for resource_id, *values in await fetch_raw(session, _BLOCKED, [*resource_ids], *during):
        fields = dict(zip(BoardBlockedTime.model_fields, values, strict=True))
        blocked[resource_id].append(BoardBlockedTime.model_validate(fields))
    return blocked


def _weekly() -> Select[BlockedTime]:
    return select(BlockedTime).where(BlockedTime.weekdays != [])


def _visible_to(user: CurrentUser) -> Select[BlockedTime]:
    statement = select(BlockedTime)
    if user.holds_everywhere(*DESK):
        return statement
    desks = {grant.branch_id for grant in user.grants if grant.role in DESK}
    return statement.where(
        or_(BlockedTime.branch_id.in_(desks), BlockedTime.resource_id.in_(managed_by(user, *DESK)))
    )


async def _occurrences(
    session: AsyncSession, rows: Sequence[BlockedTime], first_day: date, last_day: date
) -> dict[UUID, list[BlockedOccurrenceRead]]:
    """Return the occurrences that begin on these days, by the id of the blocked time."""
    occurrences: dict[UUID, list[BlockedOccurrenceRead]] = defaultdict(list)
    # In UTC no time zone's day begins more than a day earlier or ends more than a day later.
    since = datetime.combine(first_day - _ONE_DAY, time(), UTC)
    until = datetime.combine(last_day + 2 * _ONE_DAY, time(), UTC)
    resource_ids = {row.resource_id for row in rows}
    for blocked_time_id, day, during, skipped, changed in await fetch_raw(
        session, _OCCURRENCES, [*resource_ids], since, until
    ):
        if first_day <= day <= last_day:
            occurrences[blocked_time_id].append(
                BlockedOccurrenceRead(
                    day=day, start=during.lower, end=during.upper, skipped=skipped, changed=changed
                )
            )
    return occurrences


async def _lock(session: AsyncSession, user: CurrentUser, blocked_time_id: UUID) -> BlockedTime:
    """Return a blocked time, with its resource locked: no booking meanwhile."""
    authorize(user, *DESK)
    blocked = await get_row(session, BlockedTime, blocked_time_id, BlockedTimeNotFound)
    authorize(user, *DESK, branch_id=blocked.branch_id)
    await lock_resources(session, [blocked.resource_id])
    return await get_row(session, BlockedTime, blocked_time_id, BlockedTimeNotFound, lock=True)


async def _require_in_branch(session: AsyncSession, resource_id: UUID, branch_id: UUID) -> None:
    of_branch = await branch_of_resource(session, resource_id)
    if of_branch is None:
        await require_branches(session, resource_id, [branch_id])
    elif of_branch != branch_id:
        raise BlockedElsewhere


async def _refuse_if_full(session: AsyncSession, blocked: BlockedTime) -> None:
    """Refuse one more blocked time of a resource, which is locked. Each of them makes every search a little slower."""
    today = utc_now().date() - _ONE_DAY  # nowhere has this day begun later
    others = select(func.count()).where(
        BlockedTime.resource_id == blocked.resource_id,
        BlockedTime.id != blocked.id,
        or_(BlockedTime.last_day.is_(None), BlockedTime.last_day >= today),
    )
    has_ended = blocked.last_day is not None and blocked.last_day < today
    with session.no_autoflush:
        if not has_ended and (await session.scalar(others) or 0) >= MAX_BLOCKED_TIMES:
            raise BlockedTimesFull


def _require_occurrence(blocked: BlockedTime, day: date) -> None:
    repeats = day.isoweekday() in blocked.weekdays if blocked.weekdays else day == blocked.first_day
    if not repeats or day < blocked.first_day or (blocked.last_day is not None and day > blocked.last_day):
        raise OccurrenceNotFound


async def _read_exceptions(session: AsyncSession, blocked: BlockedTime) -> list[OccurrenceException]:
    """Return the newest exceptions, in the order of their days."""
    newest = (
        select(BlockedTimeException)
        .where(BlockedTimeException.blocked_time_id == blocked.id)
        .order_by(BlockedTimeException.day.desc())
        .limit(MAX_EXCEPTIONS)
    )
    return [
        OccurrenceException.model_construct(day=row.day, times=_times_of(row))
        for row in (await session.scalars(newest)).all()[::-1]
    ]


def _times_of(exception: BlockedTimeException) -> OccurrenceTimes | None:
    if exception.starts is None or exception.ends is None:
        return None
    return OccurrenceTimes.model_construct(starts=exception.starts, ends=exception.ends)


async def _set_exception(
    session: AsyncSession, blocked: BlockedTime, day: date, times: tuple[int, int] | tuple[None, None] | None
) -> None:
    """Set the times of an occurrence: none to skip it, or None to let it take place as the blocked time says."""
    exception = await session.scalar(
        select(BlockedTimeException).where(
            BlockedTimeException.blocked_time_id == blocked.id, BlockedTimeException.day == day
        )
    )
    if times is None:
        if exception is not None:
            await session.delete(exception)
        return
    if exception is None:
        exception = BlockedTimeException(blocked_time_id=blocked.id, day=day)
        session.add(exception)
    exception.starts, exception.ends = times


async def _publish(session: AsyncSession, blocked: BlockedTime) -> None:
    """Tell the boards of its branch, and of every branch where the therapist works."""
    for branch_id in {blocked.branch_id, *await branches_of_staff(session, blocked.resource_id)}:
        publish_branch_change(session, branch_id)


def _columns(change: BlockedTimeChange) -> dict[str, object]:
    """Return the values as a row stores them: a dump of the model would have wall times as texts."""
    return {
        name: getattr(change, name)
        for name in type(change).model_fields
        if name in BlockedTimeRead.model_fields
    }


def _read(blocked: BlockedTime) -> BlockedTimeRead:
    columns = {field: getattr(blocked, field) for field in BlockedTimeRead.model_fields}
    return BlockedTimeRead.model_construct(**columns | {"reason": BlockReason(blocked.reason)})
