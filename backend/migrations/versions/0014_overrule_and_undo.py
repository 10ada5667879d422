"""Undo: the transitions of appointments; and whether the desk overruled hours or shifts for an appointment.

The audit ledger has both, too. But nothing that a user may do depends on the ledger: an erasure masks its values.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATUSES = (
    "'held', 'expired', 'pending', 'confirmed', 'declined', 'cancelled', 'late_cancelled', 'arrived', 'in_service',"
    " 'completed', 'no_show', 'reopened'"
)


def upgrade() -> None:
    op.add_column(
        "appointment", sa.Column("overruled", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "appointment_transition",
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("old_status", sa.Text(), nullable=False),
        sa.Column("new_status", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("released", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(f"old_status IN ({STATUSES})", name="old_status"),
        sa.CheckConstraint(f"new_status IN ({STATUSES})", name="new_status"),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name="appointment_transition_appointment_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name="appointment_transition_user_id_fkey",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="appointment_transition_pkey"),
    )
    op.create_index("appointment_transition_appointment_id_idx", "appointment_transition", ["appointment_id"])
    op.execute("SELECT zenspa_audit_table('appointment_transition')")


def downgrade() -> None:
    op.drop_table("appointment_transition")
    op.drop_column("appointment", "overruled")
