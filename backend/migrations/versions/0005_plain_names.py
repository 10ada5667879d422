"""Plain names: `appointment_service` becomes `appointment_treatment`, the word that the API uses.

Stored responses are deleted: they have the fields of the API as it was. A client that retries across the upgrade gets
the conflict instead of its first response.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OLD, NEW = "appointment_service", "appointment_treatment"
CONSTRAINTS = (
    "pkey",
    "key",
    "id_appointment_id_key",
    "appointment_id_fkey",
    "variant_id_fkey",
    "therapist_id_fkey",
    "gender_check",
    "position_check",
    "price_check",
    "times_check",
)


def _rename(old: str, new: str) -> None:
    op.execute(f"ALTER TABLE {old} RENAME TO {new}")
    for suffix in CONSTRAINTS:
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {old}_{suffix} TO {new}_{suffix}")
    op.execute(f"ALTER INDEX {old}_variant_id_idx RENAME TO {new}_variant_id_idx")
    for table in ("appointment_add_on", "allocation"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old}_id TO {new}_id")
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {table}_{old}_id_fkey TO {table}_{new}_id_fkey")
    op.execute(f"ALTER TABLE allocation RENAME CONSTRAINT allocation_{old}_check TO allocation_{new}_check")
    op.execute("DELETE FROM idempotency_key")


def upgrade() -> None:
    _rename(OLD, NEW)


def downgrade() -> None:
    _rename(NEW, OLD)
