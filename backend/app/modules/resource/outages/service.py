"""Outages: when a bed or a device is out of order."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span
from app.core.exceptions import MAX_DETAILS
from app.db.errors import translate_integrity_errors
from app.db.queries import bounds
from app.modules.branch import branch_service
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, TEAM
from app.modules.resource.appointments import lock_resources
from app.modules.resource.outages.schemas import (
    OutageCreate,
    OutageListQuery,
    OutageMade,
    OutageRead,
)
from app.modules.resource.resource_errors import (
    OutageNotFound,
    OutageOverlaps,
    ResourceNotFound,
)
from app.modules.resource.resource_models import Outage, Resource
from app.redis.events import publish_branch_change


async def list_outages(
    session: AsyncSession, user: CurrentUser, resource_id: UUID, query: OutageListQuery
) -> list[OutageRead]:
    """Return the outages that touch this time, in order. Retired beds and devices are included.

    Raises:
        ForbiddenException: The user does not work in the spa.
        ResourceNotFound: Also for staff, who have leave instead.
    """
    authorize(user, *TEAM)
    await _branch_of(session, resource_id)
    outages = await session.scalars(
        select(Outage)
        .where(Outage.resource_id == resource_id, Outage.during.overlaps(Range(query.start, query.end)))
        .order_by(Outage.during)
    )
    return [_read(outage) for outage in outages]


async def outages_in_branch(
    session: AsyncSession, branch_id: UUID, during: Span
) -> dict[UUID, list[OutageRead]]:
    """Return the outages that touch this time, in order, by the bed or device."""
    outages: dict[UUID, list[OutageRead]] = defaultdict(list)
    resource_ids = select(Resource.id).where(Resource.branch_id == branch_id)
    for outage in await session.scalars(
        select(Outage)
        .where(Outage.resource_id.in_(resource_ids), Outage.during.overlaps(Range(*during)))
        .order_by(Outage.during)
    ):
        outages[outage.resource_id].append(_read(outage))
    return outages


async def put_out_of_order(
    session: AsyncSession, user: CurrentUser, resource_id: UUID, new: OutageCreate
) -> OutageMade:
    """Put a bed or a device out of order: it cannot be booked in that time any more.

    Raises:
        ResourceNotFound: Also for staff, and for retired beds and devices.
        ForbiddenException: The user is not at the desk of its branch.
        AppointmentsStranded: Appointments need it in that time, and `force` was not sent.
        OutageOverlaps
    """
    branch_id = await _lock_to_change(session, user, resource_id)
    during = Range(new.start, new.end)
    await _refuse_overlapping(session, resource_id, during, branch_id)
    outage = Outage(resource_id=resource_id, during=during, reason=new.reason)
    with translate_integrity_errors({"outage_overlap": OutageOverlaps}):
        async with guard_coverage(
            session, resource_ids=[resource_id], within=[during], force=new.force
        ) as stranded:
            session.add(outage)
    return OutageMade(outage=_read(outage), stranded=stranded)


async def put_back_in_order(
    session: AsyncSession, user: CurrentUser, resource_id: UUID, outage_id: UUID
) -> None:
    """End an outage: the bed or the device can be booked again in its time.

    Raises:
        ResourceNotFound, ForbiddenException: As `put_out_of_order`.
        OutageNotFound: Also for an outage of another bed.
    """
    await _lock_to_change(session, user, resource_id)
    removed = await session.scalar(
        delete(Outage).where(Outage.id == outage_id, Outage.resource_id == resource_id).returning(Outage.id)
    )
    if removed is None:
        raise OutageNotFound


async def _refuse_overlapping(
    session: AsyncSession, resource_id: UUID, during: Range[datetime], branch_id: UUID
) -> None:
    """Refuse a time at which the bed or device, which is locked, has an outage.

    Raises:
        OutageOverlaps
    """
    others = await session.execute(
        select(Outage.id, Outage.during)
        .where(Outage.resource_id == resource_id, Outage.during.overlaps(during))
        .order_by(Outage.during)
        .limit(MAX_DETAILS)
    )
    if spans := [(row.id, Span(*bounds(row.during))) for row in others]:
        branch = await branch_service.get_branch(session, branch_id)
        raise OutageOverlaps.naming(spans, ZoneInfo(branch.time_zone))


async def _lock_to_change(session: AsyncSession, user: CurrentUser, resource_id: UUID) -> UUID:
    """Lock a bed or a device in use, and return its branch."""
    authorize(user, *DESK)
    await lock_resources(session, [resource_id])
    branch_id = await _branch_of(session, resource_id, in_use=True)
    authorize(user, *DESK, branch_id=branch_id)
    publish_branch_change(session, branch_id)
    return branch_id


async def _branch_of(session: AsyncSession, resource_id: UUID, *, in_use: bool = False) -> UUID:
    """Return the branch of a bed or a device. Staff have no single branch: they count as missing."""
    statement = select(Resource.branch_id).where(Resource.id == resource_id)
    if in_use:
        statement = statement.where(Resource.retired_at.is_(None))
    branch_id = await session.scalar(statement)
    if branch_id is None:
        raise ResourceNotFound
    return branch_id


def _read(outage: Outage) -> OutageRead:
    start, end = bounds(outage.during)
    return OutageRead(id=outage.id, start=start, end=end, reason=outage.reason)
