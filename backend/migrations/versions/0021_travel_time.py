"""Travel: the minutes that a therapist needs from one branch to another.

`zenspa_unavailability` also knows when a therapist is on the way, from or to work in another branch: an appointment, or blocked
time other than a break. So searches, the check under the lock, replans and stranded appointments respect it from the point of
view of either branch. Of two branches without an entry it is no time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# As in migration 0018, with the journeys. Without an entry for one of the branches nothing more is read than before.
# An allocation is found by its beginning, and none is longer than a day.
UNAVAILABILITY = """
CREATE OR REPLACE FUNCTION zenspa_unavailability(
    branches uuid[], resources uuid[], since timestamptz[], until timestamptz[]
) RETURNS TABLE (number bigint, resource_id uuid, during tstzrange, reason text, cause text)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
WITH given AS (
    SELECT * FROM unnest(branches, resources, since, until)
        WITH ORDINALITY AS given (branch, resource, first, last, number)
), travel AS MATERIALIZED (
    SELECT here.branch, other.id AS other_id, other.name, make_interval(mins => minutes) AS length
    FROM (SELECT DISTINCT branch FROM given) AS here
    JOIN travel_time ON here.branch IN (first_branch_id, second_branch_id)
    JOIN branch AS other ON other.id IN (first_branch_id, second_branch_id) AND other.id <> here.branch
), margin AS MATERIALIZED (
    SELECT coalesce(max(length), '0') AS longest FROM travel
), occurrence AS MATERIALIZED (
    SELECT blocked.* FROM (
        SELECT array_agg(resource ORDER BY number) AS resources, array_agg(first - longest ORDER BY number) AS since,
            array_agg(last + longest ORDER BY number) AS until
        FROM given, margin
    ) AS widened
    CROSS JOIN LATERAL zenspa_blocked_occurrences(resources, widened.since, widened.until) AS blocked
    WHERE NOT skipped
), work AS (
    SELECT given.number, given.branch, given.resource, given.first, given.last, appointment.branch_id, during
    FROM given, margin, allocation JOIN appointment ON appointment.id = appointment_id
    WHERE EXISTS (SELECT FROM travel) AND allocation.resource_id = resource
        AND lower(during) < last + longest AND lower(during) > first - longest - interval '1 day'
        AND NOT zenspa_hold_expired(allocation.hold_expires_at)
    UNION ALL
    SELECT given.number, given.branch, given.resource, given.first, given.last, appointment.branch_id, during
    FROM overrun JOIN appointment ON appointment.id = appointment_id JOIN given ON overrun.resource_id = resource
    WHERE EXISTS (SELECT FROM travel)
    UNION ALL
    SELECT number, given.branch, resource, first, last, branch_id, during FROM given JOIN occurrence USING (number)
    WHERE EXISTS (SELECT FROM travel) AND reason <> 'break'
)
SELECT given.number, staff_id, during, 'unavailable', NULL
FROM given JOIN time_off ON staff_id = resource AND during && tstzrange(first, last) AND status = 'approved'
UNION ALL
SELECT given.number, outage.resource_id, during, 'unavailable', NULL
FROM given JOIN outage ON outage.resource_id = resource AND during && tstzrange(first, last)
UNION ALL
SELECT number, resource, during, 'blocked', reason FROM given JOIN occurrence USING (number)
WHERE during && tstzrange(first, last)
UNION ALL
SELECT number, resource, journey, 'travelling', name
FROM work JOIN travel ON travel.branch = work.branch AND other_id = branch_id
CROSS JOIN LATERAL unnest(ARRAY[
    tstzrange(lower(during) - length, lower(during)), tstzrange(upper(during), upper(during) + length)
]) AS journey
WHERE journey && tstzrange(first, last);
END $$
"""
# As in migration 0018.
UNAVAILABILITY_BEFORE = """
CREATE OR REPLACE FUNCTION zenspa_unavailability(
    branches uuid[], resources uuid[], since timestamptz[], until timestamptz[]
) RETURNS TABLE (number bigint, resource_id uuid, during tstzrange, reason text, cause text)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
WITH given AS (
    SELECT * FROM unnest(resources, since, until) WITH ORDINALITY AS given (resource, first, last, number)
)
SELECT given.number, staff_id, during, 'unavailable', NULL
FROM given JOIN time_off ON staff_id = resource AND during && tstzrange(first, last) AND status = 'approved'
UNION ALL
SELECT given.number, outage.resource_id, during, 'unavailable', NULL
FROM given JOIN outage ON outage.resource_id = resource AND during && tstzrange(first, last)
UNION ALL
SELECT number, resource_id, during, 'blocked', reason FROM zenspa_blocked_occurrences(resources, since, until)
WHERE NOT skipped;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "travel_time",
        sa.Column("first_branch_id", sa.Uuid(), nullable=False),
        sa.Column("second_branch_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("travel_time_pkey")),
        sa.CheckConstraint("first_branch_id < second_branch_id", name=op.f("travel_time_order_check")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 480", name=op.f("travel_time_minutes_check")),
        sa.ForeignKeyConstraint(
            ["first_branch_id"], ["branch.id"], name=op.f("travel_time_first_branch_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["second_branch_id"], ["branch.id"], name=op.f("travel_time_second_branch_id_fkey")
        ),
        sa.UniqueConstraint("first_branch_id", "second_branch_id", name="travel_time_key"),
    )
    op.create_index("travel_time_second_branch_id_idx", "travel_time", ["second_branch_id"])
    op.execute("SELECT zenspa_audit_table('travel_time')")
    op.execute(UNAVAILABILITY)


def downgrade() -> None:
    op.execute(UNAVAILABILITY_BEFORE)
    op.drop_table("travel_time")
