"""An index of the edits that can still be undone: the others have lost what only an undo needs."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "appointment_edit_whole_idx",
        "appointment_edit",
        ["created_at"],
        postgresql_where=sa.text("before ? 'treatments'"),
    )


def downgrade() -> None:
    op.drop_index("appointment_edit_whole_idx", "appointment_edit")
