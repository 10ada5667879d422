"""Words of the field: `hours_exception` becomes `special_hours`, and `idempotency_key.answer` becomes `response`.

An exception is also what Python raises, and an answer is what HTTP calls a response. Entries of the audit ledger keep
the name that the table had when they were written.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD, NEW = "hours_exception", "special_hours"

BRANCH_CALENDAR = """
CREATE OR REPLACE FUNCTION zenspa_branch_calendar(branch uuid, first_day date, last_day date) RETURNS json
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT json_build_object(
    'time_zone', time_zone, 'first_day', first_day, 'last_day', last_day,
    'closed_on', (closed_at AT TIME ZONE time_zone)::date,
    'weekly', (
        SELECT coalesce(json_agg(json_build_array(weekday, opens, closes) ORDER BY opens), '[]')
        FROM opening_hours WHERE branch_id = branch.id
    ),
    '{key}', (
        SELECT coalesce(json_agg(json_build_object('since', lower(days), 'until', upper(days), 'hours', hours)), '[]')
        FROM {table} WHERE branch_id = branch.id AND days && daterange(first_day, last_day, '[]')
    ),
    'grid_minutes', grid_minutes, 'notice_minutes', notice_minutes, 'horizon_days', horizon_days,
    'hold_minutes', hold_minutes, 'approve_online', approve_online
) FROM branch WHERE id = zenspa_branch_calendar.branch;
END
"""
# As in migration 0008.
BEGIN_IDEMPOTENT = """
CREATE OR REPLACE FUNCTION zenspa_begin_idempotent(
    owner_id uuid, given_key text, OUT is_locked boolean, OUT stored_request bytea, OUT stored_response jsonb
) LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
BEGIN
    is_locked := pg_try_advisory_xact_lock(hashtextextended(owner_id || ':' || given_key, 0));
    IF is_locked THEN
        SELECT request, {column} INTO stored_request, stored_response
        FROM idempotency_key WHERE user_id = owner_id AND key = given_key;
    END IF;
END $$
"""


def _rename(old: str, new: str) -> None:
    op.execute(f"ALTER TABLE {old} RENAME TO {new}")
    for suffix in ("pkey", "branch_id_fkey", "days_check", "overlap"):
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {old}_{suffix} TO {new}_{suffix}")


def upgrade() -> None:
    _rename(OLD, NEW)
    op.alter_column("idempotency_key", "answer", new_column_name="response")
    op.execute(BRANCH_CALENDAR.format(key="special_hours", table=NEW))
    op.execute(BEGIN_IDEMPOTENT.format(column="response"))


def downgrade() -> None:
    _rename(NEW, OLD)
    op.alter_column("idempotency_key", "response", new_column_name="answer")
    op.execute(BRANCH_CALENDAR.format(key="exceptions", table=OLD))
    op.execute(BEGIN_IDEMPOTENT.format(column="answer"))
