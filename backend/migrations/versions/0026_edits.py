"""Undo of edits: what each one changed of the appointments, and whether it was undone.

The ledger has the columns that changed, but not what a treatment occupied. And nothing that a user may do depends on the
ledger: an erasure masks its values. A state has no name in it, so an erasure has nothing to remove here.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment_edit",
        sa.Column("edit_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name="appointment_edit_appointment_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="appointment_edit_user_id_fkey", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"],
            ["user_account.id"],
            name="appointment_edit_undone_by_id_fkey",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="appointment_edit_pkey"),
    )
    op.create_index("appointment_edit_appointment_id_idx", "appointment_edit", ["appointment_id"])
    op.create_index("appointment_edit_edit_id_idx", "appointment_edit", ["edit_id"])
    # The ledger has what changed in the entries of the rows themselves.
    op.execute("SELECT zenspa_audit_table('appointment_edit', '{}', '{before,after}')")


def downgrade() -> None:
    op.drop_table("appointment_edit")
