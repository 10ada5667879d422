"""Bills that sell courses and are paid by their sessions, and fees for what guests have missed."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_OTHERS = """
SELECT variant.id, 'service' AS kind, service.tax_category_id, variant.price,
    service.name_vi || ' · ' || coalesce(nullif(variant.name_vi, ''), stay.minutes || ' phút') AS name_vi,
    service.name_en || ' · ' || coalesce(nullif(variant.name_en, ''), stay.minutes || ' min') AS name_en,
    variant.retired_at IS NULL AND service.offered <> 'no' AS is_sold{0}
FROM service_variant AS variant JOIN service ON service.id = variant.service_id CROSS JOIN LATERAL (
    SELECT coalesce(ceil(sum(segment.minutes) / 5.0) * 5, 0)::integer AS minutes FROM service_segment AS segment
    WHERE segment.variant_id = variant.id AND segment.position BETWEEN
        (SELECT min(position) FROM service_segment WHERE variant_id = variant.id AND with_guest)
        AND (SELECT max(position) FROM service_segment WHERE variant_id = variant.id AND with_guest)
) AS stay
UNION ALL
SELECT add_on.id, 'add_on', add_on.tax_category_id, add_on.price, add_on.name_vi, add_on.name_en, add_on.offered <> 'no'{1}
FROM add_on
UNION ALL
SELECT product.id, 'product', product.tax_category_id, product.price, product.name_vi, product.name_en,
    product.retired_at IS NULL{1}
FROM product
UNION ALL
SELECT plan.id, 'course', plan.tax_category_id, plan.price, plan.name_vi, plan.name_en, plan.retired_at IS NULL{2}
FROM course_plan AS plan
"""
_WITH_SESSIONS = _OTHERS.format(", NULL::integer AS sessions", ", NULL::integer", ", plan.sessions")
_COVERED = (
    "num_nonnulls(course_session_id, course_line_id) = 0"
    " OR kind = 'service' AND quantity = 1 AND discount = 0 AND (course_id IS NULL OR course_line_id IS NULL)"
)
_COURSE = "(kind = 'course') = (sessions IS NOT NULL) AND (kind <> 'course' OR quantity = 1)"


def upgrade() -> None:
    for fee in ("late_cancel_fee", "no_show_fee"):
        op.add_column("branch", sa.Column(fee, sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(
        "fees", "branch", "late_cancel_fee BETWEEN 0 AND 100 AND no_show_fee BETWEEN 0 AND 100"
    )
    op.add_column("sale_line", sa.Column("course_id", sa.Uuid(), nullable=True))
    op.add_column("sale_line", sa.Column("course_line_id", sa.Uuid(), nullable=True))
    op.add_column("sale_line", sa.Column("sessions", sa.Integer(), nullable=True))
    op.add_column("sale_line", sa.Column("agreed_price", sa.BigInteger(), nullable=False))
    op.create_check_constraint("covered", "sale_line", _COVERED)
    op.create_check_constraint("course", "sale_line", _COURSE)
    for table, column, other in (
        ("sale_line", "course_id", "customer_course"),
        ("sale_line", "course_session_id", "course_session"),
        ("payment", "course_session_id", "course_session"),
    ):
        op.create_foreign_key(f"{table}_{column}_fkey", table, other, [column], ["id"])
    op.execute(f"CREATE OR REPLACE VIEW sellable_item AS {_WITH_SESSIONS}")


def downgrade() -> None:
    op.execute("DROP VIEW sellable_item")
    op.execute(f"CREATE VIEW sellable_item AS {_OTHERS.format('', '', '')}")
    op.drop_constraint("payment_course_session_id_fkey", "payment", type_="foreignkey")
    op.drop_constraint("sale_line_course_session_id_fkey", "sale_line", type_="foreignkey")
    for column in ("agreed_price", "sessions", "course_line_id", "course_id"):
        op.drop_column("sale_line", column)
    for fee in ("no_show_fee", "late_cancel_fee"):
        op.drop_column("branch", fee)
