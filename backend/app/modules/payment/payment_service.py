"""The bank account of a branch, and VietQR codes for transfers to it."""

from collections.abc import Sequence
from uuid import UUID

import segno
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.branch.branch_service import get_branch
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.payment.banks import BANKS
from app.modules.payment.payment_errors import NoBankAccount
from app.modules.payment.payment_models import BankAccount
from app.modules.payment.payment_schemas import BankAccountInput, BankAccountRead, TransferCodeRead
from app.modules.payment.vietqr import VietQR


async def read_bank_account(
    session: AsyncSession, user: CurrentUser, branch_id: UUID
) -> BankAccountRead | None:
    """Return the bank account of a branch; None: it has none.

    Raises:
        BranchNotFound
    """
    authorize(user, *DESK, branch_id=branch_id)
    await get_branch(session, branch_id)
    row = await _account_of(session, branch_id)
    return None if row is None else BankAccountRead.model_validate(row)


async def set_bank_account(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, account: BankAccountInput
) -> BankAccountRead:
    """Set the bank account to which the guests of a branch transfer.

    Raises:
        BranchNotFound
    """
    authorize(user, Role.ADMIN, branch_id=branch_id)
    await get_branch(session, branch_id)
    row = await _account_of(session, branch_id)
    if row is None:
        row = BankAccount(branch_id=branch_id)
        session.add(row)
    for field, value in account.model_dump().items():
        setattr(row, field, value)
    await session.flush()
    return BankAccountRead.model_validate(row)


async def branches_of_account(session: AsyncSession, number: str) -> Sequence[UUID]:
    """Return the branches whose guests transfer to an account."""
    return (await session.scalars(select(BankAccount.branch_id).where(BankAccount.number == number))).all()


async def draw_transfer_code(
    session: AsyncSession, branch_id: UUID, amount: int, purpose: str
) -> TransferCodeRead:
    """Return the VietQR code of a transfer to the account of a branch. It is drawn here: a service on the net would learn
    account, amount and code.

    Raises:
        NoBankAccount
    """
    row = await _account_of(session, branch_id)
    if row is None:
        raise NoBankAccount
    payload = VietQR(bin=row.bin, account=row.number, amount=amount, purpose=purpose).payload()
    svg = segno.make(payload, error="m", micro=False).svg_inline(omitsize=True, border=2)
    account = BankAccountRead.model_validate(row)
    bank = BANKS.get(row.bin, "")
    return TransferCodeRead(
        payload=payload, svg=svg, account=account, bank=bank, amount=amount, purpose=purpose
    )


async def _account_of(session: AsyncSession, branch_id: UUID) -> BankAccount | None:
    return await session.scalar(select(BankAccount).where(BankAccount.branch_id == branch_id))
