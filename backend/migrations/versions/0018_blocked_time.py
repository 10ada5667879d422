"""Blocked time: a meeting, a break or a cleaning, in which a therapist, a bed or a device cannot be booked.

It is once, or every week on some weekdays, by the wall clock of its branch. A block may have no end, so it is expanded only
for the times that are asked for: `zenspa_blocked_occurrences`. Therefore the view `unavailability` becomes the function
`zenspa_unavailability`, which also tells why a resource is unavailable. Searches, the check under the lock, replans and
stranded appointments all read it.

Of a wall time that comes twice, `zenspa_instant` took the second where clocks are set back by 30 minutes (Lord Howe) or by
two hours (Troll). It takes the first in every time zone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# -- branch

# As `instant_of` in app/common/types/wall_time.py (RFC 5545 §3.3.5). PostgreSQL agrees with it on a time that does not
# come, when clocks are set forward. Of a time that comes twice PostgreSQL takes the second; the first one has the offset of
# the day before, and on most days there is but one. An expression without FROM, which PostgreSQL inlines.
_WALL = "(day + minutes * interval '1 minute')"
_SECOND = f"({_WALL} AT TIME ZONE zone)"
_DAY_BEFORE = f"({_SECOND} - interval '24 hours')"
_OFFSET = f"({_DAY_BEFORE} AT TIME ZONE zone - {_DAY_BEFORE} AT TIME ZONE 'UTC')"
_FIRST = f"(({_WALL} - {_OFFSET}) AT TIME ZONE 'UTC')"
INSTANT = f"""
CREATE OR REPLACE FUNCTION zenspa_instant(day date, minutes integer, zone text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
SELECT CASE
    WHEN {_DAY_BEFORE} AT TIME ZONE zone = {_WALL} - interval '24 hours' THEN {_SECOND}
    WHEN {_FIRST} AT TIME ZONE zone = {_WALL} THEN {_FIRST}
    ELSE {_SECOND}
END
$$
"""
# As in migration 0013.
INSTANT_BEFORE = """
CREATE OR REPLACE FUNCTION zenspa_instant(day date, minutes integer, zone text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
SELECT instant - CASE WHEN (instant - interval '1 hour') AT TIME ZONE zone = wall THEN interval '1 hour' ELSE '0' END
FROM (SELECT day + minutes * interval '1 minute' AS wall) AS given
CROSS JOIN LATERAL (SELECT wall AT TIME ZONE zone AS instant) AS read
$$
"""

# -- blocked_time

# The occurrences that touch one of the given times, each of one resource; skipped ones as well. `number` is that of the
# time, from 1. A block may end on the day after its beginning, so the day before is looked at, too. OFFSET 0 keeps
# PostgreSQL from calculating an instant wherever it is mentioned (6,600 occurrences took 292 ms, and 83 with it).
BLOCKED_OCCURRENCES = """
CREATE FUNCTION zenspa_blocked_occurrences(resources uuid[], since timestamptz[], until timestamptz[])
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
        (given.first AT TIME ZONE 'UTC')::date - 2, (given.last AT TIME ZONE 'UTC')::date + 1, '[]'
    )
JOIN branch ON branch.id = block.branch_id
CROSS JOIN LATERAL (
    SELECT greatest(first_day, (given.first AT TIME ZONE time_zone)::date - 1) AS first,
        least(last_day, (given.last AT TIME ZONE time_zone)::date) AS last
) AS shown
CROSS JOIN LATERAL unnest(
    CASE WHEN weekdays = '{}' THEN ARRAY[extract(isodow FROM first_day)::integer] ELSE weekdays END
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
UNAVAILABILITY_BEFORE = """
CREATE VIEW unavailability (resource_id, during) AS
SELECT staff_id, during FROM time_off WHERE status = 'approved'
UNION ALL SELECT resource_id, during FROM outage
"""
# What makes a resource unavailable in a branch at one of the given times, each of one resource. `reason` is that of a
# stranded appointment; of blocked time, `cause` says what it is.
UNAVAILABILITY = """
CREATE FUNCTION zenspa_unavailability(
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

# -- resource, staff

# As in migration 0012, with `away`: what makes a resource unavailable for a reason of its own, which the desk may see or
# overrule. What an ignored appointment has it may keep.
SCHEDULES = """
CREATE FUNCTION zenspa_schedules(
    branch uuid, resources uuid[], since timestamptz, until timestamptz, step_seconds double precision, ignored uuid[]
) RETURNS TABLE (
    resource_id uuid, works_from integer[], works_until integer[], busy_from integer[], busy_until integer[],
    away_from integer[], away_until integer[], away_reason text[], away_cause text[]
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
WITH working AS (
    SELECT staff_id, array_agg(ceil(date_part('epoch', lower(run) - since) / step_seconds)::integer) AS works_from,
        array_agg(floor(date_part('epoch', upper(run) - since) / step_seconds)::integer) AS works_until
    FROM (
        SELECT staff_id, range_agg(during) AS runs FROM shift
        WHERE branch_id = branch AND staff_id = ANY(resources)
            AND lower(during) < until AND lower(during) > since - interval '2 days'
        GROUP BY staff_id
    ) AS roster, unnest(runs) AS run
    GROUP BY staff_id
), late AS MATERIALIZED (
    SELECT overrun.resource_id, overrun.during FROM overrun
    WHERE overrun.resource_id = ANY(resources) AND overrun.during && tstzrange(since, until)
        AND appointment_id <> ALL(ignored)
), own AS MATERIALIZED (
    SELECT allocation.resource_id, range_agg(during) AS times FROM allocation
    WHERE appointment_id = ANY(ignored) GROUP BY allocation.resource_id
), away AS (
    SELECT unavailable.resource_id,
        array_agg(first) FILTER (WHERE reason = 'unavailable') AS busy_from,
        array_agg(last) FILTER (WHERE reason = 'unavailable') AS busy_until,
        array_agg(first) FILTER (WHERE reason <> 'unavailable') AS away_from,
        array_agg(last) FILTER (WHERE reason <> 'unavailable') AS away_until,
        array_agg(reason) FILTER (WHERE reason <> 'unavailable') AS away_reason,
        array_agg(cause) FILTER (WHERE reason <> 'unavailable') AS away_cause
    FROM zenspa_unavailability(
        array_fill(branch, ARRAY[cardinality(resources)]), resources,
        array_fill(since, ARRAY[cardinality(resources)]), array_fill(until, ARRAY[cardinality(resources)])
    ) AS unavailable
    LEFT JOIN own ON own.resource_id = unavailable.resource_id
    CROSS JOIN LATERAL unnest(tstzmultirange(during) - coalesce(own.times, '{}')) AS run
    CROSS JOIN LATERAL (
        SELECT floor(date_part('epoch', lower(run) - since) / step_seconds)::integer AS first,
            ceil(date_part('epoch', upper(run) - since) / step_seconds)::integer AS last
    ) AS steps
    GROUP BY unavailable.resource_id
)
SELECT resource.id, working.works_from, working.works_until,
    occupied.busy_from || away.busy_from, occupied.busy_until || away.busy_until,
    away.away_from, away.away_until, away.away_reason, away.away_cause
FROM unnest(resources) AS resource (id)
LEFT JOIN working ON staff_id = resource.id
LEFT JOIN away ON away.resource_id = resource.id
CROSS JOIN LATERAL (
    SELECT array_agg(floor(date_part('epoch', lower(during) - since) / step_seconds)::integer) AS busy_from,
        array_agg(ceil(date_part('epoch', upper(during) - since) / step_seconds)::integer) AS busy_until
    FROM (
        SELECT during FROM allocation
        WHERE resource_id = resource.id AND lower(during) < until AND lower(during) >= (
                SELECT coalesce(max(lower(earlier.during)), since) FROM allocation AS earlier
                WHERE earlier.resource_id = resource.id AND lower(earlier.during) <= since
            )
            AND NOT zenspa_hold_expired(hold_expires_at) AND appointment_id <> ALL(ignored)
        UNION ALL
        SELECT during FROM late WHERE late.resource_id = resource.id
    ) AS occupation
) AS occupied;
END $$
"""
# As in migration 0006, with the new columns.
LOCK_SCHEDULES = """
CREATE FUNCTION zenspa_lock_schedules(
    branch uuid, resources uuid[], since timestamptz, until timestamptz, step_seconds double precision, ignored uuid[]
) RETURNS TABLE (
    resource_id uuid, works_from integer[], works_until integer[], busy_from integer[], busy_until integer[],
    away_from integer[], away_until integer[], away_reason text[], away_cause text[]
) LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM resource WHERE id = ANY(resources) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM allocation WHERE resource_id = ANY(resources) AND during && tstzrange(since, until)
        AND zenspa_hold_expired(hold_expires_at);
    RETURN QUERY
    SELECT schedule.* FROM zenspa_schedules(branch, resources, since, until, step_seconds, ignored) AS schedule
    JOIN resource ON resource.id = schedule.resource_id AND retired_at IS NULL;
END $$
"""
# As in migration 0012.
SCHEDULES_BEFORE = """
CREATE FUNCTION zenspa_schedules(
    branch uuid, resources uuid[], since timestamptz, until timestamptz, step_seconds double precision, ignored uuid[]
) RETURNS TABLE (
    resource_id uuid, works_from integer[], works_until integer[], busy_from integer[], busy_until integer[]
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
WITH working AS (
    SELECT staff_id, array_agg(ceil(date_part('epoch', lower(run) - since) / step_seconds)::integer) AS works_from,
        array_agg(floor(date_part('epoch', upper(run) - since) / step_seconds)::integer) AS works_until
    FROM (
        SELECT staff_id, range_agg(during) AS runs FROM shift
        WHERE branch_id = branch AND staff_id = ANY(resources)
            AND lower(during) < until AND lower(during) > since - interval '2 days'
        GROUP BY staff_id
    ) AS roster, unnest(runs) AS run
    GROUP BY staff_id
), late AS MATERIALIZED (
    SELECT overrun.resource_id, overrun.during FROM overrun
    WHERE overrun.resource_id = ANY(resources) AND overrun.during && tstzrange(since, until)
        AND appointment_id <> ALL(ignored)
)
SELECT resource.id, working.works_from, working.works_until, occupied.busy_from, occupied.busy_until
FROM unnest(resources) AS resource (id)
LEFT JOIN working ON staff_id = resource.id
CROSS JOIN LATERAL (
    SELECT array_agg(floor(date_part('epoch', lower(during) - since) / step_seconds)::integer) AS busy_from,
        array_agg(ceil(date_part('epoch', upper(during) - since) / step_seconds)::integer) AS busy_until
    FROM (
        SELECT during FROM allocation
        WHERE resource_id = resource.id AND lower(during) < until AND lower(during) >= (
                SELECT coalesce(max(lower(earlier.during)), since) FROM allocation AS earlier
                WHERE earlier.resource_id = resource.id AND lower(earlier.during) <= since
            )
            AND NOT zenspa_hold_expired(hold_expires_at) AND appointment_id <> ALL(ignored)
        UNION ALL
        SELECT unnest(tstzmultirange(during) - (
            SELECT coalesce(range_agg(own.during), '{}') FROM allocation AS own
            WHERE own.resource_id = resource.id AND own.appointment_id = ANY(ignored)
        ))
        FROM unavailability
        WHERE unavailability.resource_id = resource.id AND during && tstzrange(since, until)
        UNION ALL
        SELECT during FROM late WHERE late.resource_id = resource.id
    ) AS occupation
) AS occupied;
END $$
"""
# As in migration 0006.
LOCK_SCHEDULES_BEFORE = """
CREATE FUNCTION zenspa_lock_schedules(
    branch uuid, resources uuid[], since timestamptz, until timestamptz, step_seconds double precision, ignored uuid[]
) RETURNS TABLE (
    resource_id uuid, works_from integer[], works_until integer[], busy_from integer[], busy_until integer[]
) LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM resource WHERE id = ANY(resources) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM allocation WHERE resource_id = ANY(resources) AND during && tstzrange(since, until)
        AND zenspa_hold_expired(hold_expires_at);
    RETURN QUERY
    SELECT schedule.* FROM zenspa_schedules(branch, resources, since, until, step_seconds, ignored) AS schedule
    JOIN resource ON resource.id = schedule.resource_id AND retired_at IS NULL;
END $$
"""

# -- booking

# As in migration 0016, with what `zenspa_unavailability` says.
MOVABLE_ALLOCATIONS = """
CREATE OR REPLACE FUNCTION zenspa_movable_allocations(
    branch uuid, since timestamptz, until timestamptz, ignored uuid[]
) RETURNS TABLE (
    id uuid, visit_id uuid, appointment_id uuid, treatment_id uuid, customer_id uuid, guest_name text,
    starts_at timestamptz, resource_id uuid, resource_name text, kind text, required_id uuid, gender text, room_id uuid,
    busy_from timestamptz[], busy_until timestamptz[]
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
WITH upcoming AS MATERIALIZED (
    SELECT appointment.visit_id, appointment.customer_id, appointment.guest_name, treatment.starts_at,
        treatment.variant_id, treatment.therapist_id, treatment.gender, treatment.bed_id, allocation.*,
        min(lower(during)) OVER (PARTITION BY treatment.id) AS begins_at
    FROM appointment JOIN appointment_treatment AS treatment ON treatment.appointment_id = appointment.id
    JOIN allocation ON allocation.appointment_id = appointment.id AND appointment_treatment_id = treatment.id
    WHERE appointment.branch_id = branch AND appointment.starts_at < until AND appointment.ends_at > since
        AND appointment.starts_at > since - interval '14 days'
        AND status IN ('held', 'pending', 'confirmed', 'arrived', 'reopened')
        AND NOT zenspa_hold_expired(appointment.hold_expires_at) AND appointment.id <> ALL(ignored)
), blocked AS MATERIALIZED (
    {unavailable}
    UNION ALL SELECT resource_id, during FROM overrun WHERE during && tstzrange(since, until)
)
SELECT (array_agg(upcoming.id ORDER BY during))[1], visit.id, upcoming.appointment_id, appointment_treatment_id,
    upcoming.customer_id, upcoming.guest_name, upcoming.starts_at, resource.id, coalesce(resource.name, full_name), kind,
    CASE kind WHEN 'staff' THEN service_id ELSE type_id END, CASE kind WHEN 'staff' THEN upcoming.gender END,
    CASE WHEN kind = 'bed' AND same_room THEN coalesce(resource.room_id, resource.id) END,
    array_agg(lower(during) ORDER BY during), array_agg(upper(during) ORDER BY during)
FROM upcoming JOIN visit ON visit.id = upcoming.visit_id JOIN resource ON resource.id = upcoming.resource_id
LEFT JOIN staff ON staff.id = resource.id JOIN service_variant AS variant ON variant.id = variant_id
WHERE begins_at > clock_timestamp() AND CASE kind
    WHEN 'staff' THEN upcoming.therapist_id IS NULL
    WHEN 'bed' THEN upcoming.bed_id IS DISTINCT FROM resource.id
    ELSE true
END
GROUP BY visit.id, upcoming.appointment_id, appointment_treatment_id, upcoming.customer_id, upcoming.guest_name,
    upcoming.starts_at, upcoming.gender, resource.id, full_name, service_id
HAVING NOT bool_or(EXISTS (
    SELECT FROM blocked WHERE blocked.resource_id = resource.id AND blocked.during && upcoming.during
))
ORDER BY upcoming.starts_at, 1;
END $$
"""
UNAVAILABLE = """SELECT unavailable.resource_id, unavailable.during
    FROM (SELECT coalesce(array_agg(DISTINCT resource_id), '{}') AS ids FROM upcoming) AS given
    CROSS JOIN LATERAL zenspa_unavailability(
        array_fill(branch, ARRAY[cardinality(ids)]), ids,
        array_fill(since, ARRAY[cardinality(ids)]), array_fill(until, ARRAY[cardinality(ids)])
    ) AS unavailable"""
UNAVAILABLE_BEFORE = "SELECT resource_id, during FROM unavailability WHERE during && tstzrange(since, until)"

# -- coverage

# As in migration 0013, with what `zenspa_unavailability` says.
STRANDED = """
CREATE OR REPLACE FUNCTION zenspa_stranded(appointments uuid[]) RETURNS TABLE (
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
# As in migration 0013.
STRANDED_BEFORE = """
CREATE OR REPLACE FUNCTION zenspa_stranded(appointments uuid[]) RETURNS TABLE (
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
        SELECT coalesce(range_agg(shift.during), '{}') FROM shift
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

TABLES = ("blocked_time_exception", "blocked_time")
REPLACED = ("zenspa_lock_schedules", "zenspa_schedules")


def upgrade() -> None:
    _create_tables()
    op.execute(INSTANT)
    op.execute(BLOCKED_OCCURRENCES)
    op.execute(UNAVAILABILITY)
    for name in REPLACED:
        op.execute(f"DROP FUNCTION {name}")
    op.execute(SCHEDULES)
    op.execute(LOCK_SCHEDULES)
    op.execute(MOVABLE_ALLOCATIONS.format(unavailable=UNAVAILABLE))
    op.execute(STRANDED)
    op.execute("DROP VIEW unavailability")


def _create_tables() -> None:
    op.create_table(
        "blocked_time",
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("weekdays", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        *_entity("blocked_time"),
        sa.CheckConstraint(
            "reason IN ('break', 'meeting', 'training', 'cleaning', 'other')",
            name=op.f("blocked_time_reason_check"),
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("blocked_time_days_check")),
        sa.CheckConstraint(
            "weekdays <@ '{1, 2, 3, 4, 5, 6, 7}' AND (weekdays <> '{}' OR last_day IS NOT NULL)",
            name=op.f("blocked_time_weekdays_check"),
        ),
        sa.CheckConstraint("starts BETWEEN 0 AND 1439", name=op.f("blocked_time_starts_check")),
        sa.CheckConstraint("ends > starts AND ends <= starts + 1440", name=op.f("blocked_time_ends_check")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("blocked_time_branch_id_fkey")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("blocked_time_resource_id_fkey")),
    )
    op.create_index("blocked_time_branch_id_idx", "blocked_time", ["branch_id"])
    op.create_index(
        "blocked_time_days_idx",
        "blocked_time",
        ["resource_id", sa.text("daterange(first_day, last_day, '[]')")],
        postgresql_using="gist",
    )
    op.create_table(
        "blocked_time_exception",
        sa.Column("blocked_time_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=True),
        sa.Column("ends", sa.Integer(), nullable=True),
        *_entity("blocked_time_exception"),
        sa.CheckConstraint(
            "num_nulls(starts, ends) IN (0, 2)", name=op.f("blocked_time_exception_skipped_check")
        ),
        sa.CheckConstraint("starts BETWEEN 0 AND 1439", name=op.f("blocked_time_exception_starts_check")),
        sa.CheckConstraint(
            "ends > starts AND ends <= starts + 1440", name=op.f("blocked_time_exception_ends_check")
        ),
        sa.ForeignKeyConstraint(
            ["blocked_time_id"],
            ["blocked_time.id"],
            name=op.f("blocked_time_exception_blocked_time_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("blocked_time_id", "day", name="blocked_time_exception_key"),
    )
    op.execute("SELECT zenspa_audit_table('blocked_time', '{note}')")  # may be about a person
    op.execute("SELECT zenspa_audit_table('blocked_time_exception')")


def _entity(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"{table}_pkey")),
    ]


def downgrade() -> None:
    op.execute(UNAVAILABILITY_BEFORE)
    op.execute(MOVABLE_ALLOCATIONS.format(unavailable=UNAVAILABLE_BEFORE))
    op.execute(STRANDED_BEFORE)
    for name in REPLACED:
        op.execute(f"DROP FUNCTION {name}")
    op.execute(SCHEDULES_BEFORE)
    op.execute(LOCK_SCHEDULES_BEFORE)
    op.execute("DROP FUNCTION zenspa_unavailability")
    op.execute("DROP FUNCTION zenspa_blocked_occurrences")
    op.execute(INSTANT_BEFORE)
    for table in TABLES:
        op.drop_table(table)
