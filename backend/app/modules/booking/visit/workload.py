"""Count the guests and the minutes of treatment on the days of a branch."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span
from app.db.queries import fetch_raw
from app.modules.booking.status.status import RELEASED, AppointmentStatus
from app.scheduling.supply import ResourceKind

# A guest belongs to the day on which the appointment begins. The index of appointments knows no more.
_WORKLOADS = """
SELECT count(DISTINCT appointment.id), count(DISTINCT appointment.id) FILTER (WHERE status = $6),
    coalesce(sum(extract(epoch FROM upper(during) - lower(during))) / 60, 0)::integer
FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS day (begins, ends, number)
LEFT JOIN appointment ON branch_id = $1 AND starts_at >= begins AND starts_at < ends
    AND status <> ALL($4::text[]) AND NOT zenspa_hold_expired(hold_expires_at)
LEFT JOIN (resource_appointment JOIN bookable_resource ON bookable_resource.id = resource_id AND kind = $5)
    ON appointment_id = appointment.id
GROUP BY number ORDER BY number
"""


class Workload(NamedTuple):
    """The guests of a day, those of them who wait for the desk to approve, and the minutes for which therapists are busy."""

    guests: int
    pending: int
    minutes: int


async def count_workloads(session: AsyncSession, branch_id: UUID, days: Sequence[Span]) -> list[Workload]:
    """Return the workload of each of these days in one statement. Guests who do not come do not count."""
    starts, ends = ([day.start for day in days], [day.end for day in days])
    rows = await fetch_raw(
        session,
        _WORKLOADS,
        *(branch_id, starts, ends, [*RELEASED], ResourceKind.STAFF, AppointmentStatus.PENDING),
    )
    return [Workload(*row) for row in rows]
