"""The roles with which a request with an Idempotency-Key was made.

Its stored response was returned again before the roles of the user were checked, also when a role had been taken away
since.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ROLES = """
CREATE FUNCTION zenspa_roles(owner_id uuid) RETURNS text[]
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT coalesce(array_agg(role || '/' || coalesce(branch_id::text, '')), '{}')
    FROM role_assignment WHERE user_id = owner_id
$$
"""


def upgrade() -> None:
    op.execute(ROLES)
    op.add_column(
        "idempotency_key",
        sa.Column("roles", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("idempotency_key", "roles")
    op.execute("DROP FUNCTION zenspa_roles")
