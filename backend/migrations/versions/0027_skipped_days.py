"""Blocked time of the day before a day that a time zone skips, as Samoa did on 30 December 2011.

An occurrence that lasts past midnight then ends two dates after its own, and `zenspa_blocked_occurrences` looked at one.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_OCCURRENCES = """
CREATE OR REPLACE FUNCTION zenspa_blocked_occurrences(resources uuid[], since timestamptz[], until timestamptz[])
RETURNS TABLE (
    number bigint, blocked_time_id uuid, branch_id uuid, resource_id uuid, reason text, day date, during tstzrange,
    skipped boolean, changed boolean
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
SELECT given.number, block.id, block.branch_id, block.resource_id, block.reason, date.day,
    tstzrange(starts_at, ends_at), exception.id IS NOT NULL AND exception.starts IS NULL, exception.starts IS NOT NULL
FROM unnest(resources, since, until) WITH ORDINALITY AS given (resource, first, last, number)
JOIN blocked_time AS block ON block.resource_id = given.resource
    AND daterange(first_day, last_day, '[]') && daterange(
        (given.first AT TIME ZONE 'UTC')::date - {days} - 1, (given.last AT TIME ZONE 'UTC')::date + 1, '[]'
    )
JOIN branch ON branch.id = block.branch_id
CROSS JOIN LATERAL (
    SELECT greatest(first_day, (given.first AT TIME ZONE time_zone)::date - {days}) AS first,
        least(last_day, (given.last AT TIME ZONE time_zone)::date) AS last
) AS shown
CROSS JOIN LATERAL unnest(
    CASE WHEN weekdays = '{{}}' THEN ARRAY[extract(isodow FROM first_day)::integer] ELSE weekdays END
) AS weekday
CROSS JOIN LATERAL (
    SELECT shown.first + (weekday - extract(isodow FROM shown.first)::integer + 7) % 7 AS first
) AS week
CROSS JOIN LATERAL generate_series(0, shown.last - week.first, 7) AS later
CROSS JOIN LATERAL (SELECT week.first + later AS day OFFSET 0) AS date
LEFT JOIN blocked_time_exception AS exception
    ON exception.blocked_time_id = block.id AND exception.day = date.day
CROSS JOIN LATERAL (
    SELECT zenspa_instant(date.day, coalesce(exception.starts, block.starts), time_zone) AS starts_at,
        zenspa_instant(date.day, coalesce(exception.ends, block.ends), time_zone) AS ends_at
    OFFSET 0
) AS instants
WHERE starts_at < ends_at AND starts_at < given.last AND ends_at > given.first;
END $$
"""


def upgrade() -> None:
    op.execute(_OCCURRENCES.format(days=2))


def downgrade() -> None:
    op.execute(_OCCURRENCES.format(days=1))
