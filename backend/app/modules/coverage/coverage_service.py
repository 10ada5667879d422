"""Guard appointments whenever something is taken away from them: no appointment is stranded unnoticed.

An appointment is covered if it can take place as it was booked: the branch is open, its therapist is on shift, has the
skill and neither leave nor blocked time, its bed is in order and, if the party asked for it, in one room with the others, and its customers are
active. The SQL function `zenspa_stranded` has the whole rule. This module is below those whose changes it
guards, and imports none of them.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import PageQuery
from app.core.security import read_cursor, sign_cursor
from app.db.queries import bounds, fetch_raw
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.coverage.coverage_schemas import (
    StrandedAppointment,
    StrandedPage,
    StrandedProblem,
    StrandedReason,
)
from app.redis.events import publish_branch_change

type _Key = tuple[UUID, UUID | None, StrandedReason]
"""An appointment, the resource that does not cover it, and the reason."""

_UPCOMING = "SELECT * FROM zenspa_upcoming_appointments($1, $2, $3, $4, $5)"
_STRANDED = "SELECT * FROM zenspa_stranded($1)"
# What the desk has overruled is no problem to solve; for a later change the guard looks at it all the same.
_TO_SOLVE = """
SELECT appointment_id, visit_id, branch_id, customer_id, guest, phone, starts_at, ends_at, time_zone, overruled,
    unsolved.problems
FROM zenspa_stranded({}) CROSS JOIN LATERAL (
    SELECT json_agg(problem) AS problems FROM json_array_elements(problems) AS problem
    WHERE NOT overruled OR problem ->> 'reason' NOT IN ('closed', 'off_shift', 'blocked')
) AS unsolved
WHERE unsolved.problems IS NOT NULL
"""
_OF_APPOINTMENTS = _TO_SOLVE.format("$1") + "ORDER BY starts_at, appointment_id"
_PAGE = (
    _TO_SOLVE.format("array(SELECT zenspa_upcoming_appointments(array[$1::uuid], '{}', '{}', NULL, NULL))")
    + """AND ($2::timestamptz IS NULL OR (starts_at, appointment_id) > ($2, $3::uuid))
ORDER BY starts_at, appointment_id LIMIT $4
"""
)


@asynccontextmanager
async def guard_coverage(  # noqa: PLR0913 - what changes, and when
    session: AsyncSession,
    *,
    force: bool,
    branch_ids: Collection[UUID] = (),
    resource_ids: Collection[UUID] = (),
    customer_ids: Collection[UUID] = (),
    within: Sequence[Range[datetime]] | None = None,
) -> AsyncIterator[list[StrandedAppointment]]:
    """Wrap a change, and yield a list that afterwards holds the appointments it stranded, in the order of their starts,
    each with its new problems.

    An appointment is stranded if it has a problem that it did not have before. Leave or blocked time for a therapist who has
    no shift, or the loss of the shift during leave, is no new problem. Past appointments do not count.

    The caller has locked what it changes. Resources that are locked (`lock_resources`) cannot be booked meanwhile.

    Args:
        branch_ids: Branches that change: all their upcoming appointments are looked at.
        resource_ids: Therapists, beds and devices that change.
        customer_ids: Customers that change.
        within: The times in which the resources may be taken away. None: always.

    Raises:
        AppointmentsStranded: An appointment was stranded, and `force` is false.
    """
    stranded: list[StrandedAppointment] = []
    await session.flush()
    appointment_ids = await _upcoming(session, branch_ids, resource_ids, customer_ids, within)
    before = {
        _key(appointment, problem)
        for appointment in await _find(session, _STRANDED, appointment_ids)
        for problem in appointment.problems
    }
    yield stranded
    await session.flush()
    for appointment in await _find(session, _STRANDED, appointment_ids):
        new = [problem for problem in appointment.problems if _key(appointment, problem) not in before]
        if new:
            stranded.append(appointment.model_copy(update={"problems": new}))
    if stranded and not force:
        raise AppointmentsStranded.naming(stranded)
    for branch_id in {appointment.branch_id for appointment in stranded}:
        publish_branch_change(session, branch_id)


async def find_stranded(
    session: AsyncSession, appointment_ids: Collection[UUID]
) -> list[StrandedAppointment]:
    """Return those of the appointments that are upcoming and cannot take place as booked, in the order of their starts.
    What the desk has overruled is left out.

    An empty collection issues no query.
    """
    return await _find(session, _OF_APPOINTMENTS, appointment_ids)


async def page_of_stranded(session: AsyncSession, branch_id: UUID, query: PageQuery) -> StrandedPage:
    """Return a page of all upcoming appointments of a branch that cannot take place as booked, the soonest first. What the
    desk has overruled is left out.

    Raises:
        InvalidCursorException
    """
    purpose = f"stranded:{branch_id}"
    after: list[str] | None = read_cursor(purpose, query.cursor) if query.cursor is not None else None
    start, last_id = (datetime.fromisoformat(after[0]), UUID(after[1])) if after else (None, None)
    rows = [_read(row) for row in await fetch_raw(session, _PAGE, branch_id, start, last_id, query.limit + 1)]
    page = rows[: query.limit]
    next_cursor = None
    if len(rows) > query.limit:
        next_cursor = sign_cursor(purpose, [page[-1].start.isoformat(), str(page[-1].appointment_id)])
    return StrandedPage(items=page, next_cursor=next_cursor)


async def _find(
    session: AsyncSession, statement: str, appointment_ids: Collection[UUID]
) -> list[StrandedAppointment]:
    if not appointment_ids:
        return []
    return [_read(row) for row in await fetch_raw(session, statement, [*appointment_ids])]


async def _upcoming(
    session: AsyncSession,
    branch_ids: Collection[UUID],
    resource_ids: Collection[UUID],
    customer_ids: Collection[UUID],
    within: Sequence[Range[datetime]] | None,
) -> list[UUID]:
    times = None if within is None else [bounds(during) for during in within]
    starts, ends = ([*column] for column in zip(*times, strict=True)) if times else (times, times)
    rows = await fetch_raw(session, _UPCOMING, [*branch_ids], [*resource_ids], [*customer_ids], starts, ends)
    return [appointment_id for (appointment_id,) in rows]


def _key(appointment: StrandedAppointment, problem: StrandedProblem) -> _Key:
    """Return what makes a problem the same before and after. A therapist is away: on leave, blocked or without a shift."""
    away = problem.reason in {StrandedReason.OFF_SHIFT, StrandedReason.UNAVAILABLE, StrandedReason.BLOCKED}
    reason = StrandedReason.UNAVAILABLE if away else problem.reason
    return appointment.appointment_id, problem.resource_id, reason


def _read(row: Sequence[object]) -> StrandedAppointment:
    *columns, problems = row
    names = (name for name in StrandedAppointment.model_fields if name != "problems")
    return StrandedAppointment.model_validate(dict(zip(names, columns, strict=True)) | {"problems": problems})
