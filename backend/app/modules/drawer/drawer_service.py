"""Cash drawers: open them with a count, move cash, and close them with a count and a Z report."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.db.errors import translate_integrity_errors
from app.db.idempotency import idempotent
from app.db.paging import fetch_page
from app.db.queries import fetch_raw, get_row
from app.modules.branch.branch_service import get_branch
from app.modules.drawer.drawer_errors import DrawerClosed, DrawerNotFound, DrawerOpen, NotEnoughCash
from app.modules.drawer.drawer_models import DrawerMovement, DrawerSession
from app.modules.drawer.drawer_schemas import (
    DrawerClosing,
    DrawerListQuery,
    DrawerOpening,
    DrawerSessionDetail,
    DrawerSessionPage,
    DrawerSessionRead,
    DrawerState,
    MovementCreate,
    MovementRead,
    ZReport,
)
from app.modules.drawer.kinds import ACCOUNT_OF
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.ledger import ledger_service as ledger
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry, Fact
from app.modules.ledger.till import LockedTill, begin_next_z, lock_till, next_z
from app.modules.staff.staff_errors import StaffNotFound

_Z_FIGURES = "SELECT zenspa_z_figures($1, $2, $3)"


async def open_drawer(
    session: AsyncSession, user: CurrentUser, key: str, opening: DrawerOpening
) -> DrawerSessionDetail:
    """Open the drawer of a branch with the cash that is in it. What differs from the last session's rest is recorded.

    The cash of a branch's first session comes from the safe.

    Raises:
        BranchNotFound, DrawerOpen
    """
    authorize(user, *DESK, branch_id=opening.branch_id)
    async with idempotent(session, user.id, key, opening, DrawerSessionDetail) as replay:
        if replay.response is not None:
            return replay.response
        till = await lock_till(session, opening.branch_id)
        if till.drawer_session_id is not None:
            raise DrawerOpen
        last = await _last_closed(session, opening.branch_id)
        difference = opening.counted - _left(last) if last is not None else 0
        row = DrawerSession(
            id=uuid7(),
            branch_id=opening.branch_id,
            created_at=utc_now(),
            opened_by_id=user.id,
            opening=opening.counted,
            opening_difference=difference,
        )
        session.add(row)
        entries = _difference(difference) if last is not None else _moved(Account.SAFE, opening.counted)
        await ledger.post(session, till, Fact("drawer_opening", row.id, entries))
        return replay.store(await _detail(session, row))


async def move_cash(
    session: AsyncSession, user: CurrentUser, key: str, drawer_id: UUID, new: MovementCreate
) -> DrawerSessionDetail:
    """Put cash into an open drawer or take some out, without a bill.

    Raises:
        DrawerNotFound, DrawerClosed, StaffNotFound
        NotEnoughCash: More is taken out than is in it.
    """
    row = await _get(session, user, drawer_id)
    async with idempotent(session, user.id, key, new, DrawerSessionDetail, about=drawer_id) as replay:
        if replay.response is not None:
            return replay.response
        till = await _lock_open(session, row)
        if new.amount < -await _expected(session, row, till.z_number):
            raise NotEnoughCash
        movement = DrawerMovement(
            id=uuid7(),
            drawer_session_id=row.id,
            created_at=utc_now(),
            user_id=user.id,
            **new.model_dump(),
        )
        session.add(movement)
        with translate_integrity_errors({"drawer_movement_staff_id_fkey": StaffNotFound}):
            await session.flush()
        entries = _moved(ACCOUNT_OF[new.kind], new.amount, new.staff_id)
        await ledger.post(session, till, Fact("drawer_movement", movement.id, entries))
        return replay.store(await _detail(session, row))


async def close_drawer(
    session: AsyncSession, user: CurrentUser, key: str, drawer_id: UUID, closing: DrawerClosing
) -> DrawerSessionDetail:
    """Close a drawer with the cash that was counted, and write its Z report, which never changes.

    Raises:
        DrawerNotFound, DrawerClosed
    """
    row = await _get(session, user, drawer_id)
    async with idempotent(session, user.id, key, closing, DrawerSessionDetail, about=drawer_id) as replay:
        if replay.response is not None:
            return replay.response
        till = await _lock_open(session, row)
        expected = await _expected(session, row, till.z_number)
        entries = [*_difference(closing.counted - expected), *_moved(Account.SAFE, -closing.to_safe)]
        await ledger.post(session, till, Fact("drawer_closing", row.id, entries))
        z = await _read_z(session, row.branch_id, till.z_number)
        row.closed_at, row.closed_by_id, row.note = utc_now(), user.id, closing.note
        row.closing, row.expected, row.to_safe = closing.counted, expected, closing.to_safe
        row.z_number, row.z = till.z_number, z.model_dump(mode="json")
        await begin_next_z(session, till)
        return replay.store(await _detail(session, row))


async def read_state(session: AsyncSession, user: CurrentUser, branch_id: UUID) -> DrawerState:
    """Return whether the drawer of a branch is open, and what is or should be in it.

    Raises:
        BranchNotFound
    """
    authorize(user, *DESK, branch_id=branch_id)
    await get_branch(session, branch_id)
    row = await session.scalar(
        select(DrawerSession).where(DrawerSession.branch_id == branch_id, DrawerSession.closed_at.is_(None))
    )
    last = await _last_closed(session, branch_id)
    return DrawerState(
        session=await _detail(session, row) if row is not None else None,
        left=_left(last) if last is not None else 0,
    )


async def read_drawer(session: AsyncSession, user: CurrentUser, drawer_id: UUID) -> DrawerSessionDetail:
    """Return a session with its movements and, if it is closed, its Z report.

    Raises:
        DrawerNotFound
    """
    return await _detail(session, await _get(session, user, drawer_id))


async def list_drawers(session: AsyncSession, user: CurrentUser, query: DrawerListQuery) -> DrawerSessionPage:
    """List the sessions of a branch, the newest first.

    Raises:
        BranchNotFound, InvalidCursorException
    """
    authorize(user, *DESK, branch_id=query.branch_id)
    await get_branch(session, query.branch_id)
    rows, next_cursor = await fetch_page(
        session,
        DrawerSession,
        select(DrawerSession).where(DrawerSession.branch_id == query.branch_id),
        query,
        purpose=f"drawer-sessions:{query.branch_id}",
    )
    return DrawerSessionPage(
        items=[DrawerSessionRead.model_validate(row) for row in rows], next_cursor=next_cursor
    )


def require_open_drawer(till: LockedTill) -> UUID:
    """Return the session of the drawer into which cash goes.

    Raises:
        DrawerClosed
    """
    if till.drawer_session_id is None:
        raise DrawerClosed
    return till.drawer_session_id


async def refuse_without_cash(session: AsyncSession, till: LockedTill, amount: int) -> None:
    """Let cash be given back only out of an open drawer that has it.

    Raises:
        DrawerClosed, NotEnoughCash
    """
    row = await get_row(session, DrawerSession, require_open_drawer(till), DrawerNotFound)
    if amount > await _expected(session, row, till.z_number):
        raise NotEnoughCash


async def _get(session: AsyncSession, user: CurrentUser, drawer_id: UUID) -> DrawerSession:
    authorize(user, *DESK)
    row = await get_row(session, DrawerSession, drawer_id, DrawerNotFound)
    authorize(user, *DESK, branch_id=row.branch_id)
    return row


async def _lock_open(session: AsyncSession, row: DrawerSession) -> LockedTill:
    till = await lock_till(session, row.branch_id)
    if till.drawer_session_id != row.id:
        raise DrawerClosed
    return till


async def _last_closed(session: AsyncSession, branch_id: UUID) -> DrawerSession | None:
    newest = (
        select(DrawerSession)
        .where(DrawerSession.branch_id == branch_id, DrawerSession.closed_at.is_not(None))
        .order_by(DrawerSession.z_number.desc())
        .limit(1)
    )
    return (await session.scalars(newest)).one_or_none()


async def _read_z(session: AsyncSession, branch_id: UUID, z_number: int) -> ZReport:
    """Return what belongs to the Z report of this number, which is about to be written."""
    last = await _last_closed(session, branch_id)
    # Days of branches are not those of UTC.
    since = (last.closed_at - timedelta(days=2)).date() if last is not None and last.closed_at else date.min
    [(figures,)] = await fetch_raw(session, _Z_FIGURES, branch_id, z_number, since)
    return ZReport(accounts=await ledger.read_z(session, branch_id, z_number), **figures)


def _left(closed: DrawerSession) -> int:
    return (closed.closing or 0) - (closed.to_safe or 0)


async def _expected(session: AsyncSession, row: DrawerSession, z_number: int) -> int:
    """Return the cash that should be in an open drawer: what was left before it, and all that moved cash since."""
    moved = await ledger.read_z(session, row.branch_id, z_number)
    last = await _last_closed(session, row.branch_id)
    return (_left(last) if last is not None else 0) + moved.get(Account.CASH, 0)


def _difference(amount: int) -> list[Entry]:
    account = Account.CASH_OVER if amount > 0 else Account.CASH_SHORT
    return [Entry(Account.CASH, amount), Entry(account, -amount)]


def _moved(account: Account, amount: int, staff_id: UUID | None = None) -> list[Entry]:
    return [Entry(Account.CASH, amount), Entry(account, -amount, staff_id)]


async def _detail(session: AsyncSession, row: DrawerSession) -> DrawerSessionDetail:
    await session.flush()
    await session.refresh(row)
    movements = await session.scalars(
        select(DrawerMovement).where(DrawerMovement.drawer_session_id == row.id).order_by(DrawerMovement.id)
    )
    read = DrawerSessionRead.model_validate(row)
    if row.closed_at is None:
        read.expected = await _expected(session, row, await next_z(session, row.branch_id))
    return DrawerSessionDetail(
        **read.model_dump(), movements=[MovementRead.model_validate(movement) for movement in movements]
    )
