"""Count the changes of what is on a bill, so that two desks do not overwrite each other."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_COLUMNS = ("version", "last_change")


def upgrade() -> None:
    op.add_column("sale", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("sale", sa.Column("last_change", sa.LargeBinary(), nullable=True))
    _audit(f"{{{','.join(_COLUMNS)}}}")


def downgrade() -> None:
    for column in reversed(_COLUMNS):
        op.drop_column("sale", column)
    _audit("{}")


def _audit(skipped: str) -> None:
    for event in ("insert", "update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER audit_{event} ON sale")
    op.execute(f"SELECT zenspa_audit_table('sale', '{{}}', '{skipped}')")
