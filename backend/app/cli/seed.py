"""A believable demo spa, its customers and accounts, for development and for demonstrations."""

from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.demo_people import sample_customers
from app.cli.seed_commissions import seed_commissions
from app.common.helpers import utc_now
from app.db.transactions import run_in_transaction
from app.modules.branch import branch_service
from app.modules.customer.customer_models import Customer
from app.modules.identity import identity_service
from app.modules.identity.access import SYSTEM_USER
from app.modules.identity.identity_models import User
from app.modules.identity.identity_schemas import RoleGrant
from app.modules.identity.passwords import hash_password, new_password
from app.modules.identity.roles import Role
from app.modules.payment import payment_service
from app.modules.payment.payment_schemas import BankAccountInput
from app.modules.product import product_service
from app.modules.product.kinds import StockChange
from app.modules.product.product_schemas import ProductListQuery, StockEntryCreate
from app.modules.product.stock import record_stock
from app.modules.setup.reader import read_file
from app.modules.setup.setup_service import apply_setup
from app.modules.staff import staff_service
from app.modules.staff.roster import fill as roster_fill
from app.modules.staff.roster.schemas import ShiftFill
from app.modules.staff.staff_models import Staff
from app.modules.staff.staff_schemas import StaffUpdate

_BATCH = 1_000
_DEMO_SPA = Path(__file__).with_name("demo_spa.yaml")
_BANK, _FIRST_ACCOUNT, _HOLDER = "999999", 123_456_789, "SEN TRANG SPA"
"""A bank that does not exist, so that no app sends money to a demo spa. A transfer is matched by the account of its branch."""
_FIRST_BRANCH = "quan-1"
_ROSTER = timedelta(weeks=4)
_SOLD = timedelta(days=31)
"""The time for which `seed_till` sells before today, by the commission rules that there are then."""
_THERAPIST = "kythuatvien@example.com"
_THERAPIST_KEY = "le-thi-hong-nhung"
_STOCK = (24, 18, 40, 12, 30, 6)
"""The pieces of each product that each branch begins with."""


async def seed_spa() -> bool:
    """Add the demo spa with four weeks of shifts, unless there is a branch already. Return whether it was added."""
    return await run_in_transaction(_seed_spa)


async def _seed_spa(session: AsyncSession) -> bool:
    if await branch_service.list_branches(session):
        return False
    await apply_setup(session, SYSTEM_USER, read_file(_DEMO_SPA.read_bytes()))
    products = await product_service.list_products(session, SYSTEM_USER, ProductListQuery())
    await seed_commissions(session, (utc_now().date() - _SOLD).replace(day=1))
    branches = await branch_service.list_branches(session)
    for number, branch in enumerate(sorted(branches, key=lambda branch: branch.key != _FIRST_BRANCH)):
        for product, pieces in zip(products, _STOCK, strict=True):
            received = StockEntryCreate(
                branch_id=branch.id, product_id=product.id, kind=StockChange.RECEIVED, pieces=pieces
            )
            await record_stock(session, SYSTEM_USER, received)
        today = datetime.now(ZoneInfo(branch.time_zone)).date()
        fill = ShiftFill(branch_id=branch.id, first_day=today, last_day=today + _ROSTER - timedelta(days=1))
        await roster_fill.fill_shifts(session, SYSTEM_USER, fill)
        account = BankAccountInput(bin=_BANK, number=f"{_FIRST_ACCOUNT + number:010}", holder=_HOLDER)
        await payment_service.set_bank_account(session, SYSTEM_USER, branch.id, account)
    therapist_id = await session.scalar(select(User.id).where(User.email == _THERAPIST))
    if therapist_id is not None:
        await _link_therapist(session, therapist_id)
    return True


async def _link_therapist(session: AsyncSession, user_id: UUID) -> None:
    """Link the demo account of a therapist to one of the therapists of the demo spa."""
    staff_id = await session.scalar(
        select(Staff.id).where(Staff.key == _THERAPIST_KEY, Staff.user_id.is_(None))
    )
    if staff_id is not None:
        await staff_service.update_staff(session, SYSTEM_USER, staff_id, StaffUpdate(user_id=user_id))


async def seed_customers(count: int) -> int:
    """Add `count` sample customers, unless there are customers already. Return how many were added."""

    async def seed(session: AsyncSession) -> int:
        if await session.scalar(select(Customer.id).limit(1)) is not None:
            return 0
        for batch in batched(sample_customers(count), _BATCH):
            await session.execute(insert(Customer), list(batch))
        return count

    return await run_in_transaction(seed)


class DemoAccount(NamedTuple):
    """An account of the demo spa, with its password in clear text."""

    email: str
    password: str
    full_name: str
    role: Role


async def seed_accounts() -> list[DemoAccount]:
    """Add an account of each role, unless there are users already. Return them; their passwords are stored nowhere else.

    The customer's account is linked to the first customer, the therapist's to a therapist of the demo spa.
    """
    accounts = [
        DemoAccount("admin@example.com", new_password(), "Trần Minh Quân", Role.ADMIN),
        DemoAccount("letan@example.com", new_password(), "Phạm Thu Trang", Role.RECEPTIONIST),
        DemoAccount(_THERAPIST, new_password(), "Lê Thị Hồng Nhung", Role.THERAPIST),
        DemoAccount("khach@example.com", new_password(), "Nguyễn Thu Hà", Role.CUSTOMER),
    ]

    async def seed(session: AsyncSession) -> list[DemoAccount]:
        if await session.scalar(select(User.id).limit(1)) is not None:
            return []
        for account in accounts:
            password_hash = await hash_password(account.password)
            user = User(full_name=account.full_name, email=account.email, password_hash=password_hash)
            await identity_service.create_user(session, SYSTEM_USER, user, [RoleGrant(role=account.role)])
            if account.role is Role.CUSTOMER:
                first = await session.scalar(select(Customer).order_by(Customer.id).limit(1))
                if first is not None:
                    first.user_id = user.id
            elif account.role is Role.THERAPIST:
                await _link_therapist(session, user.id)
        return accounts

    return await run_in_transaction(seed)
