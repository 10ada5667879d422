"""Drop the versions of cached lists: the lists are read from their tables again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LISTS = {
    "branches": ["branch", "opening_hours", "hours_exception"],
    "catalogue": [
        "service_category",
        "service",
        "service_variant",
        "service_segment",
        "add_on",
        "service_add_on",
    ],
}
NEW_VERSION = """
CREATE FUNCTION zenspa_new_list_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO list_version (list) VALUES (TG_ARGV[0])
    ON CONFLICT (list) DO UPDATE SET version = gen_random_uuid();
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    for tables in LISTS.values():
        for table in tables:
            op.execute(f"DROP TRIGGER new_list_version ON {table}")
    op.execute("DROP FUNCTION zenspa_new_list_version")
    op.drop_table("list_version")


def downgrade() -> None:
    op.create_table(
        "list_version",
        sa.Column("list", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("list", name="list_version_pkey"),
    )
    op.execute(NEW_VERSION)
    for name, tables in LISTS.items():
        for table in tables:
            op.execute(
                f"CREATE TRIGGER new_list_version BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION zenspa_new_list_version('{name}')"
            )
