"""Tax categories with dated rates, and the category of services and add-ons.

A new database begins with what Vietnam needs: 8 % instead of 10 % until the end of 2026 (Resolution 204/2025), massage with
10 %, as what bears the special consumption tax has no reduction, and no VAT. The law is not certain for each service, and
rates change: they are data, which the owner of the spa changes.
"""

from datetime import date

import sqlalchemy as sa
from alembic import op
from uuid_utils.compat import uuid7

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_NAMES = """
CREATE FUNCTION zenspa_tax_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT t.id, t.name_vi, t.name_en, NULL, NULL FROM tax_category AS t WHERE t.id = ANY(row_ids)
UNION ALL SELECT r.id, t.name_vi, t.name_en, NULL, NULL
FROM tax_rate AS r JOIN tax_category AS t ON t.id = r.tax_category_id WHERE r.id = ANY(row_ids)
$$
"""
_START, _END_OF_REDUCTION = date(2025, 7, 1), date(2027, 1, 1)
_CATEGORIES = [
    ("services", "Dịch vụ, sản phẩm", "Services and products", {_START: 800, _END_OF_REDUCTION: 1000}),
    ("massage", "Massage", "Massage", {_START: 1000}),
    ("none", "Không có thuế GTGT", "No VAT", {_START: 0}),
]


def upgrade() -> None:
    category = op.create_table(
        "tax_category",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="tax_category_pkey"),
        sa.UniqueConstraint("key", name="tax_category_key_key"),
        sa.CheckConstraint("key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="key"),
    )
    op.create_index(
        "tax_category_default_key",
        "tax_category",
        ["is_default"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    rate = op.create_table(
        "tax_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tax_category_id", sa.Uuid(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tax_category_id"], ["tax_category.id"], name="tax_rate_tax_category_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="tax_rate_pkey"),
        sa.UniqueConstraint("tax_category_id", "from_day", name="tax_rate_key"),
        sa.CheckConstraint("rate BETWEEN 0 AND 10000", name="rate"),
    )
    for key, name_vi, name_en, rates in _CATEGORIES:
        category_id = uuid7()
        row = {"id": category_id, "key": key, "name_vi": name_vi, "name_en": name_en}
        op.bulk_insert(category, [row | {"is_default": key == "services"}])
        op.bulk_insert(
            rate,
            [
                {"id": uuid7(), "tax_category_id": category_id, "from_day": day, "rate": amount}
                for day, amount in rates.items()
            ],
        )
    for table in ("service", "add_on"):
        op.add_column(table, sa.Column("tax_category_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            f"{table}_tax_category_id_fkey", table, "tax_category", ["tax_category_id"], ["id"]
        )
    for table in ("tax_category", "tax_rate"):
        op.execute(f"SELECT zenspa_audit_table('{table}')")
    op.execute(_NAMES)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_tax_audit_names(uuid[])")
    for table in ("service", "add_on"):
        op.drop_column(table, "tax_category_id")
    for table in ("tax_rate", "tax_category"):
        op.drop_table(table)
