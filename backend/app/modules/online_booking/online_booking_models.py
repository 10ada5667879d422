"""Guest links: the private links by which guests without an account see, move and cancel their visits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity


class GuestLink(Entity):
    """The private link of one visit, and what the guest typed about themselves.

    The token itself is stored nowhere. A link ends some days after the end of the visit, which the view `guest_link_visit`
    reads, so that it moves with the visit.
    """

    __tablename__ = "guest_link"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), unique=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the token, which has 192 bits."""
    request_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """Keyed hash of the Idempotency-Key of the hold: keys of guests belong to no user."""
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the request with that key."""
    address_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Keyed hash of the network address that holds the time, of IPv6 the /64. Cleared with the hold."""
    held_until: Mapped[datetime | None]
    """The end of the hold. Cleared with it."""
    contact_name: Mapped[str] = mapped_column(Text, server_default="")
    contact_phone: Mapped[str | None] = mapped_column(Text(collation="C"))
    """E.164. Empty until the guest has confirmed."""
    contact_email: Mapped[str | None] = mapped_column(Text(collation="C"))
    """The address in lower case; before the confirmation, that to which a code was sent."""
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_expires_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(server_default="0")
    """The wrong codes so far."""
    revoked_at: Mapped[datetime | None]
    """The time at which the desk made the link stop working."""
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """The customer that the guest is found to be, some seconds after the confirmation (`joining`)."""

    __table_args__ = (
        CheckConstraint("contact_phone ~ '^[+][1-9][0-9]{6,14}$'", name="contact_phone"),
        CheckConstraint("(address_hash IS NULL) = (held_until IS NULL)", name="held_until"),
        Index(
            "guest_link_address_hash_idx", "address_hash", postgresql_where=text("address_hash IS NOT NULL")
        ),
        Index(
            "guest_link_contact_phone_idx",
            "contact_phone",
            postgresql_where=text("contact_phone IS NOT NULL"),
        ),
        Index(
            "guest_link_to_join_idx",
            "id",
            postgresql_where=text("customer_id IS NULL AND contact_phone IS NOT NULL"),
        ),
    )
