"""Tell a guest who has something on no bill yet from one whose bill is open."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

# What a guest has to pay for is on bills in part or as a whole. A guest who has paid a fee owes no treatment.
_GUESTS = """
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
        WHEN bool_or(NOT item.is_fee AND line.id IS NULL) AND NOT bool_or(item.is_fee AND line.id IS NOT NULL) THEN '{}'
        ELSE 'paid'
    END
FROM item LEFT JOIN sale_line AS line ON line.item_id = item.id AND line.is_live LEFT JOIN sale ON sale.id = line.sale_id
GROUP BY item.appointment_id HAVING count(line.id) > 0
$$
"""


def upgrade() -> None:
    op.execute(_GUESTS.format("rest"))


def downgrade() -> None:
    op.execute(_GUESTS.format("part"))
