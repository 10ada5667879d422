"""Routes of cash drawers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.db.idempotency import IdempotencyInFlight, IdempotencyKey, IdempotencyKeyReused
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.drawer import drawer_service as service
from app.modules.drawer.drawer_errors import DrawerClosed, DrawerNotFound, DrawerOpen, NotEnoughCash
from app.modules.drawer.drawer_schemas import (
    DrawerClosing,
    DrawerListQuery,
    DrawerOpening,
    DrawerSessionDetail,
    DrawerSessionPage,
    DrawerState,
    MovementCreate,
)
from app.modules.identity.access import SignedIn
from app.modules.staff.staff_errors import StaffNotFound

router = ApiRouter(prefix=f"{API_V1}/drawer-sessions", tags=["Drawers"])
_ONCE = (IdempotencyInFlight, IdempotencyKeyReused)


@router.post("", status_code=201, responses=error_responses(BranchNotFound, DrawerOpen, *_ONCE))
async def open_drawer(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, opening: DrawerOpening
) -> DrawerSessionDetail:
    """Open the drawer of a branch with the counted cash. What differs from what was left in it is recorded.

    Cash is taken and given back by an open drawer alone. The cash of the first session of a branch comes from the safe.
    """
    return await service.open_drawer(session, user, key, opening)


@router.get("", responses=error_responses(BranchNotFound))
async def list_drawers(
    user: SignedIn, session: SessionDep, query: Annotated[DrawerListQuery, Query()]
) -> DrawerSessionPage:
    """List the sessions of a branch's drawer with their Z reports, the newest first."""
    return await service.list_drawers(session, user, query)


@router.get("/current", responses=error_responses(BranchNotFound))
async def get_drawer_state(user: SignedIn, session: SessionDep, branch_id: UUID) -> DrawerState:
    """Return whether the drawer of a branch is open, and what should be in it."""
    return await service.read_state(session, user, branch_id)


@router.get("/{drawer_id}", responses=error_responses(DrawerNotFound))
async def get_drawer(user: SignedIn, session: SessionDep, drawer_id: UUID) -> DrawerSessionDetail:
    """Return a session with its movements and, if it is closed, its Z report."""
    return await service.read_drawer(session, user, drawer_id)


@router.post(
    "/{drawer_id}/movements",
    responses=error_responses(DrawerNotFound, DrawerClosed, NotEnoughCash, StaffNotFound, *_ONCE),
)
async def move_cash(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, drawer_id: UUID, movement: MovementCreate
) -> DrawerSessionDetail:
    """Put cash into an open drawer or take some out without a bill: change, small costs, tips for staff."""
    return await service.move_cash(session, user, key, drawer_id, movement)


@router.post("/{drawer_id}/close", responses=error_responses(DrawerNotFound, DrawerClosed, *_ONCE))
async def close_drawer(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, drawer_id: UUID, closing: DrawerClosing
) -> DrawerSessionDetail:
    """Close a drawer with the counted cash. The answer has its Z report, which never changes.

    It covers all that has moved money in the branch since the Z report before, also transfers that came while the drawer
    was closed. What differs from the expected cash is recorded.
    """
    return await service.close_drawer(session, user, key, drawer_id, closing)
