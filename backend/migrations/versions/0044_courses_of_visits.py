"""Courses in visits: the sessions that pay treatments, and those that were released when the treatments were called off."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

# The last entry about a treatment says whether its session was released: what the desk has taken off does not come back.
_VIEW = """
CREATE VIEW treatment_course AS
SELECT treatment.id AS treatment_id, guest.id AS appointment_id, guest.visit_id, guest.branch_id, guest.status,
    treatment.position, treatment.variant_id, guest.customer_id AS guest_id, visit.customer_id AS booker_id,
    (timezone(branch.time_zone, treatment.starts_at) - make_interval(hours => branch.business_day_starts))::date AS day,
    session.course_id, session.number, course.sessions, session.state, session.is_billed,
    CASE WHEN session.id IS NULL THEN (
        SELECT CASE WHEN last.kind = 'released' THEN last.course_id END FROM course_entry AS last
        WHERE last.appointment_treatment_id = treatment.id ORDER BY last.id DESC LIMIT 1
    ) END AS released_course_id,
    EXISTS (
        SELECT FROM sale_line AS line JOIN sale ON sale.id = line.sale_id
        WHERE line.item_id = treatment.id AND line.is_live AND sale.status <> 'void'
    ) AS is_on_bill
FROM appointment_treatment AS treatment JOIN appointment AS guest ON guest.id = treatment.appointment_id
JOIN visit ON visit.id = guest.visit_id JOIN branch ON branch.id = guest.branch_id
LEFT JOIN course_session AS session ON session.appointment_treatment_id = treatment.id
LEFT JOIN customer_course AS course ON course.id = session.course_id
"""
_OF_APPOINTMENTS = """
CREATE FUNCTION zenspa_treatment_courses(appointment_ids uuid[], treatment_ids uuid[])
RETURNS TABLE (branch_id uuid, treatment_id uuid, status text, day date, course_id uuid, released_course_id uuid)
LANGUAGE sql STABLE AS $$
SELECT paid.branch_id, paid.treatment_id, paid.status, paid.day, paid.course_id, paid.released_course_id
FROM treatment_course AS paid
WHERE paid.appointment_id = ANY(appointment_ids)
    AND (paid.course_id IS NOT NULL OR paid.released_course_id IS NOT NULL AND NOT paid.is_on_bill)
UNION ALL
SELECT (SELECT guest.branch_id FROM appointment AS guest WHERE guest.id = ANY(appointment_ids) LIMIT 1),
    session.appointment_treatment_id, NULL, NULL, session.course_id, NULL
FROM course_session AS session
WHERE session.appointment_treatment_id = ANY(treatment_ids)
    AND NOT EXISTS (SELECT FROM appointment_treatment WHERE id = session.appointment_treatment_id)
$$
"""


def upgrade() -> None:
    op.execute(_VIEW)
    op.execute(_OF_APPOINTMENTS)


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_treatment_courses(uuid[], uuid[])")
    op.execute("DROP VIEW treatment_course")
