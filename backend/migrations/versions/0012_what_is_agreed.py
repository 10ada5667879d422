"""What is booked stays as agreed.

An add-on of an appointment keeps the minutes that it added, as it keeps its price: dropping it, or adding another, does
not read the treatment's length from the catalogue again. `bookable_resource` also has the gender of a therapist and the
id of a room: an appointment that is changed may keep a therapist or a bed that a search does not find any more.

The minutes of an add-on are whole steps of five minutes: then the lengths of a variant and its add-ons can be summed up
to the length that is booked.

Requests that nobody has answered by their start are declined by a job, which finds them by an index of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# As in migration 0006, with the last two columns.
BOOKABLE_RESOURCE = """
CREATE OR REPLACE VIEW bookable_resource AS
SELECT resource.id, kind, type_id, resource.name, room.name AS room, room_id, staff.gender
FROM resource LEFT JOIN room ON room.id = room_id LEFT JOIN staff ON staff.id = resource.id
"""
BOOKABLE_RESOURCE_BEFORE = """
CREATE VIEW bookable_resource AS
SELECT resource.id, kind, type_id, resource.name, room.name AS room
FROM resource LEFT JOIN room ON room.id = room_id
"""


def upgrade() -> None:
    op.add_column("appointment_add_on", sa.Column("minutes", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE appointment_add_on SET minutes = add_on.minutes FROM add_on WHERE add_on.id = add_on_id"
    )
    op.alter_column("appointment_add_on", "minutes", nullable=False)
    op.create_check_constraint("minutes", "appointment_add_on", "minutes >= 0")
    op.execute(BOOKABLE_RESOURCE)
    op.execute("UPDATE add_on SET minutes = least(ceil(minutes / 5.0) * 5, 1440) WHERE minutes % 5 <> 0")
    op.drop_constraint("add_on_minutes_check", "add_on")
    op.create_check_constraint("minutes", "add_on", "minutes BETWEEN 0 AND 1440 AND minutes % 5 = 0")
    op.create_index(
        "appointment_pending_idx", "appointment", ["starts_at"], postgresql_where="status = 'pending'"
    )


def downgrade() -> None:
    op.drop_index("appointment_pending_idx", "appointment")
    op.drop_constraint("add_on_minutes_check", "add_on")
    op.create_check_constraint("minutes", "add_on", "minutes BETWEEN 0 AND 1440")
    op.execute("DROP VIEW bookable_resource")
    op.execute(BOOKABLE_RESOURCE_BEFORE)
    op.drop_column("appointment_add_on", "minutes")
