"""Tell a guest whose treatments were refunded from one who has not paid."""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

# What a guest has to pay for is on bills in part or as a whole. A guest who has paid a fee owes no treatment. A treatment that was
# refunded whole can be billed again, and is not owed until then: without a live line, its newest line says so.
_GUESTS = """
CREATE OR REPLACE FUNCTION zenspa_bills_of_guests(appointments uuid[])
RETURNS TABLE (appointment_id uuid, sale_id uuid, state text) LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
WITH item AS (
    SELECT treatment.id, treatment.appointment_id, guest.visit_id, false AS is_fee
    FROM appointment_treatment AS treatment JOIN appointment AS guest ON guest.id = treatment.appointment_id
    WHERE guest.id = ANY(appointments)
    UNION ALL
    SELECT extra.id, treatment.appointment_id, guest.visit_id, false
    FROM appointment_treatment AS treatment JOIN appointment AS guest ON guest.id = treatment.appointment_id
    JOIN appointment_add_on AS extra ON extra.appointment_treatment_id = treatment.id
    WHERE guest.id = ANY(appointments)
    UNION ALL
    SELECT id, id, visit_id, true FROM appointment WHERE id = ANY(appointments)
)
SELECT item.appointment_id,
    coalesce(max(sale.id::text) FILTER (WHERE sale.status = 'open'), max(sale.id::text))::uuid,
    CASE
        WHEN bool_or(sale.status = 'open') THEN
            CASE WHEN bool_or(line.is_live AND (sale.status = 'closed' OR sale.paid > 0)) THEN 'part' ELSE 'open' END
        WHEN bool_or(NOT item.is_fee AND line.id IS NULL) AND NOT bool_or(item.is_fee AND line.id IS NOT NULL) THEN 'rest'
        WHEN bool_or(line.is_live) THEN 'paid'
        ELSE 'refunded'
    END
FROM item LEFT JOIN LATERAL (
    SELECT id, sale_id, is_live FROM sale_line
    WHERE sale_line.visit_id = item.visit_id AND sale_line.item_id = item.id AND (is_live OR refunded > 0)
    ORDER BY is_live DESC, id DESC LIMIT 1
) AS line ON true LEFT JOIN sale ON sale.id = line.sale_id
GROUP BY item.appointment_id HAVING count(line.id) > 0
$$
"""
_BEFORE = """
CREATE OR REPLACE FUNCTION zenspa_bills_of_guests(appointments uuid[])
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
        WHEN bool_or(NOT item.is_fee AND line.id IS NULL) AND NOT bool_or(item.is_fee AND line.id IS NOT NULL) THEN 'rest'
        ELSE 'paid'
    END
FROM item LEFT JOIN sale_line AS line ON line.item_id = item.id AND line.is_live LEFT JOIN sale ON sale.id = line.sale_id
GROUP BY item.appointment_id HAVING count(line.id) > 0
$$
"""


def upgrade() -> None:
    op.execute(_GUESTS)


def downgrade() -> None:
    op.execute(_BEFORE)
