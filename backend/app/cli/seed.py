"""Believable demo customers, for development and for showing ZenSpa to people."""

from itertools import batched
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import run_in_transaction
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_samples import sample_customers
from app.modules.identity import identity_service
from app.modules.identity.identity_models import User
from app.modules.identity.identity_passwords import hash_password, new_password
from app.modules.identity.identity_roles import Role
from app.modules.identity.identity_schemas import RoleGrant

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


class DemoAccount(NamedTuple):
    email: str
    password: str
    full_name: str
    role: Role


async def seed_accounts() -> list[DemoAccount]:
    """An account of each role, unless there are users already; their passwords are kept nowhere else.

    The customer's is that of the first customer there is.
    """
    accounts = [
        DemoAccount("admin@example.com", new_password(), "Trần Minh Quân", Role.ADMIN),
        DemoAccount("letan@example.com", new_password(), "Phạm Thu Trang", Role.RECEPTIONIST),
        DemoAccount("kythuatvien@example.com", new_password(), "Lê Thị Hồng Nhung", Role.THERAPIST),
        DemoAccount("khach@example.com", new_password(), "Nguyễn Thu Hà", Role.CUSTOMER),
    ]

    async def seed(session: AsyncSession) -> list[DemoAccount]:
        if await session.scalar(select(User.id).limit(1)) is not None:
            return []
        for account in accounts:
            password_hash = await hash_password(account.password)
            user = User(full_name=account.full_name, email=account.email, password_hash=password_hash)
            await identity_service.create_user(session, user, [RoleGrant(role=account.role)])
            if account.role is Role.CUSTOMER:
                first = await session.scalar(select(Customer).order_by(Customer.id).limit(1))
                if first is not None:
                    first.user_id = user.id
        return accounts

    return await run_in_transaction(seed)
