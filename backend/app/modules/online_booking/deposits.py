"""The deposits that a branch asks for: a visit is held until all of it has arrived, and then booked by itself.

Locks are taken in this order: the link, the visit, the deposit. So a notice and the job that lets holds expire follow each
other, and the time of the database says which of them was first.
"""

import asyncio
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.money import money_text
from app.core.database import after_commit
from app.core.mail import Mail, MailNotSent, send_mail
from app.modules.booking.booking_schemas import StatusChange
from app.modules.booking.status.change_status import set_status
from app.modules.booking.status.holds import hold_longer, lock_expected
from app.modules.booking.status.status import StatusRequest
from app.modules.booking.visit.access import GuestLinkHolder
from app.modules.booking.visit.read import read_visits
from app.modules.branch import branch_service
from app.modules.deposit.balances import LockedDeposit, lock_deposits
from app.modules.deposit.deposit_service import (
    ask_for_deposit,
    deposit_for,
    deposit_of_visit,
    visit_of_deposit,
)
from app.modules.deposit.kinds import DepositState
from app.modules.online_booking.joining import wake_joining
from app.modules.online_booking.online_booking_models import GuestLink
from app.modules.online_booking.online_booking_schemas import GuestDeposit
from app.modules.online_booking.pages.format import moment
from app.modules.payment.payment_service import draw_transfer_code

logger = structlog.get_logger(__name__)
_mails: set[asyncio.Task[None]] = set()
"""Mails that are being sent. The event loop keeps no task alive by itself."""


class AwaitedDeposit(NamedTuple):
    """A deposit that is locked with its visit."""

    locked: LockedDeposit
    link: GuestLink | None
    """The private link of the visit, unless it has ended."""
    is_held: bool
    """Whether the visit is held for it. Otherwise it is booked, or does not take place."""
    is_awaited: bool

    @property
    def branch_id(self) -> UUID:
        return self.locked.branch_id

    @property
    def due(self) -> int:
        return self.locked.due


async def ask(session: AsyncSession, branch_id: UUID, visit_id: UUID, link: GuestLink) -> bool:
    """Ask for the deposit of a visit that the guest confirms, and hold it until then. Return False if the branch wants none,
    or nothing is held any more. The caller has locked the link."""
    branch = await branch_service.get_branch(session, branch_id)
    [visit] = await read_visits(session, [visit_id])
    amount = deposit_for(sum(guest.price for guest in visit.appointments), branch.deposit_percent)
    if not amount:
        return False
    until = await hold_longer(session, visit_id, timedelta(minutes=branch.deposit_minutes))
    if until is None:
        return False
    if link.address_hash is not None:
        link.held_until = until  # it still counts to what the address holds
    await ask_for_deposit(session, branch_id, visit_id, amount)
    return True


async def read_for_guest(session: AsyncSession, visit_id: UUID) -> GuestDeposit | None:
    """Return the deposit of a visit as its guest reads it, with the code by which it is transferred."""
    deposit = await deposit_of_visit(session, visit_id)
    if deposit is None:
        return None
    transfer = None
    if deposit.state is DepositState.WAITING:
        transfer = await draw_transfer_code(session, deposit.branch_id, deposit.due, deposit.transfer_code)
    return GuestDeposit(**deposit.model_dump(include={*GuestDeposit.model_fields}), transfer=transfer)


async def lock_awaited(session: AsyncSession, deposit_id: UUID) -> AwaitedDeposit:
    """Lock a deposit with its visit, and return whether a transfer can still pay it.

    Raises:
        DepositNotFound
    """
    visit_id = await visit_of_deposit(session, deposit_id)
    link = select(GuestLink).where(GuestLink.visit_id == visit_id).with_for_update(key_share=True)
    row = await session.scalar(link.execution_options(populate_existing=True))
    is_held, is_booked = await lock_expected(session, visit_id)
    locked = (await lock_deposits(session, [deposit_id]))[deposit_id]
    return AwaitedDeposit(locked, row, is_held, is_held or is_booked)


async def confirm_if_paid(session: AsyncSession, deposit: AwaitedDeposit, amount: int) -> None:
    """Book the visit of a locked deposit if this amount is all that is missing, and write to its guest. Where the branch
    approves bookings, the visit then waits for the desk.

    Raises:
        HoldExpired: The time was over in this very moment.
    """
    if amount < deposit.due:
        return
    visit_id, link = deposit.locked.visit_id, deposit.link
    if link is not None:
        link.address_hash = link.held_until = None
        await session.flush()
    if deposit.is_held:
        change = StatusChange(status=StatusRequest.CONFIRMED)
        await set_status(session, GuestLinkHolder(visit_id), visit_id, change)
    if link is not None and link.contact_email is not None:
        mail = await _mail(session, deposit.locked, link.contact_name, link.contact_email)
        after_commit(session, _start_sending, mail)
    after_commit(session, wake_joining)


async def _mail(session: AsyncSession, deposit: LockedDeposit, name: str, to: str) -> Mail:
    branch = await branch_service.get_branch(session, deposit.branch_id)
    [visit] = await read_visits(session, [deposit.visit_id])
    start = min(guest.start for guest in visit.appointments)
    zone = ZoneInfo(branch.time_zone)
    when, until = (
        {language: moment(instant, zone, language) for language in ("vi", "en")}
        for instant in (start, start - timedelta(minutes=branch.free_cancel_minutes))
    )
    amount = money_text(deposit.amount)
    return Mail(
        to=to,
        subject=f"Đã nhận cọc, lịch hẹn {when['vi']} · Your deposit has arrived",
        body=(
            f"{branch.name} đã nhận {amount} tiền cọc cho lịch hẹn của {name}: {when['vi']}.\n"
            f"{branch.name} has received the deposit of {amount} for the visit of {name}: {when['en']}.\n\n"
            f"Đổi hoặc hủy miễn phí trước {until['vi']}, trên trang riêng của lịch hẹn.\n"
            f"Free to change or cancel until {until['en']}, on the page of the visit.\n"
        ),
    )


async def _start_sending(mail: Mail) -> None:
    """Send a mail apart from the request: the service of the bank does not wait half a minute for its answer."""
    task = asyncio.create_task(_send(mail))
    _mails.add(task)
    task.add_done_callback(_mails.discard)


async def _send(mail: Mail) -> None:
    try:
        await send_mail(mail)
    except MailNotSent:
        logger.warning("deposit not confirmed by mail")  # the page of the visit tells the guest as well
