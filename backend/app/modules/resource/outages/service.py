"""Out of order: when a bed or a device cannot be used."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span
from app.db.errors import translate_integrity_errors
from app.db.queries import bounds
from app.modules.identity.access import CurrentUser
from app.modules.identity.roles import Role
from app.modules.resource.allocation_schemas import appointment_details
from app.modules.resource.allocations import (
    appointments_in,
    block_again,
    drop_expired_holds,
    lock_resources,
)
from app.modules.resource.outages.schemas import (
    MAX_OUTAGES,
    OutageCreate,
    OutageListQuery,
    OutageMade,
    OutageRead,
)
from app.modules.resource.resource_errors import (
    OutageNotFound,
    OutageOverlaps,
    ResourceHasAppointments,
    ResourceNotFound,
)
from app.modules.resource.resource_models import Outage, Resource
from app.redis.events import announce


async def list_outages(session: AsyncSession, resource_id: UUID, query: OutageListQuery) -> list[OutageRead]:
    """Those that touch this time, in order; of a bed or device that is retired too. At most 1,000: who has more in
    a year asks for less of it.

    Raises:
        ResourceNotFound: also for staff, whose leave is theirs.
    """
    await _branch_of(session, resource_id)
    found = await session.scalars(
        select(Outage)
        .where(Outage.resource_id == resource_id, Outage.during.overlaps(Range(query.start, query.end)))
        .order_by(Outage.during)
        .limit(MAX_OUTAGES)
    )
    return [_read(outage) for outage in found]


async def outages_in_branch(
    session: AsyncSession, branch_id: UUID, during: Span
) -> dict[UUID, list[OutageRead]]:
    """Those that touch this time, of each bed and device that has some, in order."""
    found: dict[UUID, list[OutageRead]] = defaultdict(list)
    of_branch = select(Resource.id).where(Resource.branch_id == branch_id)
    for outage in await session.scalars(
        select(Outage)
        .where(Outage.resource_id.in_(of_branch), Outage.during.overlaps(Range(*during)))
        .order_by(Outage.during)
    ):
        found[outage.resource_id].append(_read(outage))
    return found


async def put_out_of_order(
    session: AsyncSession, user: CurrentUser, resource_id: UUID, new: OutageCreate
) -> OutageMade:
    """Nobody can book it in that time any more, nor what an appointment in the way frees of it later.

    Raises:
        ResourceNotFound: also for staff, and what is retired.
        ForbiddenException: of a branch in which the user is not at the desk.
        ResourceHasAppointments: in that time, unless `force`.
        OutageOverlaps
    """
    await _lock_to_change(session, user, resource_id)
    asked = Range(new.start, new.end)
    conflicts = await appointments_in(session, resource_id, asked)
    if conflicts and not new.force:
        raise ResourceHasAppointments(details=appointment_details(conflicts, "appointment_in_the_way"))
    outage = Outage(resource_id=resource_id, during=asked, reason=new.reason)
    session.add(outage)
    with translate_integrity_errors({"outage_overlap": OutageOverlaps}):
        await session.flush()
    await block_again(session, resource_id, await drop_expired_holds(session, resource_id, asked))
    return OutageMade(outage=_read(outage), conflicts=conflicts)


async def put_back_in_order(
    session: AsyncSession, user: CurrentUser, resource_id: UUID, outage_id: UUID
) -> None:
    """It can be booked again in the time of this outage: what it blocks goes with it.

    Raises:
        ResourceNotFound, ForbiddenException: as `put_out_of_order`.
        OutageNotFound: also of another bed.
    """
    await _lock_to_change(session, user, resource_id)
    removed = await session.scalar(
        delete(Outage).where(Outage.id == outage_id, Outage.resource_id == resource_id).returning(Outage.id)
    )
    if removed is None:
        raise OutageNotFound


async def _lock_to_change(session: AsyncSession, user: CurrentUser, resource_id: UUID) -> None:
    await lock_resources(session, [resource_id])
    branch_id = await _branch_of(session, resource_id, in_use=True)
    user.must_hold_in(branch_id, Role.ADMIN, Role.RECEPTIONIST)
    announce(session, branch_id)


async def _branch_of(session: AsyncSession, resource_id: UUID, *, in_use: bool = False) -> UUID:
    """Staff have no one branch: they are as if they were not there."""
    bed_or_device = select(Resource.branch_id).where(Resource.id == resource_id)
    if in_use:
        bed_or_device = bed_or_device.where(Resource.retired_at.is_(None))
    branch_id = await session.scalar(bed_or_device)
    if branch_id is None:
        raise ResourceNotFound
    return branch_id


def _read(outage: Outage) -> OutageRead:
    start, end = bounds(outage.during)
    return OutageRead(id=outage.id, start=start, end=end, reason=outage.reason)
