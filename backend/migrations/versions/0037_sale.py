"""Bills, with their lines, tips, payments and refunds.

What a closed bill says never changes: PostgreSQL refuses it, but for what was refunded. `billable_item` has the treatments,
add-ons and missed appointments of visits as a bill names and prices them, `sellable_item` all that is sold without a visit.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_MOST = 9_999_999_999
_AMOUNT = f"BETWEEN 0 AND {_MOST}"
_DISCOUNT = (
    f"discount_amount {_AMOUNT} AND discount_percent BETWEEN 0 AND 100"
    " AND (discount_amount = 0 OR discount_percent = 0)"
)
# The minutes of a variant are those of the guest, as the menu has them.
_MINUTES = """
    SELECT coalesce(ceil(sum(segment.minutes) / 5.0) * 5, 0)::integer AS minutes FROM service_segment AS segment
    WHERE segment.variant_id = variant.id AND segment.position BETWEEN
        (SELECT min(position) FROM service_segment WHERE variant_id = variant.id AND with_guest)
        AND (SELECT max(position) FROM service_segment WHERE variant_id = variant.id AND with_guest)
"""
_SELLABLE = f"""
CREATE VIEW sellable_item AS
SELECT variant.id, 'service' AS kind, service.tax_category_id, variant.price,
    service.name_vi || ' · ' || coalesce(nullif(variant.name_vi, ''), stay.minutes || ' phút') AS name_vi,
    service.name_en || ' · ' || coalesce(nullif(variant.name_en, ''), stay.minutes || ' min') AS name_en,
    variant.retired_at IS NULL AND service.offered <> 'no' AS is_sold
FROM service_variant AS variant JOIN service ON service.id = variant.service_id CROSS JOIN LATERAL ({_MINUTES}) AS stay
UNION ALL
SELECT add_on.id, 'add_on', add_on.tax_category_id, add_on.price, add_on.name_vi, add_on.name_en, add_on.offered <> 'no'
FROM add_on
"""
_BILLABLE = """
CREATE VIEW billable_item AS
SELECT treatment.id AS item_id, guest.visit_id, guest.branch_id, guest.id AS appointment_id, guest.status,
    coalesce(guest.customer_id, visit.customer_id) AS customer_id, treatment.variant_id, NULL::uuid AS add_on_id,
    treatment.price, did.staff_id, guest.starts_at, treatment.position
FROM appointment_treatment AS treatment JOIN appointment AS guest ON guest.id = treatment.appointment_id
JOIN visit ON visit.id = guest.visit_id
LEFT JOIN LATERAL (
    SELECT staff.id AS staff_id FROM allocation JOIN staff ON staff.id = allocation.resource_id
    WHERE allocation.appointment_treatment_id = treatment.id ORDER BY lower(allocation.during) LIMIT 1
) AS did ON true
UNION ALL
SELECT extra.id, guest.visit_id, guest.branch_id, guest.id, guest.status,
    coalesce(guest.customer_id, visit.customer_id), NULL, extra.add_on_id,
    extra.price, did.staff_id, guest.starts_at, treatment.position
FROM appointment_add_on AS extra JOIN appointment_treatment AS treatment ON treatment.id = extra.appointment_treatment_id
JOIN appointment AS guest ON guest.id = treatment.appointment_id JOIN visit ON visit.id = guest.visit_id
LEFT JOIN LATERAL (
    SELECT staff.id AS staff_id FROM allocation JOIN staff ON staff.id = allocation.resource_id
    WHERE allocation.appointment_treatment_id = treatment.id ORDER BY lower(allocation.during) LIMIT 1
) AS did ON true
"""
_SALE = """
CREATE FUNCTION zenspa_sale(of_sale uuid) RETURNS jsonb LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
SELECT to_jsonb(sale) || jsonb_build_object(
    'customer_name', customer.full_name,
    'lines', coalesce((
        SELECT jsonb_agg(to_jsonb(line) || jsonb_build_object(
            'name', jsonb_build_object('vi', line.name_vi, 'en', line.name_en), 'staff_name', staff.full_name
        ) ORDER BY line.position, line.id)
        FROM sale_line AS line LEFT JOIN staff ON staff.id = line.staff_id WHERE line.sale_id = sale.id
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
# The second statement sees what was committed while the first one waited for the lock.
_LOCK = """
CREATE FUNCTION zenspa_lock_sale(of_sale uuid) RETURNS jsonb LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM sale WHERE id = of_sale FOR NO KEY UPDATE;
    RETURN zenspa_sale(of_sale);
END $$
"""
# Lines and tips of a bill that is not open any more stay as they are.
_KEEP_PART = """
CREATE FUNCTION zenspa_keep_bill() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    changed jsonb := to_jsonb(OLD) - TG_ARGV;
BEGIN
    IF (SELECT status FROM sale WHERE id = OLD.sale_id) = 'open' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    ELSIF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = changed THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a bill that is not open is never changed' USING ERRCODE = '42501';
END $$
"""
_NAMES = """
CREATE FUNCTION zenspa_sale_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT s.id, coalesce(c.full_name, b.name), coalesce(c.full_name, b.name), NULL, b.time_zone
FROM sale AS s JOIN branch AS b ON b.id = s.branch_id LEFT JOIN customer AS c ON c.id = s.customer_id WHERE s.id = ANY(row_ids)
UNION ALL SELECT l.id, l.name_vi, l.name_en, NULL, b.time_zone
FROM sale_line AS l JOIN sale AS s ON s.id = l.sale_id JOIN branch AS b ON b.id = s.branch_id WHERE l.id = ANY(row_ids)
UNION ALL SELECT t.id, f.full_name, f.full_name, NULL, NULL
FROM tip_share AS t JOIN staff AS f ON f.id = t.staff_id WHERE t.id = ANY(row_ids)
UNION ALL SELECT p.id, coalesce(c.full_name, b.name), coalesce(c.full_name, b.name), NULL, b.time_zone
FROM payment AS p JOIN sale AS s ON s.id = p.sale_id JOIN branch AS b ON b.id = s.branch_id
LEFT JOIN customer AS c ON c.id = s.customer_id WHERE p.id = ANY(row_ids)
UNION ALL SELECT r.id, coalesce(c.full_name, b.name), coalesce(c.full_name, b.name), NULL, b.time_zone
FROM refund AS r JOIN sale AS s ON s.id = r.sale_id JOIN branch AS b ON b.id = s.branch_id
LEFT JOIN customer AS c ON c.id = s.customer_id WHERE r.id = ANY(row_ids)
UNION ALL SELECT p.id, b.name, b.name, NULL, b.time_zone
FROM refund_part AS p JOIN refund AS r ON r.id = p.refund_id JOIN branch AS b ON b.id = r.branch_id WHERE p.id = ANY(row_ids)
UNION ALL SELECT i.id, b.name, b.name, NULL, b.time_zone
FROM invoice_document AS i JOIN sale AS s ON s.id = i.sale_id JOIN branch AS b ON b.id = s.branch_id WHERE i.id = ANY(row_ids)
$$
"""
_TABLES = ("sale", "sale_line", "tip_share", "payment", "refund", "refund_part", "invoice_document")


def upgrade() -> None:
    op.create_table(
        "sale",
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("transfer_code", sa.Text(collation="C"), nullable=False),
        sa.Column("discount_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount_percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("priced_on", sa.Date(), nullable=False),
        sa.Column("total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tip", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("business_day", sa.Date(), nullable=True),
        sa.Column("z_number", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("void_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("(status = 'closed') = (number IS NOT NULL)", name="number"),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at"),
        sa.CheckConstraint("status <> 'closed' OR paid = total + tip", name="paid"),
        sa.CheckConstraint("status <> 'void' OR paid = 0", name="void"),
        sa.CheckConstraint("status IN ('open', 'closed', 'void')", name="status"),
        sa.CheckConstraint(
            f"discount_amount BETWEEN 0 AND {_MOST} AND discount_percent BETWEEN 0 AND 100"
            " AND (discount_amount = 0 OR discount_percent = 0)",
            name="discount",
        ),
        sa.CheckConstraint("num_nulls(year, number, business_day, z_number) IN (0, 4)", name="closing"),
        sa.CheckConstraint(
            f"total BETWEEN 0 AND {_MOST} AND tip BETWEEN 0 AND {_MOST} AND paid BETWEEN 0 AND {_MOST}",
            name="amounts",
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="sale_branch_id_fkey"),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name="sale_closed_by_id_fkey", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="sale_customer_id_fkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="sale_user_id_fkey", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="sale_pkey"),
        sa.UniqueConstraint("branch_id", "year", "number", name="sale_number_key"),
        sa.UniqueConstraint("transfer_code", name="sale_transfer_code_key"),
    )
    op.create_index("sale_customer_id_idx", "sale", ["customer_id"], unique=False)
    op.create_index("sale_day_idx", "sale", ["branch_id", "business_day"], unique=False)
    op.create_index(
        "sale_open_idx", "sale", ["branch_id"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "sale_line",
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=True),
        sa.Column("add_on_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("course_plan_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("course_session_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Integer(), server_default="1", nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount_percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("discount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("tax_category_id", sa.Uuid(), nullable=True),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_live", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'service') = (num_nonnulls(variant_id, add_on_id) = 1)"
            " AND (kind = 'product') = (product_id IS NOT NULL)"
            " AND (kind = 'course') = (course_plan_id IS NOT NULL)",
            name="of_kind",
        ),
        sa.CheckConstraint("kind <> 'gift_card' OR tax = 0 AND discount = 0", name="gift_card"),
        sa.CheckConstraint("kind IN ('service', 'product', 'course', 'gift_card', 'fee')", name="kind"),
        sa.CheckConstraint(
            f"discount_amount BETWEEN 0 AND {_MOST} AND discount_percent BETWEEN 0 AND 100"
            " AND (discount_amount = 0 OR discount_percent = 0)",
            name="discounts",
        ),
        sa.CheckConstraint(
            "gross = quantity * unit_price - discount AND discount >= 0 AND gross >= 0", name="gross"
        ),
        sa.CheckConstraint("item_id IS NULL OR visit_id IS NOT NULL", name="item"),
        sa.CheckConstraint("refunded BETWEEN 0 AND gross", name="refunded"),
        sa.CheckConstraint("tax BETWEEN 0 AND gross AND tax_rate BETWEEN 0 AND 10000", name="tax"),
        sa.CheckConstraint(f"unit_price BETWEEN 0 AND {_MOST} AND quantity BETWEEN 1 AND 1000", name="price"),
        sa.ForeignKeyConstraint(["add_on_id"], ["add_on.id"], name="sale_line_add_on_id_fkey"),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name="sale_line_sale_id_fkey"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="sale_line_staff_id_fkey"),
        sa.ForeignKeyConstraint(
            ["tax_category_id"], ["tax_category.id"], name="sale_line_tax_category_id_fkey"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["service_variant.id"], name="sale_line_variant_id_fkey"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="sale_line_visit_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="sale_line_pkey"),
    )
    op.create_index(
        "sale_line_item_key", "sale_line", ["item_id"], unique=True, postgresql_where=sa.text("is_live")
    )
    op.create_index("sale_line_sale_id_idx", "sale_line", ["sale_id"], unique=False)
    op.create_index("sale_line_visit_id_idx", "sale_line", ["visit_id"], unique=False)
    op.create_table(
        "tip_share",
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(f"amount BETWEEN 1 AND {_MOST} AND refunded BETWEEN 0 AND amount", name="amount"),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name="tip_share_sale_id_fkey"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="tip_share_staff_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="tip_share_pkey"),
        sa.UniqueConstraint("sale_id", "staff_id", name="tip_share_key"),
    )
    op.create_table(
        "payment",
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tendered", sa.BigInteger(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("gift_card_id", sa.Uuid(), nullable=True),
        sa.Column("course_session_id", sa.Uuid(), nullable=True),
        sa.Column("deposit_id", sa.Uuid(), nullable=True),
        sa.Column("bank_transfer_id", sa.Uuid(), nullable=True),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("z_number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(
            "(method = 'gift_card') = (gift_card_id IS NOT NULL)"
            " AND (method = 'course') = (course_session_id IS NOT NULL)"
            " AND (method = 'deposit') = (deposit_id IS NOT NULL)"
            " AND (bank_transfer_id IS NULL OR method = 'transfer')",
            name="of_method",
        ),
        sa.CheckConstraint("tendered >= amount AND (tendered IS NULL OR method = 'cash')", name="tendered"),
        sa.CheckConstraint(
            "method IN ('cash', 'transfer', 'card', 'gift_card', 'course', 'deposit')", name="method"
        ),
        sa.CheckConstraint(f"amount BETWEEN 1 AND {_MOST} AND refunded BETWEEN 0 AND amount", name="amount"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="payment_branch_id_fkey"),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name="payment_sale_id_fkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="payment_user_id_fkey", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="payment_pkey"),
    )
    op.create_index("payment_sale_id_idx", "payment", ["sale_id"], unique=False)
    op.create_index("payment_z_idx", "payment", ["branch_id", "z_number"], unique=False)
    op.create_table(
        "refund",
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("goodwill", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("z_number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("goodwill = 0 OR reason <> ''", name="reason"),
        sa.CheckConstraint(f"amount BETWEEN 1 AND {_MOST} AND goodwill BETWEEN 0 AND amount", name="amount"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="refund_branch_id_fkey"),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name="refund_sale_id_fkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="refund_user_id_fkey", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="refund_pkey"),
    )
    op.create_index("refund_sale_id_idx", "refund", ["sale_id"], unique=False)
    op.create_index("refund_z_idx", "refund", ["branch_id", "z_number"], unique=False)
    op.create_table(
        "refund_part",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("sale_line_id", sa.Uuid(), nullable=True),
        sa.Column("tip_share_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(f"amount BETWEEN 1 AND {_MOST} AND tax BETWEEN 0 AND amount", name="amount"),
        sa.CheckConstraint("num_nonnulls(sale_line_id, tip_share_id, payment_id) = 1", name="one"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="refund_part_payment_id_fkey"),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name="refund_part_refund_id_fkey"),
        sa.ForeignKeyConstraint(["sale_line_id"], ["sale_line.id"], name="refund_part_sale_line_id_fkey"),
        sa.ForeignKeyConstraint(["tip_share_id"], ["tip_share.id"], name="refund_part_tip_share_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="refund_part_pkey"),
    )
    op.create_index("refund_part_refund_id_idx", "refund_part", ["refund_id"], unique=False)
    op.create_table(
        "invoice_document",
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name="invoice_document_refund_id_fkey"),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name="invoice_document_sale_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="invoice_document_pkey"),
        sa.UniqueConstraint("refund_id", name="invoice_document_refund_id_key"),
    )
    op.create_index("invoice_document_sale_id_idx", "invoice_document", ["sale_id"], unique=False)
    op.create_index(
        "invoice_document_sale_key",
        "invoice_document",
        ["sale_id"],
        unique=True,
        postgresql_where=sa.text("refund_id IS NULL"),
    )
    for function in (_SELLABLE, _BILLABLE, _SALE, _LOCK, _KEEP_PART, _NAMES):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON sale FOR EACH ROW WHEN (OLD.status <> 'open')"
        " EXECUTE FUNCTION zenspa_keep_row('user_id', 'closed_by_id', 'customer_id', 'note', 'updated_at')"
    )
    op.execute(
        "CREATE TRIGGER keep_open BEFORE DELETE ON sale FOR EACH ROW WHEN (OLD.status = 'open')"
        " EXECUTE FUNCTION zenspa_keep_row()"
    )
    for table, columns in {
        "sale_line": "'refunded', 'is_live', 'updated_at'",
        "tip_share": "'refunded', 'updated_at'",
    }.items():
        op.execute(
            f"CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            f" EXECUTE FUNCTION zenspa_keep_bill({columns})"
        )
    for table, columns in {
        "payment": "'refunded', 'user_id', 'updated_at'",
        "refund": "'user_id', 'updated_at'",
        "refund_part": "'updated_at'",
        "invoice_document": "'updated_at'",
    }.items():
        op.execute(
            f"CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            f" EXECUTE FUNCTION zenspa_keep_row({columns})"
        )
    for table in _TABLES:
        op.execute(f"SELECT zenspa_audit_table('{table}')")


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_sale_audit_names(uuid[])")
    op.execute("DROP FUNCTION zenspa_lock_sale(uuid)")
    op.execute("DROP FUNCTION zenspa_sale(uuid)")
    op.execute("DROP VIEW billable_item")
    op.execute("DROP VIEW sellable_item")
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION zenspa_keep_bill")
