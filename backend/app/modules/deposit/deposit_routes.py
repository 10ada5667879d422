"""Routes of deposits."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.core.security import InvalidCursorException
from app.db.idempotency import IdempotencyInFlight, IdempotencyKey, IdempotencyKeyReused
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.deposit import deposit_service as service
from app.modules.deposit.deposit_errors import DepositKept, DepositNotFound, DepositSettled
from app.modules.deposit.deposit_schemas import DepositDetail, DepositListQuery, DepositPage, DepositReturn
from app.modules.identity.access import SignedIn

router = ApiRouter(prefix=f"{API_V1}/deposits", tags=["Deposits"])


@router.get("", responses=error_responses(BranchNotFound, InvalidCursorException))
async def list_deposits(
    user: SignedIn, session: SessionDep, query: Annotated[DepositListQuery, Query()]
) -> DepositPage:
    """List the deposits of a branch, the newest first: without `open=false`, those that wait for money or are owed to the
    guest."""
    return await service.list_deposits(session, user, query)


@router.get("/{deposit_id}", responses=error_responses(DepositNotFound))
async def get_deposit(user: SignedIn, session: SessionDep, deposit_id: UUID) -> DepositDetail:
    """Return a deposit with all that changed its balance."""
    return await service.read_deposit(session, user, deposit_id)


@router.post(
    "/{deposit_id}/return",
    responses=error_responses(
        DepositNotFound, DepositKept, DepositSettled, IdempotencyInFlight, IdempotencyKeyReused
    ),
)
async def return_deposit(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, deposit_id: UUID, sent: DepositReturn
) -> DepositDetail:
    """Note that what is left of a deposit was transferred to the guest: of a visit that was cancelled in time, did not get
    its time, or is paid. An administrator also gives back what a guest has lost who missed the visit."""
    return await service.return_deposit(session, user, key, deposit_id, sent)
