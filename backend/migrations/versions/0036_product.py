"""Products and their stock in each branch.

`product_stock` is the sum of `stock_entry`: a list of products with their stock would read the entries of years.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_NAMES = """
CREATE FUNCTION zenspa_product_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT p.id, p.name_vi, p.name_en, NULL, NULL FROM product AS p WHERE p.id = ANY(row_ids)
UNION ALL SELECT s.id, p.name_vi, p.name_en, NULL, b.time_zone
FROM stock_entry AS s JOIN product AS p ON p.id = s.product_id JOIN branch AS b ON b.id = s.branch_id
WHERE s.id = ANY(row_ids)
$$
"""
_TIMES = ("created_at", "updated_at")


def _times() -> list[sa.Column[object]]:
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
        for name in _TIMES
    ]


def upgrade() -> None:
    op.create_table(
        "product",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(collation="C"), nullable=True),
        sa.Column("tax_category_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        *_times(),
        sa.ForeignKeyConstraint(
            ["tax_category_id"], ["tax_category.id"], name="product_tax_category_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="product_pkey"),
        sa.UniqueConstraint("key", name="product_key_key"),
        sa.UniqueConstraint("sku", name="product_sku_key"),
        sa.CheckConstraint("key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="key"),
        sa.CheckConstraint("price >= 0", name="price"),
    )
    op.create_table(
        "product_stock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        *_times(),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="product_stock_product_id_fkey"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="product_stock_branch_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="product_stock_pkey"),
        sa.UniqueConstraint("product_id", "branch_id", name="product_stock_key"),
    )
    op.create_table(
        "stock_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('zenspa.actor', true), '')::uuid"),
            nullable=True,
        ),
        *_times(),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="stock_entry_product_id_fkey"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="stock_entry_branch_id_fkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="stock_entry_user_id_fkey", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="stock_entry_pkey"),
        sa.CheckConstraint("kind IN ('received', 'sold', 'returned', 'counted', 'damaged')", name="kind"),
        sa.CheckConstraint(
            "CASE WHEN kind IN ('received', 'returned') THEN amount > 0"
            " WHEN kind IN ('sold', 'damaged') THEN amount < 0 ELSE true END",
            name="amount",
        ),
        sa.CheckConstraint("(kind IN ('sold', 'returned')) = (source_id IS NOT NULL)", name="source"),
    )
    op.create_index("stock_entry_branch_idx", "stock_entry", ["branch_id", "product_id", "id"])
    # Who did it is forgotten when the account is deleted.
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON stock_entry FOR EACH ROW"
        " EXECUTE FUNCTION zenspa_keep_row('user_id', 'updated_at')"
    )
    for table in ("product", "stock_entry"):
        op.execute(f"SELECT zenspa_audit_table('{table}')")
    op.execute(_NAMES)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_product_audit_names(uuid[])")
    for table in ("stock_entry", "product_stock", "product"):
        op.drop_table(table)
