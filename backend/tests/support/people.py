"""Somebody to send requests as, in one line.

headers = await signed_in(Role.RECEPTIONIST)
"""

from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from app.modules.identity.identity_roles import Role
from app.modules.identity.identity_tokens import issue_access_token
from tests.support.branches import add_branch
from tests.support.customers import new_phone
from tests.support.ledger import in_database
from tests.support.stores import driver_url


async def signed_in(
    *roles: Role, branch_id: UUID | None = None, database_url: str | None = None
) -> dict[str, str]:
    """The header of a new user with these roles, who has just signed in."""
    return (await new_user(*roles, branch_id=branch_id, database_url=database_url))[1]


async def new_user(
    *roles: Role, branch_id: UUID | None = None, database_url: str | None = None
) -> tuple[UUID, dict[str, str]]:
    """A user with these roles, and the header that shows it is they."""
    user_id, session_id = uuid7(), uuid7()
    if branch_id is not None:
        await add_branch(branch_id, database_url=database_url)
    connection = await asyncpg.connect(database_url or driver_url())
    try:
        await connection.execute("INSERT INTO user_account (id, full_name) VALUES ($1, 'Lan')", user_id)
        await connection.executemany(
            "INSERT INTO role_assignment (id, user_id, role, branch_id) VALUES ($1, $2, $3, $4)",
            [(uuid7(), user_id, role.value, branch_id) for role in roles],
        )
        await connection.execute(
            "INSERT INTO user_session (id, user_id, refresh_hash, refreshed_at, expires_at)"
            " VALUES ($1, $2, '', now(), now() + interval '30 days')",
            session_id,
            user_id,
        )
    finally:
        await connection.close()
    return user_id, {"Authorization": f"Bearer {issue_access_token(user_id, session_id)}"}


async def new_customer() -> tuple[UUID, dict[str, str]]:
    """A customer who signs in, and the header that shows it is they."""
    user_id, headers = await new_user(Role.CUSTOMER)
    return await add_customer(user_id=user_id), headers


async def add_customer(full_name: str = "Mai", *, user_id: UUID | None = None) -> UUID:
    customer_id = uuid7()
    await in_database(
        "INSERT INTO customer (id, full_name, phone, contraindications, user_id) VALUES ($1, $2, $3, 'dị ứng sả', $4)",
        *(customer_id, full_name, new_phone(), user_id),
    )
    return customer_id
