"""Personal data in services: each module exports, merges and erases what it keeps about customers.

Drops the trigger of migration 0004, which made visits follow a customer who was merged or erased. The services do it
now, and a test lists the tables.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As in migration 0004.
FOLLOW_CUSTOMER = """
CREATE FUNCTION zenspa_visits_follow_customer() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id AND NEW.merged_into_id IS NOT NULL THEN
        UPDATE visit SET customer_id = NEW.merged_into_id WHERE customer_id = NEW.id;
        UPDATE appointment SET customer_id = NEW.merged_into_id WHERE customer_id = NEW.id;
    END IF;
    IF NEW.erased_at IS NOT NULL AND OLD.erased_at IS NULL THEN
        UPDATE appointment SET guest_name = '', reason = ''
        WHERE customer_id = NEW.id OR visit_id IN (SELECT id FROM visit WHERE customer_id = NEW.id);
        UPDATE visit SET note = '' WHERE customer_id = NEW.id;
        UPDATE calendar_feed SET revoked_at = now() WHERE customer_id = NEW.id AND revoked_at IS NULL;
        DELETE FROM idempotency_key AS kept USING customer AS them
        WHERE NEW.id IN (them.id, them.merged_into_id) AND (
            kept.user_id = OLD.user_id OR answer ->> 'customer_id' = them.id::text
            OR answer @> jsonb_build_object('appointments', jsonb_build_array(jsonb_build_object('customer_id', them.id)))
        );
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("DROP TRIGGER visits_follow_customer ON customer")
    op.execute("DROP FUNCTION zenspa_visits_follow_customer")


def downgrade() -> None:
    op.execute(FOLLOW_CUSTOMER)
    op.execute(
        "CREATE TRIGGER visits_follow_customer AFTER UPDATE OF merged_into_id, erased_at ON customer"
        " FOR EACH ROW EXECUTE FUNCTION zenspa_visits_follow_customer()"
    )
