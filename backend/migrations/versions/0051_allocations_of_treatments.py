"""An index of allocations by their treatment: a bill, and a report of used sessions, read the whole table for each."""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("allocation_appointment_treatment_id_idx", "allocation", ["appointment_treatment_id"])


def downgrade() -> None:
    op.drop_index("allocation_appointment_treatment_id_idx", "allocation")
