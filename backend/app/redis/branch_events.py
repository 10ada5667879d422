"""What changed where, told to all processes: that a branch's day may be another now.

Redis carries it, so it can be lost. Whoever listens looks for themselves now and then, more often while Redis is away.
"""

from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import after_commit
from app.redis.client import get_redis_client

CHANNEL = "zenspa:branch-changed"
"""One for all branches; a message is the id of one. Numbered databases share their channels, ids are nobody else's."""


def announce(session: AsyncSession, branch_id: UUID) -> None:
    """Tells every process, once the transaction is committed, that something of this branch's days has changed:
    visits, shifts, leave, what is out of order. Said twice it is told once."""
    after_commit(session, _publish, branch_id)


async def _publish(branch_id: UUID) -> None:
    try:
        await (await get_redis_client()).publish(CHANNEL, str(branch_id))
    except (RedisError, RuntimeError):
        return  # they find out a little later
