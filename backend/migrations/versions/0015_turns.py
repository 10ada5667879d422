"""Turns: the order in which guests without a wish are given to therapists.

Until now the therapist with the shortest gaps was chosen, and of equals the first: one of four got all guests of a quiet
day. `zenspa_turns` tells what a therapist did on the days of a search, and `zenspa_assignment_policy` in which order the
branch gives guests to therapists. The shortest treatment that a branch sells decides which gaps cannot be sold; it was
taken for the shortest that the party asks for.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Of the services that a branch can do: with a therapist who has the skill, and with beds and devices of their types.
ASSIGNMENT_POLICY = """
CREATE FUNCTION zenspa_assignment_policy(branch uuid, OUT therapist_order text, OUT shortest_minutes integer)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    SELECT branch.therapist_order INTO zenspa_assignment_policy.therapist_order
    FROM branch WHERE id = zenspa_assignment_policy.branch;
    WITH skill AS (
        SELECT DISTINCT service_id FROM staff_skill JOIN staff_branch USING (staff_id)
        WHERE branch_id = zenspa_assignment_policy.branch
    ), type AS (
        SELECT DISTINCT type_id FROM resource
        WHERE branch_id = zenspa_assignment_policy.branch AND retired_at IS NULL AND type_id IS NOT NULL
    )
    SELECT min(minutes) INTO zenspa_assignment_policy.shortest_minutes FROM (
        SELECT coalesce(sum(minutes) FILTER (WHERE with_guest), sum(minutes)) AS minutes
        FROM service JOIN service_variant AS variant ON service_id = service.id
        JOIN service_segment AS segment ON variant_id = variant.id
        WHERE offered <> 'no' AND retired_at IS NULL
        GROUP BY variant.id
        HAVING bool_and(
            (NOT needs_staff OR service_id IN (SELECT service_id FROM skill))
            AND (bed_type_id IS NULL OR bed_type_id IN (SELECT type_id FROM type))
            AND (device_type_id IS NULL OR device_type_id IN (SELECT type_id FROM type))
        )
    ) AS sold;
END $$
"""
# Each treatment once, from its first step to its last, also if the therapist is free in between.
TURNS = """
CREATE FUNCTION zenspa_turns(
    therapists uuid[], since timestamptz, until timestamptz, step_seconds double precision, ignored uuid[]
) RETURNS TABLE (staff_id uuid, skill_count integer, treated_from integer[], treated_until integer[])
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
SELECT therapist.id, (SELECT count(*)::integer FROM staff_skill AS skill WHERE skill.staff_id = therapist.id),
    treated.treated_from, treated.treated_until
FROM unnest(therapists) AS therapist (id)
CROSS JOIN LATERAL (
    SELECT array_agg(floor(date_part('epoch', first - since) / step_seconds)::integer) AS treated_from,
        array_agg(ceil(date_part('epoch', last - since) / step_seconds)::integer) AS treated_until
    FROM (
        SELECT min(lower(during)) AS first, max(upper(during)) AS last FROM allocation
        WHERE resource_id = therapist.id AND lower(during) >= since AND lower(during) < until
            AND NOT zenspa_hold_expired(hold_expires_at) AND appointment_id <> ALL(ignored)
        GROUP BY appointment_treatment_id
    ) AS treatment
) AS treated;
END $$
"""


def upgrade() -> None:
    op.add_column(
        "branch", sa.Column("therapist_order", sa.Text(), server_default="least_needed", nullable=False)
    )
    op.create_check_constraint(
        "therapist_order", "branch", "therapist_order IN ('least_needed', 'turns', 'arrival')"
    )
    op.execute(ASSIGNMENT_POLICY)
    op.execute(TURNS)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_turns")
    op.execute("DROP FUNCTION zenspa_assignment_policy")
    op.drop_constraint("branch_therapist_order_check", "branch")
    op.drop_column("branch", "therapist_order")
