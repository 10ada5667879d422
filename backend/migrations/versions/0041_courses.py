"""Courses of customers: sessions with their shares of the price, and the entries by which their states change.

PostgreSQL keeps them consistent, whatever the code does. The shares of a course add up to its price. A session changes its
state only with a new entry that names it, from the state and to the state that the kind of entry allows. The amount of an
entry is that of its sessions. Entries are never changed, and neither is what was agreed.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_STATES = ("free", "reserved", "used", "expired", "moved", "refunded")
_KINDS = (
    *("granted", "reserved", "released", "removed", "consumed", "forfeited", "restored"),
    *("expired", "extended", "transferred", "refunded"),
)
_ADD_UP = """
CREATE FUNCTION zenspa_add_up_course() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM customer_course AS course JOIN course_session AS session ON session.course_id = course.id
        WHERE course.id IN (SELECT course_id FROM new_rows) GROUP BY course.id
        HAVING count(*) <> course.sessions OR max(number) <> course.sessions
            OR sum(gross) <> course.price OR sum(session.net) <> course.net
    ) OR EXISTS (
        SELECT FROM new_rows LEFT JOIN course_entry AS entry
            ON entry.id = entry_id AND entry.course_id = new_rows.course_id AND number = ANY(numbers)
        WHERE state <> 'free' OR kind IS NULL OR kind NOT IN ('granted', 'transferred')
    ) THEN
        RAISE EXCEPTION 'the sessions of a course do not add up to its price'
            USING ERRCODE = '23514', CONSTRAINT = 'course_session_sum_check', TABLE = 'course_session';
    END IF;
    RETURN NULL;
END $$
"""
_COMPLETE = """
CREATE FUNCTION zenspa_complete_course() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM course_session WHERE course_id = NEW.id) THEN
        RAISE EXCEPTION 'a course has no sessions'
            USING ERRCODE = '23514', CONSTRAINT = 'customer_course_complete_check', TABLE = 'customer_course';
    END IF;
    RETURN NULL;
END $$
"""
_CHANGE_STATE = """
CREATE FUNCTION zenspa_change_course_session() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_rows AS changed LEFT JOIN old_rows AS was USING (id)
        WHERE (changed.course_id, changed.number, changed.gross, changed.net)
            IS DISTINCT FROM (was.course_id, was.number, was.gross, was.net)
    ) THEN
        RAISE EXCEPTION 'the share of a session is never changed' USING ERRCODE = '42501';
    END IF;
    IF EXISTS (
        SELECT FROM new_rows AS changed JOIN old_rows AS was USING (id)
        LEFT JOIN course_entry AS entry ON entry.id = changed.entry_id
            AND entry.course_id = changed.course_id AND changed.number = ANY(numbers)
        WHERE (changed.state, changed.entry_id) <> (was.state, was.entry_id) AND (
            changed.entry_id = was.entry_id OR (kind, was.state, changed.state) NOT IN (
                ('reserved', 'free', 'reserved'),
                ('released', 'reserved', 'free'),
                ('removed', 'reserved', 'free'),
                ('consumed', 'free', 'used'),
                ('consumed', 'reserved', 'used'),
                ('forfeited', 'reserved', 'used'),
                ('restored', 'used', 'free'),
                ('restored', 'used', 'reserved'),
                ('expired', 'free', 'expired'),
                ('extended', 'expired', 'free'),
                ('transferred', 'free', 'moved'),
                ('refunded', 'free', 'refunded')
            ) IS NOT FALSE
        )
    ) THEN
        RAISE EXCEPTION 'a session of a course changes its state by an entry of the right kind'
            USING ERRCODE = '23514', CONSTRAINT = 'course_session_entry_check', TABLE = 'course_session';
    END IF;
    RETURN NULL;
END $$
"""
_AMOUNT = """
CREATE FUNCTION zenspa_check_course_entry() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF (
        SELECT count(*) <> cardinality(NEW.numbers)
            OR NEW.kind NOT IN ('reserved', 'released', 'removed') AND abs(NEW.amount) <> coalesce(sum(net), 0)
        FROM course_session WHERE course_id = NEW.course_id AND number = ANY(NEW.numbers)
    ) THEN
        RAISE EXCEPTION 'the amount of an entry is not that of its sessions'
            USING ERRCODE = '23514', CONSTRAINT = 'course_entry_sessions_check', TABLE = 'course_entry';
    END IF;
    RETURN NULL;
END $$
"""
_ENTRY_DETAIL = """
CREATE VIEW course_entry_detail AS
SELECT entry.*, user_account.full_name AS user_name, appointment.visit_id, treatment.starts_at
FROM course_entry AS entry LEFT JOIN user_account ON user_account.id = entry.user_id
LEFT JOIN appointment_treatment AS treatment ON treatment.id = entry.appointment_treatment_id
LEFT JOIN appointment ON appointment.id = treatment.appointment_id
"""
_NAMES = """
CREATE OR REPLACE FUNCTION zenspa_course_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT p.id, p.name_vi, p.name_en, NULL, NULL FROM course_plan AS p WHERE p.id = ANY(row_ids)
UNION ALL SELECT l.id, p.name_vi, p.name_en, NULL, NULL
FROM course_plan_variant AS l JOIN course_plan AS p ON p.id = l.plan_id WHERE l.id = ANY(row_ids)
{more}$$
"""
_COURSE_NAMES = """UNION ALL SELECT o.id, p.name_vi, p.name_en, c.full_name, b.time_zone
FROM customer_course AS o JOIN course_plan AS p ON p.id = o.plan_id JOIN customer AS c ON c.id = o.customer_id
JOIN branch AS b ON b.id = o.branch_id WHERE o.id = ANY(row_ids)
UNION ALL SELECT e.id, p.name_vi, p.name_en, c.full_name, b.time_zone
FROM course_entry AS e JOIN customer_course AS o ON o.id = e.course_id JOIN course_plan AS p ON p.id = o.plan_id
JOIN customer AS c ON c.id = o.customer_id JOIN branch AS b ON b.id = e.branch_id WHERE e.id = ANY(row_ids)
"""


def _times() -> list[sa.Column[object]]:
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
        for name in ("created_at", "updated_at")
    ]


def upgrade() -> None:
    op.create_table(
        "customer_course",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("sale_line_id", sa.Uuid(), nullable=True),
        sa.Column("transferred_from_id", sa.Uuid(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("return_policy", sa.Text(), nullable=False),
        sa.Column("list_price", sa.BigInteger(), nullable=True),
        sa.Column("return_base", sa.BigInteger(), nullable=False),
        sa.Column("no_show_uses_session", sa.Boolean(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        *_times(),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="customer_course_customer_id_fkey"),
        sa.ForeignKeyConstraint(["plan_id"], ["course_plan.id"], name="customer_course_plan_id_fkey"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="customer_course_branch_id_fkey"),
        sa.ForeignKeyConstraint(
            ["transferred_from_id"], ["customer_course.id"], name="customer_course_transferred_from_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="customer_course_pkey"),
        sa.CheckConstraint("price BETWEEN 0 AND 1000000000 AND net BETWEEN 0 AND price", name="price"),
        sa.CheckConstraint("tax_rate BETWEEN 0 AND 10000", name="tax_rate"),
        sa.CheckConstraint("sessions BETWEEN 1 AND 200", name="sessions"),
        sa.CheckConstraint("return_policy IN ('pro_rata', 'list_price')", name="return_policy"),
        sa.CheckConstraint("(return_policy = 'list_price') = (list_price IS NOT NULL)", name="list_price"),
    )
    for column in ("customer_id", "plan_id", "sale_line_id", "transferred_from_id"):
        op.create_index(f"customer_course_{column}_idx", "customer_course", [column])
    op.create_index(
        "customer_course_expiry_idx",
        "customer_course",
        ["expires_on"],
        postgresql_where=sa.text("expires_on IS NOT NULL"),
    )
    op.create_table(
        "course_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("numbers", ARRAY(sa.Integer()), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("appointment_treatment_id", sa.Uuid(), nullable=True),
        sa.Column("sale_line_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["customer_course.id"], name="course_entry_course_id_fkey"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="course_entry_branch_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="course_entry_pkey"),
        sa.CheckConstraint(f"kind IN {_KINDS}", name="kind"),
        sa.CheckConstraint("kind = 'extended' OR cardinality(numbers) > 0", name="numbers"),
        sa.CheckConstraint(
            "CASE WHEN kind IN ('granted', 'restored', 'extended') THEN amount >= 0"
            " WHEN kind IN ('consumed', 'forfeited', 'expired', 'refunded') THEN amount <= 0"
            " WHEN kind = 'transferred' THEN true ELSE amount = 0 END",
            name="amount",
        ),
        sa.CheckConstraint("amount = 0 OR business_day IS NOT NULL", name="business_day"),
    )
    op.create_index("course_entry_course_id_idx", "course_entry", ["course_id"])
    # What is owed on a day reads the index alone.
    op.create_index(
        "course_entry_owed_idx", "course_entry", ["branch_id", "business_day"], postgresql_include=["amount"]
    )
    op.create_index(
        "course_entry_treatment_idx",
        "course_entry",
        ["appointment_treatment_id"],
        postgresql_where=sa.text("appointment_treatment_id IS NOT NULL"),
    )
    op.create_table(
        "course_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_treatment_id", sa.Uuid(), nullable=True),
        sa.Column("sale_line_id", sa.Uuid(), nullable=True),
        sa.Column("is_billed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["customer_course.id"], name="course_session_course_id_fkey"),
        sa.ForeignKeyConstraint(["entry_id"], ["course_entry.id"], name="course_session_entry_id_fkey"),
        # Deferred: an edit drops a treatment, and the session is released at its end, when nothing else is locked any more.
        sa.ForeignKeyConstraint(
            ["appointment_treatment_id"],
            ["appointment_treatment.id"],
            name="course_session_appointment_treatment_id_fkey",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name="course_session_pkey"),
        sa.UniqueConstraint("course_id", "number", name="course_session_number_key"),
        sa.CheckConstraint("number >= 1 AND gross >= 0 AND net BETWEEN 0 AND gross", name="shares"),
        sa.CheckConstraint(f"state IN {_STATES}", name="state"),
        sa.CheckConstraint(
            "(state IN ('reserved', 'used')) = (num_nonnulls(appointment_treatment_id, sale_line_id) > 0)",
            name="use",
        ),
        sa.CheckConstraint("NOT is_billed OR (state = 'used' AND sale_line_id IS NOT NULL)", name="billed"),
    )
    for name, column in (("treatment", "appointment_treatment_id"), ("sale_line", "sale_line_id")):
        op.create_index(
            f"course_session_{name}_key",
            "course_session",
            [column],
            unique=True,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.create_index(
        "course_session_free_idx",
        "course_session",
        ["course_id"],
        postgresql_where=sa.text("state = 'free'"),
    )
    _create_triggers()
    # `course_session` is no part of the audit ledger: each change of it is an entry.
    for table in ("customer_course", "course_entry"):
        op.execute(f"SELECT zenspa_audit_table('{table}')")
    op.execute(_ENTRY_DETAIL)
    op.execute(_NAMES.format(more=_COURSE_NAMES))


def _create_triggers() -> None:
    for function in (_ADD_UP, _COMPLETE, _CHANGE_STATE, _AMOUNT):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER add_up AFTER INSERT ON course_session REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_add_up_course()"
    )
    op.execute(
        "CREATE TRIGGER change_state AFTER UPDATE ON course_session REFERENCING OLD TABLE AS old_rows "
        "NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION zenspa_change_course_session()"
    )
    op.execute(
        "CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON course_session "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_keep_ledger()"
    )
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON course_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_keep_ledger()"
    )
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON customer_course FOR EACH ROW "
        "EXECUTE FUNCTION zenspa_keep_row('customer_id', 'expires_on', 'reason', 'updated_at')"
    )
    for name, table, function in (
        ("complete", "customer_course", "zenspa_complete_course"),
        ("amount", "course_entry", "zenspa_check_course_entry"),
    ):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    op.execute("DROP VIEW course_entry_detail")
    op.execute(_NAMES.format(more=""))
    for table in ("course_session", "course_entry", "customer_course"):
        op.drop_table(table)
    for function in ("add_up_course", "complete_course", "change_course_session", "check_course_entry"):
        op.execute(f"DROP FUNCTION zenspa_{function}")
