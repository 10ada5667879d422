"""Bills: open them from visits or from nothing, change them while they are open, give them up, and read one."""

from collections.abc import Collection, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.db.idempotency import digest_of, idempotent
from app.db.queries import fetch_raw, get_row
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.branch.branch_service import get_branch
from app.modules.course.selling import free_lines
from app.modules.deposit.balances import balances_of_visits
from app.modules.identity.access import SYSTEM_USER, CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.ledger.till import business_day
from app.modules.payment.payment_schemas import TransferCodeRead
from app.modules.payment.payment_service import draw_transfer_code
from app.modules.payment.transfer_code import new_transfer_code
from app.modules.sale.content import line_of_visit, read_sold, refuse_discounts_above, write_content
from app.modules.sale.course_lines import courses_of_treatments
from app.modules.sale.kinds import SaleStatus
from app.modules.sale.sale_errors import (
    NothingToBill,
    PaidTooMuch,
    PaymentsLeft,
    SaleChanged,
    SaleNotFound,
    SaleNotOpen,
)
from app.modules.sale.sale_models import Sale, SaleLine
from app.modules.sale.sale_schemas import (
    SaleCreate,
    SaleLineInput,
    SaleRead,
    SaleUpdate,
    SaleVoid,
)
from app.modules.sale.visit_lines import BillableItem, payer_of, read_billable
from app.redis.events import publish_branch_change


async def create_sale(session: AsyncSession, user: CurrentUser, key: str, new: SaleCreate) -> SaleRead:
    """Open a bill. If visits are named and there is nothing of them left to bill, that is an error.

    Raises:
        BranchNotFound, VisitNotFound, NothingToBill, DiscountNotAllowed, and what `write_content` raises
    """
    authorize(user, *DESK, branch_id=new.branch_id)
    async with idempotent(session, user.id, key, new, SaleRead) as replay:
        if replay.response is not None:
            return replay.response
        return replay.store(await open_bill(session, user, new))


async def open_bill(session: AsyncSession, user: CurrentUser, new: SaleCreate) -> SaleRead:
    """Open a bill for a user who may, or for a job.

    Raises:
        As `create_sale`.
    """
    branch = await get_branch(session, new.branch_id)
    items = await read_items(session, branch.id, new.visit_ids)
    if new.visit_ids and not items:
        raise NothingToBill
    sale = Sale(
        id=uuid7(),
        branch_id=branch.id,
        created_at=utc_now(),
        customer_id=payer_of(items),
        transfer_code=new_transfer_code(),
        priced_on=business_day(utc_now(), ZoneInfo(branch.time_zone), branch.business_day_starts),
        user_id=None if user is SYSTEM_USER else user.id,
    )
    session.add(sale)
    lines, of_visits = await _lines_of_visits(session, items)
    content = new.content.model_copy(
        update={
            "customer_id": new.content.customer_id or sale.customer_id,
            "lines": [*of_visits, *new.content.lines],
        }
    )
    rows = await write_content(session, user, sale, lines, content)
    refuse_discounts_above(branch.discount_limit, user, sale, rows)
    publish_branch_change(session, branch.id)
    return await read_bill(session, sale.id)


async def update_sale(
    session: AsyncSession, user: CurrentUser, sale_id: UUID, update: SaleUpdate
) -> SaleRead:
    """Replace what is on an open bill. Lines that are left out are taken off it and can be billed elsewhere.

    Of more visits, all is added that no other bill has, so that sending it again changes nothing.

    Raises:
        SaleNotFound, SaleNotOpen, VisitNotFound, DiscountNotAllowed, and what `write_content` raises
        PaidTooMuch: It would cost less than what is paid already.
        SaleChanged: Another desk has changed it after `version`.
    """
    authorize(user, *DESK)
    sale = await get_row(session, Sale, sale_id, SaleNotFound, lock=True)
    authorize(user, *DESK, branch_id=sale.branch_id)
    if sale.status != SaleStatus.OPEN:
        raise SaleNotOpen
    change = digest_of(update, sale_id)
    if update.version not in {None, sale.version}:
        if change != sale.last_change:
            raise SaleChanged
        return await read_bill(session, sale_id)  # the response was lost
    sale.version, sale.last_change = sale.version + 1, change
    branch = await get_branch(session, sale.branch_id)
    lines = (await session.scalars(select(SaleLine).where(SaleLine.sale_id == sale_id))).all()
    line_ids = {line.id for line in update.lines}
    billed = {line.item_id for line in lines if line.id in line_ids}
    items = await read_items(session, branch.id, update.visit_ids, on_bill=sale_id)
    added, of_visits = await _lines_of_visits(session, [item for item in items if item.item_id not in billed])
    content = update.model_copy(update={"lines": [*update.lines, *of_visits]})
    rows = await write_content(session, user, sale, [*lines, *added], content)
    refuse_discounts_above(branch.discount_limit, user, sale, rows)
    publish_branch_change(session, sale.branch_id)
    bill = await read_bill(session, sale_id)
    if bill.due < 0:
        raise PaidTooMuch
    return bill


async def void_sale(session: AsyncSession, user: CurrentUser, sale_id: UUID, void: SaleVoid) -> SaleRead:
    """Give an open bill up. Its treatments can be billed again.

    Raises:
        SaleNotFound, SaleNotOpen
        PaymentsLeft: It has payments that are not refunded.
    """
    authorize(user, *DESK)
    sale = await get_row(session, Sale, sale_id, SaleNotFound, lock=True)
    authorize(user, *DESK, branch_id=sale.branch_id)
    if sale.status != SaleStatus.OPEN:
        raise SaleNotOpen
    if sale.paid:
        raise PaymentsLeft
    lines = (await session.scalars(select(SaleLine).where(SaleLine.sale_id == sale_id))).all()
    if paid_by_course := [line.id for line in lines if line.course_session_id is not None]:
        await free_lines(session, sale.branch_id, user.id, removed=paid_by_course)
    for line in lines:
        line.is_live, line.course_session_id = False, None
    await session.flush()
    sale.status, sale.closed_at, sale.closed_by_id = SaleStatus.VOID, utc_now(), user.id
    sale.void_reason = void.reason
    await session.flush()
    publish_branch_change(session, sale.branch_id)
    return await read_bill(session, sale_id)


async def read_sale(session: AsyncSession, user: CurrentUser, sale_id: UUID) -> SaleRead:
    """Return a bill with its lines, tips, payments and refunds.

    Raises:
        SaleNotFound
    """
    authorize(user, *DESK)
    sale = await read_bill(session, sale_id)
    authorize(user, *DESK, branch_id=sale.branch_id)
    return sale


async def read_bill(session: AsyncSession, sale_id: UUID, *, lock: bool = False) -> SaleRead:
    """Return a bill as the API does, locked if asked for, in one message to PostgreSQL.

    Raises:
        SaleNotFound
    """
    await session.flush()
    function = "zenspa_lock_sale" if lock else "zenspa_sale"
    [(bill,)] = await fetch_raw(session, f"SELECT {function}($1)::text", sale_id)
    if bill is None:
        raise SaleNotFound
    return SaleRead.model_validate_json(bill)


async def find_by_transfer_code(session: AsyncSession, code: str) -> UUID | None:
    """Return the bill that a transfer code names."""
    return await session.scalar(select(Sale.id).where(Sale.transfer_code == code))


async def draw_vietqr(session: AsyncSession, user: CurrentUser, sale_id: UUID) -> TransferCodeRead:
    """Return the VietQR code by which a guest transfers what is left to pay of a bill.

    Raises:
        SaleNotFound, SaleNotOpen, NoBankAccount
    """
    bill = await read_sale(session, user, sale_id)
    if bill.status is not SaleStatus.OPEN or not bill.due:
        raise SaleNotOpen
    return await draw_transfer_code(session, bill.branch_id, bill.due, bill.transfer_code)


async def read_items(
    session: AsyncSession, branch_id: UUID, visit_ids: Collection[UUID], *, on_bill: UUID | None = None
) -> list[BillableItem]:
    """Return what is to be billed of visits, with the fees and the deposits that guests lose by the rules of the branch."""
    branch = await get_branch(session, branch_id)
    return await read_billable(
        session,
        branch_id,
        visit_ids,
        {Status.LATE_CANCELLED: branch.late_cancel_fee, Status.NO_SHOW: branch.no_show_fee},
        on_bill=on_bill,
        to_keep=await balances_of_visits(session, visit_ids) if branch.keep_deposit else {},
    )


async def _lines_of_visits(
    session: AsyncSession, items: Sequence[BillableItem]
) -> tuple[list[SaleLine], list[SaleLineInput]]:
    """Return the lines of what guests had, and what puts them on a bill: as agreed, by the sessions that are reserved."""
    sold = await read_sold(session, [item.sold_id for item in items])
    lines = [line_of_visit(item, sold[item.sold_id]) for item in items]
    courses = await courses_of_treatments(session, lines)
    inputs = [
        SaleLineInput(id=line.id, staff_id=line.staff_id, course_id=courses.get(line.id)) for line in lines
    ]
    return lines, inputs
