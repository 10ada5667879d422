"""Giving a therapist's day to colleagues, over HTTP."""

from uuid import UUID

from app.common.constants import API_V1
from app.core.database import SessionDep, read_only
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.booking.booking_errors import DayChanged
from app.modules.booking.replan import service
from app.modules.booking.replan.schemas import ReplanApplied, ReplanApply, ReplanQuery, ReplanRead
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.identity.access import SignedIn
from app.modules.staff.staff_errors import StaffNotFound

router = ApiRouter(prefix=f"{API_V1}/staff", tags=["Visits"])


@router.post("/{staff_id}/replan", responses=error_responses(StaffNotFound, BranchNotFound))
@read_only
async def propose_replan(
    user: SignedIn, session: SessionDep, staff_id: UUID, query: ReplanQuery
) -> ReplanRead:
    """Propose who takes over the treatments of a therapist who is ill or goes home. Changes nothing.

    As many treatments as possible are placed, with as few moves of colleagues' treatments as possible. Skills and the
    gender that guests asked for are kept, and no guest loses a therapist asked for by name, except the one who is
    away.
    """
    return await service.propose_replan(session, user, staff_id, query)


@router.post("/{staff_id}/replan/apply", responses=error_responses(StaffNotFound, BranchNotFound, DayChanged))
async def apply_replan(
    user: SignedIn, session: SessionDep, staff_id: UUID, plan: ReplanApply
) -> ReplanApplied:
    """Apply a whole proposal, or refuse it if the day of any therapist in it has changed.

    Approve the leave separately, before it (with `force`) or after it.
    """
    return await service.apply_replan(session, user, staff_id, plan)
