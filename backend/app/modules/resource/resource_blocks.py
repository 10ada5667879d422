"""Out of order: when a bed or a device cannot be used."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.text import Text
from app.core.exceptions import NotFoundException
from app.modules.identity.identity_access import CurrentUser
from app.modules.identity.identity_roles import Role
from app.modules.resource.resource_allocation_schemas import (
    AllocationRead,
    BlockCreate,
    BlockListQuery,
    BlocksMade,
    appointment_details,
)
from app.modules.resource.resource_allocations import (
    appointments_in,
    block_free_parts,
    lock_resources,
    read_allocation,
)
from app.modules.resource.resource_models import Allocation, AllocationState, Resource
from app.modules.resource.resource_service import ResourceHasAppointments, ResourceNotFound


class BlockNotFound(NotFoundException):
    code = "BLOCK_NOT_FOUND"
    text = Text("Không tìm thấy lần khóa này.", "There is no such block.")


async def list_blocks(
    session: AsyncSession, resource_id: UUID, query: BlockListQuery
) -> list[AllocationRead]:
    """Those that touch this time, in order; of a bed or device that is retired too.

    Raises:
        ResourceNotFound: also for staff, whose leave is theirs.
    """
    await _branch_of(session, resource_id)
    found = await session.scalars(
        select(Allocation)
        .where(Allocation.resource_id == resource_id, Allocation.state == AllocationState.BLOCKED)
        .where(Allocation.during.overlaps(Range(query.start, query.end)))
        .order_by(Allocation.during)
    )
    return [read_allocation(allocation) for allocation in found]


async def put_out_of_order(
    session: AsyncSession, user: CurrentUser, resource_id: UUID, new: BlockCreate
) -> BlocksMade:
    """Nobody can book it in that time any more.

    Raises:
        ResourceNotFound: also for staff, and what is retired.
        ForbiddenException: of a branch in which the user is not at the desk.
        ResourceHasAppointments: in that time, unless `force`.
    """
    await lock_resources(session, [resource_id])
    branch_id = await _branch_of(session, resource_id, in_use=True)
    user.must_hold_in(branch_id, Role.ADMIN, Role.RECEPTIONIST)
    asked = Range(new.start, new.end)
    in_the_way = await appointments_in(session, resource_id, asked)
    if in_the_way and not new.force:
        raise ResourceHasAppointments(details=appointment_details(in_the_way, "appointment_in_the_way"))
    blocks = await block_free_parts(session, resource_id, asked, reason=new.reason)
    return BlocksMade(blocks=blocks, in_the_way=in_the_way)


async def put_back_in_order(
    session: AsyncSession, user: CurrentUser, resource_id: UUID, block_id: UUID
) -> None:
    """It can be booked again in the time of this block.

    Raises:
        ResourceNotFound, ForbiddenException: as `put_out_of_order`.
        BlockNotFound: also for what an appointment takes.
    """
    branch_id = await _branch_of(session, resource_id, in_use=True)
    user.must_hold_in(branch_id, Role.ADMIN, Role.RECEPTIONIST)
    removed = await session.scalar(
        delete(Allocation)
        .where(Allocation.id == block_id, Allocation.resource_id == resource_id)
        .where(Allocation.state == AllocationState.BLOCKED)
        .returning(Allocation.id)
    )
    if removed is None:
        raise BlockNotFound


async def _branch_of(session: AsyncSession, resource_id: UUID, *, in_use: bool = False) -> UUID:
    """Staff have no one branch: they are as if they were not there."""
    bed_or_device = select(Resource.branch_id).where(Resource.id == resource_id)
    if in_use:
        bed_or_device = bed_or_device.where(Resource.retired_at.is_(None))
    branch_id = await session.scalar(bed_or_device)
    if branch_id is None:
        raise ResourceNotFound
    return branch_id
