"""Lock the customer of a bill before the bill, as merges and erasures do, and keep transfers that a bill refuses for a person."""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_REASONS = (
    *("", "no_code", "several_codes", "unknown_code", "other_account"),
    *("too_much", "paid", "void", "left_over", "deposit_over"),
)
# The last statement sees what was committed while the others waited for their locks.
_LOCK = """
CREATE OR REPLACE FUNCTION zenspa_lock_sale(of_sale uuid) RETURNS jsonb LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    {}PERFORM FROM sale WHERE id = of_sale FOR NO KEY UPDATE;
    RETURN zenspa_sale(of_sale);
END $$
"""
_CUSTOMER = """PERFORM FROM customer WHERE id = (SELECT customer_id FROM sale WHERE id = of_sale) FOR KEY SHARE;
    """


def upgrade() -> None:
    op.execute(_LOCK.format(_CUSTOMER))
    _review_reasons(*_REASONS, "refused")


def downgrade() -> None:
    _review_reasons(*_REASONS)
    op.execute(_LOCK.format(""))


def _review_reasons(*reasons: str) -> None:
    op.execute("ALTER TABLE bank_transfer DROP CONSTRAINT bank_transfer_reason_check")
    op.create_check_constraint("reason", "bank_transfer", f"reason IN {reasons}")
