"""Lists that anybody may read and that rarely change."""

from uuid import UUID

from sqlalchemy import Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class ListVersion(Base):
    """Which version of a list is the newest: another word after every change, and never one that was before."""

    __tablename__ = "list_version"

    list: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    version: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
