"""Read which bills guests are on, and whose bills they are, for the board and for lists."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

# What a guest has to pay for is on bills in part or as a whole. A guest who has paid a fee owes no treatment.
_GUESTS = """
CREATE FUNCTION zenspa_bills_of_guests(appointments uuid[])
RETURNS TABLE (appointment_id uuid, sale_id uuid, state text) LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
WITH item AS (
    SELECT treatment.id, treatment.appointment_id, false AS is_fee FROM appointment_treatment AS treatment
    WHERE treatment.appointment_id = ANY(appointments)
    UNION ALL
    SELECT extra.id, treatment.appointment_id, false FROM appointment_treatment AS treatment
    JOIN appointment_add_on AS extra ON extra.appointment_treatment_id = treatment.id
    WHERE treatment.appointment_id = ANY(appointments)
    UNION ALL
    SELECT id, id, true FROM unnest(appointments) AS id
)
SELECT item.appointment_id,
    coalesce(max(sale.id::text) FILTER (WHERE sale.status = 'open'), max(sale.id::text))::uuid,
    CASE
        WHEN NOT bool_or(sale.status = 'closed' OR sale.paid > 0) THEN 'open'
        WHEN bool_or(sale.status = 'open') THEN 'part'
        WHEN bool_or(NOT item.is_fee AND line.id IS NULL) AND NOT bool_or(item.is_fee AND line.id IS NOT NULL) THEN 'part'
        ELSE 'paid'
    END
FROM item LEFT JOIN sale_line AS line ON line.item_id = item.id AND line.is_live LEFT JOIN sale ON sale.id = line.sale_id
GROUP BY item.appointment_id HAVING count(line.id) > 0
$$
"""
_HEADS = """
CREATE FUNCTION zenspa_bill_heads(sales uuid[])
RETURNS TABLE (sale_id uuid, name text, refunded bigint) LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
SELECT sale.id, coalesce(customer.full_name, (
        SELECT guest.guest_name FROM sale_line AS line JOIN appointment AS guest ON guest.visit_id = line.visit_id
        WHERE line.sale_id = sale.id AND guest.guest_name <> '' ORDER BY line.position, guest.id LIMIT 1
    )),
    coalesce((SELECT sum(refund.amount)::bigint FROM refund WHERE refund.sale_id = sale.id AND sale.status = 'closed'), 0)
FROM sale LEFT JOIN customer ON customer.id = sale.customer_id WHERE sale.id = ANY(sales)
$$
"""


def upgrade() -> None:
    op.execute(_GUESTS)
    op.execute(_HEADS)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_bill_heads(uuid[])")
    op.execute("DROP FUNCTION zenspa_bills_of_guests(uuid[])")
