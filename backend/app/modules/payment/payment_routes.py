"""Routes of bank accounts."""

from uuid import UUID

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.identity.access import SignedIn
from app.modules.payment import payment_service as service
from app.modules.payment.payment_schemas import BankAccountInput, BankAccountRead

router = ApiRouter(prefix=f"{API_V1}/branches", tags=["Payments"])


@router.get("/{branch_id}/bank-account", responses=error_responses(BranchNotFound))
async def get_bank_account(user: SignedIn, session: SessionDep, branch_id: UUID) -> BankAccountRead | None:
    """Return the bank account to which the guests of a branch transfer; null if there is none."""
    return await service.read_bank_account(session, user, branch_id)


@router.put("/{branch_id}/bank-account", responses=error_responses(BranchNotFound))
async def set_bank_account(
    user: SignedIn, session: SessionDep, branch_id: UUID, account: BankAccountInput
) -> BankAccountRead:
    """Set the bank account to which the guests of a branch transfer. Several branches may have the same."""
    return await service.set_bank_account(session, user, branch_id, account)
