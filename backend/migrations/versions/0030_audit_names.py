"""Names for the audit ledger: an entry has ids and no names, and the rows belong to all modules.

An id is looked up in each table by its primary key, as ids are unique in the whole database. NOT MATERIALIZED: PostgreSQL
would read every visit and every appointment for a page of names (9,500 appointments: 5.5 s, so 10 ms).
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_NAMES = """
CREATE FUNCTION zenspa_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
WITH variant AS NOT MATERIALIZED (
    SELECT v.id,
        s.name_vi || ' · ' || coalesce(nullif(v.name_vi, ''), m.minutes || ' phút') AS vi,
        s.name_en || ' · ' || coalesce(nullif(v.name_en, ''), m.minutes || ' min') AS en
    FROM service_variant AS v JOIN service AS s ON s.id = v.service_id CROSS JOIN LATERAL (
        -- the guest's stay in whole steps, as the menu has it: without preparation and cleaning
        SELECT coalesce(ceil(sum(minutes) / 5.0) * 5, 0)::integer AS minutes FROM service_segment
        WHERE variant_id = v.id AND position BETWEEN
            (SELECT min(position) FROM service_segment WHERE variant_id = v.id AND with_guest)
            AND (SELECT max(position) FROM service_segment WHERE variant_id = v.id AND with_guest)
    ) AS m
), guest AS NOT MATERIALIZED (
    SELECT a.id, a.visit_id, coalesce(c.full_name, a.guest_name) AS name, b.time_zone AS zone
    FROM appointment AS a JOIN branch AS b ON b.id = a.branch_id LEFT JOIN customer AS c ON c.id = a.customer_id
), guest_of_visit AS NOT MATERIALIZED (
    SELECT v.id, coalesce(c.full_name, first.name, '') AS name, b.time_zone AS zone
    FROM visit AS v JOIN branch AS b ON b.id = v.branch_id LEFT JOIN customer AS c ON c.id = v.customer_id
    LEFT JOIN LATERAL (SELECT name FROM guest WHERE guest.visit_id = v.id ORDER BY guest.id LIMIT 1) AS first ON true
), thing AS NOT MATERIALIZED (
    SELECT r.id, coalesce(s.full_name, r.name, '') AS name, b.time_zone AS zone
    FROM resource AS r LEFT JOIN staff AS s ON s.id = r.id LEFT JOIN branch AS b ON b.id = r.branch_id
)
SELECT u.id, u.full_name, u.full_name, NULL, NULL FROM user_account AS u WHERE u.id = ANY(row_ids)
UNION ALL SELECT r.id, u.full_name, u.full_name, NULL, NULL
    FROM role_assignment AS r JOIN user_account AS u ON u.id = r.user_id WHERE r.id = ANY(row_ids)
UNION ALL SELECT s.id, u.full_name, u.full_name, NULL, NULL
    FROM user_session AS s JOIN user_account AS u ON u.id = s.user_id WHERE s.id = ANY(row_ids)
UNION ALL SELECT i.id, i.email, i.email, NULL, NULL FROM invitation AS i WHERE i.id = ANY(row_ids)
UNION ALL SELECT c.id, c.full_name, c.full_name, NULL, NULL FROM customer AS c WHERE c.id = ANY(row_ids)
UNION ALL SELECT o.id, c.full_name, c.full_name, NULL, NULL
    FROM consent AS o JOIN customer AS c ON c.id = o.customer_id WHERE o.id = ANY(row_ids)
UNION ALL SELECT b.id, b.name, b.name, NULL, b.time_zone FROM branch AS b WHERE b.id = ANY(row_ids)
UNION ALL SELECT h.id, b.name, b.name, NULL, b.time_zone
    FROM opening_hours AS h JOIN branch AS b ON b.id = h.branch_id WHERE h.id = ANY(row_ids)
UNION ALL SELECT h.id, b.name, b.name, NULL, b.time_zone
    FROM special_hours AS h JOIN branch AS b ON b.id = h.branch_id WHERE h.id = ANY(row_ids)
UNION ALL SELECT t.id, f.name || ' – ' || s.name, f.name || ' – ' || s.name, NULL, NULL
    FROM travel_time AS t JOIN branch AS f ON f.id = t.first_branch_id JOIN branch AS s ON s.id = t.second_branch_id
    WHERE t.id = ANY(row_ids)
UNION ALL SELECT r.id, r.name, r.name, NULL, NULL FROM room AS r WHERE r.id = ANY(row_ids)
UNION ALL SELECT t.id, t.name_vi, t.name_en, NULL, NULL FROM resource_type AS t WHERE t.id = ANY(row_ids)
UNION ALL SELECT t.id, t.name, t.name, NULL, t.zone FROM thing AS t WHERE t.id = ANY(row_ids)
UNION ALL SELECT o.id, t.name, t.name, NULL, t.zone
    FROM outage AS o JOIN thing AS t ON t.id = o.resource_id WHERE o.id = ANY(row_ids)
UNION ALL SELECT o.id, t.name, t.name, NULL, b.time_zone
    FROM blocked_time AS o JOIN thing AS t ON t.id = o.resource_id JOIN branch AS b ON b.id = o.branch_id
    WHERE o.id = ANY(row_ids)
UNION ALL SELECT e.id, t.name, t.name, NULL, t.zone
    FROM blocked_time_exception AS e JOIN blocked_time AS o ON o.id = e.blocked_time_id
    JOIN thing AS t ON t.id = o.resource_id WHERE e.id = ANY(row_ids)
UNION ALL SELECT w.id, s.full_name, s.full_name, NULL, b.time_zone
    FROM weekly_shift AS w JOIN staff AS s ON s.id = w.staff_id JOIN branch AS b ON b.id = w.branch_id
    WHERE w.id = ANY(row_ids)
UNION ALL SELECT w.id, s.full_name, s.full_name, NULL, b.time_zone
    FROM shift AS w JOIN staff AS s ON s.id = w.staff_id JOIN branch AS b ON b.id = w.branch_id
    WHERE w.id = ANY(row_ids)
UNION ALL SELECT l.id, s.full_name, s.full_name, NULL, NULL
    FROM time_off AS l JOIN staff AS s ON s.id = l.staff_id WHERE l.id = ANY(row_ids)
UNION ALL SELECT k.id, s.full_name, s.full_name, NULL, NULL
    FROM staff_branch AS k JOIN staff AS s ON s.id = k.staff_id WHERE k.id = ANY(row_ids)
UNION ALL SELECT k.id, s.full_name, s.full_name, NULL, NULL
    FROM staff_skill AS k JOIN staff AS s ON s.id = k.staff_id WHERE k.id = ANY(row_ids)
UNION ALL SELECT c.id, c.name_vi, c.name_en, NULL, NULL FROM service_category AS c WHERE c.id = ANY(row_ids)
UNION ALL SELECT s.id, s.name_vi, s.name_en, NULL, NULL FROM service AS s WHERE s.id = ANY(row_ids)
UNION ALL SELECT v.id, v.vi, v.en, NULL, NULL FROM variant AS v WHERE v.id = ANY(row_ids)
UNION ALL SELECT g.id, v.vi, v.en, NULL, NULL
    FROM service_segment AS g JOIN variant AS v ON v.id = g.variant_id WHERE g.id = ANY(row_ids)
UNION ALL SELECT a.id, a.name_vi, a.name_en, NULL, NULL FROM add_on AS a WHERE a.id = ANY(row_ids)
UNION ALL SELECT l.id, s.name_vi, s.name_en, NULL, NULL
    FROM service_add_on AS l JOIN service AS s ON s.id = l.service_id WHERE l.id = ANY(row_ids)
UNION ALL SELECT v.id, v.name, v.name, NULL, v.zone FROM guest_of_visit AS v WHERE v.id = ANY(row_ids)
UNION ALL SELECT l.id, v.name, v.name, NULL, v.zone
    FROM guest_link AS l JOIN guest_of_visit AS v ON v.id = l.visit_id WHERE l.id = ANY(row_ids)
UNION ALL SELECT s.id, v.name, v.name, NULL, v.zone FROM visit_series AS s JOIN LATERAL (
        SELECT g.name, g.zone FROM visit JOIN guest_of_visit AS g ON g.id = visit.id
        WHERE visit.series_id = s.id ORDER BY visit.series_number LIMIT 1
    ) AS v ON true WHERE s.id = ANY(row_ids)
UNION ALL SELECT g.id, g.name, g.name, NULL, g.zone FROM guest AS g WHERE g.id = ANY(row_ids)
UNION ALL SELECT t.id, v.vi, v.en, g.name, g.zone
    FROM appointment_treatment AS t JOIN variant AS v ON v.id = t.variant_id JOIN guest AS g ON g.id = t.appointment_id
    WHERE t.id = ANY(row_ids)
UNION ALL SELECT l.id, a.name_vi, a.name_en, g.name, g.zone
    FROM appointment_add_on AS l JOIN add_on AS a ON a.id = l.add_on_id
    JOIN appointment_treatment AS t ON t.id = l.appointment_treatment_id JOIN guest AS g ON g.id = t.appointment_id
    WHERE l.id = ANY(row_ids)
UNION ALL SELECT o.id, t.name, t.name, g.name, g.zone
    FROM allocation AS o JOIN thing AS t ON t.id = o.resource_id JOIN guest AS g ON g.id = o.appointment_id
    WHERE o.id = ANY(row_ids)
UNION ALL SELECT e.id, g.name, g.name, NULL, g.zone
    FROM appointment_edit AS e JOIN guest AS g ON g.id = e.appointment_id WHERE e.id = ANY(row_ids)
UNION ALL SELECT e.id, g.name, g.name, NULL, g.zone
    FROM appointment_transition AS e JOIN guest AS g ON g.id = e.appointment_id WHERE e.id = ANY(row_ids)
UNION ALL SELECT f.id, coalesce(s.full_name, c.full_name), coalesce(s.full_name, c.full_name), NULL, NULL
    FROM calendar_feed AS f LEFT JOIN staff AS s ON s.id = f.staff_id LEFT JOIN customer AS c ON c.id = f.customer_id
    WHERE f.id = ANY(row_ids)
$$
"""


def upgrade() -> None:
    op.execute(_NAMES)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_audit_names(uuid[])")
