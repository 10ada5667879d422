"""Believable demo customers, for development and for showing ZenSpa to people."""

from itertools import batched

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import run_in_transaction
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_samples import sample_customers

_BATCH = 1_000


async def seed_customers(count: int) -> int:
    """Adds `count` sample customers unless there are customers already; how many were added."""

    async def seed(session: AsyncSession) -> int:
        if await session.scalar(select(Customer.id).limit(1)) is not None:
            return 0
        for batch in batched(sample_customers(count), _BATCH):
            await session.execute(insert(Customer), list(batch))
        return count

    return await run_in_transaction(seed)
