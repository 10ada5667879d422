"""Courses: the plans that the spa sells, and the variants of services that a session pays."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_TABLES = ("course_plan", "course_plan_variant")
_NAMES = """
CREATE FUNCTION zenspa_course_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT p.id, p.name_vi, p.name_en, NULL, NULL FROM course_plan AS p WHERE p.id = ANY(row_ids)
UNION ALL SELECT l.id, p.name_vi, p.name_en, NULL, NULL
FROM course_plan_variant AS l JOIN course_plan AS p ON p.id = l.plan_id WHERE l.id = ANY(row_ids)
$$
"""


def upgrade() -> None:
    op.create_table(
        "course_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        sa.Column("return_policy", sa.Text(), nullable=False),
        sa.Column("list_price", sa.BigInteger(), nullable=True),
        sa.Column("no_show_uses_session", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("tax_category_id", sa.Uuid(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tax_category_id"], ["tax_category.id"], name="course_plan_tax_category_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="course_plan_pkey"),
        sa.UniqueConstraint("key", name="course_plan_key_key"),
        sa.CheckConstraint("key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="key"),
        sa.CheckConstraint("price BETWEEN 0 AND 1000000000", name="price"),
        sa.CheckConstraint("sessions BETWEEN 1 AND 200", name="sessions"),
        sa.CheckConstraint("valid_days BETWEEN 1 AND 3650", name="valid_days"),
        sa.CheckConstraint("return_policy IN ('pro_rata', 'list_price')", name="return_policy"),
        sa.CheckConstraint(
            "(return_policy = 'list_price') = (list_price IS NOT NULL) AND list_price BETWEEN 0 AND 1000000000",
            name="list_price",
        ),
    )
    op.create_table(
        "course_plan_variant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["course_plan.id"], name="course_plan_variant_plan_id_fkey"),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["service_variant.id"], name="course_plan_variant_variant_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="course_plan_variant_pkey"),
        sa.UniqueConstraint("plan_id", "variant_id", name="course_plan_variant_key"),
    )
    op.create_index("course_plan_variant_variant_id_idx", "course_plan_variant", ["variant_id"])
    for table in _TABLES:
        op.execute(f"SELECT zenspa_audit_table('{table}')")
    op.execute(_NAMES)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_course_audit_names(uuid[])")
    for table in reversed(_TABLES):
        op.drop_table(table)
