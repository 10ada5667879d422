"""The bank account of each branch, the transfers that the bank has noticed, and products and courses among what is sold."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# The minutes of a variant are those of the guest, as the menu has them.
_MINUTES = """
    SELECT coalesce(ceil(sum(segment.minutes) / 5.0) * 5, 0)::integer AS minutes FROM service_segment AS segment
    WHERE segment.variant_id = variant.id AND segment.position BETWEEN
        (SELECT min(position) FROM service_segment WHERE variant_id = variant.id AND with_guest)
        AND (SELECT max(position) FROM service_segment WHERE variant_id = variant.id AND with_guest)
"""
_SERVICES = f"""
CREATE OR REPLACE VIEW sellable_item AS
SELECT variant.id, 'service' AS kind, service.tax_category_id, variant.price,
    service.name_vi || ' · ' || coalesce(nullif(variant.name_vi, ''), stay.minutes || ' phút') AS name_vi,
    service.name_en || ' · ' || coalesce(nullif(variant.name_en, ''), stay.minutes || ' min') AS name_en,
    variant.retired_at IS NULL AND service.offered <> 'no' AS is_sold
FROM service_variant AS variant JOIN service ON service.id = variant.service_id CROSS JOIN LATERAL ({_MINUTES}) AS stay
UNION ALL
SELECT add_on.id, 'add_on', add_on.tax_category_id, add_on.price, add_on.name_vi, add_on.name_en, add_on.offered <> 'no'
FROM add_on
"""
_PRODUCTS_AND_COURSES = """
UNION ALL
SELECT product.id, 'product', product.tax_category_id, product.price, product.name_vi, product.name_en, product.retired_at IS NULL
FROM product
UNION ALL
SELECT plan.id, 'course', plan.tax_category_id, plan.price, plan.name_vi, plan.name_en, plan.retired_at IS NULL
FROM course_plan AS plan
"""
_KEEP_PAYMENT = "'refunded', 'user_id', 'updated_at'"
_NAMES = """
CREATE FUNCTION zenspa_bank_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT a.id, b.name, b.name, NULL, b.time_zone
FROM bank_account AS a JOIN branch AS b ON b.id = a.branch_id WHERE a.id = ANY(row_ids)
UNION ALL SELECT t.id, t.reference, t.reference, NULL, b.time_zone
FROM bank_transfer AS t LEFT JOIN branch AS b ON b.id = t.branch_id WHERE t.id = ANY(row_ids)
$$
"""
_SOLD = {"product_id": "product", "course_plan_id": "course_plan"}
_PAID = {"gift_card_id": "gift_card", "bank_transfer_id": "bank_transfer"}


def upgrade() -> None:
    op.create_table(
        "bank_account",
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("bin", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("bin ~ '^[0-9]{6}$'", name="bin"),
        sa.CheckConstraint("number ~ '^[0-9A-Za-z]{1,19}$'", name="number"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="bank_account_branch_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="bank_account_pkey"),
        sa.UniqueConstraint("branch_id", name="bank_account_branch_id_key"),
    )
    op.create_index("bank_account_number_idx", "bank_account", ["number"], unique=False)
    op.create_table(
        "bank_transfer",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(collation="C"), nullable=False),
        sa.Column("account", sa.Text(collation="C"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=True),
        sa.Column("applied", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("returned", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("(status = 'review') = (reason <> '')", name="review"),
        sa.CheckConstraint("provider IN ('sepay', 'payos')", name="provider"),
        sa.CheckConstraint(
            "reason IN ('', 'no_code', 'several_codes', 'unknown_code', 'other_account', 'too_much', 'paid', 'void', 'left_over')",
            name="reason",
        ),
        sa.CheckConstraint("status <> 'matched' OR applied + returned = amount", name="matched"),
        sa.CheckConstraint("status IN ('new', 'matched', 'review', 'ignored')", name="status"),
        sa.CheckConstraint("applied >= 0 AND returned >= 0 AND applied + returned <= amount", name="parts"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="bank_transfer_branch_id_fkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="bank_transfer_user_id_fkey", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="bank_transfer_pkey"),
        sa.UniqueConstraint("provider", "reference", name="bank_transfer_key"),
    )
    op.create_index("bank_transfer_branch_id_idx", "bank_transfer", ["branch_id"], unique=False)
    op.create_index(
        "bank_transfer_queue_idx",
        "bank_transfer",
        ["branch_id", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('new', 'review')"),
    )
    for columns, table in ((_SOLD, "sale_line"), (_PAID, "payment")):
        for column, other in columns.items():
            op.create_foreign_key(f"{table}_{column}_fkey", table, other, [column], ["id"])
    op.create_index("payment_bank_transfer_id_idx", "payment", ["bank_transfer_id"])
    op.execute(_SERVICES + _PRODUCTS_AND_COURSES)
    _keep_payment(f"{_KEEP_PAYMENT}, 'bank_transfer_id'")
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON bank_transfer FOR EACH ROW EXECUTE FUNCTION zenspa_keep_row("
        "'status', 'reason', 'branch_id', 'applied', 'returned', 'note', 'user_id', 'updated_at')"
    )
    op.execute("SELECT zenspa_audit_table('bank_account')")
    # The text of a payer often has a name.
    op.execute("SELECT zenspa_audit_table('bank_transfer', '{notice,content}')")
    op.execute(_NAMES)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_bank_audit_names(uuid[])")
    _keep_payment(_KEEP_PAYMENT)
    op.execute(_SERVICES)
    op.drop_index("payment_bank_transfer_id_idx", "payment")
    for columns, table in ((_PAID, "payment"), (_SOLD, "sale_line")):
        for column in columns:
            op.drop_constraint(f"{table}_{column}_fkey", table, type_="foreignkey")
    op.drop_table("bank_transfer")
    op.drop_table("bank_account")


def _keep_payment(columns: str) -> None:
    op.execute("DROP TRIGGER keep ON payment")
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON payment FOR EACH ROW"
        f" EXECUTE FUNCTION zenspa_keep_row({columns})"
    )
