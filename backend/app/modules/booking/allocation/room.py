"""Make room for a party that would be refused: guests without a wish get other resources at the same time.

Like `reserve`, this is optimistic: the moves are chosen without locks, then the visits that move and the resources are
locked, and the plan is checked again by the same rules. After MAX_ATTEMPTS everything that may move is locked before the
choice.

Visits are locked before resources, as everywhere. A transaction waits only for visits that are newer than all it has
locked, so no two wait for each other. An older visit that another transaction has locked is not waited for: its guests stay
where they are.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.availability.availability_service import (
    BranchSnapshot,
    MovableTreatment,
    Overrule,
    load_movable,
    lock_and_refresh,
    movable_supply,
    requirements_of,
)
from app.modules.booking.allocation.requests import (
    AllocationRequest,
    Displacement,
    Reservation,
    load_for,
    with_current,
)
from app.scheduling.demand import Party
from app.scheduling.making_room import Room, RoomSearch

MAX_ATTEMPTS = 3
_AROUND = timedelta(hours=26)
"""The time before and after a start in which others may move: the longest day."""
_LOCK_OLDER = """
SELECT id FROM visit WHERE id = ANY($1::uuid[]) AND id < $2 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
_LOCK_NEWER = "SELECT id FROM visit WHERE id = ANY($1::uuid[]) AND id > $2 ORDER BY id FOR NO KEY UPDATE"
_OWN_VISITS = "SELECT DISTINCT visit_id FROM appointment WHERE id = ANY($1::uuid[])"


class _Plan(NamedTuple):
    party: Party
    room: Room
    moving: dict[UUID, MovableTreatment]
    """The treatments that move, by id."""


async def make_room(
    session: AsyncSession, request: AllocationRequest, overrule: Overrule
) -> Reservation | None:
    """Reserve for the party that fits after the fewest moves, of equals the first, and lock all that it concerns; None if
    none fits. The caller has locked the visits of the request, and no resource."""
    own = await _own_visits(session, request)
    busy: set[UUID] = set()
    """Visits that another transaction has locked and for which this one must not wait."""
    for attempt in range(MAX_ATTEMPTS + 1):
        movable = await _load_movable(session, request, without=busy)
        if not movable:
            return None
        snapshot = await load_for(session, request, overrule, requirements_of(movable))
        plan = await _find(request, snapshot, movable)
        if plan is None:
            if await _load_movable(session, request, without=busy) == movable:
                return None
            continue  # others moved between the two queries
        is_final = attempt == MAX_ATTEMPTS
        visit_ids = {treatment.visit_id for treatment in (movable if is_final else plan.moving.values())}
        await fetch_raw(session, "SAVEPOINT room")
        locked = own | await _lock_visits(session, visit_ids - own, own)
        if is_final:
            reservation = await _choose_when_locked(session, request, overrule, snapshot, locked)
        elif visit_ids <= locked:
            reservation = await _reserve(session, request, overrule, snapshot, plan)
        else:
            reservation = None
        if reservation is not None:
            return reservation
        busy |= visit_ids - locked
        await fetch_raw(session, "ROLLBACK TO SAVEPOINT room")
    return None


async def _reserve(
    session: AsyncSession,
    request: AllocationRequest,
    overrule: Overrule,
    snapshot: BranchSnapshot,
    plan: _Plan,
) -> Reservation | None:
    """Lock the resources of a plan, whose visits are locked; None if it is not possible any more."""
    resource_ids = {
        *(assignment.resource_id for assignment in plan.room.assignments),
        *(treatment.resource_id for treatment in plan.moving.values()),
        *plan.room.moves.values(),
        *_occupied(request),
    }
    current = await lock_and_refresh(session, snapshot, resource_ids)
    visit_ids = {treatment.visit_id for treatment in plan.moving.values()}
    movable = [
        treatment for treatment in await _load_movable(session, request) if treatment.visit_id in visit_ids
    ]
    supply = movable_supply(with_current(current, request.replaced), movable)
    unchanged = {treatment.id: treatment for treatment in movable}.items() >= plan.moving.items()
    if not unchanged or not supply.permits(plan.room, snapshot.grid.step(request.start)):
        return None
    return _reservation(request, current, plan, overrule)


async def _choose_when_locked(
    session: AsyncSession,
    request: AllocationRequest,
    overrule: Overrule,
    snapshot: BranchSnapshot,
    visit_ids: Collection[UUID],
) -> Reservation | None:
    """Lock all resources, and choose from what these visits have, which are locked."""
    resource_ids = {resource.id for resource in snapshot.supply.resources}
    current = await lock_and_refresh(session, snapshot, resource_ids | _occupied(request))
    movable = [
        treatment for treatment in await _load_movable(session, request) if treatment.visit_id in visit_ids
    ]
    plan = await _find(request, current, movable)
    return plan and _reservation(request, current, plan, overrule)


async def _find(
    request: AllocationRequest, snapshot: BranchSnapshot, movable: Sequence[MovableTreatment]
) -> _Plan | None:
    supply = movable_supply(with_current(snapshot, request.replaced), movable)
    step = snapshot.grid.step(request.start)

    def find() -> _Plan | None:
        plans = []
        for party in request.parties:
            if (room := RoomSearch(party, supply).find(step)) is not None:
                moving = {treatment.id: treatment for treatment in movable if treatment.id in room.moves}
                plans.append(_Plan(party, room, moving))
        return min(plans, key=lambda plan: len(plan.moving), default=None)

    return await asyncio.to_thread(find)  # a full day may take some tenths of a second


def _reservation(
    request: AllocationRequest, snapshot: BranchSnapshot, plan: _Plan, overrule: Overrule
) -> Reservation:
    moves = [
        Displacement(treatment, to_id, snapshot.resource_names[to_id])
        for treatment, to_id in ((plan.moving[work_id], to_id) for work_id, to_id in plan.room.moves.items())
    ]
    return Reservation(
        with_current(snapshot, request.replaced),
        plan.party,
        request.start,
        plan.room.assignments,
        overruled=overrule is not Overrule.NOTHING,
        moves=moves,
    )


async def _load_movable(
    session: AsyncSession, request: AllocationRequest, without: Collection[UUID] = ()
) -> list[MovableTreatment]:
    movable = await load_movable(
        session,
        request.branch_id,
        request.start - _AROUND,
        request.start + _AROUND,
        ignored=request.replaced.appointment_ids if request.replaced else (),
    )
    return [treatment for treatment in movable if treatment.visit_id not in without]


async def _own_visits(session: AsyncSession, request: AllocationRequest) -> set[UUID]:
    """Return the visits that the caller has locked."""
    if request.replaced is None:
        return set()
    rows = await fetch_raw(session, _OWN_VISITS, [*request.replaced.appointment_ids])
    return {visit_id for (visit_id,) in rows}


async def _lock_visits(
    session: AsyncSession, visit_ids: Collection[UUID], own: Collection[UUID]
) -> set[UUID]:
    """Lock visits, and return which are locked."""
    newest = max(own, default=UUID(int=0))
    rows = [
        *(await fetch_raw(session, _LOCK_OLDER, [*visit_ids], newest)),
        *(await fetch_raw(session, _LOCK_NEWER, [*visit_ids], newest)),
    ]
    return {visit_id for (visit_id,) in rows}


def _occupied(request: AllocationRequest) -> set[UUID]:
    """Return the resources that the replaced appointments have."""
    return {time.resource_id for time in request.replaced.occupied} if request.replaced else set()
