"""Record what an edit changes of appointments, so that all of it can be undone.

before = await load_states(session, [appointment.id])
...
edit_id = await record_edit(session, actor, before, moves)
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.queries import fetch_raw
from app.modules.booking.allocation.requests import Displacement
from app.modules.booking.booking_models import AppointmentEdit
from app.modules.booking.visit.access import Actor

type State = dict[str, Any]
"""An appointment with everything that belongs to it but the person, as JSON."""

_STATES = """
SELECT appointment.id, jsonb_build_object(
    'visit_id', visit_id, 'same_room', same_room, 'status', status, 'starts_at', starts_at, 'ends_at', ends_at,
    'overruled', overruled,
    'treatments', (
        SELECT coalesce(jsonb_agg(to_jsonb(treatment) - '{created_at,updated_at}'::text[] ORDER BY position), '[]')
        FROM appointment_treatment AS treatment WHERE treatment.appointment_id = appointment.id
    ),
    'add_ons', (
        SELECT coalesce(jsonb_agg(to_jsonb(add_on) - '{created_at,updated_at}'::text[] ORDER BY add_on.id), '[]')
        FROM appointment_add_on AS add_on
        JOIN appointment_treatment AS treatment ON treatment.id = appointment_treatment_id
        WHERE treatment.appointment_id = appointment.id
    ),
    'allocations', (
        SELECT coalesce(jsonb_agg(
            jsonb_build_object(
                'treatment_id', appointment_treatment_id, 'resource_id', resource_id,
                'start', lower(during), 'end', upper(during)
            ) ORDER BY appointment_treatment_id, resource_id, during
        ), '[]')
        FROM allocation WHERE allocation.appointment_id = appointment.id
    )
)::text
FROM appointment JOIN visit ON visit.id = visit_id WHERE appointment.id = ANY($1::uuid[])
"""


async def load_states(session: AsyncSession, appointment_ids: Collection[UUID]) -> dict[UUID, State]:
    """Return the states of these appointments by their ids. An empty collection issues no query."""
    if not appointment_ids:
        return {}
    await session.flush()
    rows = await fetch_raw(session, _STATES, [*appointment_ids])
    return {appointment_id: json.loads(state) for appointment_id, state in rows}


async def record_edit(
    session: AsyncSession,
    actor: Actor,
    before: Mapping[UUID, State],
    moves: Sequence[Displacement] = (),
) -> UUID | None:
    """Record what has become of these appointments, and of those that gave way to them. Return the id by which the edit
    can be undone, or None if nothing has changed.

    Args:
        before: The states before the edit.
        moves: What other guests gave up.
    """
    displaced = {move.treatment.appointment_id for move in moves}
    after = await load_states(session, before.keys() | displaced)
    gave_way = {appointment_id: _taken_back(after[appointment_id], moves) for appointment_id in displaced}
    was = {**gave_way, **before}
    changed = [
        appointment_id for appointment_id in sorted(after) if was[appointment_id] != after[appointment_id]
    ]
    if not changed:
        return None
    edit_id = uuid7()
    session.add_all(
        AppointmentEdit(
            edit_id=edit_id,
            appointment_id=appointment_id,
            user_id=actor.id,
            before=was[appointment_id],
            after=after[appointment_id],
        )
        for appointment_id in changed
    )
    await session.flush()
    return edit_id


def _taken_back(state: State, moves: Sequence[Displacement]) -> State:
    """Return the state of an appointment as it was before it gave way."""
    given_up = {
        (str(move.treatment.treatment_id), str(move.to_id)): str(move.treatment.resource_id) for move in moves
    }
    allocations = [
        time | {"resource_id": given_up.get((time["treatment_id"], time["resource_id"]), time["resource_id"])}
        for time in state["allocations"]
    ]
    return state | {"allocations": allocations}
