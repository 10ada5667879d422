"""Guests without a wish give way.

`zenspa_movable_allocations` says what may get another therapist, bed or device when a new party, or the day of a therapist
who is ill, needs it. A bed that the desk chose stays with its guest: `appointment_treatment.bed_id` records it, which
until now was forgotten. Of what was booked before, the beds count as chosen by the system.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# The statuses are those of `MOVABLE` in booking/status/status.py; the 14 days are `LONGEST_STAY`. A treatment has begun with
# its preparation. What lies under leave, an outage or an overrun stays: the desk has to solve that, and the time would not be
# free for another guest. A bed of a party that wants one room may be exchanged for another in its room only.
# All that a treatment has of one resource moves together, so each row is one resource of one treatment.
MOVABLE_ALLOCATIONS = """
CREATE FUNCTION zenspa_movable_allocations(
    branch uuid, since timestamptz, until timestamptz, ignored uuid[]
) RETURNS TABLE (
    id uuid, visit_id uuid, appointment_id uuid, treatment_id uuid, customer_id uuid, guest_name text,
    starts_at timestamptz, resource_id uuid, resource_name text, kind text, required_id uuid, gender text, room_id uuid,
    busy_from timestamptz[], busy_until timestamptz[]
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
WITH blocked AS MATERIALIZED (
    SELECT resource_id, during FROM unavailability WHERE during && tstzrange(since, until)
    UNION ALL SELECT resource_id, during FROM overrun WHERE during && tstzrange(since, until)
), upcoming AS (
    SELECT appointment.visit_id, appointment.customer_id, appointment.guest_name, treatment.starts_at,
        treatment.variant_id, treatment.therapist_id, treatment.gender, treatment.bed_id, allocation.*,
        min(lower(during)) OVER (PARTITION BY treatment.id) AS begins_at
    FROM appointment JOIN appointment_treatment AS treatment ON treatment.appointment_id = appointment.id
    JOIN allocation ON allocation.appointment_id = appointment.id AND appointment_treatment_id = treatment.id
    WHERE appointment.branch_id = branch AND appointment.starts_at < until AND appointment.ends_at > since
        AND appointment.starts_at > since - interval '14 days'
        AND status IN ('held', 'pending', 'confirmed', 'arrived', 'reopened')
        AND NOT zenspa_hold_expired(appointment.hold_expires_at) AND appointment.id <> ALL(ignored)
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
# As in migration 0011, with the bed.
VISIT_DETAILS = """
CREATE OR REPLACE VIEW visit_details AS
SELECT visit.id, visit.branch_id, visit.customer_id, json_build_object(
    'id', visit.id, 'branch_id', visit.branch_id, 'customer_id', visit.customer_id, 'source', source,
    'same_room', same_room, 'note', note, 'created_at', visit.created_at,
    'appointments', (
        SELECT coalesce(json_agg(json_build_object(
            'id', appointment.id, 'customer_id', appointment.customer_id, 'guest_name', guest_name,
            'status', CASE WHEN zenspa_hold_expired(hold_expires_at) THEN 'expired' ELSE status END,
            'hold_expires_at', CASE WHEN NOT zenspa_hold_expired(hold_expires_at) THEN hold_expires_at END,
            'start', starts_at, 'end', ends_at, 'reason', reason,
            'treatments', treatments.list
        ) ORDER BY appointment.id), '[]')
        FROM appointment CROSS JOIN LATERAL (
            SELECT coalesce(json_agg(json_build_object(
                'id', treatment.id, 'variant_id', variant_id, 'service_id', service.id,
                'name', json_build_object('vi', service.name_vi, 'en', service.name_en),
                'variant_name', CASE WHEN variant.name_vi <> ''
                    THEN json_build_object('vi', variant.name_vi, 'en', variant.name_en) END,
                'price', treatment.price,
                'therapist_id', therapist_id, 'gender', gender, {bed}'start', starts_at, 'end', ends_at,
                'add_ons', (
                    SELECT coalesce(json_agg(json_build_object(
                        'add_on_id', add_on.id, 'name', json_build_object('vi', add_on.name_vi, 'en', add_on.name_en),
                        'price', agreed.price
                    ) ORDER BY agreed.id), '[]')
                    FROM appointment_add_on AS agreed JOIN add_on ON add_on.id = add_on_id
                    WHERE agreed.appointment_treatment_id = treatment.id
                ),
                'allocations', (
                    SELECT coalesce(json_agg(json_build_object(
                        'resource_id', resource.id, 'kind', kind, 'name', coalesce(name, full_name),
                        'start', lower(during), 'end', upper(during)
                    ) ORDER BY during, resource.id), '[]')
                    FROM allocation JOIN resource ON resource.id = resource_id LEFT JOIN staff ON staff.id = resource.id
                    WHERE allocation.appointment_id = appointment.id
                        AND appointment_treatment_id = treatment.id
                )
            ) ORDER BY treatment.position), '[]') AS list
            FROM appointment_treatment AS treatment
            JOIN service_variant AS variant ON variant.id = variant_id JOIN service ON service.id = service_id
            WHERE treatment.appointment_id = appointment.id
        ) AS treatments
        WHERE visit_id = visit.id
    )
) AS details
FROM visit
"""


def upgrade() -> None:
    op.add_column("appointment_treatment", sa.Column("bed_id", sa.Uuid()))
    op.create_foreign_key(
        "appointment_treatment_bed_id_fkey", "appointment_treatment", "resource", ["bed_id"], ["id"]
    )
    op.execute(VISIT_DETAILS.format(bed="'bed_id', bed_id, "))
    op.execute(MOVABLE_ALLOCATIONS)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_movable_allocations")
    op.execute(VISIT_DETAILS.format(bed=""))
    op.drop_column("appointment_treatment", "bed_id")
