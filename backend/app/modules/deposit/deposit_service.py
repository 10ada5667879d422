"""Deposits (tiền cọc) of visits that were booked online: what guests have paid before they come.

A deposit is owed to the guest until it is used on a bill, sent back, or lost by the rules of the branch. What the spa has to
do about it follows from the visit: the view `deposit_of_visit` reads it.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.idempotency import idempotent
from app.db.paging import fetch_page
from app.db.queries import fetch_raw, get_row
from app.modules.branch.branch_service import get_branch
from app.modules.deposit.balances import give_back, lock_deposits
from app.modules.deposit.deposit_errors import DepositKept, DepositNotFound, DepositSettled
from app.modules.deposit.deposit_models import Deposit, DepositEntry
from app.modules.deposit.deposit_schemas import (
    DepositDetail,
    DepositEntryRead,
    DepositListQuery,
    DepositPage,
    DepositRead,
    DepositReturn,
)
from app.modules.deposit.kinds import OPEN_STATES, DepositState
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.ledger.till import lock_till
from app.modules.payment.transfer_code import new_transfer_code
from app.redis.events import publish_branch_change

_STATES = table("deposit_of_visit", column("id"), column("branch_id"), column("state"))
_BILLS = table("bill_visit", column("sale_id"), column("visit_id"))
_MISSED = """
SELECT id FROM deposit_of_visit
WHERE balance > 0 AND state = 'missed' AND changed_at < clock_timestamp() - $1::interval ORDER BY id LIMIT $2
"""
_FIELDS = [*DepositRead.model_fields]
_READ = f"""
SELECT {", ".join(_FIELDS)}
FROM deposit_of_visit WHERE id = ANY($1::uuid[]) ORDER BY id DESC
"""  # noqa: S608 - names of our own columns


def deposit_for(price: int, percent: int) -> int:
    """Return the deposit for a visit of this price: half a đồng is rounded up."""
    return (price * percent + 50) // 100


async def list_deposits(session: AsyncSession, user: CurrentUser, query: DepositListQuery) -> DepositPage:
    """List deposits of a branch, the newest first.

    Raises:
        BranchNotFound, InvalidCursorException
    """
    authorize(user, *DESK, branch_id=query.branch_id)
    await get_branch(session, query.branch_id)
    statement = select(Deposit).where(Deposit.branch_id == query.branch_id)
    if query.visit_id is not None:
        statement = statement.where(Deposit.visit_id == query.visit_id)
    if query.sale_id is not None:
        on_bill = select(_BILLS.c.visit_id).where(_BILLS.c.sale_id == query.sale_id)
        statement = statement.where(Deposit.visit_id.in_(on_bill))
    if query.open:
        of_branch = select(_STATES.c.id).where(_STATES.c.branch_id == query.branch_id)
        statement = statement.where(Deposit.id.in_(of_branch.where(_STATES.c.state.in_(OPEN_STATES))))
    purpose = f"deposits:{query.model_dump_json(exclude={'limit', 'cursor'})}"
    rows, next_cursor = await fetch_page(session, Deposit, statement, query, purpose=purpose)
    return DepositPage(items=await _read(session, [row.id for row in rows]), next_cursor=next_cursor)


async def read_deposit(session: AsyncSession, user: CurrentUser, deposit_id: UUID) -> DepositDetail:
    """Return a deposit with its entries.

    Raises:
        DepositNotFound
    """
    authorize(user, *DESK)
    row = await get_row(session, Deposit, deposit_id, DepositNotFound)
    authorize(user, *DESK, branch_id=row.branch_id)
    return await read_detail(session, deposit_id)


async def return_deposit(
    session: AsyncSession, user: CurrentUser, key: str, deposit_id: UUID, sent: DepositReturn
) -> DepositDetail:
    """Write down that what is left of a deposit was transferred to the guest. What the branch may keep, because the guest has
    missed the visit, is given back by an administrator.

    Raises:
        DepositNotFound
        DepositKept: The guest is expected, or has not paid.
        DepositSettled: Nothing is left.
    """
    authorize(user, *DESK)
    row = await get_row(session, Deposit, deposit_id, DepositNotFound)
    authorize(user, *DESK, branch_id=row.branch_id)
    async with idempotent(session, user.id, key, sent, DepositDetail, about=deposit_id) as replay:
        if replay.response is not None:
            return replay.response
        deposit = (await lock_deposits(session, [deposit_id]))[deposit_id]
        if not deposit.balance:
            raise DepositSettled
        [read] = await _read(session, [deposit_id])
        if read.state is DepositState.MISSED:
            authorize(user, Role.ADMIN, branch_id=deposit.branch_id)
        elif read.state is not DepositState.OWED:
            raise DepositKept
        await give_back(session, await lock_till(session, deposit.branch_id), deposit, sent.note)
        publish_branch_change(session, deposit.branch_id)
        return replay.store(await read_detail(session, deposit_id))


# Below: for the other modules, which have authorized the user.


async def ask_for_deposit(session: AsyncSession, branch_id: UUID, visit_id: UUID, amount: int) -> None:
    """Ask for the deposit of a visit."""
    session.add(
        Deposit(branch_id=branch_id, visit_id=visit_id, amount=amount, transfer_code=new_transfer_code())
    )
    await session.flush()


async def deposit_of_visit(session: AsyncSession, visit_id: UUID) -> DepositRead | None:
    """Return the deposit of a visit, if one was asked for."""
    deposit_id = await session.scalar(select(Deposit.id).where(Deposit.visit_id == visit_id))
    return None if deposit_id is None else (await _read(session, [deposit_id]))[0]


async def find_by_transfer_code(session: AsyncSession, code: str) -> UUID | None:
    """Return the deposit that a transfer code names."""
    return await session.scalar(select(Deposit.id).where(Deposit.transfer_code == code))


async def visit_of_deposit(session: AsyncSession, deposit_id: UUID) -> UUID:
    """Return the visit of a deposit.

    Raises:
        DepositNotFound
    """
    return (await get_row(session, Deposit, deposit_id, DepositNotFound)).visit_id


async def list_missed(session: AsyncSession, since: timedelta, most: int) -> list[UUID]:
    """Return deposits of guests who missed their visit, which has not changed for this long."""
    return [row[0] for row in await fetch_raw(session, _MISSED, since, most)]


async def read_detail(session: AsyncSession, deposit_id: UUID) -> DepositDetail:
    """Return a deposit that exists, with its entries."""
    [read] = await _read(session, [deposit_id])
    entries = select(DepositEntry).where(DepositEntry.deposit_id == deposit_id).order_by(DepositEntry.id)
    return DepositDetail(
        **{name: getattr(read, name) for name in _FIELDS},
        entries=[DepositEntryRead.model_validate(entry) for entry in await session.scalars(entries)],
    )


async def _read(session: AsyncSession, deposit_ids: Collection[UUID]) -> list[DepositRead]:
    """Return deposits with their states, the newest first."""
    await session.flush()
    rows = await fetch_raw(session, _READ, [*deposit_ids]) if deposit_ids else []
    return [DepositRead.model_validate(dict(zip(_FIELDS, row, strict=True))) for row in rows]
