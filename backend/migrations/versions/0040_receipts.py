"""The seller and the buyer of receipts and invoices, and the gift card of a line."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_SALE = """
CREATE OR REPLACE FUNCTION zenspa_sale(of_sale uuid) RETURNS jsonb LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
SELECT to_jsonb(sale) || jsonb_build_object(
    'customer_name', customer.full_name,
    'lines', coalesce((
        SELECT jsonb_agg(to_jsonb(line) || jsonb_build_object(
            'name', jsonb_build_object('vi', line.name_vi, 'en', line.name_en), 'staff_name', staff.full_name{}
        ) ORDER BY line.position, line.id)
        FROM sale_line AS line LEFT JOIN staff ON staff.id = line.staff_id{} WHERE line.sale_id = sale.id
    ), '[]'),
    'tips', coalesce((
        SELECT jsonb_agg(to_jsonb(share) || jsonb_build_object('staff_name', staff.full_name) ORDER BY staff.full_name, share.id)
        FROM tip_share AS share JOIN staff ON staff.id = share.staff_id WHERE share.sale_id = sale.id
    ), '[]'),
    'payments', coalesce((
        SELECT jsonb_agg(to_jsonb(payment) ORDER BY payment.id) FROM payment WHERE payment.sale_id = sale.id
    ), '[]'),
    'refunds', coalesce((
        SELECT jsonb_agg(to_jsonb(refund) || jsonb_build_object('parts', (
            SELECT jsonb_agg(to_jsonb(part) ORDER BY part.id) FROM refund_part AS part WHERE part.refund_id = refund.id
        )) ORDER BY refund.id)
        FROM refund WHERE refund.sale_id = sale.id
    ), '[]')
)
FROM sale LEFT JOIN customer ON customer.id = sale.customer_id WHERE sale.id = of_sale
$$
"""
_SELLER = """
CREATE FUNCTION zenspa_seller(of_branch uuid) RETURNS jsonb LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
SELECT jsonb_build_object('name', coalesce(nullif(legal_name, ''), name), 'tax_code', tax_code, 'branch', name,
    'address', address, 'phone', phone)
FROM branch WHERE id = of_branch
$$
"""
_CARD = (", 'gift_card_id', card.id", " LEFT JOIN gift_card AS card ON card.sale_line_id = line.id")
_KEPT = "'user_id', 'closed_by_id', 'customer_id', 'note', 'updated_at'"


def upgrade() -> None:
    op.add_column("branch", sa.Column("legal_name", sa.Text(), server_default="", nullable=False))
    op.add_column("branch", sa.Column("tax_code", sa.Text(collation="C"), nullable=True))
    op.create_check_constraint("tax_code", "branch", "tax_code ~ '^[0-9]{10}(-[0-9]{3})?$|^[0-9]{12}$'")
    op.add_column("sale", sa.Column("buyer", JSONB(), nullable=True))
    op.execute(_SALE.format(*_CARD))
    op.execute(_SELLER)
    _keep_sale(f"{_KEPT}, 'buyer'")


def downgrade() -> None:
    _keep_sale(_KEPT)
    op.execute("DROP FUNCTION zenspa_seller(uuid)")
    op.execute(_SALE.format("", ""))
    op.drop_column("sale", "buyer")
    op.drop_column("branch", "tax_code")
    op.drop_column("branch", "legal_name")


def _keep_sale(columns: str) -> None:
    op.execute("DROP TRIGGER keep ON sale")
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON sale FOR EACH ROW WHEN (OLD.status <> 'open')"
        f" EXECUTE FUNCTION zenspa_keep_row({columns})"
    )
