"""Booking: visits, appointments and their treatments, kept answers, calendars.

An allocation that is no block belongs to a treatment of an appointment now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATUSES = (
    "'held', 'expired', 'pending', 'confirmed', 'declined', 'cancelled', 'late_cancelled', 'arrived', 'in_service',"
    " 'completed', 'no_show', 'reopened'"
)
AUDITED = {
    "visit": "{note}",
    "appointment": "{guest_name,reason}",
    "appointment_service": "{}",
    "appointment_add_on": "{}",
    "calendar_feed": "{}",
}
TABLES = [*AUDITED, "idempotency_key"]
# Here and not in the service: customers know nothing of visits, and none of these may be forgotten.
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


def _entity(name: str, *columns: sa.Column[object] | sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"{name}_pkey"),
    )


def _reference(
    table: str, column: str, target: str, *, nullable: bool = False, on_delete: str | None = None
) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint(
            [column], [f"{target}.id"], name=f"{table}_{column}_fkey", ondelete=on_delete
        ),
    ]


def _text_columns(*names: str, default: str | None = None, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), server_default=default, nullable=nullable) for name in names]


def _times() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="times"),
    ]


def _price() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("price >= 0", name="price"),
    ]


def upgrade() -> None:
    op.add_column(
        "branch", sa.Column("approve_online", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _create_visits()
    _create_treatments()
    _tie_allocations()
    # Searches for times read by these: no shift that matters begins more than two days before.
    op.create_index("allocation_resource_id_idx", "allocation", ["resource_id", sa.text("lower(during)")])
    op.create_check_constraint("length", "shift", "upper(during) - lower(during) <= interval '2 days'")
    _entity(
        "calendar_feed",
        *_reference("calendar_feed", "staff_id", "staff", nullable=True),
        *_reference("calendar_feed", "customer_id", "customer", nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("num_nonnulls(staff_id, customer_id) = 1", name="of_one"),
    )
    op.create_index("calendar_feed_staff_id_idx", "calendar_feed", ["staff_id"])
    op.create_index("calendar_feed_customer_id_idx", "calendar_feed", ["customer_id"])
    op.create_table(
        "idempotency_key",
        *_reference("idempotency_key", "user_id", "user_account", on_delete="CASCADE"),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name="idempotency_key_pkey"),
    )
    op.create_index("idempotency_key_created_at_idx", "idempotency_key", ["created_at"])
    op.execute(FOLLOW_CUSTOMER)
    op.execute(
        "CREATE TRIGGER visits_follow_customer AFTER UPDATE OF merged_into_id, erased_at ON customer"
        " FOR EACH ROW EXECUTE FUNCTION zenspa_visits_follow_customer()"
    )
    for table, masked in AUDITED.items():
        op.execute(f"SELECT zenspa_audit_table('{table}', '{masked}')")


def _create_visits() -> None:
    _entity(
        "visit",
        *_reference("visit", "branch_id", "branch"),
        *_reference("visit", "customer_id", "customer", nullable=True),
        *_text_columns("source"),
        sa.Column("same_room", sa.Boolean(), nullable=False),
        *_text_columns("note", default=""),
        sa.CheckConstraint("source IN ('online', 'desk', 'walk_in')", name="source"),
        sa.UniqueConstraint("id", "branch_id", name="visit_id_branch_id_key"),
    )
    op.create_index("visit_branch_id_idx", "visit", ["branch_id"])
    op.create_index("visit_customer_id_idx", "visit", ["customer_id"])
    _entity(
        "appointment",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        *_reference("appointment", "customer_id", "customer", nullable=True),
        *_text_columns("guest_name", default=""),
        *_text_columns("status"),
        sa.Column("hold_expires_at", sa.DateTime(timezone=True)),
        *_times(),
        *_text_columns("reason", default=""),
        sa.ForeignKeyConstraint(
            ["visit_id", "branch_id"], ["visit.id", "visit.branch_id"], name="appointment_visit_id_fkey"
        ),
        sa.CheckConstraint(f"status IN ({STATUSES})", name="status"),
        sa.CheckConstraint("(status = 'held') = (hold_expires_at IS NOT NULL)", name="hold"),
    )
    op.create_index("appointment_visit_id_idx", "appointment", ["visit_id"])
    op.create_index("appointment_customer_id_idx", "appointment", ["customer_id"])
    op.create_index("appointment_branch_id_idx", "appointment", ["branch_id", "starts_at"])
    # For the jobs: holds that have expired, and guests who did not come.
    op.create_index(
        "appointment_held_idx",
        "appointment",
        ["hold_expires_at"],
        postgresql_where=sa.text("status = 'held'"),
    )
    op.create_index(
        "appointment_confirmed_idx",
        "appointment",
        ["starts_at"],
        postgresql_where=sa.text("status = 'confirmed'"),
    )


def _create_treatments() -> None:
    _entity(
        "appointment_service",
        *_reference("appointment_service", "appointment_id", "appointment"),
        sa.Column("position", sa.Integer(), nullable=False),
        *_reference("appointment_service", "variant_id", "service_variant"),
        *_price(),
        *_reference("appointment_service", "therapist_id", "staff", nullable=True),
        *_text_columns("gender", nullable=True),
        sa.Column("segments", postgresql.JSONB(), nullable=False),
        *_times(),
        sa.CheckConstraint("position >= 0", name="position"),
        sa.CheckConstraint("gender IN ('female', 'male', 'other')", name="gender"),
        sa.UniqueConstraint(
            "appointment_id",
            "position",
            name="appointment_service_key",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.UniqueConstraint("id", "appointment_id", name="appointment_service_id_appointment_id_key"),
    )
    op.create_index("appointment_service_variant_id_idx", "appointment_service", ["variant_id"])
    _entity(
        "appointment_add_on",
        *_reference(
            "appointment_add_on", "appointment_service_id", "appointment_service", on_delete="CASCADE"
        ),
        *_reference("appointment_add_on", "add_on_id", "add_on"),
        *_price(),
        sa.UniqueConstraint("appointment_service_id", "add_on_id", name="appointment_add_on_key"),
    )


def _tie_allocations() -> None:
    op.add_column("allocation", sa.Column("appointment_service_id", sa.Uuid()))
    op.create_check_constraint(
        "appointment_service", "allocation", "num_nonnulls(appointment_id, appointment_service_id) <> 1"
    )
    op.create_foreign_key(
        "allocation_appointment_service_id_fkey",
        "allocation",
        "appointment_service",
        ["appointment_service_id", "appointment_id"],
        ["id", "appointment_id"],
    )


def downgrade() -> None:
    op.drop_constraint("shift_length_check", "shift")
    op.drop_index("allocation_resource_id_idx", "allocation")
    op.execute("DROP TRIGGER visits_follow_customer ON customer")
    op.execute("DROP FUNCTION zenspa_visits_follow_customer")
    # There are no appointments without their tables; what is blocked stays.
    op.execute("DELETE FROM allocation WHERE state <> 'blocked'")
    op.drop_constraint("allocation_appointment_service_id_fkey", "allocation")
    op.drop_constraint("allocation_appointment_service_check", "allocation")
    op.drop_column("allocation", "appointment_service_id")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("branch", "approve_online")
