"""Bookings stay as agreed.

An add-on of an appointment keeps the minutes that it added, as it keeps its price: dropping it, or adding another, does
not read the treatment's length from the catalogue again. `bookable_resource` also has the gender of a therapist and the
id of a room: an appointment that is changed may keep a therapist or a bed that a search does not find any more.

The minutes of an add-on are whole steps of five minutes: then the lengths of a variant and its add-ons can be summed up
to the length that is booked.

Bookings without an answer by their start are declined by a job, which finds them by an index of its own.

A guest who is in service after the booked end keeps therapist and bed: `overrun` names that time, and schedules count it.

`zenspa_customer_appointments` finds what a customer has at the same time already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# As in migration 0006, with the last two columns.
BOOKABLE_RESOURCE = """
CREATE OR REPLACE VIEW bookable_resource AS
SELECT resource.id, kind, type_id, resource.name, room.name AS room, room_id, staff.gender
FROM resource LEFT JOIN room ON room.id = room_id LEFT JOIN staff ON staff.id = resource.id
"""
BOOKABLE_RESOURCE_BEFORE = """
CREATE VIEW bookable_resource AS
SELECT resource.id, kind, type_id, resource.name, room.name AS room
FROM resource LEFT JOIN room ON room.id = room_id
"""

# What a guest has at the end of their stay they keep until they are done, for a quarter of an hour from now as far as can be
# told. After twelve hours the end was only not recorded.
OVERRUN = """
CREATE VIEW overrun (resource_id, appointment_id, during) AS
SELECT resource_id, appointment.id, tstzrange(upper(during), clock_timestamp() + interval '15 minutes')
FROM appointment JOIN allocation ON allocation.appointment_id = appointment.id
WHERE status = 'in_service' AND ends_at <= clock_timestamp() AND ends_at > clock_timestamp() - interval '12 hours'
    AND upper(during) >= ends_at AND upper(during) < clock_timestamp() + interval '15 minutes'
"""
# As in migration 0006, with `late`.
SCHEDULES = """
CREATE OR REPLACE FUNCTION zenspa_schedules(
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
SCHEDULES_BEFORE = """
CREATE OR REPLACE FUNCTION zenspa_schedules(
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
    ) AS occupation
) AS occupied;
END $$
"""

# Of two requests at once, the second waits for the first and then sees its appointment: each statement of a volatile
# function sees what was committed when it began. In the order of ids, so that two parties do not deadlock.
CUSTOMER_APPOINTMENTS = """
CREATE FUNCTION zenspa_customer_appointments(
    customers uuid[], since timestamptz[], until timestamptz[], ignored uuid[]
) RETURNS TABLE (appointment_id uuid, starts_at timestamptz, ends_at timestamptz)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('customer ' || id, 0))
    FROM (SELECT DISTINCT id FROM unnest(customers) AS customer (id) ORDER BY id) AS customer;
    RETURN QUERY
    SELECT appointment.id, appointment.starts_at, appointment.ends_at
    FROM unnest(customers, since, until) AS guest (id, comes, goes)
    JOIN appointment ON customer_id = guest.id
        AND appointment.starts_at < goes AND appointment.ends_at > comes
    WHERE status IN ('held', 'pending', 'confirmed', 'arrived', 'in_service', 'reopened')
        AND NOT zenspa_hold_expired(hold_expires_at) AND appointment.id <> ALL(ignored)
    ORDER BY appointment.starts_at, appointment.id;
END $$
"""


def upgrade() -> None:
    op.add_column("appointment_add_on", sa.Column("minutes", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE appointment_add_on SET minutes = add_on.minutes FROM add_on WHERE add_on.id = add_on_id"
    )
    op.alter_column("appointment_add_on", "minutes", nullable=False)
    op.create_check_constraint("minutes", "appointment_add_on", "minutes >= 0")
    op.execute(BOOKABLE_RESOURCE)
    op.execute("UPDATE add_on SET minutes = least(ceil(minutes / 5.0) * 5, 1440) WHERE minutes % 5 <> 0")
    op.drop_constraint("add_on_minutes_check", "add_on")
    op.create_check_constraint("minutes", "add_on", "minutes BETWEEN 0 AND 1440 AND minutes % 5 = 0")
    op.create_index(
        "appointment_pending_idx", "appointment", ["starts_at"], postgresql_where="status = 'pending'"
    )
    op.create_index(
        "appointment_in_service_idx", "appointment", ["ends_at"], postgresql_where="status = 'in_service'"
    )
    op.execute(OVERRUN)
    op.execute(SCHEDULES)
    op.execute(CUSTOMER_APPOINTMENTS)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_customer_appointments")
    op.execute(SCHEDULES_BEFORE)
    op.execute("DROP VIEW overrun")
    op.drop_index("appointment_in_service_idx", "appointment")
    op.drop_index("appointment_pending_idx", "appointment")
    op.drop_constraint("add_on_minutes_check", "add_on")
    op.create_check_constraint("minutes", "add_on", "minutes BETWEEN 0 AND 1440")
    op.execute("DROP VIEW bookable_resource")
    op.execute(BOOKABLE_RESOURCE_BEFORE)
    op.drop_column("appointment_add_on", "minutes")
