"""The till of each branch, which orders all that moves money there, and its drawer.

Every ledger transaction belongs to a Z report of its branch, so that a Z is a sum over the ledger. There are no transactions
yet to which a number would have to be given.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_OLD_ACCOUNTS = (
    *("cash", "bank", "card", "receivable"),
    *("course", "gift_card", "deposit", "tip", "commission", "vat"),
    *("revenue", "fee", "forfeited", "cash_over"),
    *("commission_cost", "goodwill", "cash_short"),
)
_ACCOUNTS = (
    *("cash", "safe", "bank", "card", "receivable"),
    *("course", "gift_card", "deposit", "tip", "commission", "vat", "unmatched"),
    *("revenue", "fee", "forfeited", "cash_over"),
    *("commission_cost", "expense", "goodwill", "cash_short"),
)
_NEW_TILL = """
CREATE FUNCTION zenspa_add_till() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO till (branch_id) VALUES (NEW.id);
    RETURN NULL;
END $$
"""
# The second statement sees what was committed while the first one waited for the lock.
_LOCK = """
CREATE FUNCTION zenspa_lock_till(of_branch uuid)
RETURNS TABLE (z_number integer, drawer_session_id uuid, bill_year integer, bill_number integer,
    time_zone text, business_day_starts integer)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM till WHERE till.branch_id = of_branch FOR NO KEY UPDATE;
    RETURN QUERY SELECT till.z_number, opened.id, till.bill_year, till.bill_number, branch.time_zone, branch.business_day_starts
        FROM till JOIN branch ON branch.id = till.branch_id
        LEFT JOIN drawer_session AS opened ON opened.branch_id = till.branch_id AND opened.closed_at IS NULL
        WHERE till.branch_id = of_branch;
END $$
"""
_KEEP = """
CREATE FUNCTION zenspa_keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a row of % is never changed', TG_TABLE_NAME USING ERRCODE = '42501';
END $$
"""
# Who did it is forgotten when the account is deleted.
_USERS = "'opened_by_id', 'closed_by_id', 'user_id', 'updated_at'"
_CLOSING = "'closed_at', 'closing', 'expected', 'to_safe', 'note', 'z_number', 'z'"
_NAMES = """
CREATE FUNCTION zenspa_drawer_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT s.id, b.name, b.name, NULL, b.time_zone
FROM drawer_session AS s JOIN branch AS b ON b.id = s.branch_id WHERE s.id = ANY(row_ids)
UNION ALL SELECT m.id, b.name, b.name, NULL, b.time_zone
FROM drawer_movement AS m JOIN drawer_session AS s ON s.id = m.drawer_session_id JOIN branch AS b ON b.id = s.branch_id
WHERE m.id = ANY(row_ids)
$$
"""


def _user(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["user_account.id"], name=f"{table}_{column}_fkey", ondelete="SET NULL"
    )


def upgrade() -> None:
    op.add_column(
        "branch", sa.Column("business_day_starts", sa.Integer(), server_default="4", nullable=False)
    )
    op.add_column("branch", sa.Column("discount_limit", sa.Integer(), server_default="10", nullable=False))
    op.create_check_constraint("business_day_starts", "branch", "business_day_starts BETWEEN 0 AND 11")
    op.create_check_constraint("discount_limit", "branch", "discount_limit BETWEEN 0 AND 100")
    op.create_table(
        "till",
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("z_number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("bill_year", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bill_number", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="till_branch_id_fkey"),
        sa.PrimaryKeyConstraint("branch_id", name="till_pkey"),
    )
    op.execute("INSERT INTO till (branch_id) SELECT id FROM branch")
    op.execute(_NEW_TILL)
    op.execute(
        "CREATE TRIGGER add_till AFTER INSERT ON branch FOR EACH ROW EXECUTE FUNCTION zenspa_add_till()"
    )
    op.create_table(
        "drawer_session",
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        sa.Column("opening_difference", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closing", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("to_safe", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("z_number", sa.Integer(), nullable=True),
        sa.Column("z", JSONB(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="drawer_session_branch_id_fkey"),
        _user("opened_by_id", "drawer_session"),
        _user("closed_by_id", "drawer_session"),
        sa.PrimaryKeyConstraint("id", name="drawer_session_pkey"),
        sa.UniqueConstraint("branch_id", "z_number", name="drawer_session_z_number_key"),
        sa.CheckConstraint(
            "opening BETWEEN 0 AND 9999999999999 AND closing BETWEEN 0 AND 9999999999999"
            " AND to_safe BETWEEN 0 AND closing",
            name="counted",
        ),
        sa.CheckConstraint(
            "num_nulls(closed_at, closing, expected, to_safe, z_number, z) IN (0, 6)", name="closed"
        ),
    )
    op.create_index(
        "drawer_session_open_key",
        "drawer_session",
        ["branch_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "drawer_movement",
        sa.Column("drawer_session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drawer_session_id"], ["drawer_session.id"], name="drawer_movement_drawer_session_id_fkey"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="drawer_movement_staff_id_fkey"),
        _user("user_id", "drawer_movement"),
        sa.PrimaryKeyConstraint("id", name="drawer_movement_pkey"),
        sa.CheckConstraint("kind IN ('safe', 'expense', 'tip', 'commission')", name="kind"),
        sa.CheckConstraint("amount <> 0 AND abs(amount) < 10000000000000", name="amount"),
        sa.CheckConstraint("(kind IN ('tip', 'commission')) = (staff_id IS NOT NULL)", name="staff"),
    )
    op.create_index("drawer_movement_drawer_session_id_idx", "drawer_movement", ["drawer_session_id"])
    op.execute(_KEEP)
    for table, when, columns in (
        ("drawer_session", "WHEN (OLD.closed_at IS NULL) ", f"{_USERS}, {_CLOSING}"),
        ("drawer_session", "WHEN (OLD.closed_at IS NOT NULL) ", _USERS),
        ("drawer_movement", "", _USERS),
    ):
        name = "keep_open" if "IS NULL" in when else "keep"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {when}"
            f"EXECUTE FUNCTION zenspa_keep_row({columns})"
        )
    for table in ("drawer_session", "drawer_movement"):
        op.execute(f"SELECT zenspa_audit_table('{table}')")
    op.execute(_LOCK)
    op.execute(_NAMES)
    op.add_column("ledger_transaction", sa.Column("z_number", sa.Integer(), nullable=False))
    op.create_index("ledger_transaction_z_idx", "ledger_transaction", ["branch_id", "z_number"])
    _allow_accounts(_ACCOUNTS)


def downgrade() -> None:
    _allow_accounts(_OLD_ACCOUNTS)
    op.drop_index("ledger_transaction_z_idx", "ledger_transaction")
    op.drop_column("ledger_transaction", "z_number")
    op.execute("DROP FUNCTION zenspa_drawer_audit_names(uuid[])")
    op.execute("DROP FUNCTION zenspa_lock_till(uuid)")
    op.drop_table("drawer_movement")
    op.drop_table("drawer_session")
    op.execute("DROP FUNCTION zenspa_keep_row")
    op.execute("DROP TRIGGER add_till ON branch")
    op.execute("DROP FUNCTION zenspa_add_till")
    op.drop_table("till")
    op.drop_column("branch", "discount_limit")
    op.drop_column("branch", "business_day_starts")


def _allow_accounts(accounts: tuple[str, ...]) -> None:
    op.drop_constraint("account", "ledger_entry", type_="check")
    op.create_check_constraint("account", "ledger_entry", f"account IN {accounts}")
