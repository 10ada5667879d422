"""Name what a stock entry counts: an amount is đồng everywhere else, and so the history of changes called 12 bottles."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_NAMES = {"amount": "pieces", "count": "stock"}


def _rename(names: dict[str, str]) -> None:
    for old, new in names.items():
        op.alter_column("stock_entry", old, new_column_name=new)


def upgrade() -> None:
    _rename(_NAMES)
    op.execute(
        "ALTER TABLE stock_entry RENAME CONSTRAINT stock_entry_amount_check TO stock_entry_pieces_check"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE stock_entry RENAME CONSTRAINT stock_entry_pieces_check TO stock_entry_amount_check"
    )
    _rename({new: old for old, new in _NAMES.items()})
