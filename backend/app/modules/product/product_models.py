"""The tables of products and of their stock in each branch."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.db.models import Entity, KeyedEntity, localized_columns
from app.modules.product.kinds import StockChange


class Product(KeyedEntity):
    """Goods that a guest takes home (sản phẩm), such as an oil."""

    __tablename__ = "product"

    name: Mapped[LocalizedText] = localized_columns("name")
    price: Mapped[int] = mapped_column(BigInteger)
    """The price in đồng, with tax."""
    sku: Mapped[str | None] = mapped_column(Text(collation="C"), unique=True)
    """The number on the package, such as its barcode."""
    tax_category_id: Mapped[UUID | None] = mapped_column(ForeignKey("tax_category.id"))
    """The default category where it is null."""
    position: Mapped[int]
    retired_at: Mapped[datetime | None]
    """The time at which it stopped being sold."""

    __table_args__ = (CheckConstraint("price >= 0", name="price"),)


class ProductStock(Entity):
    """The number of pieces that a branch has: the sum of its stock entries. Below 0, more were sold than were recorded."""

    __tablename__ = "product_stock"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    count: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("product_id", "branch_id", name="product_stock_key"),)


class StockEntry(Entity):
    """A change of the stock of a product in a branch. It is never changed itself."""

    __tablename__ = "stock_entry"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branch.id"))
    kind: Mapped[str] = mapped_column(Text)
    pieces: Mapped[int]
    """The pieces that came, or went if negative."""
    stock: Mapped[int] = mapped_column(BigInteger)
    """The stock after it."""
    note: Mapped[str] = mapped_column(Text)
    source_id: Mapped[UUID | None]
    """The bill or the refund."""
    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL"),
        server_default=text("nullif(current_setting('zenspa.actor', true), '')::uuid"),
    )

    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(map(str, StockChange))}", name="kind"),
        CheckConstraint(
            "CASE WHEN kind IN ('received', 'returned') THEN pieces > 0"
            " WHEN kind IN ('sold', 'damaged') THEN pieces < 0 ELSE true END",
            name="pieces",
        ),
        CheckConstraint("(kind IN ('sold', 'returned')) = (source_id IS NOT NULL)", name="source"),
        Index("stock_entry_branch_idx", "branch_id", "product_id", "id"),
    )
