"""What is booked stays as agreed.

The minutes of an add-on are whole steps of five minutes: then the lengths of a variant and its add-ons can be summed up
to the length that is booked.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE add_on SET minutes = least(ceil(minutes / 5.0) * 5, 1440) WHERE minutes % 5 <> 0")
    op.drop_constraint("add_on_minutes_check", "add_on")
    op.create_check_constraint("minutes", "add_on", "minutes BETWEEN 0 AND 1440 AND minutes % 5 = 0")


def downgrade() -> None:
    op.drop_constraint("add_on_minutes_check", "add_on")
    op.create_check_constraint("minutes", "add_on", "minutes BETWEEN 0 AND 1440")
