"""The start from which a guest was moved to now.

A guest who is served before their start is moved to now. When that is undone, they get their own time back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "appointment_transition", sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("appointment_transition", "moved_from")
