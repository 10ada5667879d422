"""Commissions: dated rules of which no two for the same overlap, and what people have earned by them.

An entry keeps the rate at which it was earned, so that a refund takes back what belongs to it however rules change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_SCOPES = ("all", "services", "products", "courses", "category", "service", "product", "course")
_KINDS = ("service", "add_on", "product", "course")
_NONE = "'00000000-0000-0000-0000-000000000000'::uuid"
_SERVICE_OF_VARIANT = """
CREATE VIEW service_of_variant AS
SELECT variant.id AS variant_id, service_id, category_id
FROM service_variant AS variant JOIN service ON service.id = service_id
"""
_NAMES = """
CREATE FUNCTION zenspa_commission_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT r.id, concat_ws(' · ', s.full_name, coalesce(c.name_vi, v.name_vi, p.name_vi, k.name_vi)),
    concat_ws(' · ', s.full_name, coalesce(c.name_en, v.name_en, p.name_en, k.name_en)), NULL, b.time_zone
FROM commission_rule AS r LEFT JOIN branch AS b ON b.id = r.branch_id LEFT JOIN staff AS s ON s.id = r.staff_id
LEFT JOIN service_category AS c ON c.id = r.category_id LEFT JOIN service AS v ON v.id = r.service_id
LEFT JOIN product AS p ON p.id = r.product_id LEFT JOIN course_plan AS k ON k.id = r.course_plan_id
WHERE r.id = ANY(row_ids)
$$
"""


def upgrade() -> None:
    op.create_table(
        "commission_rule",
        sa.Column("branch_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("course_plan_id", sa.Uuid(), nullable=True),
        sa.Column(
            "thing_id",
            sa.Uuid(),
            sa.Computed("coalesce(category_id, service_id, product_id, course_plan_id)", persisted=True),
            nullable=True,
        ),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="commission_rule_branch_id_fkey"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="commission_rule_staff_id_fkey"),
        sa.ForeignKeyConstraint(
            ["category_id"], ["service_category.id"], name="commission_rule_category_id_fkey"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="commission_rule_service_id_fkey"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name="commission_rule_product_id_fkey"),
        sa.ForeignKeyConstraint(
            ["course_plan_id"], ["course_plan.id"], name="commission_rule_course_plan_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="commission_rule_pkey"),
        sa.CheckConstraint(f"scope IN {_SCOPES}", name="scope"),
        sa.CheckConstraint(
            "(scope = 'category') = (category_id IS NOT NULL) AND (scope = 'service') = (service_id IS NOT NULL)"
            " AND (scope = 'product') = (product_id IS NOT NULL) AND (scope = 'course') = (course_plan_id IS NOT NULL)",
            name="thing",
        ),
        sa.CheckConstraint("num_nonnulls(rate, amount) = 1", name="pay"),
        sa.CheckConstraint("rate BETWEEN 0 AND 10000", name="rate"),
        sa.CheckConstraint("amount BETWEEN 0 AND 1000000000", name="amount"),
        sa.CheckConstraint("last_day >= first_day", name="days"),
        postgresql.ExcludeConstraint(
            (sa.text(f"coalesce(branch_id, {_NONE})"), "="),
            (sa.text(f"coalesce(staff_id, {_NONE})"), "="),
            ("scope", "="),
            (sa.text(f"coalesce(thing_id, {_NONE})"), "="),
            (sa.text("daterange(first_day, last_day, '[]')"), "&&"),
            name="commission_rule_overlap",
        ),
    )
    op.create_table(
        "commission_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("sale_line_id", sa.Uuid(), nullable=False),
        sa.Column("refund_line_id", sa.Uuid(), nullable=True),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.Column("unit_amount", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="commission_entry_branch_id_fkey"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="commission_entry_staff_id_fkey"),
        sa.ForeignKeyConstraint(["rule_id"], ["commission_rule.id"], name="commission_entry_rule_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="commission_entry_pkey"),
        sa.UniqueConstraint(
            "sale_line_id",
            "refund_line_id",
            "staff_id",
            name="commission_entry_line_key",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint(f"kind IN {_KINDS}", name="kind"),
        sa.CheckConstraint("num_nonnulls(rate, unit_amount) = 1", name="pay"),
        sa.CheckConstraint(
            "CASE WHEN refund_line_id IS NULL THEN base >= 0 AND amount > 0 ELSE base <= 0 AND amount <= 0 END",
            name="sign",
        ),
    )
    op.create_index("commission_entry_rule_id_idx", "commission_entry", ["rule_id"])
    op.create_index("commission_entry_statement_idx", "commission_entry", ["staff_id", "business_day"])
    op.create_index(
        "ledger_entry_person_idx",
        "ledger_entry",
        ["staff_id", "business_day"],
        postgresql_where=sa.text("staff_id IS NOT NULL"),
    )
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON commission_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_keep_ledger()"
    )
    op.execute(_SERVICE_OF_VARIANT)
    op.execute(_NAMES)
    op.execute("SELECT zenspa_audit_table('commission_rule')")


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_commission_audit_names(uuid[])")
    op.execute("DROP VIEW service_of_variant")
    op.drop_index("ledger_entry_person_idx", "ledger_entry")
    op.drop_table("commission_entry")
    op.drop_table("commission_rule")
