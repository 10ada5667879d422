"""Who in a branch performs what, and when they are on shift: for a search, in steps of its grid."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import ask, bounds

# No shift is longer than two days (`shift_length_check`). Shifts that touch are one before they are rounded.
_SUPPLY = """
WITH able AS (
    SELECT staff_id, array_agg(service_id) AS services
    FROM (
        SELECT staff_id, service_id, row_number() OVER (
                PARTITION BY service_id ORDER BY staff_id = ANY($9::uuid[]) DESC, staff_id DESC
            ) AS place
        FROM staff_skill JOIN staff ON staff.id = staff_id
        WHERE service_id = ANY($2::uuid[]) AND (EXISTS (
            SELECT FROM staff_branch WHERE staff_id = staff.id AND branch_id = $1
                AND daterange(employed_from, employed_until, '[]') && daterange($6, $7, '[]')
        ) OR EXISTS (
            SELECT FROM shift
            WHERE staff_id = staff.id AND branch_id = $1 AND during && tstzrange($3::timestamptz, $4::timestamptz)
        ))
    ) AS candidate
    WHERE $8::integer IS NULL OR place <= $8
    GROUP BY staff_id
)
SELECT staff.id, staff.full_name, staff.gender, able.services, on_shift.first, on_shift.last
FROM able JOIN staff ON staff.id = able.staff_id
LEFT JOIN (
    SELECT staff_id, array_agg(ceil(date_part('epoch', lower(run) - $3::timestamptz) / $5)::integer) AS first,
        array_agg(floor(date_part('epoch', upper(run) - $3::timestamptz) / $5)::integer) AS last
    FROM (
        SELECT staff_id, range_agg(during) AS runs FROM shift
        WHERE branch_id = $1 AND lower(during) < $4::timestamptz
            AND lower(during) > $3::timestamptz - interval '2 days' AND staff_id IN (SELECT staff_id FROM able)
        GROUP BY staff_id
    ) AS shifts, unnest(runs) AS run
    GROUP BY staff_id
) AS on_shift ON on_shift.staff_id = staff.id
ORDER BY staff.id
"""

_OFF_SHIFT = """
SELECT given.staff_id FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS given (staff_id, first, last)
WHERE NOT coalesce((
    SELECT range_agg(during) @> tstzrange(given.first, given.last) FROM shift
    WHERE staff_id = given.staff_id AND branch_id = $1 AND during && tstzrange(given.first, given.last)
), false)
LIMIT 1
"""


class SuppliedTherapist(NamedTuple):
    id: UUID
    name: str
    gender: str | None
    skills: Sequence[UUID]
    """Of the services that were asked for."""
    begins: Sequence[int]
    ends: Sequence[int]

    @property
    def shifts(self) -> Iterable[tuple[int, int]]:
        """From a step until another; a step that is not all in shifts is not."""
        return zip(
            self.begins, self.ends, strict=True
        )  # a list of thousands would wake the garbage collector


async def load_supply(  # noqa: PLR0913 - one question
    session: AsyncSession,
    branch_id: UUID,
    *,
    service_ids: Collection[UUID],
    days: Sequence[date],
    span: tuple[datetime, datetime],
    step: timedelta,
    at_most: int | None = None,
    rather: Collection[UUID] = (),
) -> list[SuppliedTherapist]:
    """By id: who performs one of these services and works in that branch on one of these days, or has a shift there in
    this time; with their shifts in steps since the first instant. Of each service `at_most` so many: `rather` these,
    and then who is last by id, as a search gives guests to the first and leaves the last free."""
    parameters = (
        branch_id,
        [*service_ids],
        *span,
        step.total_seconds(),
        days[0],
        days[-1],
        at_most,
        [*rather],
    )
    return [
        SuppliedTherapist(staff_id, name, gender, skills, first or (), last or ())
        for staff_id, name, gender, skills, first, last in await ask(session, _SUPPLY, *parameters)
    ]


async def are_on_shift(
    session: AsyncSession, branch_id: UUID, work: Collection[tuple[UUID, Range[datetime]]]
) -> bool:
    """Whether all of them are still on shift in that branch then. Who has locked them knows that they stay."""
    if not work:
        return True
    columns = zip(*((staff_id, *bounds(during)) for staff_id, during in work), strict=True)
    return not await ask(session, _OFF_SHIFT, branch_id, *map(list, columns))
