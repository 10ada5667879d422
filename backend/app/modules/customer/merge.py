"""Merge two records of one person."""

from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.customer.account_link import refuse_own_account
from app.modules.customer.customer_errors import CustomerErased, CustomerMerged, MergeWithItself
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import CustomerMerge
from app.modules.customer.customer_service import lock_customers, refuse_unless_active
from app.modules.customer.personal_data_holder import PersonalDataHolders
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK


async def merge_customers(
    session: AsyncSession,
    user: CurrentUser,
    holders: PersonalDataHolders,
    survivor_id: UUID,
    request: CustomerMerge,
) -> Customer:
    """Make one customer of two. The survivor keeps what it has and takes what it lacks. A repeat changes nothing.

    Raises:
        ForbiddenException: The user is not at the desk.
        OwnAccount: One of the two is the user, who would see what is kept about the other.
        CustomerNotFound, MergeWithItself, MergeTooLarge
        CustomerMerged: One of the two was merged into a third customer.
        CustomerErased: One of the two was erased.
        CustomerArchived: The survivor is archived.
        MergeSameTime: Both have appointments at the same time, and `allow_same_time` was not sent.
        PhoneTaken: The duplicate was archived, and another customer has its number now.
    """
    authorize(user, *DESK)
    duplicate_id = request.duplicate_id
    if survivor_id == duplicate_id:
        raise MergeWithItself
    customers = await lock_customers(session, [survivor_id, duplicate_id])
    survivor, duplicate = customers[survivor_id], customers[duplicate_id]
    refuse_own_account(user, survivor.user_id, duplicate.user_id)
    if duplicate.merged_into_id == survivor_id:
        return survivor
    if duplicate.merged_into_id is not None:
        raise CustomerMerged
    refuse_unless_active(survivor)
    if duplicate.erased_at is not None:
        raise CustomerErased
    duplicate.archived_at = duplicate.archived_at or func.clock_timestamp()
    duplicate.merged_into_id = survivor_id
    for holder in holders:
        if holder.refuse_merge is not None and not request.allow_same_time:
            await holder.refuse_merge(session, duplicate_id, survivor_id)
        await holder.merge(session, duplicate_id, survivor_id)
    return survivor
