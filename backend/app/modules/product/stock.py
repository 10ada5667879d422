"""The stock of products: entries of what came and went, and for bills what is sold and brought back."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.errors import translate_integrity_errors
from app.db.paging import fetch_page
from app.db.queries import fetch_raw, get_row
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.branch.branch_service import get_branch
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.identity_service import names_of_users
from app.modules.identity.roles import DESK, Role
from app.modules.product.kinds import StockChange
from app.modules.product.product_errors import ProductNotFound
from app.modules.product.product_models import StockEntry
from app.modules.product.product_schemas import (
    StockEntryCreate,
    StockEntryListQuery,
    StockEntryPage,
    StockEntryRead,
)

# In the order of the products, so that two bills with the same ones do not wait for each other.
_MOVE = """
WITH moved AS (
    INSERT INTO product_stock AS stock (id, product_id, branch_id, count)
    SELECT line.stock_id, line.product_id, $1, line.pieces
    FROM unnest($2::uuid[], $3::uuid[], $4::integer[]) AS line (stock_id, product_id, pieces) ORDER BY line.product_id
    ON CONFLICT (product_id, branch_id) DO UPDATE SET count = stock.count + excluded.count, updated_at = clock_timestamp()
    RETURNING product_id, count
)
INSERT INTO stock_entry (id, product_id, branch_id, kind, pieces, stock, note, source_id)
SELECT line.entry_id, product_id, $1, $5, line.pieces, moved.count, $6, $7
FROM unnest($8::uuid[], $3::uuid[], $4::integer[]) AS line (entry_id, product_id, pieces) JOIN moved USING (product_id)
"""
_LOCK = """
INSERT INTO product_stock AS stock (id, product_id, branch_id, count) VALUES ($1, $2, $3, 0)
ON CONFLICT (product_id, branch_id) DO UPDATE SET count = stock.count RETURNING count
"""
_INTEGRITY_ERRORS = {
    "product_stock_product_id_fkey": ProductNotFound,
    "product_stock_branch_id_fkey": BranchNotFound,
}


async def sell(session: AsyncSession, branch_id: UUID, pieces: Mapping[UUID, int], source_id: UUID) -> None:
    """Take the products of a bill out of the stock of its branch, also below 0: the guest has them in hand.

    One message to PostgreSQL.

    Args:
        session: The session of the transaction.
        branch_id: The branch that sells.
        pieces: The number of pieces by product, each above 0.
        source_id: The bill.

    Raises:
        ProductNotFound, BranchNotFound
    """
    sold = {product_id: -count for product_id, count in pieces.items()}
    await _move(session, branch_id, StockChange.SOLD, sold, source_id=source_id)


async def take_back(
    session: AsyncSession, branch_id: UUID, pieces: Mapping[UUID, int], source_id: UUID
) -> None:
    """Put products that a guest brought back into the stock of a branch. One message to PostgreSQL.

    Args:
        session: The session of the transaction.
        branch_id: The branch that gets them.
        pieces: The number of pieces by product, each above 0.
        source_id: The refund.

    Raises:
        ProductNotFound, BranchNotFound
    """
    await _move(session, branch_id, StockChange.RETURNED, pieces, source_id=source_id)


async def record_stock(session: AsyncSession, user: CurrentUser, new: StockEntryCreate) -> StockEntryRead:
    """Record pieces that came, went or were counted. The desk records what comes, administrators all of it.

    Raises:
        BranchNotFound, ProductNotFound
    """
    may_record = DESK if new.kind is StockChange.RECEIVED else (Role.ADMIN,)
    authorize(user, *may_record, branch_id=new.branch_id)
    pieces = -new.pieces if new.kind is StockChange.DAMAGED else new.pieces
    if new.kind is StockChange.COUNTED:
        pieces -= await _lock_count(session, new.branch_id, new.product_id)
    [entry_id] = await _move(session, new.branch_id, new.kind, {new.product_id: pieces}, note=new.note)
    [read] = await _read(session, [await get_row(session, StockEntry, entry_id, ProductNotFound)])
    return read


async def list_stock_entries(
    session: AsyncSession, user: CurrentUser, query: StockEntryListQuery
) -> StockEntryPage:
    """List the entries of a branch, the newest first.

    Raises:
        BranchNotFound, InvalidCursorException
    """
    authorize(user, *DESK, branch_id=query.branch_id)
    await get_branch(session, query.branch_id)
    filters = query.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    rows, next_cursor = await fetch_page(
        session,
        StockEntry,
        select(StockEntry).filter_by(**filters),
        query,
        purpose=f"stock-entries:{query.branch_id}:{query.product_id}",
    )
    return StockEntryPage(items=await _read(session, rows), next_cursor=next_cursor)


async def _move(  # noqa: PLR0913 - what moves where, and why
    session: AsyncSession,
    branch_id: UUID,
    kind: StockChange,
    pieces: Mapping[UUID, int],
    *,
    note: str = "",
    source_id: UUID | None = None,
) -> list[UUID]:
    """Change the stock of a branch and write the entries. Return their ids."""
    stock_ids, entry_ids = ([uuid7() for _ in pieces] for _ in range(2))
    lines = [*pieces], [*pieces.values()]
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        await fetch_raw(session, _MOVE, branch_id, stock_ids, *lines, kind, note, source_id, entry_ids)
    return entry_ids


async def _lock_count(session: AsyncSession, branch_id: UUID, product_id: UUID) -> int:
    """Return the stock of a product in a branch, which no other transaction changes until this one ends."""
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        [(count,)] = await fetch_raw(session, _LOCK, uuid7(), product_id, branch_id)
    return int(count)


async def _read(session: AsyncSession, rows: Sequence[StockEntry]) -> list[StockEntryRead]:
    users = await names_of_users(session, {row.user_id for row in rows if row.user_id})
    return [
        StockEntryRead(
            id=row.id,
            branch_id=row.branch_id,
            product_id=row.product_id,
            kind=StockChange(row.kind),
            pieces=row.pieces,
            stock=row.stock,
            note=row.note,
            source_id=row.source_id,
            user_name=users.get(row.user_id) if row.user_id else None,
            created_at=row.created_at,
        )
        for row in rows
    ]
