"""Codes by which a guest proves to be reachable. A channel delivers them: today a mail, later perhaps Zalo."""

import hmac
import secrets
from datetime import timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.database import claim_connection
from app.core.mail import Mail, MailNotSent, send_mail
from app.db.audit import set_program
from app.db.transactions import run_in_transaction
from app.modules.booking.visit.access import ONLINE_PROGRAM
from app.modules.branch import branch_service
from app.modules.branch.kinds import OnlineCheck
from app.modules.online_booking.guest_links import keyed_hash, lock_link, open_link
from app.modules.online_booking.limits import CODES, CODES_TO_MAILBOX, count_request
from app.modules.online_booking.online_booking_errors import CodeNeeded, NoCodeNeeded, WrongCode
from app.modules.online_booking.online_booking_models import GuestLink
from app.modules.online_booking.online_booking_schemas import CodeRequest
from app.redis.rate_limit import take

CODE_LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5
_DIGITS = 6

logger = structlog.get_logger(__name__)


class CodeToSend(NamedTuple):
    """A code on its way to a guest."""

    check: OnlineCheck
    to: str
    """The address in the channel: for a mail, the mail address."""
    code: str
    branch_name: str


class Channel(Protocol):
    """A way to deliver codes."""

    async def __call__(self, code: CodeToSend) -> None:
        """Deliver a code. It may take half a minute: no transaction waits for it."""


async def _by_mail(code: CodeToSend) -> None:
    mail = Mail(
        to=code.to,
        subject=f"Mã xác nhận đặt lịch {code.branch_name} · Your booking code",
        body=(
            f"Mã xác nhận đặt lịch tại {code.branch_name}: {code.code}\n"
            f"Your code for {code.branch_name}: {code.code}\n\n"
            "Mã hết hạn sau 10 phút. Nếu quý khách không đặt lịch, vui lòng bỏ qua thư này.\n"
            "It expires after 10 minutes. If you did not book, please ignore this mail.\n"
        ),
    )
    try:
        await send_mail(mail)
    except MailNotSent:
        logger.warning("code not delivered", check=code.check)  # the guest requests another one


CHANNELS: dict[OnlineCheck, Channel] = {OnlineCheck.MAIL: _by_mail}


async def request_code(
    session: AsyncSession, token: str, request: CodeRequest, *, address: str
) -> CodeToSend:
    """Make a new code for the visit of a link; an earlier one is void. The caller delivers it after the response.

    Raises:
        GuestLinkNotFound, RateLimitException
        NoCodeNeeded: The branch checks nothing, or the visit is confirmed.
    """
    await count_request(CODES, address)
    link = await open_link(session, token, address=address)
    branch = await branch_service.get_branch(session, link.branch_id)
    check = OnlineCheck(branch.online_check)
    await set_program(session, ONLINE_PROGRAM)
    row = await lock_link(session, link.id)
    if check is OnlineCheck.NONE or row.contact_phone is not None:
        raise NoCodeNeeded
    await take(CODES_TO_MAILBOX, request.email)
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    row.contact_email = request.email
    row.code_hash = _hash_of(link.id, request.email, code)
    row.code_expires_at = utc_now() + CODE_LIFETIME
    row.code_tries = 0
    await session.flush()
    return CodeToSend(check, request.email, code, branch.name)


async def deliver(code: CodeToSend) -> None:
    """Deliver a code by its channel. A failure is logged only."""
    await CHANNELS[code.check](code)


async def check_code(session: AsyncSession, link_id: UUID, email: str | None, code: str | None) -> None:
    """Refuse a code that is not the one sent to this address. The try is counted first, in a transaction of its own: the
    refusal does not take it back, and of many tries at once no more are heard than the limit.

    Raises:
        CodeNeeded, WrongCode
    """
    if email is None or code is None:
        raise CodeNeeded

    async def count_try(own_session: AsyncSession) -> bytes | None:
        spend = update(GuestLink).where(
            GuestLink.id == link_id,
            GuestLink.code_tries < MOST_TRIES,
            GuestLink.code_expires_at > utc_now(),
        )
        statement = spend.values(code_tries=GuestLink.code_tries + 1).returning(GuestLink.code_hash)
        code_hash: bytes | None = await own_session.scalar(statement)
        return code_hash

    # The connection goes back first: a request holds only one.
    await session.rollback()
    code_hash = await run_in_transaction(count_try, in_request=True)
    await claim_connection(session)
    if code_hash is None or not hmac.compare_digest(code_hash, _hash_of(link_id, email, code)):
        raise WrongCode


def _hash_of(link_id: UUID, email: str, code: str) -> bytes:
    return keyed_hash("code", link_id.bytes + f"{code} {email}".encode())
