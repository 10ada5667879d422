"""Online booking: what a branch allows guests without an account, and the private links of their visits.

The ledger shows that a link changed, never a token, an address, a name or a phone number: who knows a guest of a visit is
the customer. `guest_link_visit` reads the times of visits, which belong to bookings, for the links.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_VIEW = """
CREATE VIEW guest_link_visit AS
SELECT link.id, link.visit_id, visit.branch_id, times.starts_at, times.ends_at, times.is_to_come
FROM guest_link AS link JOIN visit ON visit.id = link.visit_id CROSS JOIN LATERAL (
    SELECT min(starts_at) AS starts_at, max(ends_at) AS ends_at,
        bool_or(status IN ('pending', 'confirmed') AND starts_at > clock_timestamp()) AS is_to_come
    FROM appointment WHERE appointment.visit_id = link.visit_id
) AS times
"""
_SETTINGS = ("online_booking", "online_check", "online_visits_per_phone", "online_holds_per_address")
_MASKED = (
    "token_hash",
    "request_hash",
    "request_digest",
    "address_hash",
    "contact_name",
    "contact_phone",
    "contact_email",
    "code_hash",
)


def upgrade() -> None:
    op.add_column(
        "branch", sa.Column("online_booking", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("branch", sa.Column("online_check", sa.Text(), server_default="none", nullable=False))
    op.add_column(
        "branch", sa.Column("online_visits_per_phone", sa.Integer(), server_default="3", nullable=False)
    )
    op.add_column(
        "branch", sa.Column("online_holds_per_address", sa.Integer(), server_default="5", nullable=False)
    )
    op.create_check_constraint("online_check", "branch", "online_check IN ('none', 'mail')")
    op.create_check_constraint(
        "online_visits_per_phone", "branch", "online_visits_per_phone BETWEEN 1 AND 20"
    )
    op.create_check_constraint(
        "online_holds_per_address", "branch", "online_holds_per_address BETWEEN 1 AND 50"
    )
    op.create_table(
        "guest_link",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_name", sa.Text(), server_default="", nullable=False),
        sa.Column("contact_phone", sa.Text(collation="C"), nullable=True),
        sa.Column("contact_email", sa.Text(collation="C"), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="guest_link_visit_id_fkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="guest_link_customer_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="guest_link_pkey"),
        sa.UniqueConstraint("visit_id", name="guest_link_visit_id_key"),
        sa.UniqueConstraint("token_hash", name="guest_link_token_hash_key"),
        sa.UniqueConstraint("request_hash", name="guest_link_request_hash_key"),
        sa.CheckConstraint("contact_phone ~ '^[+][1-9][0-9]{6,14}$'", name="contact_phone"),
        sa.CheckConstraint("(address_hash IS NULL) = (held_until IS NULL)", name="held_until"),
    )
    op.create_index("guest_link_customer_id_idx", "guest_link", ["customer_id"])
    op.create_index(
        "guest_link_address_hash_idx",
        "guest_link",
        ["address_hash"],
        postgresql_where=sa.text("address_hash IS NOT NULL"),
    )
    op.create_index(
        "guest_link_contact_phone_idx",
        "guest_link",
        ["contact_phone"],
        postgresql_where=sa.text("contact_phone IS NOT NULL"),
    )
    op.create_index(
        "guest_link_to_join_idx",
        "guest_link",
        ["id"],
        postgresql_where=sa.text("customer_id IS NULL AND contact_phone IS NOT NULL"),
    )
    op.execute(_VIEW)
    op.execute(f"SELECT zenspa_audit_table('guest_link', '{{{','.join(_MASKED)}}}', '{{code_tries}}')")


def downgrade() -> None:
    op.execute("DROP VIEW guest_link_visit")
    op.drop_table("guest_link")
    for setting in reversed(_SETTINGS):
        op.drop_column("branch", setting)
