"""Used sessions of courses in reports: `sold_part` has them beside the lines of bills, and tells add-ons from treatments."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

# A line that a session pays sells nothing: the course did, and the use of the session is revenue. That is what the ledger
# has posted for it, without tax, on the day of the use. All entries about one treatment name one person.
_SOLD_PART = """
CREATE VIEW sold_part AS
SELECT sale.branch_id, sale.business_day, sale.z_number, CASE WHEN line.add_on_id IS NULL THEN line.kind ELSE 'add_on' END AS kind,
    coalesce(line.variant_id, line.add_on_id, line.product_id, line.course_plan_id) AS item_id, line.staff_id,
    line.quantity, line.quantity * line.unit_price AS price, line.discount, 0::bigint AS refunded, line.gross, line.tax,
    line.tax_rate
FROM sale JOIN sale_line AS line ON line.sale_id = sale.id
WHERE sale.business_day IS NOT NULL AND line.course_session_id IS NULL
UNION ALL
SELECT refund.branch_id, refund.business_day, refund.z_number, CASE WHEN line.add_on_id IS NULL THEN line.kind ELSE 'add_on' END,
    coalesce(line.variant_id, line.add_on_id, line.product_id, line.course_plan_id), line.staff_id,
    0, 0, 0, part.amount, -part.amount, -part.tax, line.tax_rate
FROM refund JOIN refund_part AS part ON part.refund_id = refund.id JOIN sale_line AS line ON line.id = part.sale_line_id
WHERE line.course_session_id IS NULL
UNION ALL
SELECT used.branch_id, used.business_day, fact.z_number, 'session', coalesce(treatment.variant_id, line.variant_id),
    CASE WHEN used.appointment_treatment_id IS NULL THEN line.staff_id ELSE coalesce(
        (SELECT billed.staff_id FROM sale_line AS billed WHERE billed.item_id = treatment.id AND billed.is_live),
        (
            SELECT staff.id FROM allocation JOIN staff ON staff.id = allocation.resource_id
            WHERE allocation.appointment_treatment_id = treatment.id ORDER BY lower(allocation.during) LIMIT 1
        )
    ) END,
    -sign(posted.amount)::integer, -posted.amount, 0, 0, -posted.amount, 0, 0
FROM course_entry AS used
JOIN ledger_transaction AS fact ON fact.source = 'course_entry' AND fact.source_id = used.id
JOIN ledger_entry AS posted ON posted.transaction_id = fact.id AND posted.account = 'revenue'
LEFT JOIN appointment_treatment AS treatment ON treatment.id = used.appointment_treatment_id
LEFT JOIN sale_line AS line ON line.id = used.sale_line_id
WHERE used.kind IN ('consumed', 'restored')
UNION ALL
SELECT sale.branch_id, sale.business_day, sale.z_number, 'tip', NULL, tip.staff_id, 0, tip.amount, 0, 0, tip.amount, 0, 0
FROM sale JOIN tip_share AS tip ON tip.sale_id = sale.id WHERE sale.business_day IS NOT NULL
UNION ALL
SELECT refund.branch_id, refund.business_day, refund.z_number, 'tip', NULL, tip.staff_id, 0, 0, 0, part.amount, -part.amount, 0, 0
FROM refund JOIN refund_part AS part ON part.refund_id = refund.id JOIN tip_share AS tip ON tip.id = part.tip_share_id
"""
_BILL_PART = """
CREATE VIEW bill_part AS
SELECT sale.branch_id, sale.business_day, false AS is_refund, line.kind, line.variant_id, line.add_on_id, line.product_id,
    line.course_plan_id, line.staff_id, line.quantity, line.quantity * line.unit_price AS price, line.discount, line.gross,
    line.tax, line.tax_rate
FROM sale JOIN sale_line AS line ON line.sale_id = sale.id
WHERE sale.business_day IS NOT NULL AND line.course_session_id IS NULL
UNION ALL
SELECT refund.branch_id, refund.business_day, true, line.kind, line.variant_id, line.add_on_id, line.product_id,
    line.course_plan_id, line.staff_id, 0, 0, 0, -part.amount, -part.tax, line.tax_rate
FROM refund JOIN refund_part AS part ON part.refund_id = refund.id JOIN sale_line AS line ON line.id = part.sale_line_id
WHERE line.course_session_id IS NULL
UNION ALL
SELECT sale.branch_id, sale.business_day, false, 'tip', NULL, NULL, NULL, NULL, tip.staff_id, 0, tip.amount, 0, tip.amount, 0, 0
FROM sale JOIN tip_share AS tip ON tip.sale_id = sale.id WHERE sale.business_day IS NOT NULL
UNION ALL
SELECT refund.branch_id, refund.business_day, true, 'tip', NULL, NULL, NULL, NULL, tip.staff_id, 0, 0, 0, -part.amount, 0, 0
FROM refund JOIN refund_part AS part ON part.refund_id = refund.id JOIN tip_share AS tip ON tip.id = part.tip_share_id
"""


def upgrade() -> None:
    op.execute("DROP VIEW bill_part")
    op.execute(_SOLD_PART)


def downgrade() -> None:
    op.execute("DROP VIEW sold_part")
    op.execute(_BILL_PART)
