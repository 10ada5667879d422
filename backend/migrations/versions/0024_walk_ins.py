"""Walk-ins that are written down afterwards: the same one twice is found.

`zenspa_customer_appointments` also returns appointments that are completed and over. Only a walk-in of the past can be at
their time. A guest who was done early may book the rest of the time again.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# As in migration 0012, with what is completed and over.
CUSTOMER_APPOINTMENTS = """
CREATE OR REPLACE FUNCTION zenspa_customer_appointments(
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
    WHERE (
            status IN ('held', 'pending', 'confirmed', 'arrived', 'in_service', 'reopened')
            OR status = 'completed' AND appointment.ends_at <= clock_timestamp()
        )
        AND NOT zenspa_hold_expired(hold_expires_at) AND appointment.id <> ALL(ignored)
    ORDER BY appointment.starts_at, appointment.id;
END $$
"""
# As in migration 0012.
CUSTOMER_APPOINTMENTS_BEFORE = """
CREATE OR REPLACE FUNCTION zenspa_customer_appointments(
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
    op.execute(CUSTOMER_APPOINTMENTS)


def downgrade() -> None:
    op.execute(CUSTOMER_APPOINTMENTS_BEFORE)
