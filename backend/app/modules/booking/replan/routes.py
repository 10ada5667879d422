"""A therapist's day that goes to others, over HTTP: parse, call the service, answer."""

from uuid import UUID

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.booking.booking_errors import DayChanged
from app.modules.booking.replan import service
from app.modules.booking.replan.schemas import ReplanApplied, ReplanApply, ReplanQuery, ReplanRead
from app.modules.branch.branch_service import BranchNotFound
from app.modules.identity.access import Desk
from app.modules.staff.staff_service import StaffNotFound

router = ApiRouter(prefix=f"{API_V1}/staff", tags=["Visits"])


@router.post("/{staff_id}/replan", responses=error_responses(StaffNotFound, BranchNotFound))
async def propose_replan(user: Desk, session: SessionDep, staff_id: UUID, query: ReplanQuery) -> ReplanRead:
    """Proposes who takes the treatments of somebody who is ill or goes home, and changes nothing.

    As many as can be, moving as few of others' as can be; skills and the gender that guests asked for are kept, and
    nobody loses a therapist they asked for by name but the one who is away.
    """
    return await service.propose_replan(session, user, staff_id, query)


@router.post("/{staff_id}/replan/apply", responses=error_responses(StaffNotFound, BranchNotFound, DayChanged))
async def apply_replan(user: Desk, session: SessionDep, staff_id: UUID, plan: ReplanApply) -> ReplanApplied:
    """Does what was proposed, all of it, or refuses because the day of those who are in it has changed.

    Leave is approved besides, before it (with `force`) or after it.
    """
    return await service.apply_replan(session, user, staff_id, plan)
