"""Reasons: a refusal distinguishes leave and outages from other guests.

`zenspa_schedules` returns leave and outages in `away` as well, as it does blocked time and travel, so that a refusal can say
who is on leave, without another query. `bookable_resource` has the names of therapists,
and `bookable_variant` says whether only the variant is not sold any more.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# As in migration 0018, with leave and outages in `away`. They still count as `busy`, too.
SCHEDULES = """
CREATE OR REPLACE FUNCTION zenspa_schedules(
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
        array_agg(first) AS away_from,
        array_agg(last) AS away_until,
        array_agg(reason) AS away_reason,
        array_agg(cause) AS away_cause
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
# As in migration 0018.
SCHEDULES_BEFORE = """
CREATE OR REPLACE FUNCTION zenspa_schedules(
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
# As in migration 0012, with the names of therapists.
BOOKABLE_RESOURCE = """
CREATE OR REPLACE VIEW bookable_resource AS
SELECT resource.id, kind, type_id, coalesce(resource.name, staff.full_name) AS name, room.name AS room, room_id,
    staff.gender
FROM resource LEFT JOIN room ON room.id = room_id LEFT JOIN staff ON staff.id = resource.id
"""
# As in migration 0012.
BOOKABLE_RESOURCE_BEFORE = """
CREATE OR REPLACE VIEW bookable_resource AS
SELECT resource.id, kind, type_id, resource.name, room.name AS room, room_id, staff.gender
FROM resource LEFT JOIN room ON room.id = room_id LEFT JOIN staff ON staff.id = resource.id
"""
# As in migration 0011, with `is_retired`.
BOOKABLE_VARIANT = """
CREATE OR REPLACE VIEW bookable_variant AS
SELECT variant.id, service_id, service.name_vi, service.name_en, price,
    CASE WHEN retired_at IS NULL THEN offered ELSE 'no' END AS offered,
    (
        SELECT json_agg(json_build_object('minutes', minutes, 'needs_staff', needs_staff, 'with_guest', with_guest,
            'bed_type_id', bed_type_id, 'device_type_id', device_type_id) ORDER BY segment.position)
        FROM service_segment AS segment WHERE variant_id = variant.id
    ) AS segments,
    variant.name_vi AS variant_name_vi, variant.name_en AS variant_name_en,
    retired_at IS NOT NULL AND offered <> 'no' AS is_retired
FROM service_variant AS variant JOIN service ON service.id = service_id
"""
# As in migration 0011.
BOOKABLE_VARIANT_BEFORE = """
CREATE OR REPLACE VIEW bookable_variant AS
SELECT variant.id, service_id, service.name_vi, service.name_en, price,
    CASE WHEN retired_at IS NULL THEN offered ELSE 'no' END AS offered,
    (
        SELECT json_agg(json_build_object('minutes', minutes, 'needs_staff', needs_staff, 'with_guest', with_guest,
            'bed_type_id', bed_type_id, 'device_type_id', device_type_id) ORDER BY segment.position)
        FROM service_segment AS segment WHERE variant_id = variant.id
    ) AS segments, variant.name_vi AS variant_name_vi, variant.name_en AS variant_name_en
FROM service_variant AS variant JOIN service ON service.id = service_id
"""


def upgrade() -> None:
    op.execute(BOOKABLE_VARIANT)
    op.execute(BOOKABLE_RESOURCE)
    op.execute(SCHEDULES)


def downgrade() -> None:
    op.execute("DROP VIEW bookable_variant")  # a view cannot lose a column
    op.execute(BOOKABLE_VARIANT_BEFORE)
    op.execute(BOOKABLE_RESOURCE_BEFORE)
    op.execute(SCHEDULES_BEFORE)
