"""Z reports with bills, payments, revenue, tax and tips: `zenspa_z_figures`, and the number of the Z report in the views."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_BILL_PAYMENT = """
CREATE OR REPLACE VIEW bill_payment AS
SELECT branch_id, business_day, false AS is_refund, method, amount{paid} FROM payment
UNION ALL
SELECT refund.branch_id, refund.business_day, true, payment.method, part.amount{refunded}
FROM refund JOIN refund_part AS part ON part.refund_id = refund.id JOIN payment ON payment.id = part.payment_id
"""
_CLOSED_BILL = "CREATE OR REPLACE VIEW closed_bill AS SELECT branch_id, business_day{} FROM sale WHERE business_day IS NOT NULL"
# The indexes lead by day: `since` is a day before which nothing belongs to the report. Its number decides.
_FIGURES = """
CREATE FUNCTION zenspa_z_figures(of_branch uuid, of_z integer, since date) RETURNS jsonb
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
WITH bill AS (
    SELECT year, number FROM closed_bill WHERE branch_id = of_branch AND business_day >= since AND z_number = of_z
), tender AS (
    SELECT method, coalesce(sum(amount) FILTER (WHERE NOT is_refund), 0) AS received,
        coalesce(sum(amount) FILTER (WHERE is_refund), 0) AS refunded
    FROM bill_payment WHERE branch_id = of_branch AND business_day >= since AND z_number = of_z GROUP BY method
), part AS (
    SELECT kind, tax_rate AS rate, sum(quantity) AS quantity, sum(discount) AS discount, sum(gross) AS gross, sum(tax) AS tax
    FROM sold_part WHERE branch_id = of_branch AND business_day >= since AND z_number = of_z GROUP BY kind, tax_rate
), sold AS (
    SELECT kind, sum(quantity) AS quantity, sum(gross) AS gross, sum(tax) AS tax FROM part WHERE kind <> 'tip' GROUP BY kind
), taxed AS (
    SELECT rate, sum(gross) AS gross, sum(tax) AS tax FROM part
    WHERE kind IN ('service', 'add_on', 'product', 'course') GROUP BY rate
), moved AS (
    SELECT amount FROM ledger_transaction AS posted JOIN ledger_entry AS entry ON entry.transaction_id = posted.id
    WHERE posted.branch_id = of_branch AND posted.z_number = of_z AND source = 'drawer_movement' AND account = 'cash'
)
SELECT jsonb_build_object(
    'bills', (SELECT count(*) FROM bill),
    'first_bill', (SELECT to_jsonb(bill) FROM bill ORDER BY year, number LIMIT 1),
    'last_bill', (SELECT to_jsonb(bill) FROM bill ORDER BY year DESC, number DESC LIMIT 1),
    'payments', (SELECT coalesce(jsonb_agg(tender ORDER BY
        array_position('{cash,transfer,card,gift_card,course,deposit}', method)), '[]') FROM tender),
    'kinds', (SELECT coalesce(jsonb_agg(sold ORDER BY
        array_position('{service,add_on,session,product,course,gift_card,fee}', kind)), '[]') FROM sold),
    'taxes', (SELECT coalesce(jsonb_agg(taxed ORDER BY rate), '[]') FROM taxed),
    'discounts', (SELECT coalesce(sum(discount), 0) FROM part),
    'tips', (SELECT coalesce(sum(gross), 0) FROM part WHERE kind = 'tip'),
    'paid_in', (SELECT coalesce(sum(amount), 0) FROM moved WHERE amount > 0),
    'paid_out', (SELECT coalesce(-sum(amount), 0) FROM moved WHERE amount < 0)
)
$$
"""


def upgrade() -> None:
    op.execute(_BILL_PAYMENT.format(paid=", z_number", refunded=", refund.z_number"))
    op.execute(_CLOSED_BILL.format(", z_number, year, number"))
    op.execute(_FIGURES)
    # The trigger refuses every change of a closed session. These get the same figures as if they were closed now.
    op.execute("ALTER TABLE drawer_session DISABLE TRIGGER USER")
    op.execute(
        "UPDATE drawer_session SET z = z || zenspa_z_figures(branch_id, z_number, '0001-01-01') WHERE z IS NOT NULL"
    )
    op.execute("ALTER TABLE drawer_session ENABLE TRIGGER USER")


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_z_figures(uuid, integer, date)")
    for view, text in (
        ("bill_payment", _BILL_PAYMENT.format(paid="", refunded="")),
        ("closed_bill", _CLOSED_BILL.format("")),
    ):
        op.execute(f"DROP VIEW {view}")
        op.execute(text)
