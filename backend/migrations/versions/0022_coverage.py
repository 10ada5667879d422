"""Coverage: whether the therapist is still employed, and what the desk has overruled.

A booking for which the desk had overruled the hours was on the list of what is to be solved, for ever, and so the end of
its therapist's employment was no new problem.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# As in migration 0018, with `not_employed`, the time zone, and whether the desk has overruled hours, shifts or blocked time.
STRANDED = """
CREATE FUNCTION zenspa_stranded(appointments uuid[]) RETURNS TABLE (
    appointment_id uuid, visit_id uuid, branch_id uuid, customer_id uuid, guest text, phone text,
    starts_at timestamptz, ends_at timestamptz, time_zone text, overruled boolean, problems json
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
WITH upcoming AS MATERIALIZED (
    SELECT appointment.id, visit_id, appointment.branch_id, starts_at, ends_at, guest_name, same_room, time_zone, overruled,
        appointment.customer_id AS guest_id, visit.customer_id AS booker_id
    FROM appointment JOIN visit ON visit.id = visit_id JOIN branch ON branch.id = appointment.branch_id
    WHERE appointment.id = ANY(appointments) AND ends_at > clock_timestamp()
        AND status IN ('held', 'pending', 'confirmed', 'arrived', 'in_service', 'reopened') AND NOT zenspa_hold_expired(hold_expires_at)
), opening AS MATERIALIZED ( -- in every time zone, with the night that begins on the day before
    SELECT branch_id, zenspa_open_times(branch_id, array_agg(DISTINCT first_day + number)) AS times
    FROM (
        SELECT DISTINCT branch_id, (starts_at AT TIME ZONE 'UTC')::date - 2 AS first_day,
            (ends_at AT TIME ZONE 'UTC')::date + 1 AS last_day
        FROM upcoming
    ) AS stay
    CROSS JOIN generate_series(0, last_day - first_day) AS number
    GROUP BY branch_id
), occupation AS MATERIALIZED (
    SELECT upcoming.id, visit_id, upcoming.branch_id, same_room, time_zone, resource_id, during, resource.kind, resource.room_id,
        resource.retired_at, service_id, treatment.gender,
        row_number() OVER () AS number
    FROM upcoming
    JOIN resource_appointment ON appointment_id = upcoming.id
    JOIN resource ON resource.id = resource_id
    JOIN appointment_treatment AS treatment ON treatment.id = appointment_treatment_id
    JOIN service_variant ON service_variant.id = variant_id
    WHERE upper(during) > clock_timestamp()
), problem (id, reason, resource_id) AS (
    SELECT id, 'closed', NULL::uuid FROM upcoming JOIN opening USING (branch_id)
    WHERE NOT times @> tstzrange(starts_at, ends_at)
    UNION
    SELECT id, 'off_shift', resource_id FROM occupation
    WHERE kind = 'staff' AND NOT during <@ (
        SELECT coalesce(range_agg(shift.during), '{}') FROM shift
        WHERE staff_id = resource_id AND shift.branch_id = occupation.branch_id AND shift.during && occupation.during
    )
    UNION
    SELECT occupation.id, unavailability.reason, occupation.resource_id
    FROM (
        SELECT array_agg(branch_id ORDER BY number) AS branches, array_agg(resource_id ORDER BY number) AS resources,
            array_agg(lower(during) ORDER BY number) AS since, array_agg(upper(during) ORDER BY number) AS until
        FROM occupation
    ) AS given
    CROSS JOIN LATERAL zenspa_unavailability(branches, resources, since, until) AS unavailability
    JOIN occupation USING (number)
    UNION
    SELECT occupation.id, 'not_employed', resource_id FROM occupation JOIN staff ON staff.id = resource_id
    WHERE NOT daterange(employed_from, employed_until, '[]') @> (lower(during) AT TIME ZONE time_zone)::date
        OR NOT EXISTS (
            SELECT FROM staff_branch
            WHERE staff_branch.staff_id = staff.id AND staff_branch.branch_id = occupation.branch_id
        )
    UNION
    SELECT id, 'unskilled', resource_id FROM occupation
    WHERE kind = 'staff' AND NOT EXISTS (
        SELECT FROM staff_skill
        WHERE staff_id = resource_id AND staff_skill.service_id = occupation.service_id
    )
    UNION
    SELECT occupation.id, 'wrong_gender', resource_id FROM occupation JOIN staff ON staff.id = resource_id
    WHERE staff.gender IS DISTINCT FROM coalesce(occupation.gender, staff.gender)
    UNION
    SELECT id, 'retired', resource_id FROM occupation WHERE retired_at IS NOT NULL
    UNION
    SELECT id, 'rooms_apart', resource_id FROM occupation
    WHERE same_room AND kind = 'bed' AND EXISTS (
        SELECT FROM appointment AS companion
        JOIN resource_appointment AS other ON other.appointment_id = companion.id
        JOIN resource AS bed ON bed.id = other.resource_id
        WHERE companion.visit_id = occupation.visit_id AND companion.status IN ('held', 'pending', 'confirmed', 'arrived', 'in_service', 'reopened') AND bed.kind = 'bed'
            AND other.during && occupation.during
            AND coalesce(bed.room_id, bed.id) <> coalesce(occupation.room_id, occupation.resource_id)
    )
    UNION
    SELECT upcoming.id, 'customer_inactive', NULL FROM upcoming JOIN customer ON customer.id IN (guest_id, booker_id)
    WHERE num_nonnulls(archived_at, merged_into_id, erased_at) > 0
    UNION
    SELECT upcoming.id, 'unassigned', NULL
    FROM upcoming JOIN appointment_treatment AS treatment ON treatment.appointment_id = upcoming.id
    WHERE treatment.ends_at > clock_timestamp()
        AND NOT EXISTS (SELECT FROM allocation WHERE appointment_treatment_id = treatment.id)
        AND EXISTS (
            SELECT FROM jsonb_array_elements(segments) AS segment
            WHERE (segment ->> 'needs_staff')::boolean
                OR coalesce(segment ->> 'bed_type_id', segment ->> 'device_type_id') IS NOT NULL
        )
)
SELECT upcoming.id, visit_id, branch_id, guest_id, coalesce(guest.full_name, guest_name),
    coalesce(guest.phone, booker.phone), starts_at, ends_at, time_zone, overruled, found.problems
FROM (
    SELECT problem.id, json_agg(json_build_object(
        'reason', reason, 'resource_id', resource_id, 'resource_name', coalesce(resource.name, staff.full_name)
    ) ORDER BY reason, resource_id) AS problems
    FROM problem LEFT JOIN resource ON resource.id = resource_id LEFT JOIN staff ON staff.id = resource_id
    GROUP BY problem.id
) AS found
JOIN upcoming ON upcoming.id = found.id
LEFT JOIN customer AS guest ON guest.id = guest_id
LEFT JOIN customer AS booker ON booker.id = booker_id
ORDER BY starts_at, upcoming.id;
END $$
"""
# As in migration 0018.
STRANDED_BEFORE = """
CREATE FUNCTION zenspa_stranded(appointments uuid[]) RETURNS TABLE (
    appointment_id uuid, visit_id uuid, branch_id uuid, customer_id uuid, guest text, phone text,
    starts_at timestamptz, ends_at timestamptz, problems json
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
WITH upcoming AS MATERIALIZED (
    SELECT appointment.id, visit_id, appointment.branch_id, starts_at, ends_at, guest_name, same_room,
        appointment.customer_id AS guest_id, visit.customer_id AS booker_id
    FROM appointment JOIN visit ON visit.id = visit_id
    WHERE appointment.id = ANY(appointments) AND ends_at > clock_timestamp()
        AND status IN ('held', 'pending', 'confirmed', 'arrived', 'in_service', 'reopened') AND NOT zenspa_hold_expired(hold_expires_at)
), opening AS MATERIALIZED ( -- in every time zone, with the night that begins on the day before
    SELECT branch_id, zenspa_open_times(branch_id, array_agg(DISTINCT first_day + number)) AS times
    FROM (
        SELECT DISTINCT branch_id, (starts_at AT TIME ZONE 'UTC')::date - 2 AS first_day,
            (ends_at AT TIME ZONE 'UTC')::date + 1 AS last_day
        FROM upcoming
    ) AS stay
    CROSS JOIN generate_series(0, last_day - first_day) AS number
    GROUP BY branch_id
), occupation AS MATERIALIZED (
    SELECT upcoming.id, visit_id, upcoming.branch_id, same_room, resource_id, during, resource.kind, resource.room_id,
        resource.retired_at, service_id, treatment.gender,
        row_number() OVER () AS number
    FROM upcoming
    JOIN resource_appointment ON appointment_id = upcoming.id
    JOIN resource ON resource.id = resource_id
    JOIN appointment_treatment AS treatment ON treatment.id = appointment_treatment_id
    JOIN service_variant ON service_variant.id = variant_id
    WHERE upper(during) > clock_timestamp()
), problem (id, reason, resource_id) AS (
    SELECT id, 'closed', NULL::uuid FROM upcoming JOIN opening USING (branch_id)
    WHERE NOT times @> tstzrange(starts_at, ends_at)
    UNION
    SELECT id, 'off_shift', resource_id FROM occupation
    WHERE kind = 'staff' AND NOT during <@ (
        SELECT coalesce(range_agg(shift.during), '{}') FROM shift
        WHERE staff_id = resource_id AND shift.branch_id = occupation.branch_id AND shift.during && occupation.during
    )
    UNION
    SELECT occupation.id, unavailability.reason, occupation.resource_id
    FROM (
        SELECT array_agg(branch_id ORDER BY number) AS branches, array_agg(resource_id ORDER BY number) AS resources,
            array_agg(lower(during) ORDER BY number) AS since, array_agg(upper(during) ORDER BY number) AS until
        FROM occupation
    ) AS given
    CROSS JOIN LATERAL zenspa_unavailability(branches, resources, since, until) AS unavailability
    JOIN occupation USING (number)
    UNION
    SELECT id, 'unskilled', resource_id FROM occupation
    WHERE kind = 'staff' AND NOT EXISTS (
        SELECT FROM staff_skill
        WHERE staff_id = resource_id AND staff_skill.service_id = occupation.service_id
    )
    UNION
    SELECT occupation.id, 'wrong_gender', resource_id FROM occupation JOIN staff ON staff.id = resource_id
    WHERE staff.gender IS DISTINCT FROM coalesce(occupation.gender, staff.gender)
    UNION
    SELECT id, 'retired', resource_id FROM occupation WHERE retired_at IS NOT NULL
    UNION
    SELECT id, 'rooms_apart', resource_id FROM occupation
    WHERE same_room AND kind = 'bed' AND EXISTS (
        SELECT FROM appointment AS companion
        JOIN resource_appointment AS other ON other.appointment_id = companion.id
        JOIN resource AS bed ON bed.id = other.resource_id
        WHERE companion.visit_id = occupation.visit_id AND companion.status IN ('held', 'pending', 'confirmed', 'arrived', 'in_service', 'reopened') AND bed.kind = 'bed'
            AND other.during && occupation.during
            AND coalesce(bed.room_id, bed.id) <> coalesce(occupation.room_id, occupation.resource_id)
    )
    UNION
    SELECT upcoming.id, 'customer_inactive', NULL FROM upcoming JOIN customer ON customer.id IN (guest_id, booker_id)
    WHERE num_nonnulls(archived_at, merged_into_id, erased_at) > 0
    UNION
    SELECT upcoming.id, 'unassigned', NULL
    FROM upcoming JOIN appointment_treatment AS treatment ON treatment.appointment_id = upcoming.id
    WHERE treatment.ends_at > clock_timestamp()
        AND NOT EXISTS (SELECT FROM allocation WHERE appointment_treatment_id = treatment.id)
        AND EXISTS (
            SELECT FROM jsonb_array_elements(segments) AS segment
            WHERE (segment ->> 'needs_staff')::boolean
                OR coalesce(segment ->> 'bed_type_id', segment ->> 'device_type_id') IS NOT NULL
        )
)
SELECT upcoming.id, visit_id, branch_id, guest_id, coalesce(guest.full_name, guest_name),
    coalesce(guest.phone, booker.phone), starts_at, ends_at, found.problems
FROM (
    SELECT problem.id, json_agg(json_build_object(
        'reason', reason, 'resource_id', resource_id, 'resource_name', coalesce(resource.name, staff.full_name)
    ) ORDER BY reason, resource_id) AS problems
    FROM problem LEFT JOIN resource ON resource.id = resource_id LEFT JOIN staff ON staff.id = resource_id
    GROUP BY problem.id
) AS found
JOIN upcoming ON upcoming.id = found.id
LEFT JOIN customer AS guest ON guest.id = guest_id
LEFT JOIN customer AS booker ON booker.id = booker_id
ORDER BY starts_at, upcoming.id;
END $$
"""


def upgrade() -> None:
    op.execute("DROP FUNCTION zenspa_stranded")
    op.execute(STRANDED)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_stranded")
    op.execute(STRANDED_BEFORE)
