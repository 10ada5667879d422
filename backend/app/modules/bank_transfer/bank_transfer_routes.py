"""Routes of bank transfers: the notices of SePay and payOS, and the queue of what they do not match.

Threats and answers:

- A stranger sends a notice: its signature over the bytes is checked before anything is read or stored.
- A notice is sent again, by its service or by a thief: its reference is unique, and SePay's time must be of these minutes.
- A guest writes the code of another bill: the amount has to fit, and a person sees every transfer that does not.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request
from pydantic import SecretStr

from app.common.constants import API_V1
from app.common.helpers import utc_now
from app.core.config import settings
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.db.idempotency import IdempotencyInFlight, IdempotencyKey, IdempotencyKeyReused
from app.http.router import PUBLIC, ApiRouter
from app.modules.bank_transfer import bank_transfer_service as service
from app.modules.bank_transfer.bank_transfer_errors import (
    BankTransferDone,
    BankTransferNotFound,
    NothingDue,
    UnknownNotice,
    WrongSignature,
)
from app.modules.bank_transfer.bank_transfer_schemas import (
    BankTransferListQuery,
    BankTransferPage,
    BankTransferRead,
    NoticeTaken,
    TransferBills,
    TransferDecision,
    TransferMatch,
)
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.course.course_errors import CourseSessionGone, CourseUsedUp
from app.modules.customer.customer_errors import (
    CustomerArchived,
    CustomerErased,
    CustomerMerged,
    CustomerNotFound,
)
from app.modules.deposit.deposit_errors import DepositNotAwaited, DepositNotFound
from app.modules.identity.access import SignedIn
from app.modules.payment.bank_notice import BadSignature, BankNotice, UnreadableNotice, read_payos, read_sepay
from app.modules.sale.sale_errors import CustomerNeeded, SaleNotFound

notices = ApiRouter(prefix=f"{API_V1}/bank-notices", tags=["Bank transfers"])
transfers = ApiRouter(prefix=f"{API_V1}/bank-transfers", tags=["Bank transfers"])
_ONCE = (IdempotencyInFlight, IdempotencyKeyReused)
_Signature = Annotated[str, Header(max_length=200)]


@notices.post("/sepay", openapi_extra=PUBLIC, responses=error_responses(WrongSignature, UnknownNotice))
async def receive_sepay_notice(
    request: Request, x_sepay_signature: _Signature = "", x_sepay_timestamp: _Signature = ""
) -> NoticeTaken:
    """Take a notice of SePay. It is signed with `SEPAY_WEBHOOK_KEY`, and less than five minutes old."""
    body, key = await request.body(), _key(settings.SEPAY_WEBHOOK_KEY)
    try:
        notice = read_sepay(
            body, signature=x_sepay_signature, timestamp=x_sepay_timestamp, key=key, now=utc_now()
        )
    except BadSignature as error:
        raise WrongSignature from error
    except UnreadableNotice as error:
        raise UnknownNotice from error
    return await _take(notice, body)


@notices.post("/payos", openapi_extra=PUBLIC, responses=error_responses(WrongSignature, UnknownNotice))
async def receive_payos_notice(request: Request) -> NoticeTaken:
    """Take a notice of payOS. It is signed with `PAYOS_CHECKSUM_KEY`."""
    body, key = await request.body(), _key(settings.PAYOS_CHECKSUM_KEY)
    try:
        notice = read_payos(body, key=key)
    except BadSignature as error:
        raise WrongSignature from error
    except UnreadableNotice as error:
        raise UnknownNotice from error
    return await _take(notice, body)


@transfers.get("", responses=error_responses(BranchNotFound))
async def list_bank_transfers(
    user: SignedIn, session: SessionDep, query: Annotated[BankTransferListQuery, Query()]
) -> BankTransferPage:
    """List the transfers that the bank has noticed, the newest first. Without `open=false`, those that a person has to
    look at. The desk sees those of its branch, an administrator of the spa all."""
    return await service.list_transfers(session, user, query)


@transfers.get("/{transfer_id}/bills", responses=error_responses(BankTransferNotFound))
async def list_bank_transfer_bills(user: SignedIn, session: SessionDep, transfer_id: UUID) -> TransferBills:
    """List the bills that a transfer can be for: those whose code its text has, also paid ones, and all others of its branch
    with something left to pay. At most 200."""
    return await service.list_bills(session, user, transfer_id)


@transfers.post(
    "/{transfer_id}/match",
    responses=error_responses(
        *(BankTransferNotFound, BankTransferDone, SaleNotFound, NothingDue),
        *(CustomerNeeded, CustomerNotFound, CustomerArchived, CustomerErased, CustomerMerged),
        *(CourseUsedUp, CourseSessionGone, DepositNotFound, DepositNotAwaited, *_ONCE),
    ),
)
async def match_bank_transfer(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, transfer_id: UUID, match: TransferMatch
) -> BankTransferRead:
    """Pay an open bill, or a deposit that is awaited, with a transfer, as far as it reaches. What is more stays in the queue."""
    return await service.match_transfer(session, user, key, transfer_id, match)


@transfers.post(
    "/{transfer_id}/return", responses=error_responses(BankTransferNotFound, BankTransferDone, *_ONCE)
)
async def return_bank_transfer(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, transfer_id: UUID, decision: TransferDecision
) -> BankTransferRead:
    """Note that what is left of a transfer was sent back to the guest."""
    return await service.return_transfer(session, user, key, transfer_id, decision)


@transfers.post(
    "/{transfer_id}/ignore", responses=error_responses(BankTransferNotFound, BankTransferDone, *_ONCE)
)
async def ignore_bank_transfer(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, transfer_id: UUID, decision: TransferDecision
) -> BankTransferRead:
    """Note that a transfer is no payment of a guest. The till does not count it."""
    return await service.ignore_transfer(session, user, key, transfer_id, decision)


def _key(key: SecretStr | None) -> bytes:
    """Return the key of a service. Without one, every notice is refused.

    Raises:
        WrongSignature
    """
    if key is None:
        raise WrongSignature
    return key.get_secret_value().encode()


async def _take(notice: BankNotice | None, body: bytes) -> NoticeTaken:
    if notice is not None:
        await service.receive(notice, body)
    return NoticeTaken()
