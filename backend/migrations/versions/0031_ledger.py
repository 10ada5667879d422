"""The ledger of money: double entries that balance and that no user can change.

PostgreSQL refuses entries that do not add up to 0, entries that are added to an older transaction, a transaction without
entries, and every UPDATE, DELETE and TRUNCATE. The audit ledger of the source names the user.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ACCOUNTS = (
    *("cash", "bank", "card", "receivable"),
    *("course", "gift_card", "deposit", "tip", "commission", "vat"),
    *("revenue", "fee", "forfeited", "cash_over"),
    *("commission_cost", "goodwill", "cash_short"),
)
_KEEP = """
CREATE FUNCTION zenspa_keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of money is never changed: post the opposite' USING ERRCODE = '42501';
END $$
"""
# A statement inserts all entries of a transaction, so that they can be checked at once, and later ones are one too many.
_BALANCE = """
CREATE FUNCTION zenspa_balance_ledger() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_transaction AS posted JOIN ledger_entry AS entry ON entry.transaction_id = posted.id
        WHERE posted.id IN (SELECT transaction_id FROM new_rows)
        GROUP BY posted.id HAVING sum(entry.amount) <> 0 OR count(*) <> posted.entries
    ) THEN
        RAISE EXCEPTION 'the entries of a ledger transaction do not balance'
            USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_balance_check', TABLE = 'ledger_entry';
    END IF;
    RETURN NULL;
END $$
"""
_COMPLETE = """
CREATE FUNCTION zenspa_complete_ledger() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_entry WHERE transaction_id = NEW.id) THEN
        RAISE EXCEPTION 'a ledger transaction has no entries'
            USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_complete_check', TABLE = 'ledger_transaction';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="ledger_transaction_branch_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="ledger_transaction_pkey"),
        sa.UniqueConstraint("source", "source_id", name="ledger_transaction_source_key"),
        sa.CheckConstraint("entries BETWEEN 2 AND 1000", name="entries"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("account", sa.Text(collation="C"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["ledger_transaction.id"], name="ledger_entry_transaction_id_fkey"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="ledger_entry_staff_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="ledger_entry_pkey"),
        sa.CheckConstraint(f"account IN {_ACCOUNTS}", name="account"),
        sa.CheckConstraint("amount <> 0 AND abs(amount) < 10000000000000", name="amount"),
    )
    op.create_index("ledger_entry_transaction_id_idx", "ledger_entry", ["transaction_id"])
    # The reports of a branch and days read the index alone.
    op.create_index(
        "ledger_entry_report_idx",
        "ledger_entry",
        ["branch_id", "business_day", "account"],
        postgresql_include=["amount"],
    )
    for function in (_KEEP, _BALANCE, _COMPLETE):
        op.execute(function)
    for table in ("ledger_transaction", "ledger_entry"):
        op.execute(
            f"CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_keep_ledger()"
        )
    op.execute(
        "CREATE TRIGGER balance AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_balance_ledger()"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER complete AFTER INSERT ON ledger_transaction DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION zenspa_complete_ledger()"
    )


def downgrade() -> None:
    for table in ("ledger_entry", "ledger_transaction"):
        op.drop_table(table)
    for function in ("complete", "balance", "keep"):
        op.execute(f"DROP FUNCTION zenspa_{function}_ledger")
