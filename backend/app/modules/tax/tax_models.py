"""The tables of taxes: categories with dated rates."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.db.models import Entity, KeyedEntity, localized_columns


class TaxCategory(KeyedEntity):
    """Services and products that are taxed alike (nhóm thuế), such as massage."""

    __tablename__ = "tax_category"

    name: Mapped[LocalizedText] = localized_columns("name")
    is_default: Mapped[bool]
    """Whether it taxes what has no category of its own. One category is the default."""

    __table_args__ = (
        Index("tax_category_default_key", "is_default", unique=True, postgresql_where=text("is_default")),
    )


class TaxRate(Entity):
    """The VAT rate of a category from a day on, until its next rate."""

    __tablename__ = "tax_rate"

    tax_category_id: Mapped[UUID] = mapped_column(ForeignKey("tax_category.id"))
    from_day: Mapped[date]
    rate: Mapped[int]
    """Hundredths of a percent: 800 is 8 %."""

    __table_args__ = (
        CheckConstraint("rate BETWEEN 0 AND 10000", name="rate"),
        UniqueConstraint("tax_category_id", "from_day", name="tax_rate_key"),
    )
