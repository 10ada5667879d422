"""Gift cards: the balance of a card is the sum of its entries, which are never changed.

Triggers keep both: an entry changes the balance of its card with it, nothing else does, and no user changes what a card was
sold for or an entry that is written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_KINDS = ("issued", "redeemed", "refunded", "returned", "expired")
_ADD_UP = """
CREATE FUNCTION zenspa_add_up_gift_cards() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE gift_card SET balance = balance + moved.amount, updated_at = clock_timestamp()
    FROM (SELECT gift_card_id, sum(amount)::bigint AS amount FROM new_rows GROUP BY gift_card_id) AS moved
    WHERE gift_card.id = moved.gift_card_id;
    RETURN NULL;
END $$
"""
_KEEP = """
CREATE FUNCTION zenspa_keep_gift_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the balance of a gift card changes by an entry, and its value never' USING ERRCODE = '42501';
END $$
"""
_NAMES = """
CREATE FUNCTION zenspa_gift_card_audit_names(row_ids uuid[])
RETURNS TABLE (row_id uuid, vi text, en text, guest_name text, zone text) LANGUAGE sql STABLE AS $$
SELECT g.id, coalesce('…' || g.last4, '–'), coalesce('…' || g.last4, '–'), NULL, b.time_zone
FROM gift_card AS g JOIN branch AS b ON b.id = g.branch_id WHERE g.id = ANY(row_ids)
UNION ALL SELECT e.id, coalesce('…' || g.last4, '–'), coalesce('…' || g.last4, '–'), NULL, b.time_zone
FROM gift_card_entry AS e JOIN gift_card AS g ON g.id = e.gift_card_id JOIN branch AS b ON b.id = e.branch_id
WHERE e.id = ANY(row_ids)
$$
"""


def upgrade() -> None:
    op.create_table(
        "gift_card",
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("sale_line_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("last4", sa.Text(collation="C"), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="gift_card_branch_id_fkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="gift_card_customer_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="gift_card_pkey"),
        sa.UniqueConstraint("code_hash", name="gift_card_code_hash_key"),
        sa.CheckConstraint("value BETWEEN 1 AND 9999999999999", name="value"),
        sa.CheckConstraint("balance BETWEEN 0 AND value", name="balance"),
        sa.CheckConstraint("num_nulls(code_hash, last4) IN (0, 2)", name="code"),
    )
    for column in ("sale_line_id", "last4", "customer_id"):
        op.create_index(f"gift_card_{column}_idx", "gift_card", [column])
    op.create_index(
        "gift_card_expiry_idx",
        "gift_card",
        ["branch_id", "expires_on"],
        postgresql_where=sa.text("balance > 0"),
    )
    op.create_table(
        "gift_card_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gift_card_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["gift_card_id"], ["gift_card.id"], name="gift_card_entry_gift_card_id_fkey"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="gift_card_entry_branch_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="gift_card_entry_pkey"),
        sa.UniqueConstraint("gift_card_id", "kind", "source_id", name="gift_card_entry_source_key"),
        sa.CheckConstraint(f"kind IN {_KINDS}", name="kind"),
        sa.CheckConstraint(
            "CASE WHEN kind IN ('issued', 'refunded') THEN amount > 0 ELSE amount < 0 END", name="amount"
        ),
        sa.CheckConstraint("(kind = 'expired') = (source_id IS NULL)", name="source"),
    )
    # What is owed on a day reads the index alone.
    op.create_index(
        "gift_card_entry_owed_idx",
        "gift_card_entry",
        ["branch_id", "business_day"],
        postgresql_include=["amount"],
    )
    for function in (_ADD_UP, _KEEP, _NAMES):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER add_up AFTER INSERT ON gift_card_entry REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_add_up_gift_cards()"
    )
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON gift_card_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_keep_ledger()"
    )
    op.execute(
        "CREATE TRIGGER keep_new BEFORE INSERT ON gift_card FOR EACH ROW WHEN (NEW.balance <> 0) "
        "EXECUTE FUNCTION zenspa_keep_gift_card()"
    )
    # The trigger that adds entries up is one level deep.
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE ON gift_card FOR EACH ROW WHEN (pg_trigger_depth() = 0"
        " AND (NEW.balance, NEW.value, NEW.branch_id, NEW.sale_line_id)"
        " IS DISTINCT FROM (OLD.balance, OLD.value, OLD.branch_id, OLD.sale_line_id)) "
        "EXECUTE FUNCTION zenspa_keep_gift_card()"
    )
    op.execute("SELECT zenspa_audit_table('gift_card', '{code_hash}')")
    op.execute("SELECT zenspa_audit_table('gift_card_entry')")


def downgrade() -> None:
    op.execute("DROP FUNCTION zenspa_gift_card_audit_names(uuid[])")
    op.drop_table("gift_card_entry")
    op.drop_table("gift_card")
    op.execute("DROP FUNCTION zenspa_keep_gift_card")
    op.execute("DROP FUNCTION zenspa_add_up_gift_cards")
