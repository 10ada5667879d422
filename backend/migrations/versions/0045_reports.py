"""Reads of reports: sales and refunds of bills, payments by day, the use of people and beds.

Nothing looks payments and refunds up by Z report, which is a sum over the ledger. Their indexes lead by day instead.
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# A line that a session of a course pays sells nothing: the course did.
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
_BILL_PAYMENT = """
CREATE VIEW bill_payment AS
SELECT branch_id, business_day, false AS is_refund, method, amount FROM payment
UNION ALL
SELECT refund.branch_id, refund.business_day, true, payment.method, part.amount
FROM refund JOIN refund_part AS part ON part.refund_id = refund.id JOIN payment ON payment.id = part.payment_id
"""
_CLOSED_BILL = (
    "CREATE VIEW closed_bill AS SELECT branch_id, business_day FROM sale WHERE business_day IS NOT NULL"
)
_SERVICE_OF_VARIANT = """
CREATE OR REPLACE VIEW service_of_variant AS
SELECT variant.id AS variant_id, service_id, category_id{names}
FROM service_variant AS variant JOIN service ON service.id = service_id{categories}
"""
_CATEGORIES = {
    "names": ", category.name_vi AS category_vi, category.name_en AS category_en",
    "categories": " JOIN service_category AS category ON category.id = category_id",
}
_BUSINESS_DAYS = """
CREATE FUNCTION zenspa_business_days(branches uuid[], first_day date, last_day date)
RETURNS TABLE (branch_id uuid, begins timestamptz, ends timestamptz) LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
SELECT id, zenspa_instant(first_day, 60 * business_day_starts, time_zone),
    zenspa_instant(last_day + 1, 60 * business_day_starts, time_zone)
FROM branch WHERE id = ANY(branches)
$$
"""
# A customer is new in the branch and on the day of the first of all their visits.
_GUESTS = """
CREATE FUNCTION zenspa_guests(branches uuid[], first_day date, last_day date)
RETURNS TABLE (came bigint, unnamed bigint, new_customers bigint, returning_customers bigint)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
WITH guest AS (
    SELECT customer_id, starts_at FROM zenspa_business_days(branches, first_day, last_day) AS days
    JOIN appointment USING (branch_id)
    WHERE starts_at >= begins AND starts_at < ends AND status IN ('arrived', 'in_service', 'completed')
), known AS (
    SELECT customer_id, NOT EXISTS (
        SELECT FROM appointment AS earlier WHERE earlier.customer_id = guest.customer_id
            AND earlier.starts_at < min(guest.starts_at) AND earlier.status IN ('arrived', 'in_service', 'completed')
    ) AS is_new
    FROM guest WHERE customer_id IS NOT NULL GROUP BY customer_id
)
SELECT count(*), count(*) FILTER (WHERE customer_id IS NULL), (SELECT count(*) FROM known WHERE is_new),
    (SELECT count(*) FROM known WHERE NOT is_new)
FROM guest
$$
"""
# The time of a treatment counts to the day on which its guest begins, whole.
_UTILIZATION = """
CREATE FUNCTION zenspa_utilization(branches uuid[], first_day date, last_day date)
RETURNS TABLE (kind text, resource_id uuid, name text, room text, branch_id uuid, booked_minutes bigint, available_minutes bigint)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
WITH days AS MATERIALIZED (
    SELECT * FROM zenspa_business_days(branches, first_day, last_day)
), booked AS (
    SELECT allocation.resource_id, branch_id, sum(upper(during) - lower(during)) AS busy
    FROM days JOIN appointment USING (branch_id) JOIN allocation ON appointment_id = appointment.id
    WHERE starts_at >= begins AND starts_at < ends AND state = 'booked'
    GROUP BY allocation.resource_id, branch_id
), rostered AS (
    SELECT staff_id, branch_id, sum(least(upper(during), ends) - greatest(lower(during), begins)) AS working
    FROM days JOIN shift USING (branch_id)
    WHERE lower(during) > begins - interval '2 days' AND lower(during) < ends AND upper(during) > begins
    GROUP BY staff_id, branch_id
), open AS (
    SELECT branch_id, (
        SELECT sum(upper(during) - lower(during)) FROM unnest(zenspa_open_times(branch_id, (
            SELECT array_agg(day::date) FROM generate_series(first_day, last_day, interval '1 day') AS day
        ))) AS during
    ) AS hours FROM days
), use AS (
    SELECT 'staff' AS kind, id, NULL AS room, full_name AS name, place.branch_id, busy, working AS available
    FROM (SELECT resource_id AS staff_id, branch_id FROM booked UNION SELECT staff_id, branch_id FROM rostered) AS place
    JOIN staff ON staff.id = staff_id
    LEFT JOIN booked ON booked.resource_id = staff_id AND booked.branch_id = place.branch_id
    LEFT JOIN rostered ON rostered.staff_id = place.staff_id AND rostered.branch_id = place.branch_id
    UNION ALL
    SELECT 'bed', bed.id, room.name, bed.name, bed.branch_id, busy, open.hours
    FROM days JOIN resource AS bed USING (branch_id) JOIN open USING (branch_id) LEFT JOIN room ON room.id = bed.room_id
    LEFT JOIN booked ON booked.resource_id = bed.id
    WHERE bed.kind = 'bed' AND (bed.retired_at IS NULL OR bed.retired_at >= ends OR busy IS NOT NULL)
)
SELECT kind, id, name, room, branch_id, coalesce(extract(epoch FROM busy) / 60, 0)::bigint,
    coalesce(extract(epoch FROM available) / 60, 0)::bigint
FROM use ORDER BY kind DESC, CASE kind WHEN 'staff' THEN zenspa_name_order(name) ELSE room END, name, id
$$
"""
_MOVED = ("payment", "refund")


def upgrade() -> None:
    for table in _MOVED:
        op.drop_index(f"{table}_z_idx", table)
        op.create_index(f"{table}_day_idx", table, ["branch_id", "business_day"])
    for statement in (_BILL_PART, _BILL_PAYMENT, _CLOSED_BILL, _BUSINESS_DAYS, _GUESTS, _UTILIZATION):
        op.execute(statement)
    op.execute(_SERVICE_OF_VARIANT.format(**_CATEGORIES))


def downgrade() -> None:
    op.execute("DROP VIEW service_of_variant")
    op.execute(_SERVICE_OF_VARIANT.format(names="", categories=""))
    for function in ("utilization", "guests", "business_days"):
        op.execute(f"DROP FUNCTION zenspa_{function}")
    for view in ("closed_bill", "bill_payment", "bill_part"):
        op.execute(f"DROP VIEW {view}")
    for table in _MOVED:
        op.drop_index(f"{table}_day_idx", table)
        op.create_index(f"{table}_z_idx", table, ["branch_id", "z_number"])
