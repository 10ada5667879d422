"""Deposits of visits that were booked online: what a branch asks for, the deposits, and what changes their balances.

The balance of a deposit is the sum of its entries, which are never changed. `deposit_of_visit` reads what the spa has to do
about each, from the visit and its bills.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_REASONS = (
    "",
    "no_code",
    "several_codes",
    "unknown_code",
    "other_account",
    "too_much",
    "paid",
    "void",
    "left_over",
)
_ADD_UP = """
CREATE FUNCTION zenspa_add_up_deposits() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE deposit SET paid = deposit.paid + moved.paid, balance = deposit.balance + moved.amount, updated_at = clock_timestamp()
    FROM (
        SELECT deposit_id, sum(amount)::bigint AS amount,
            coalesce(sum(amount) FILTER (WHERE kind = 'paid'), 0)::bigint AS paid
        FROM new_rows GROUP BY deposit_id
    ) AS moved
    WHERE deposit.id = moved.deposit_id;
    RETURN NULL;
END $$
"""
_NEEDS_ACCOUNT = """
CREATE FUNCTION zenspa_require_bank_account() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM bank_account WHERE branch_id = NEW.id) THEN
        RAISE EXCEPTION 'a branch without a bank account asks for no deposit'
            USING ERRCODE = '23514', CONSTRAINT = 'branch_deposit_account';
    END IF;
    RETURN NEW;
END $$
"""
# A guest who was refunded has been billed: only a bill that was given up never was.
_OF_VISIT = """
CREATE VIEW deposit_of_visit AS
SELECT deposit.id, deposit.branch_id, deposit.visit_id, deposit.amount, deposit.paid, deposit.balance, deposit.transfer_code,
    deposit.created_at, coalesce(guests.starts_at, visit.created_at) AS starts_at, guests.hold_expires_at, guests.changed_at,
    coalesce(customer.full_name, nullif(link.contact_name, ''), '') AS name, coalesce(customer.phone, link.contact_phone) AS phone,
    CASE
        WHEN deposit.paid < deposit.amount AND guests.is_awaited THEN 'waiting'
        WHEN deposit.paid = 0 THEN 'lapsed'
        WHEN deposit.balance = 0 THEN 'settled'
        WHEN guests.is_expected OR EXISTS (
            SELECT FROM billable_item AS item WHERE item.visit_id = deposit.visit_id AND item.status = 'completed'
                AND NOT EXISTS (
                    SELECT FROM sale_line AS line JOIN sale ON sale.id = line.sale_id
                    WHERE line.item_id = item.item_id AND sale.status = 'closed'
                )
        ) THEN 'kept'
        WHEN EXISTS (
            SELECT FROM billable_item AS item WHERE item.visit_id = deposit.visit_id AND item.variant_id IS NOT NULL
                AND item.price > 0 AND CASE item.status
                    WHEN 'late_cancelled' THEN branch.keep_deposit OR branch.late_cancel_fee > 0
                    WHEN 'no_show' THEN branch.keep_deposit OR branch.no_show_fee > 0
                END
                AND NOT EXISTS (
                    SELECT FROM sale_line AS line JOIN sale ON sale.id = line.sale_id
                    WHERE line.item_id = item.item_id AND sale.status = 'closed'
                )
        ) THEN 'missed'
        ELSE 'owed'
    END AS state
FROM deposit JOIN branch ON branch.id = deposit.branch_id JOIN visit ON visit.id = deposit.visit_id
LEFT JOIN customer ON customer.id = visit.customer_id LEFT JOIN guest_link AS link ON link.visit_id = visit.id
CROSS JOIN LATERAL (
    SELECT min(guest.starts_at) AS starts_at, min(guest.hold_expires_at) AS hold_expires_at,
        max((SELECT max(created_at) FROM appointment_transition WHERE appointment_id = guest.id)) AS changed_at,
        bool_or(guest.status IN ('pending', 'confirmed') OR held.is_held) AS is_awaited,
        bool_or(guest.status IN ('pending', 'confirmed', 'arrived', 'in_service', 'reopened') OR held.is_held) AS is_expected
    FROM appointment AS guest CROSS JOIN LATERAL (
        SELECT guest.status = 'held' AND NOT zenspa_hold_expired(guest.hold_expires_at) AS is_held
    ) AS held
    WHERE guest.visit_id = deposit.visit_id
) AS guests
"""
_OF_BILL = """
CREATE VIEW bill_visit AS SELECT DISTINCT sale_id, visit_id FROM sale_line WHERE visit_id IS NOT NULL
"""
# No guest becomes a customer by a booking that was never more than a hold, unless some of its deposit has arrived.
_TO_JOIN = """
CREATE VIEW guest_link_to_join AS
SELECT link.id FROM guest_link AS link
WHERE link.customer_id IS NULL AND link.contact_phone IS NOT NULL AND (
    EXISTS (SELECT FROM appointment WHERE visit_id = link.visit_id AND status NOT IN ('held', 'expired'))
    OR EXISTS (SELECT FROM deposit WHERE visit_id = link.visit_id AND paid > 0)
)
"""
# A guest who was asked for a deposit has booked: the visit counts to those of their phone number.
_LINK = """
CREATE OR REPLACE VIEW guest_link_visit AS
SELECT link.id, link.visit_id, visit.branch_id, times.starts_at, times.ends_at, times.is_to_come
FROM guest_link AS link JOIN visit ON visit.id = link.visit_id CROSS JOIN LATERAL (
    SELECT min(starts_at) AS starts_at, max(ends_at) AS ends_at,
        bool_or({} AND starts_at > clock_timestamp()) AS is_to_come
    FROM appointment WHERE appointment.visit_id = link.visit_id
) AS times
"""
_BOOKED = "status IN ('pending', 'confirmed')"
_BOOKED_OR_HELD = f"({_BOOKED} OR status = 'held' AND NOT zenspa_hold_expired(hold_expires_at))"
_NAMES = """
CREATE FUNCTION zenspa_deposit_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT d.id, coalesce(c.full_name, b.name), coalesce(c.full_name, b.name), NULL, b.time_zone
FROM deposit AS d JOIN branch AS b ON b.id = d.branch_id JOIN visit AS v ON v.id = d.visit_id
LEFT JOIN customer AS c ON c.id = v.customer_id WHERE d.id = ANY(row_ids)
UNION ALL SELECT e.id, coalesce(c.full_name, b.name), coalesce(c.full_name, b.name), NULL, b.time_zone
FROM deposit_entry AS e JOIN deposit AS d ON d.id = e.deposit_id JOIN branch AS b ON b.id = d.branch_id
JOIN visit AS v ON v.id = d.visit_id LEFT JOIN customer AS c ON c.id = v.customer_id WHERE e.id = ANY(row_ids)
$$
"""


def upgrade() -> None:
    op.add_column("branch", sa.Column("deposit_percent", sa.Integer(), server_default="0", nullable=False))
    op.add_column("branch", sa.Column("deposit_minutes", sa.Integer(), server_default="60", nullable=False))
    op.add_column("branch", sa.Column("keep_deposit", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_check_constraint(
        "deposit", "branch", "deposit_percent BETWEEN 0 AND 100 AND deposit_minutes BETWEEN 5 AND 1440"
    )
    op.create_table(
        "deposit",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("transfer_code", sa.Text(collation="C"), nullable=False),
        sa.Column("paid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="deposit_branch_id_fkey"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="deposit_visit_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="deposit_pkey"),
        sa.UniqueConstraint("visit_id", name="deposit_visit_id_key"),
        sa.UniqueConstraint("transfer_code", name="deposit_transfer_code_key"),
        sa.CheckConstraint("amount BETWEEN 1 AND 9999999999", name="amount"),
        sa.CheckConstraint("paid BETWEEN 0 AND amount", name="paid"),
        sa.CheckConstraint("balance BETWEEN 0 AND paid", name="balance"),
    )
    op.create_index("deposit_branch_id_idx", "deposit", ["branch_id", "id"])
    op.create_index("deposit_owed_idx", "deposit", ["id"], postgresql_where=sa.text("balance > 0"))
    op.create_table(
        "deposit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name="deposit_entry_deposit_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="deposit_entry_pkey"),
        sa.UniqueConstraint("deposit_id", "kind", "source_id", name="deposit_entry_source_key"),
        sa.CheckConstraint("kind IN ('paid', 'used', 'restored', 'returned')", name="kind"),
        sa.CheckConstraint(
            "CASE WHEN kind IN ('paid', 'restored') THEN amount > 0 ELSE amount < 0 END", name="amount"
        ),
        sa.CheckConstraint("(kind = 'returned') = (source_id IS NULL)", name="source"),
    )
    op.create_foreign_key("payment_deposit_id_fkey", "payment", "deposit", ["deposit_id"], ["id"])
    for function in (_ADD_UP, _NEEDS_ACCOUNT, _NAMES, _OF_VISIT, _OF_BILL, _TO_JOIN):
        op.execute(function)
    op.execute(_LINK.format(_BOOKED_OR_HELD))
    op.execute(
        "CREATE TRIGGER deposit_account BEFORE INSERT OR UPDATE OF deposit_percent ON branch FOR EACH ROW"
        " WHEN (NEW.deposit_percent > 0) EXECUTE FUNCTION zenspa_require_bank_account()"
    )
    op.execute(
        "CREATE TRIGGER add_up AFTER INSERT ON deposit_entry REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_add_up_deposits()"
    )
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON deposit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_keep_ledger()"
    )
    op.execute(
        "CREATE TRIGGER keep_new BEFORE INSERT ON deposit FOR EACH ROW WHEN (NEW.paid <> 0 OR NEW.balance <> 0) "
        "EXECUTE FUNCTION zenspa_keep_row()"
    )
    # The trigger that adds entries up is one level deep.
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON deposit FOR EACH ROW WHEN (pg_trigger_depth() = 0) "
        "EXECUTE FUNCTION zenspa_keep_row('updated_at')"
    )
    op.execute("SELECT zenspa_audit_table('deposit')")
    # How money was sent back often has the name and the account of a guest.
    op.execute("SELECT zenspa_audit_table('deposit_entry', '{note}')")
    _review_reasons(*_REASONS, "deposit_over")


def downgrade() -> None:
    _review_reasons(*_REASONS)
    op.execute(_LINK.format(_BOOKED))
    for view in ("guest_link_to_join", "bill_visit", "deposit_of_visit"):
        op.execute(f"DROP VIEW {view}")
    op.execute("DROP FUNCTION zenspa_deposit_audit_names(uuid[])")
    op.execute("DROP TRIGGER deposit_account ON branch")
    op.execute("DROP FUNCTION zenspa_require_bank_account")
    op.drop_constraint("payment_deposit_id_fkey", "payment", type_="foreignkey")
    op.drop_table("deposit_entry")
    op.drop_table("deposit")
    op.execute("DROP FUNCTION zenspa_add_up_deposits")
    for column in ("keep_deposit", "deposit_minutes", "deposit_percent"):
        op.drop_column("branch", column)


def _review_reasons(*reasons: str) -> None:
    op.execute("ALTER TABLE bank_transfer DROP CONSTRAINT bank_transfer_reason_check")
    op.create_check_constraint("reason", "bank_transfer", f"reason IN {reasons}")
