"""Coverage: one statement says which appointments cannot take place as they were booked, and why.

A change of shifts, leave or outages was refused while it would strand an appointment. A change of opening hours,
skills, rooms or customers was not. `zenspa_stranded` now has the whole rule. The guard of every such change reads it before and
after the change; the list of what is to be solved and the board read it as well. It is computed and not stored, so it
cannot be outdated.

`treatment_revision` says when what a calendar shows of a treatment was last changed.

PL/pgSQL, because it keeps its plans, and because a view that it reads may be replaced.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# -- branch

# As `instant_of` in app/common/types/wall_time.py (RFC 5545 §3.3.5). PostgreSQL agrees with it on a time that does not
# come, when clocks are set forward. Of a time that comes twice it takes the second; the first is an hour earlier.
INSTANT = """
CREATE FUNCTION zenspa_instant(day date, minutes integer, zone text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
SELECT instant - CASE WHEN (instant - interval '1 hour') AT TIME ZONE zone = wall THEN interval '1 hour' ELSE '0' END
FROM (SELECT day + minutes * interval '1 minute' AS wall) AS given
CROSS JOIN LATERAL (SELECT wall AT TIME ZONE zone AS instant) AS read
$$
"""
# As `read_calendar` in the module branch. Hours that go past midnight belong to their day: include the day before.
OPEN_TIMES = """
CREATE FUNCTION zenspa_open_times(branch uuid, days date[]) RETURNS tstzmultirange
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN (
    SELECT coalesce(range_agg(tstzrange(opens_at, closes_at)), '{}')
    FROM branch AS place
    CROSS JOIN unnest(days) AS day
    LEFT JOIN special_hours AS special ON special.branch_id = place.id AND special.days @> day
    CROSS JOIN LATERAL (
        SELECT opens, closes FROM opening_hours
        WHERE special.id IS NULL AND branch_id = place.id AND weekday = extract(isodow FROM day)
        UNION ALL
        SELECT (span ->> 'opens')::integer, (span ->> 'closes')::integer
        FROM jsonb_array_elements(special.hours) AS span
    ) AS hours
    CROSS JOIN LATERAL (
        SELECT zenspa_instant(day, opens, time_zone) AS opens_at, zenspa_instant(day, closes, time_zone) AS closes_at
    ) AS instants
    WHERE place.id = branch AND opens_at < closes_at
        AND (closed_at IS NULL OR day < (closed_at AT TIME ZONE time_zone)::date)
); END $$
"""

# -- booking

_UPCOMING = "status IN ('held', 'pending', 'confirmed', 'arrived', 'in_service', 'reopened')"
# The index of appointments knows only when they begin. No guest stays for longer than 14 days (`LONGEST_STAY`).
# The companions of a visit are included: a bed in another room concerns all who want one room.
UPCOMING_APPOINTMENTS = """
CREATE FUNCTION zenspa_upcoming_appointments(
    branches uuid[], resources uuid[], customers uuid[], starts timestamptz[], ends timestamptz[]
) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
SELECT id FROM appointment
WHERE branch_id = ANY(branches) AND starts_at > now() - interval '14 days' AND ends_at > clock_timestamp()
UNION
SELECT companion.id
FROM resource_appointment AS occupation
JOIN appointment ON appointment.id = appointment_id
JOIN appointment AS companion ON companion.visit_id = appointment.visit_id
WHERE resource_id = ANY(resources) AND during && tstzrange(clock_timestamp(), NULL)
    AND (starts IS NULL OR EXISTS (
        SELECT FROM unnest(starts, ends) AS given (first, last) WHERE during && tstzrange(first, last)
    ))
UNION
SELECT id FROM appointment WHERE customer_id = ANY(customers) AND ends_at > clock_timestamp()
UNION
SELECT appointment.id FROM visit JOIN appointment ON visit_id = visit.id
WHERE visit.customer_id = ANY(customers) AND ends_at > clock_timestamp();
END $$
"""

# RFC 5545 wants a new revision of an event whenever what it shows has changed (§3.8.7.4). Without resources the second
# time is that of the treatment.
TREATMENT_REVISION = """
CREATE VIEW treatment_revision AS
SELECT treatment.id, greatest(
    treatment.updated_at, appointment.updated_at, branch.updated_at, customer.updated_at, variant.updated_at,
    service.updated_at
) AS updated_at, greatest(treatment.updated_at, (
    SELECT max(greatest(allocation.updated_at, resource.updated_at, room.updated_at))
    FROM allocation JOIN resource ON resource.id = resource_id LEFT JOIN room ON room.id = room_id
    WHERE allocation.appointment_id = appointment.id AND appointment_treatment_id = treatment.id
)) AS resources_updated_at
FROM appointment_treatment AS treatment
JOIN appointment ON appointment.id = appointment_id
JOIN branch ON branch.id = appointment.branch_id
JOIN service_variant AS variant ON variant.id = variant_id
JOIN service ON service.id = service_id
LEFT JOIN customer ON customer.id = appointment.customer_id
"""

# -- coverage

STRANDED = f"""
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
        AND {_UPCOMING} AND NOT zenspa_hold_expired(hold_expires_at)
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
        resource.retired_at, service_id, treatment.gender
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
        SELECT coalesce(range_agg(shift.during), '{{}}') FROM shift
        WHERE staff_id = resource_id AND shift.branch_id = occupation.branch_id AND shift.during && occupation.during
    )
    UNION
    SELECT id, 'unavailable', resource_id FROM occupation
    WHERE EXISTS (
        SELECT FROM unavailability
        WHERE unavailability.resource_id = occupation.resource_id AND unavailability.during && occupation.during
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
        WHERE companion.visit_id = occupation.visit_id AND companion.{_UPCOMING} AND bed.kind = 'bed'
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

FUNCTIONS = {
    "zenspa_instant": INSTANT,
    "zenspa_open_times": OPEN_TIMES,
    "zenspa_upcoming_appointments": UPCOMING_APPOINTMENTS,
    "zenspa_stranded": STRANDED,
}


def upgrade() -> None:
    op.execute(TREATMENT_REVISION)
    for statement in FUNCTIONS.values():
        op.execute(statement)


def downgrade() -> None:
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP VIEW treatment_revision")
