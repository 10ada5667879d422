"""Users who have signed in, and customers, each in one line.

headers = await signed_in(Role.RECEPTIONIST)
"""

from datetime import timedelta
from uuid import UUID

import asyncpg

from app.common.helpers import utc_now
from app.modules.customer.customer_models import Customer
from app.modules.identity.identity_models import RoleAssignment, User, UserSession
from app.modules.identity.roles import Role
from app.modules.identity.tokens import issue_access_token
from tests.builders.branches import add_branch
from tests.builders.customers import new_phone
from tests.support.database import insert, insert_all, new


async def signed_in(
    *roles: Role, branch_id: UUID | None = None, connection: asyncpg.Connection | None = None
) -> dict[str, str]:
    """Add a user with these roles and return the header of a session."""
    return (await new_user(*roles, branch_id=branch_id, connection=connection))[1]


async def new_user(
    *roles: Role, branch_id: UUID | None = None, connection: asyncpg.Connection | None = None
) -> tuple[UUID, dict[str, str]]:
    """Add a user with these roles, everywhere or in a branch; return the id and the header of a session."""
    if branch_id is not None:
        await add_branch(branch_id)
    user = new(User(full_name="Lan"))
    assignments = [RoleAssignment(user_id=user.id, role=role.value, branch_id=branch_id) for role in roles]
    now = utc_now()
    session = new(
        UserSession(user_id=user.id, refresh_hash=b"", refreshed_at=now, expires_at=now + timedelta(days=30))
    )
    await insert_all([user, *assignments, session], connection=connection)
    return user.id, {"Authorization": f"Bearer {issue_access_token(user.id, session.id)}"}


async def add_role(user_id: UUID, role: Role, *, branch_id: UUID | None = None) -> None:
    await insert(RoleAssignment(user_id=user_id, role=role.value, branch_id=branch_id))


async def new_customer() -> tuple[UUID, dict[str, str]]:
    """Add a customer with an account; return the customer's id and the header of a session."""
    user_id, headers = await new_user(Role.CUSTOMER)
    return await add_customer(user_id=user_id), headers


async def add_customer(full_name: str = "Mai", *, user_id: UUID | None = None) -> UUID:
    """Add a customer who has an allergy, and return the id."""
    return await insert(
        Customer(full_name=full_name, phone=new_phone(), contraindications="dị ứng sả", user_id=user_id)
    )
