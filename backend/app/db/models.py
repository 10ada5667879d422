"""The base classes of every table."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, MetaData, Text, Uuid, func
from sqlalchemy.orm import Composite, DeclarativeBase, Mapped, composite, mapped_column
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText


class Base(DeclarativeBase):
    """Base of every table. Constraints get predictable names, so that errors and migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "uq": "%(table_name)s_%(column_0_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "ix": "%(table_name)s_%(column_0_name)s_idx",
        }
    )
    type_annotation_map = {datetime: DateTime(timezone=True), UUID: Uuid()}  # noqa: RUF012 - SQLAlchemy's own idiom


class Entity(Base):
    """Base of rows with an id (UUIDv7, which sorts by the time of creation) and two times."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.clock_timestamp())


def localized_columns(name: str, *, default: str | None = None) -> Composite[LocalizedText]:
    """Return a `Mapped[LocalizedText]`, stored in the columns `{name}_vi` and `{name}_en`.

    Args:
        name: The name of the attribute.
        default: The text of both columns in a new row that is given none.
    """
    return composite(
        LocalizedText,
        *(
            mapped_column(f"{name}_{language}", Text, nullable=False, default=default, server_default=default)
            for language in LocalizedText._fields
        ),
    )


class KeyedEntity(Entity):
    """Base of rows that files refer to by a short key, such as `quan-1`, which stays when the name changes."""

    __abstract__ = True

    key: Mapped[str] = mapped_column(
        Text(collation="C"), CheckConstraint("key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="key"), unique=True
    )
